/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_RESULTS_H
#define FL_TEST_RESULTS_H

#include "ns3/fl-round-record.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What the tests of result files share: folders and files to look at, and a round to write down.
 */

namespace ns3
{
namespace fl
{
namespace test
{

namespace fs = std::filesystem;

/// @return the path, where nothing of an earlier run is left
inline fs::path
Vacant(const fs::path& path)
{
    fs::remove_all(path);
    return path;
}

/**
 * @param path a file
 * @return what is in it
 */
inline std::string
ReadAll(const fs::path& path)
{
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/**
 * @param folder a folder
 * @return the names in it, sorted, with a blank after each
 */
inline std::string
NamesIn(const fs::path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
    {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names)
    {
        text += name + " ";
    }
    return text;
}

/**
 * @param round its number
 * @param accuracy after it
 * @return a round of 2 s in which device 1 of three sat out, and device 2 ran out of energy
 */
inline RoundRecord
MakeRecord(uint32_t round, double accuracy)
{
    RoundRecord record;
    record.round = round;
    record.startS = 2.0 * round;
    record.endS = 2.0 * round + 2;
    record.selected = 2;
    record.received = 1;
    record.loss = 0.25;
    record.accuracy = accuracy;
    record.energyJ = 0.375;
    record.objective = 1.5;
    record.predictedDurationS = 1.875;
    record.unselected = {1};

    WorkRecord good;
    good.order.device = 0;
    good.order.round = round;
    good.order.phases = {Transfer{0, Direction::DOWNLINK, 8000, {}},
                         Compute{1e9, 2e9},
                         Transfer{0,
                                  Direction::UPLINK,
                                  4000,
                                  Grant{0, Direction::UPLINK, 0, 50000, 0.0125},
                                  PayloadKind::UPDATE}};
    good.gain = 1e-10;
    good.predicted.downloadS = 0.25;
    good.predicted.computeS = 0.5;
    good.predicted.uploadS = 1;
    good.predicted.computeEnergyJ = 0.25;
    good.predicted.radioEnergyJ = 0.0625;
    good.measured = good.predicted;
    good.measured.stationEnergyJ = 0.5;
    good.measured.baseVersion = round - 1;
    good.measured.iterations = 10;
    good.measured.samples = 60;
    good.measured.payloadBits = 4000;
    good.measured.startS = record.startS;
    good.measured.idleS = 0;
    good.measured.uploadS = 1.125;
    good.measured.status = WorkStatus::MERGED;
    const double startS = record.startS;
    good.predicted.phases = {{startS, startS + 0.25},
                             {startS + 0.25, startS + 0.75},
                             {startS + 0.75, startS + 1.75}};
    good.measured.phases = {{startS, startS + 0.25},
                            {startS + 0.25, startS + 0.75},
                            {startS + 0.75, startS + 1.875}};

    WorkRecord empty;
    empty.order.device = 2;
    empty.order.round = round;
    empty.measured.startS = record.startS;
    empty.measured.downloadS = 0.5;
    empty.measured.status = WorkStatus::BATTERY;
    record.ended = {good, empty};
    return record;
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_RESULTS_H */
