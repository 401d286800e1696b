/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLOT_SURVEY_H
#define FL_PLOT_SURVEY_H

#include "ns3/fl-plan.h"

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace ns3
{
namespace fl
{

/// Rounds that the timeline shows: more can't be read.
inline constexpr uint32_t TIMELINE_ROUNDS = 3;

/// The smallest and the largest of some values.
struct Range
{
    double low{ABSENT};  //!< smallest; ABSENT of none
    double high{ABSENT}; //!< largest

    /// @param value widens the range so that it is in there; NaN does nothing
    void Add(double value)
    {
        low = std::fmin(low, value);
        high = std::fmax(high, value);
    }
};

/// What must be known of a run's CSV files before a script that plots them can be written.
struct PlotSurvey
{
    std::vector<double> roundStartsS;         //!< of the timeline's rounds [s]
    double timelineEndS{ABSENT};              //!< end of the last of these [s]
    uint64_t rounds{0};                       //!< rounds in all
    uint32_t tasks{1};                        //!< number of tasks
    uint64_t timelineRounds{TIMELINE_ROUNDS}; //!< most rounds of the timeline, of all tasks
    bool evaluated{false};                    //!< whether any round has an accuracy
    std::vector<uint32_t> devices;            //!< those in the timeline, ascending
    uint64_t timelineDevices{0};              //!< how many there would be without the limit
    bool anyIdle{false};                      //!< whether any order in the timeline has a pause
    bool anyFailed{false};                    //!< whether any order in the timeline was not merged
    bool anyDownload{false};                  //!< whether the timeline has transfers to devices
    bool anyUpload{false};                    //!< whether it has transfers from devices
    bool anyCompute{false};                   //!< whether it has computations on devices
    bool anyServerCompute{false};             //!< whether it has computations on servers
    uint64_t scatterPoints{0};                //!< uploads that have a prediction
    uint64_t deviceRows{0};                   //!< rows of devices.csv
    Range uploadS;                            //!< of predicted and measured upload times [s]
};

/**
 * Read a run's rounds.csv, devices.csv, transfers.csv and computations.csv once.
 * @param folder results folder of the run
 * @param isAsynchronous whether rounds are aggregations of an AsyncCoordinator
 * @return what they hold
 * @throws std::runtime_error if a file can't be read, lacks a column or is malformed
 */
PlotSurvey SurveyRun(const std::filesystem::path& folder, bool isAsynchronous);

} // namespace fl
} // namespace ns3

#endif /* FL_PLOT_SURVEY_H */
