/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_HELPER_H
#define FL_LEDGER_HELPER_H

#include "fl-federation-helper.h"

#include "ns3/energy-source-container.h"
#include "ns3/fl-ledger-coordinator.h"
#include "ns3/fl-ns3-compat.h"

#include <vector>

namespace ns3
{
namespace fl
{

/// hbar of Table IV of the paper on blockchain-based learning [hash].
constexpr double TABLE_IV_HASHES = 50e9;

/**
 * @ingroup fl
 * Installs a ledger on a federation whose coordinator is a LedgerCoordinator: keys and first block,
 * a view for each server, and a Miner for each client.
 *
 * @code
 *   FederationHelper federation(task);
 *   federation.SetCoordinator("ns3::fl::LedgerCoordinator");
 *   ...
 *   LedgerHelper ledger;
 *   ledger.SetHashRates({1e11, 5e11, 1e12});
 *   ledger.SetRace(10);
 *   ledger.Install(federation.Install(...));
 * @endcode
 */
class LedgerHelper
{
  public:
    /// @param hashRates of the devices in turn: device i has entry i modulo their number [hash/s]
    void SetHashRates(std::vector<double> hashRates);
    /// @param joule energy of a hash [J]; default 5e-8
    void SetHashEnergy(double joule);
    /// Devices race, the default. @param intervalS mean time to a block, which says how many hashes
    /// it takes [s]; 0: Table IV's hashes
    void SetRace(double intervalS);
    /// Devices take Table IV's hashes without chance, zeta times: (27). @param zeta the factor
    void SetDeterministic(double zeta);
    /// @param bits work that is really done for each block [zero bits]
    void SetRealBits(uint32_t bits);
    /// @param leader who leads
    void SetLeader(LedgerLeader leader);
    /// @param seed of keys, times and leaders
    void SetSeed(uint64_t seed);

    /**
     * Install it, before the simulation begins.
     * @param federation servers, coordinator and clients
     * @throws InvalidInput if this was built without libsodium, there are no hash rates or all are
     *         0, a number is out of range, or the coordinator is none with a ledger
     */
    void Install(const Federation& federation) const;
    /**
     * Let the devices' miners draw from their sources.
     * @param federation with a ledger
     * @param sources one for each device, by DeviceId
     */
    static void InstallEnergyModels(const Federation& federation,
                                    const EnergySourceContainer& sources);

  private:
    std::vector<double> m_hashRates; //!< of devices in turn [hash/s]
    double m_joulePerHash{5e-8};     //!< energy of a hash [J]
    double m_intervalS{10};          //!< of a race; 0: Table IV's hashes [s]
    LedgerOptions m_options;         //!< all else
};

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_HELPER_H */
