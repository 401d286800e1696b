/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PHY_UPLOADS_H
#define FL_PHY_UPLOADS_H

#include "ns3/fl-coordinator.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-sample.h"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Compares predictions of each upload over a PHY, by the PHY's rate model and by Shannon's rate for
 * the same grant, with measurements.
 */

namespace ns3
{
namespace fl
{

/// Relative errors of predictions, |predicted / measured - 1|.
struct PredictionErrors
{
    Sample sample;          //!< all errors
    double largest{ABSENT}; //!< largest error

    /**
     * Add an error; ignored if the prediction is ABSENT, or the measured value 0.
     * @param measured a time [s] or energy [J]
     * @param predicted its prediction, in the same unit
     */
    void Add(double measured, double predicted);
};

/**
 * The uploads over one PHY. Orders whose update was not merged in their own round are excluded.
 */
class PhyUploads
{
  public:
    /**
     * @param phy name of the PHY
     * @param table phys.csv, to which rows are written; must outlive this object
     */
    PhyUploads(const std::string& phy, OutputFile& table);

    /**
     * Compare all rounds that begin from now on.
     * @param run number of the run
     * @param coordinator coordinator of the rounds; this object must outlive the simulation
     */
    void Watch(uint32_t run, Ptr<Coordinator> coordinator);

    /// @return name of the PHY
    const std::string& GetPhy() const;
    /// @return errors and number of uploads, for summary.json
    nlohmann::ordered_json ToJson() const;
    /// @return a line of the printed table of errors, with the columns of HEADER_TEXT
    std::string ToText() const;

    /// Columns of phys.csv.
    static const char HEADER[];
    /// Header of the printed table.
    static const char HEADER_TEXT[];

  private:
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
     * Add the upload of one order.
     * @param work the order, predicted and measured
     */
    void AddWork(const WorkRecord& work);

    std::string m_phy;                  //!< name of the PHY
    OutputFile& m_table;                //!< phys.csv
    CsvRow m_row;                       //!< row of m_table
    uint32_t m_run{0};                  //!< number of the run
    std::vector<WorkOutcome> m_shannon; //!< prediction by Shannon's rate, by DeviceId
    uint32_t m_uploads{0};              //!< number of compared uploads
    PredictionErrors m_ownTime;         //!< upload time by the PHY's rate model
    PredictionErrors m_shannonTime;     //!< upload time by Shannon's rate
    PredictionErrors m_ownRadiated;     //!< radiated energy by the PHY's rate model
    PredictionErrors m_shannonRadiated; //!< radiated energy by Shannon's rate
    PredictionErrors m_ownEnergy;       //!< compute plus radiated energy by the PHY's rate model
};

} // namespace fl
} // namespace ns3

#endif /* FL_PHY_UPLOADS_H */
