/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-plot-survey.h"

#include "fl-csv.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace ns3
{
namespace fl
{

namespace
{

/// Devices that the timeline shows at most, the first ones.
constexpr size_t TIMELINE_DEVICES = 200;

/**
 * @param folder results folder of a run, with devices.csv
 * @return the number of devices that had an order
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
uint64_t
CountDevices(const std::filesystem::path& folder)
{
    CsvReader reader(folder / "devices.csv");
    const size_t device = reader.Column("device");
    std::set<double> devices;
    while (reader.Next())
    {
        devices.insert(reader.Number(device));
    }
    return devices.size();
}

/**
 * @param isAsynchronous whether rounds are aggregations, and an order's round is its own number
 * @param survey of the rounds
 * @param round of a row of a table
 * @param startS of that row [s]
 * @return whether it is in the timeline
 */
bool
IsInTimeline(bool isAsynchronous, const PlotSurvey& survey, double round, double startS)
{
    return isAsynchronous ? startS < survey.timelineEndS : round <= TIMELINE_ROUNDS;
}

/**
 * @param folder results folder of a run, with rounds.csv
 * @param [in,out] survey the ranges of the rounds' values are added
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
void
SurveyRounds(const std::filesystem::path& folder, PlotSurvey& survey)
{
    CsvReader reader(folder / "rounds.csv");
    const size_t start = reader.Column("start_s");
    const size_t end = reader.Column("end_s");
    const size_t accuracy = reader.Column("accuracy");
    const size_t task = reader.Column("task");
    for (; reader.Next(); ++survey.rounds)
    {
        survey.evaluated = survey.evaluated || !std::isnan(reader.Number(accuracy));
        survey.tasks = std::max(survey.tasks, static_cast<uint32_t>(reader.Number(task)) + 1);
        if (survey.rounds < survey.timelineRounds)
        {
            survey.roundStartsS.push_back(reader.Number(start));
            survey.timelineEndS = reader.Number(end);
        }
    }
}

/**
 * @param folder results folder of a run, with devices.csv
 * @param isAsynchronous PlotRequest::isAsynchronous
 * @param [in,out] survey the ranges of the orders' values are added
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
void
SurveyDevices(const std::filesystem::path& folder, bool isAsynchronous, PlotSurvey& survey)
{
    CsvReader reader(folder / "devices.csv");
    const size_t round = reader.Column("round");
    const size_t device = reader.Column("device");
    const size_t start = reader.Column("start_s");
    const size_t idle = reader.Column("idle_s");
    const size_t status = reader.Column("status");
    const size_t measured = reader.Column("upload_s");
    const size_t predicted = reader.Column("predicted_upload_s");
    std::vector<uint32_t>& devices = survey.devices;
    for (; reader.Next(); ++survey.deviceRows)
    {
        const double startS = reader.Number(start);
        if (!std::isnan(startS) &&
            IsInTimeline(isAsynchronous, survey, reader.Number(round), startS))
        {
            devices.push_back(static_cast<uint32_t>(reader.Number(device)));
            survey.anyIdle = survey.anyIdle || reader.Number(idle) > 0;
            survey.anyFailed = survey.anyFailed || reader.Text(status) != "merged";
        }
        const std::string_view end = reader.Text(status);
        const bool arrived = end == "merged" || end == "late";
        if (arrived && reader.Number(measured) > 0 && reader.Number(predicted) > 0)
        {
            ++survey.scatterPoints;
            survey.uploadS.Add(reader.Number(measured));
            survey.uploadS.Add(reader.Number(predicted));
        }
    }
    std::sort(devices.begin(), devices.end());
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    survey.timelineDevices = devices.size();
    devices.resize(std::min(devices.size(), TIMELINE_DEVICES));
}

/**
 * @param file path of a table with a row per phase
 * @param kind column by which two kinds of rows differ
 * @param first value of that column in rows of the first kind
 * @param isShown whether a phase of a round, with its begin [s], is in the timeline
 * @param [out] anyFirst whether the timeline has rows of the first kind
 * @param [out] anySecond whether it has rows of another kind
 * @throws std::runtime_error if the file can't be read, lacks a column or is malformed
 */
void
SurveyPhases(const std::filesystem::path& file,
             const std::string& kind,
             const std::string& first,
             const std::function<bool(double, double)>& isShown,
             bool& anyFirst,
             bool& anySecond)
{
    CsvReader reader(file);
    const size_t round = reader.Column("round");
    const size_t kindOf = reader.Column(kind);
    const size_t start = reader.Column("start_s");
    const size_t end = reader.Column("end_s");
    while (reader.Next())
    {
        if (!std::isnan(reader.Number(end)) && isShown(reader.Number(round), reader.Number(start)))
        {
            (reader.Text(kindOf) == first ? anyFirst : anySecond) = true;
        }
    }
}

} // namespace

PlotSurvey
SurveyRun(const std::filesystem::path& folder, bool isAsynchronous)
{
    PlotSurvey survey;
    if (isAsynchronous)
    {
        // As many as there would be in that many rounds of all devices.
        survey.timelineRounds *= std::max<uint64_t>(1, CountDevices(folder));
    }
    SurveyRounds(folder, survey);
    SurveyDevices(folder, isAsynchronous, survey);
    const auto isShown = [&](double round, double startS) {
        return IsInTimeline(isAsynchronous, survey, round, startS);
    };
    SurveyPhases(folder / "transfers.csv",
                 "direction",
                 "downlink",
                 isShown,
                 survey.anyDownload,
                 survey.anyUpload);
    SurveyPhases(folder / "computations.csv",
                 "node",
                 "device",
                 isShown,
                 survey.anyCompute,
                 survey.anyServerCompute);
    return survey;
}

} // namespace fl
} // namespace ns3
