/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_PACKET_TABLES_H
#define FL_MULTITASK_PACKET_TABLES_H

#include "ns3/fl-coordinator.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-sample.h"

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What the schemes of section VI of DMA-FL came to with packets: samples over the runs, and tables
 * of them.
 */

namespace ns3
{
namespace fl
{

/// Phases of a period, in their order.
inline constexpr std::array<const char*, 4> MULTITASK_PHASES{"idle",
                                                             "download",
                                                             "compute",
                                                             "upload"};
/// How many these are.
inline constexpr size_t N_MULTITASK_PHASES = MULTITASK_PHASES.size();

/// The tables of all schemes, with their first lines.
struct MultitaskPacketTables
{
    /// packets.csv, by scheme and task
    std::string packets{"scheme,task,runs,aggregations_mean,aggregations_ci95,last_s_mean,"
                        "last_s_ci95,accuracy_mean,accuracy_ci95,device_j_mean,device_j_ci95,"
                        "station_j_mean,station_j_ci95,planned_staleness_mean,"
                        "planned_staleness_ci95,staleness_mean,staleness_ci95,as_planned_mean,"
                        "as_planned_ci95\n"};
    /// phases.csv, by scheme and phase
    std::string phases{"scheme,phase,orders,predicted_s,measured_s,median_error,error_95\n"};
    /// budgets.csv, by scheme and device
    std::string budgets{"scheme,device,budget_j,planned_j,spent_j,overrun\n"};
    /// periods.csv, phases of all merged orders of the first run
    std::string periods{"scheme,task,device,phase,start_s,end_s,base_version,aggregation,"
                        "aggregated_s\n"};
};

/// Durations of a phase, over all orders.
struct MultitaskPhaseAgreement
{
    Sample predictedS;          //!< [s]
    Sample measuredS;           //!< [s]
    std::vector<double> errors; //!< |measured / predicted - 1|, where something was predicted

    /// Add an order. @param predicted duration [s] @param measured duration [s]
    void Add(double predicted, double measured);

    /// @param quantile from 0 to 1 @return of the errors; ABSENT without any
    double Quantile(double quantile) const;
};

/// What a task came to, over the runs.
struct MultitaskTaskSamples
{
    Sample aggregations;     //!< made
    Sample lastS;            //!< time of the last one [s]
    Sample accuracy;         //!< at the end, 0 to 1
    Sample deviceJ;          //!< of all devices [J]
    Sample stationJ;         //!< of the base station [J]
    Sample plannedStaleness; //!< of updates
    Sample staleness;        //!< of updates, as measured
    Sample asPlanned;        //!< 1 for an update that makes the aggregation that it was planned for
};

/// What a device was planned to spend, and spent, over the runs.
struct MultitaskDeviceSamples
{
    Sample plannedJ; //!< [J]
    Sample spentJ;   //!< [J]
};

/// All runs of a scheme.
class MultitaskSchemeSamples
{
  public:
    /// @param name as in --compare @param tasks their number @param devices their number
    MultitaskSchemeSamples(const std::string& name, size_t tasks, size_t devices);

    /// Connect to the traces of a run. @param coordinator of the run, which has not begun
    void Watch(Ptr<Coordinator> coordinator);

    /// The run is over.
    void EndRun();

    /// Append rows to the tables. @param taskNames by task @param budgetJ of each device @param
    /// [in,out] tables get them
    void AddRows(const std::vector<std::string>& taskNames,
                 double budgetJ,
                 MultitaskPacketTables& tables) const;

    /// Print how it ended. @param out output stream @param taskNames by task
    void Print(std::ostream& out, const std::vector<std::string>& taskNames) const;

    /// @return as in --compare
    const std::string& GetName() const
    {
        return m_name;
    }

  private:
    /// A task in the present run.
    struct Last
    {
        double aggregations{0};  //!< made
        double endS{ABSENT};     //!< of the last one [s]
        double accuracy{ABSENT}; //!< of the last evaluation, 0 to 1
        double deviceJ{0};       //!< [J]
        double stationJ{0};      //!< [J]
    };

    /// A device in the present run.
    struct Spent
    {
        double plannedJ{0}; //!< [J]
        double spentJ{0};   //!< [J]
    };

    /// Sink of RoundEnd.
    void EndAggregation(const RoundRecord& record);
    /// An order is over. @param work it @param record of the present aggregation
    void EndOrder(const WorkRecord& work, const RoundRecord& record);
    /// Keep the begins and ends of phases, for periods.csv. @param work a merged order @param
    /// record of the aggregation that it made
    void AddPeriod(const WorkRecord& work, const RoundRecord& record);

    /// A phase of the first run.
    struct Period
    {
        uint32_t task;        //!< number of the task
        uint32_t device;      //!< the device
        size_t phase;         //!< index in MULTITASK_PHASES
        double startS;        //!< [s]
        double endS;          //!< [s]
        uint32_t baseVersion; //!< of the model that the order began with
        uint32_t aggregation; //!< that its update made, from 1
        double aggregatedS;   //!< when that was made [s]
    };

    std::string m_name;                                               //!< as in --compare
    std::vector<MultitaskTaskSamples> m_tasks;                        //!< by task
    std::vector<MultitaskDeviceSamples> m_devices;                    //!< by device
    std::array<MultitaskPhaseAgreement, N_MULTITASK_PHASES> m_phases; //!< by phase
    std::vector<Period> m_periods;                                    //!< of the first run
    std::vector<Last> m_last;   //!< of the present run, by task
    std::vector<Spent> m_spent; //!< of the present run, by device
    uint32_t m_run{0};          //!< runs that are over
};

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_PACKET_TABLES_H */
