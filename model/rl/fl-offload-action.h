/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_ACTION_H
#define FL_OFFLOAD_ACTION_H

#include "fl-environment.h"

#include "ns3/fl-offload-problem.h"
#include "ns3/fl-offload-value.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * OffloadProblem as an agent sees it: its state as numbers of size 1, its actions as decisions.
 */

namespace ns3
{
namespace fl
{

/// What agents know before they decide.
enum class OffloadStateKind : uint8_t
{
    PAPER, //!< (30): data, the last allocation of sub-channels, bandwidth, CPU and hash rate
    GAINS  //!< beside that, all channel gains: without them nobody can adapt to fading
};

/// @return the name used in options and files: paper, gains
/// @param kind what agents know
const char* ToString(OffloadStateKind kind);

/// Sizes of a problem that an agent is made for.
struct OffloadSizes
{
    uint32_t devices{0};     //!< N
    uint32_t servers{0};     //!< M
    uint32_t subChannels{0}; //!< G

    /// @return the sizes of a problem
    /// @param problem the problem
    static OffloadSizes Of(const OffloadProblem& problem);

    /// @return whether all are the same
    /// @param other to compare with
    bool operator==(const OffloadSizes& other) const
    {
        return devices == other.devices && servers == other.servers &&
               subChannels == other.subChannels;
    }

    /// @return elements of a state
    /// @param kind what it knows
    uint32_t StateSize(OffloadStateKind kind) const;
    /// @return a unit per device; option 0 is at home, 1 + m G + g sub-channel g of cell m; of the
    /// five parameters three belong to offloading and two to computing at home
    ActionSpace Space() const;
};

/// A device's parameters, in their order.
enum OffloadParameter : uint8_t
{
    OFFLOAD_POWER,     //!< p, from P - 20 dB to P, in dB (the paper's 10 to 30 dBm)
    OFFLOAD_BANDWIDTH, //!< b, from a tenth of the sub-channel's to all of it
    OFFLOAD_HASH,      //!< Psi of who offloads, from a tenth of Psi_max to all of it
    LOCAL_CPU,         //!< f, from a tenth of the best that limit and budget allow to all of it
    LOCAL_HASH,        //!< Psi of who computes at home
    OFFLOAD_PARAMETERS
};

/**
 * @ingroup fl
 * Makes decisions of actions. All of them are feasible: where a device's energy does not do for its
 * power, the power is lowered to what it does for, given the powers of all others; where it does
 * for none, or nothing is heard, the device computes at home at its best. One pass over devices is
 * enough, since to lower a power spares all others energy. Hash rates that exceed a pool together
 * are all lowered by one factor.
 */
class OffloadDecoder
{
  public:
    /// @param problem a valid problem; must outlive this object, and may change but in its sizes
    explicit OffloadDecoder(const OffloadProblem& problem);

    /**
     * @param action of the space that the problem's sizes have
     * @return decisions; valid until the next call
     */
    const std::vector<OffloadDecision>& Decode(const HybridAction& action);

    /// @return the evaluator of the same problem
    OffloadEvaluator& Evaluator()
    {
        return m_evaluator;
    }

  private:
    /// Set a decision as the action says. @param action the action @param n device
    void DecodeDevice(const HybridAction& action, size_t n);
    /// Lower powers to what budgets allow.
    void KeepBudgets();

    const OffloadProblem& m_problem;          //!< the problem
    OffloadEvaluator m_evaluator;             //!< of it
    std::vector<OffloadDecision> m_decisions; //!< by device
};

/**
 * @param problem a valid problem
 * @return the decisions before the first one: all compute at home at their best
 */
std::vector<OffloadDecision> FirstOffloadDecisions(const OffloadProblem& problem);

/**
 * The whole state (30): by device data [2 MB]; by device and sub-channel whether it was used and
 * with which part of its bandwidth; by device the CPU frequency [2 GHz] of who computed at home;
 * by device the part of Psi_max; and with GAINS, at (n M + m) G + g, (ln SNR - 4) / 3 at full power
 * without interference, where the SNR counts as at least 1e-6.
 * @param problem a valid problem
 * @param kind what the state knows
 * @param last the last decisions
 * @param [out] state OffloadSizes::StateSize() numbers
 */
void WriteOffloadState(const OffloadProblem& problem,
                       OffloadStateKind kind,
                       const std::vector<OffloadDecision>& last,
                       Eigen::VectorXf& state);
/// Write the part of a state that depends on data. @param problem as WriteOffloadState() @param
/// [in,out] state of the right size
void WriteOffloadData(const OffloadProblem& problem, Eigen::VectorXf& state);
/// Write the part of a state that depends on the last decisions. @param problem as
/// WriteOffloadState() @param last decisions @param [in,out] state of the right size
void WriteOffloadAllocation(const OffloadProblem& problem,
                            const std::vector<OffloadDecision>& last,
                            Eigen::VectorXf& state);
/// Write the part of a state of the kind GAINS that depends on gains. @param problem as
/// WriteOffloadState() @param [in,out] state of the right size
void WriteOffloadGains(const OffloadProblem& problem, Eigen::VectorXf& state);

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_ACTION_H */
