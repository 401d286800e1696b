/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_PACKETS_H
#define FL_JOINT_PACKETS_H

#include "fl-joint-study-options.h"

#include "ns3/fl-outcome.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-sync-coordinator.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * fl-joint-energy-time --packets: one cell through the simulator, where what the formula and the
 * predictor say of time and energy stands beside what was measured.
 */

namespace ns3
{
namespace fl
{

/// Time and energy of one device over its orders, or of all devices over the rounds.
struct TimeAndEnergy
{
    double downloadS{0};      //!< [s]; the formula knows none
    double computeS{0};       //!< [s]
    double uploadS{0};        //!< [s]
    double computeEnergyJ{0}; //!< [J]
    double radioEnergyJ{0};   //!< [J]
};

/**
 * Per device, and in total: the formula of the joint problem (payload over Shannon's rate, no
 * downloads), the predictor (which knows headers and downloads), and the measurement. Orders whose
 * update was not merged in their own round are left out, but for their energy in the total.
 */
class PacketComparison
{
  public:
    /**
     * Compare all rounds that begin from now on.
     * @param coordinator runs the rounds; this object must outlive the simulation
     */
    void Watch(Ptr<SyncCoordinator> coordinator);

    /// @return the rows of packets.csv with header: one per device, and last that of all devices
    std::string ToCsv() const;
    /// @return a small table of the totals
    std::string ToText() const;

    /// Columns of packets.csv.
    static const char HEADER[];

  private:
    /// One device's sums.
    struct Device
    {
        uint32_t orders{0};      //!< number of orders that are compared
        double bandwidthHz{0};   //!< granted, sum over these [Hz]
        double txPowerW{0};      //!< granted, sum over these [W]
        double cpuHz{0};         //!< planned, sum over these [Hz]
        TimeAndEnergy measured;  //!< sums of what was measured
        TimeAndEnergy predicted; //!< sums of the predictor's
        TimeAndEnergy formula;   //!< sums of the joint problem's formula
    };

    /// Sums over rounds.
    struct Total
    {
        double timeS{0};   //!< of the rounds' durations [s]
        double energyJ{0}; //!< of all devices [J]
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
     * @param record of the closed round
     */
    void EndRound(const RoundRecord& record);
    /**
     * Add one order to the sums.
     * @param work as planned and as measured
     */
    void AddWork(const WorkRecord& work);

    std::vector<Device> m_devices;         //!< by DeviceId
    std::vector<TimeAndEnergy> m_formulas; //!< of the current round, by DeviceId
    Total m_measured;                      //!< in total
    Total m_predicted;                     //!< in total
    Total m_formula;                       //!< in total
    Total m_nextPredicted;                 //!< of the current round
    Total m_nextFormula;                   //!< of the current round
    uint32_t m_rounds{0};                  //!< number of rounds that are closed
};

/**
 * Simulate one cell, write results into OUT/packets, draw and print the comparison.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void RunJointPackets(const OptionParser& parser, const JointStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PACKETS_H */
