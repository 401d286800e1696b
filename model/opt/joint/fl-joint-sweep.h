/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_SWEEP_H
#define FL_JOINT_SWEEP_H

#include "fl-joint-problem.h"
#include "fl-joint-sums.h"

#include <cstddef>
#include <memory>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What every device of a JointProblem answers to a price of bandwidth and a duration of the round.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;
struct JointPack;

/**
 * @ingroup fl
 * The devices of a JointProblem, laid out for sweeps: given the price of bandwidth lambda and the
 * duration T of the round, each minimises w1 E_n + lambda B_n on its own.
 *
 * With a = d ln 2, s = g / N0, x = a / (t B), y(x) = (x - 1) e^x + 1, K = kappa C^3, a device is in
 * one of these states, in each of which it is the root in ln x of one monotone equation:
 *  - power inside of its range: t = lambda s / (w1 y), mu = lambda a / (t^2 x), and t + C/f = T
 * with C/f = (2 w1 K / mu)^(1/3), clipped to [C/f_max, C/f_min];
 *  - power at a bound, q = p s: t = (a / q) (e^x - 1) / x, B = q / (e^x - 1), and
 *     - frequency inside of its range: lambda |dB/dt| = w1 p + mu, mu = 2 w1 K / (T - t)^3;
 *     - frequency at a bound: t = T - C/f, mu = lambda |dB/dt| - w1 p;
 *     - time to spare, power and frequency at their lower bounds: lambda |dB/dt| = w1 p, mu = 0.
 *
 * A state whose multipliers have the wrong signs is left for the next one. The problem of one
 * device is convex (see doc/fl.rst), so a root whose multipliers have the right signs is the
 * minimum.
 *
 * Times are kept as a distance from the base: what the slowest device needs at full power and
 * frequency with infinite bandwidth. In a deep fade T exceeds that by little.
 *
 * Sums do not depend on the number of threads.
 */
class JointSweep
{
  public:
    /**
     * @param problem a valid problem; it must outlive this object
     * @param weightEnergy the w1 to use, positive
     * @param threads how many threads to work with, from 1; one where there are fewer than 8192
     *        devices, whatever is asked for, so that two threads are never slower than one
     */
    JointSweep(const JointProblem& problem, double weightEnergy, uint32_t threads);
    ~JointSweep();

    /// @return the threads to work with; null: the calling one alone
    ThreadPool* GetPool() const;
    /// @return the base [s]: no round is shorter
    double GetBaseS() const;
    /// @return whether any device uploads anything
    bool HasUploads() const;
    /// @return whether any device only computes
    bool HasComputers() const;

    /**
     * Find the bandwidth needed at full power and frequency.
     * @param roomS duration of the round less the base, positive [s]
     * @return sum of B_n [Hz], and as `cross` its derivative -d(sum of B_n)/dT [Hz/s]
     */
    JointSums Pinned(double roomS);

    /**
     * Find the minimum of w1 E_n + lambda B_n of each device, starting from the last call's.
     * @param lambda price of bandwidth [1/Hz], positive
     * @param roomS duration of the round less the base [s]
     * @param tolerance absolute, of ln x, x = ln(1 + SNR)
     * @return the sums over all devices
     */
    JointSums Solve(double lambda, double roomS, double tolerance);

    /// Have all devices start from the lower bound of power, with time to spare.
    void StartSlack();

    /**
     * @param lambda price of bandwidth, as in the last call of Solve() [1/Hz]
     * @param roomS duration of the round less the base, as in the last call of Solve() [s]
     * @param [out] mu prices of time, by device [1/s]
     * @return bandwidth, power and frequency of each device; their bandwidths add up to the band
     */
    std::vector<JointShare> GetShares(double lambda, double roomS, std::vector<double>& mu) const;

    /**
     * Have all devices start from equal shares of the band at full power.
     * @return a price of bandwidth to start from, the geometric mean of those at which each device
     *         would ask for its share [1/Hz]
     */
    double StartEqual();
    /// @return smallest distance of an uploading device's own base from the base [s]
    double GetSmallestSlackS() const;
    /// @return T_min less the base, if all devices had the whole band and little SNR [s]
    double GetWidebandRoomS() const;
    /// @return sum of the smallest prices of time at T = base of the devices that only compute and
    /// whose computation takes all of the base [1/s]
    double GetPinnedComputerMu() const;
    /// @return index of the slowest device of those that only compute; there must be one
    size_t GetSlowestComputer() const;
    /// @return largest C / f_min of all devices [s]; infinite where one has f_min = 0
    double GetSlowestComputeS() const;
    /// @return sum of w1 K over all devices, K = kappa C^3 [J s^2]
    double GetComputeWeight() const;

  private:
    struct Computer;

    /**
     * Add a device that uploads.
     * @param device the device
     * @param fastest shortest computing time, C / f_max [s]
     * @param slowest longest computing time, C / f_min [s]
     * @param k 2 w1 kappa C^3
     */
    void AddUploader(const JointDevice& device, double fastest, double slowest, double k);
    /// Fill the lanes of the last pack that have no device.
    void FinishPacks();
    /**
     * Do a piece of work for each pack, on all threads, where there are several.
     * @tparam Work callable with a JointPack&, returns its JointSums
     * @param work what
     * @return the sums over all packs, in an order that does not depend on threads
     */
    template <typename Work>
    JointSums ForAll(const Work& work);
    /**
     * Fill in the devices that have nothing to upload.
     * @param roomS duration of the round less the base [s]
     * @param [out] shares by device: power and CPU frequency
     * @param [out] mu prices of time, by device [1/s]
     */
    void AddComputers(double roomS, std::vector<JointShare>& shares, std::vector<double>& mu) const;

    const JointProblem& m_problem;      //!< as given
    double m_weightEnergy;              //!< w1
    double m_baseS{0};                  //!< no round is shorter [s]
    double m_slowestS{0};               //!< largest C / f_min [s]
    std::vector<JointPack> m_packs;     //!< devices that upload
    std::vector<size_t> m_uploaders;    //!< their indices
    std::vector<Computer> m_computers;  //!< devices that only compute
    std::unique_ptr<ThreadPool> m_pool; //!< null: one thread
};

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_SWEEP_H */
