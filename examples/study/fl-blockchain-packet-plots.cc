/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-blockchain-packet-plots.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <map>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

constexpr char TIMELINE[] = "timeline.csv"; //!< phases
constexpr char MAP[] = "map.csv";           //!< places
constexpr char CHAIN[] = "chain.csv";       //!< blocks

/// Write a table. @param path of the file @param text its content
void
WriteTable(const std::filesystem::path& path, const std::string& text)
{
    OutputFile file(path);
    file.Write(text);
    file.Publish();
}

/// Phases as bars, a row for each device and, below, each server. @param folder where to @param
/// spans what is drawn @param [in,out] scripts gets the name
void
WriteTimeline(const std::filesystem::path& folder,
              const std::vector<BlockchainSpan>& spans,
              std::vector<std::string>& scripts)
{
    std::string text = "round,row,phase,start_s,end_s\n";
    CsvRow row;
    for (const auto& span : spans)
    {
        row.Add(span.round).Add(span.row).Add(span.phase.c_str()).Add(span.startS).Add(span.endS);
        text += row.Finish();
    }
    WriteTable(folder / TIMELINE, text);
    PlotScript script("timeline",
                      "Rounds with consensus and mining",
                      "simulated time [s]",
                      "device; server m: -1 - m",
                      1000);
    script.KeyBeside();
    script.Line("set offsets 0, 0, 0.5, 0.5");
    const std::pair<const char*, const char*> phases[] = {{"offload", colours::ORANGE},
                                                          {"execute", colours::VERMILION},
                                                          {"download", colours::SKY_BLUE},
                                                          {"compute", colours::GREEN},
                                                          {"upload", colours::BLUE},
                                                          {"consensus", colours::PURPLE},
                                                          {"record", colours::BLACK},
                                                          {"mining", colours::GREY},
                                                          {"spread", colours::BROWN}};
    for (const auto& [phase, colour] : phases)
    {
        script.Mark({TIMELINE,
                     PlotRowsWith("phase", phase),
                     {PlotColumn("start_s"),
                      PlotColumn("row"),
                      PlotColumn("end_s") + " - " + PlotColumn("start_s"),
                      "0"}},
                    phase,
                    Describe("with vectors nohead lw 7 lc rgb '", colour, "'"));
    }
    script.Write(folder, scripts);
}

/// Stations and devices, each with a line to its station. @param folder where to @param places what
/// is drawn @param [in,out] scripts gets the name
void
WriteMap(const std::filesystem::path& folder,
         const std::vector<BlockchainPlace>& places,
         std::vector<std::string>& scripts)
{
    std::string text = "kind,number,x_m,y_m,to_x_m,to_y_m,server,way\n";
    CsvRow row;
    for (const auto& place : places)
    {
        row.Add(place.kind.c_str())
            .Add(place.number)
            .Add(place.x)
            .Add(place.y)
            .Add(place.toX)
            .Add(place.toY)
            .Add(place.server)
            .Add(place.offloads ? "offloads" : "trains");
        text += row.Finish();
    }
    WriteTable(folder / MAP, text);
    PlotScript script("map", "Who offloads where, first round", "x [m]", "y [m]", 900, 600);
    script.KeyBeside();
    script.Line("set size ratio -1");
    script.Line("set xtics 200");
    script.Line("set ytics 200");
    const std::string devices = PlotRowsWith("kind", "device");
    const std::pair<const char*, const char*> ways[] = {{"offloads", colours::ORANGE},
                                                        {"trains", colours::SKY_BLUE}};
    for (const auto& [way, colour] : ways)
    {
        const std::string rows = devices + " && " + PlotRowsWith("way", way);
        script.Mark({MAP,
                     rows,
                     {PlotColumn("x_m"),
                      PlotColumn("y_m"),
                      PlotColumn("to_x_m") + " - " + PlotColumn("x_m"),
                      PlotColumn("to_y_m") + " - " + PlotColumn("y_m")}},
                    way == std::string("offloads") ? "sends samples to" : "sends its update to",
                    Describe("with vectors head size screen 0.01,20 lw 1.5 lc rgb '", colour, "'"));
        script.Mark({MAP, rows, {PlotColumn("x_m"), PlotColumn("y_m")}},
                    way == std::string("offloads") ? "device that offloads"
                                                   : "device that trains itself",
                    Describe("with points pt 7 ps 0.9 lc rgb '", colour, "'"));
    }
    script.Mark({MAP, PlotRowsWith("kind", "station"), {PlotColumn("x_m"), PlotColumn("y_m")}},
                "station with a server",
                Describe("with points pt 9 ps 1.4 lc rgb '", colours::BLACK, "'"));
    script.Write(folder, scripts);
}

/// Blocks by height, orphans above the chain, each with a line to the one before. @param folder
/// where to @param blocks what is drawn @param [in,out] scripts gets the name
void
WriteChain(const std::filesystem::path& folder,
           const std::vector<BlockRecord>& blocks,
           std::vector<std::string>& scripts)
{
    std::string text = "height,place,miner,server,found_s,state\n";
    std::map<uint64_t, uint32_t> orphans;
    double highest = 0;
    double most = 0;
    CsvRow row;
    for (const auto& block : blocks)
    {
        const uint32_t place = block.isOrphan ? ++orphans[block.height] : 0;
        highest = std::max(highest, static_cast<double>(block.height));
        most = std::max(most, static_cast<double>(place));
        row.Add(static_cast<double>(block.height))
            .Add(place)
            .Add(block.miner)
            .Add(block.server)
            .Add(block.foundS)
            .Add(block.isOrphan ? "orphan" : "chain");
        text += row.Finish();
    }
    WriteTable(folder / CHAIN, text);
    PlotScript script("chain",
                      "The chain and its forks: numbers are of the devices that mined",
                      "height",
                      "orphans",
                      1000,
                      350);
    script.KeyBeside();
    script.Line(Describe("set xrange [-0.5:", highest + 0.5, "]"));
    script.Line(Describe("set yrange [-0.5:", most + 0.5, "]"));
    script.Line("set ytics 1");
    const std::pair<const char*, const char*> states[] = {{"chain", colours::BLUE},
                                                          {"orphan", colours::GREY}};
    for (const auto& [state, colour] : states)
    {
        const std::string rows = PlotRowsWith("state", state);
        // The block before is one of the chain: servers agree before the next round.
        script.Mark(
            {CHAIN,
             rows,
             {PlotColumn("height"), PlotColumn("place"), "-1", "-1 * " + PlotColumn("place")}},
            "",
            Describe("with vectors nohead lw 1 lc rgb '", colour, "'"));
        script.Mark({CHAIN, rows, {PlotColumn("height"), PlotColumn("place")}},
                    state == std::string("chain") ? "of the chain" : "orphan",
                    Describe("with points pt 5 ps 1.7 lc rgb '", colour, "'"));
        script.Mark({CHAIN, rows, {PlotColumn("height"), PlotColumn("place"), PlotColumn("miner")}},
                    "",
                    "with labels font ',8' tc rgb 'white'");
    }
    script.Write(folder, scripts);
}

} // namespace

void
WriteBlockchainPacketPlots(const std::filesystem::path& folder,
                           const std::vector<BlockchainSpan>& spans,
                           const std::vector<BlockchainPlace>& places,
                           const std::vector<BlockRecord>& blocks,
                           std::vector<std::string>& scripts)
{
    WriteTimeline(folder, spans, scripts);
    WriteMap(folder, places, scripts);
    WriteChain(folder, blocks, scripts);
}

} // namespace fl
} // namespace ns3
