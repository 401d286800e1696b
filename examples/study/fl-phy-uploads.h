/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PHY_UPLOADS_H
#define FL_PHY_UPLOADS_H

#include "ns3/fl-csv.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-round-record.h"
#include "ns3/fl-sample.h"
#include "ns3/fl-sync-coordinator.h"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What was predicted of each upload over a PHY, by the PHY's own model and by Shannon's formula for
 * the same grant, beside what was measured.
 */

namespace ns3
{
namespace fl
{

/// Errors of predictions, each |predicted / measured - 1|: of a prediction of 0 it is 1.
struct PredictionErrors
{
    Sample sample;          //!< all of them
    double largest{ABSENT}; //!< the largest one

    /**
     * Add one; what was not predicted, or measured as 0, is left out.
     * @param measured a time [s] or energy [J]
     * @param predicted its prediction, in the same unit
     */
    void Add(double measured, double predicted);
};

/**
 * The uploads of one PHY. Orders whose update was not merged in their own round are left out.
 */
class PhyUploads
{
  public:
    /**
     * @param phy the PHY's name
     * @param table phys.csv; must outlive this object
     */
    PhyUploads(const std::string& phy, OutputFile& table);

    /**
     * Compare all rounds that begin from now on.
     * @param run the run's number
     * @param coordinator runs the rounds; this object must outlive the simulation
     */
    void Watch(uint32_t run, Ptr<SyncCoordinator> coordinator);

    /// @return the PHY's name
    const std::string& GetPhy() const;
    /// @return the errors, and how many uploads they are of
    nlohmann::ordered_json ToJson() const;
    /// @return a line of the table of errors, below HEADER_TEXT
    std::string ToText() const;

    /// Columns of phys.csv.
    static const char HEADER[];
    /// Above what ToText() returns.
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
     * @param record of the closed round
     */
    void EndRound(const RoundRecord& record);
    /**
     * Add the upload of one order.
     * @param work as planned and as measured
     */
    void AddWork(const WorkRecord& work);

    std::string m_phy;                  //!< name
    OutputFile& m_table;                //!< phys.csv
    CsvRow m_row;                       //!< the row that is put together
    uint32_t m_run{0};                  //!< the run's number
    std::vector<WorkOutcome> m_shannon; //!< of the current round, by DeviceId
    uint32_t m_uploads{0};              //!< that are compared
    PredictionErrors m_ownTime;         //!< upload time, by the PHY's own model
    PredictionErrors m_shannonTime;     //!< upload time, by Shannon's formula
    PredictionErrors m_ownRadiated;     //!< radiated energy, by the PHY's own model
    PredictionErrors m_shannonRadiated; //!< radiated energy, by Shannon's formula
    PredictionErrors m_ownEnergy;       //!< compute plus radiated energy, by the PHY's own model
};

} // namespace fl
} // namespace ns3

#endif /* FL_PHY_UPLOADS_H */
