/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_PACKETS_H
#define FL_JOINT_PACKETS_H

#include "fl-joint-study-options.h"

#include "ns3/fl-coordinator.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-round-record.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * fl-joint-energy-time --packets: packet-level simulation of one cell, which compares times and
 * energies by the formula of the joint problem and by Predictor with measured ones.
 */

namespace ns3
{
namespace fl
{

/// Times and energies of one device, summed over its orders, or of all devices over the rounds.
struct TimeAndEnergy
{
    double downloadS{0};      //!< downloads; 0 by the formula, which has none [s]
    double computeS{0};       //!< computation [s]
    double uploadS{0};        //!< uploads [s]
    double computeEnergyJ{0}; //!< computation [J]
    double radioEnergyJ{0};   //!< radiated in uploads [J]
};

/**
 * Compares, per device and in total, the formula of the joint problem (payload over Shannon's rate,
 * no downloads), Predictor (with headers and downloads), and measurement. Orders whose update was
 * not merged in their own round are excluded, except for their energy in the total.
 */
class PacketComparison
{
  public:
    /**
     * Compare all rounds that begin from now on.
     * @param coordinator coordinator of the rounds; this object must outlive the simulation
     */
    void Watch(Ptr<Coordinator> coordinator);

    /// @return content of packets.csv: a row per device, then one of all devices
    std::string ToCsv() const;
    /// @return table of the totals
    std::string ToText() const;

    /// Columns of packets.csv.
    static const char HEADER[];

  private:
    /// Sums of one device over its orders.
    struct Device
    {
        uint32_t orders{0};      //!< number of compared orders
        double bandwidthHz{0};   //!< sum of granted bandwidths [Hz]
        double txPowerW{0};      //!< sum of granted powers [W]
        double cpuHz{0};         //!< sum of planned CPU frequencies [Hz]
        TimeAndEnergy measured;  //!< measured sums
        TimeAndEnergy predicted; //!< sums by Predictor
        TimeAndEnergy formula;   //!< sums by the formula
    };

    /// Sums over rounds.
    struct Total
    {
        double timeS{0};   //!< sum of durations [s]
        double energyJ{0}; //!< energy of all devices [J]
    };

    /**
     * Sink of SyncCoordinator's trace source RoundBegin.
     * @param state profiles, gains and bandwidths that the plan is based on
     * @param plan the round's work orders
     * @param predicted predicted outcome of the plan
     */
    void BeginRound(const SystemState& state, const Plan& plan, const Outcome& predicted);
    /**
     * Sink of SyncCoordinator's trace source RoundEnd.
     * @param record record of the closed round
     */
    void EndRound(const RoundRecord& record);
    /**
     * Add one order to the sums.
     * @param work the order, predicted and measured
     */
    void AddWork(const WorkRecord& work);

    std::vector<Device> m_devices;         //!< by DeviceId
    std::vector<TimeAndEnergy> m_formulas; //!< of the open round, by DeviceId
    Total m_measured;                      //!< measured total of closed rounds
    Total m_predicted;                     //!< total of closed rounds by Predictor
    Total m_formula;                       //!< total of closed rounds by the formula
    Total m_nextPredicted;                 //!< open round by Predictor
    Total m_nextFormula;                   //!< open round by the formula
    uint32_t m_rounds{0};                  //!< number of closed rounds
};

/**
 * Simulate one cell, write results into OUT/packets, plot and print the comparison.
 * @param parser the parsed command line, for summary.json
 * @param options parsed options
 */
void RunJointPackets(const OptionParser& parser, const JointStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PACKETS_H */
