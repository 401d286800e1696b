/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OFFLOAD_PROBLEM_H
#define FL_OFFLOAD_PROBLEM_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Offloading to several edge servers in blockchain-based federated learning (BFL; D. C. Nguyen, S.
 * Hosseinalipour, D. J. Love, P. N. Pathirana, C. G. Brinton, "Latency optimization for
 * blockchain-empowered federated learning in multi-server edge computing", problem (28)): what is
 * asked of one round. Plain data in SI units; no ns-3.
 *
 * Indices: device n, server (and cell) m, sub-channel g. The documentation says where the problem
 * differs from what is printed, and why.
 */

namespace ns3
{
namespace fl
{

/// A device n.
struct OffloadDevice
{
    double dataBits{0};             //!< D_n: what it sends if it offloads [bit]
    double cycles{0};               //!< c_n: work of a round, here or at a server [cycle]
    double maxCpuHz{0};             //!< F_n [Hz]
    double effectiveCapacitance{0}; //!< kappa [J s^2/cycle^3], may be 0
    double maxTxPowerW{0};          //!< P_n [W]
    double energyBudgetJ{0};        //!< E_max of (28h), mining included [J]
    double uploadRateBps{0};        //!< rate of its model's upload if it computes itself [bit/s]
};

/// A server m, at the base station of its cell.
struct OffloadServer
{
    double cpuHz{0}; //!< f_m [Hz]
};

/// What a device does for the ledger, whatever it does for learning.
struct OffloadMining
{
    double blockHashes{0};             //!< hbar: hashes of a block [hash]
    double joulePerHash{0};            //!< Xi [J/hash], may be 0
    double maxHashRateHps{0};          //!< Psi_max of each device [hash/s]
    double forks{0};                   //!< zeta: a factor of (27), may be 0
    double propagationS{0};            //!< T_prop [s], may be 0
    std::optional<double> hashPoolHps; //!< H: limit of the sum of hash rates [hash/s]; none: none
};

/// What is minimised.
enum class OffloadObjective : uint8_t
{
    SUM,     //!< (24): durations of all devices and servers, added up
    MAKESPAN //!< when all are done: offloading ends everywhere, then all compute at once
};

/// @return the name used in files: sum, makespan
/// @param objective what is minimised
const char* ToString(OffloadObjective objective);

/// Most devices, servers and sub-channels.
inline constexpr size_t OFFLOAD_MAX_DEVICES = 1000;
inline constexpr size_t OFFLOAD_MAX_SERVERS = 16;      //!< of an instance
inline constexpr size_t OFFLOAD_MAX_SUB_CHANNELS = 64; //!< of a cell

/**
 * Problem (28) for one round, as corrected in the documentation:
 *   min T_learn + T_consensus + T_mine
 * over who offloads to which server on which sub-channel, with which power, and which CPU frequency
 * and hash rate each device has, subject to (28b) to (28h), and (28c'): at most one device on a
 * sub-channel of a cell.
 */
struct OffloadProblem
{
    std::vector<double> bandwidthHz;                   //!< b_g [Hz], of each cell alike
    std::vector<double> noiseW;                        //!< sigma_g^2 over that width [W]
    std::vector<double> gains;                         //!< h_nmg at (n M + m) G + g; may be 0
    std::vector<OffloadServer> servers;                //!< at least one
    std::vector<OffloadDevice> devices;                //!< at least one
    double modelBits{0};                               //!< theta [bit]
    double consensusS{0};                              //!< (25) [s], may be 0
    OffloadMining mining;                              //!< of all devices alike
    OffloadObjective objective{OffloadObjective::SUM}; //!< what is minimised

    /// @return h_nmg
    /// @param n device
    /// @param m server
    /// @param g sub-channel
    double Gain(size_t n, size_t m, size_t g) const
    {
        return gains[(n * servers.size() + m) * bandwidthHz.size() + g];
    }

    /// @throws InvalidInput that names the field, its value and what is allowed
    void Validate() const;
    /// @throws Infeasible if mining takes all of a device's energy: which, and what would do
    void RequireEnergy() const;
    /// @return Xi hbar: energy of mining, of each device [J]
    double MiningJ() const;
    /// @return E_max - Xi hbar: what learning may take [J]
    /// @param n device
    double LearnBudgetJ(size_t n) const;
    /// @return Psi: the best hash rate, of each device [hash/s]
    double HashRateHps() const;
    /// @return zeta (hbar / Psi + T_prop) of a device [s]
    /// @param hashRateHps Psi
    double MiningS(double hashRateHps) const;
    /// @return the best CPU frequency of a device that computes itself, within its budget [Hz]
    /// @param n device
    double LocalHz(size_t n) const;
    /// @return T_loc + T_up of a device that computes itself at LocalHz() [s]
    /// @param n device
    double LocalS(size_t n) const;
    /// @return c_n / f_m: what the device's work takes at a server [s]
    /// @param n device
    /// @param m server
    double ExecuteS(size_t n, size_t m) const;
};

} // namespace fl
} // namespace ns3

#endif /* FL_OFFLOAD_PROBLEM_H */
