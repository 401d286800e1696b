/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-study.h"

#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-option-text.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-version.h"
#include "ns3/rng-seed-manager.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// @return the registered studies by name; made when the first one is registered
std::map<std::string, StudyEntry>&
Entries()
{
    static std::map<std::string, StudyEntry> entries;
    return entries;
}

} // namespace

std::vector<StudyEntry>
RegisteredStudies()
{
    std::vector<StudyEntry> studies;
    for (const auto& entry : Entries())
    {
        studies.push_back(entry.second);
    }
    return studies;
}

void
RegisterStudy(StudyEntry entry)
{
    const std::string name = entry.name;
    if (!Entries().emplace(name, std::move(entry)).second)
    {
        throw std::logic_error("study '" + name + "' is registered twice");
    }
}

int
RunStudy(int argc, char* argv[], const std::string& name)
{
    return RunMain(argc, argv, [&name](int argc, char* argv[]) {
        const StudyEntry& entry = Entries().at(name);
        const auto study = entry.make();
        OptionParser parser(entry.name, entry.description);
        study->AddOptions(parser);
        parser.Parse(argc, argv);
        study->Run(parser);
        return EXIT_DONE;
    });
}

std::vector<std::string>
StudiedPhys(const Options& options)
{
    return options.phy == ALL_PHYS ? AvailablePhys() : std::vector<std::string>{options.phy};
}

uint64_t
StudySeed()
{
    return RngSeedManager::GetSeed() * 1000003ULL + RngSeedManager::GetRun();
}

void
ForEachRun(uint32_t runs, Progress& progress, const std::function<void(uint64_t)>& body)
{
    const uint64_t firstRun = RngSeedManager::GetRun();
    for (uint64_t run = firstRun; run < firstRun + runs; ++run)
    {
        if (run > firstRun)
        {
            progress.BeginRun();
        }
        RngSeedManager::SetRun(run);
        body(run);
    }
    RngSeedManager::SetRun(firstRun);
}

nlohmann::ordered_json
StudySummary(const OptionParser& parser, const std::string& status)
{
    nlohmann::ordered_json json;
    json["program"] = parser.GetProgram();
    if (!status.empty())
    {
        json["status"] = status;
    }
    json["versions"] = {{"fl", VERSION}, {"ns3", Ns3Version()}};
    json["configuration"] = parser.ToJson();
    return json;
}

std::vector<std::string>
ParseFigureNames(const std::string& text,
                 const std::vector<std::string>& known,
                 const std::string& range)
{
    if (text == "all")
    {
        return known;
    }
    const auto wanted = SplitText(text, ',');
    for (const auto& name : wanted)
    {
        if (std::find(known.begin(), known.end(), name) == known.end())
        {
            throw InvalidInput(Describe("figure '", name, "': must be one of ", range));
        }
    }
    std::vector<std::string> names;
    std::copy_if(known.begin(), known.end(), std::back_inserter(names), [&](const auto& name) {
        return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    });
    return names;
}

void
AddFiguresOption(OptionParser& parser,
                 std::string& figures,
                 const std::vector<std::string>& known,
                 const std::string& range)
{
    const std::string allowed = "all, or some of " + range + ", separated by commas";
    parser.Add("figures",
               "which: " + allowed,
               figures,
               {allowed, [known, range](const std::string& text) {
                    try
                    {
                        return !ParseFigureNames(text, known, range).empty();
                    }
                    catch (const InvalidInput&)
                    {
                        return false;
                    }
                }});
}

} // namespace fl
} // namespace ns3
