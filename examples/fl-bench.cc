/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief The figures that this module is to reach, each measured with what it is compared with.
 *
 * Missing a target is no failure of this program: the table says by how much. `--markdown` gives
 * what stands in doc/benchmarks.md.
 */

#include "../test/bench/fl-bench-agent.h"
#include "../test/bench/fl-bench-cell.h"
#include "../test/bench/fl-bench-child.h"
#include "../test/bench/fl-bench-cnn.h"
#include "../test/bench/fl-bench-dma.h"
#include "../test/bench/fl-bench-joint.h"
#include "../test/bench/fl-bench-ledger.h"
#include "../test/bench/fl-bench-lora.h"
#include "../test/bench/fl-bench-mel.h"
#include "../test/bench/fl-bench-memory.h"
#include "../test/bench/fl-bench-ml.h"
#include "../test/bench/fl-bench-multitask.h"
#include "../test/bench/fl-bench-offload.h"
#include "../test/bench/fl-bench-phy.h"
#include "../test/bench/fl-bench-report.h"
#include "../test/bench/fl-bench-schedule.h"
#include "../test/bench/fl-bench-solve.h"
#include "../test/bench/fl-bench-transfer.h"
#include "../test/bench/fl-bench-weights.h"

#include "ns3/fl-main.h"
#include "ns3/fl-option-parser.h"

#include <iostream>
#include <string>
#include <vector>

using namespace ns3::fl;

namespace
{

/// A group of figures.
struct Section
{
    std::string name;                          //!< under --only
    BenchRows (*measure)(const BenchOptions&); //!< measures them
};

/// All sections, in the order in which they are measured and printed.
const std::vector<Section> SECTIONS{
    {"rounds", &BenchRounds},   {"scale", &BenchScale},
    {"async", &BenchAsync},     {"transfer", &BenchTransfer},
    {"step", &BenchStep},       {"cnn", &BenchCnn},
    {"lora", &BenchLora},       {"weights", &BenchWeights},
    {"memory", &BenchMemory},   {"training", &BenchTraining},
    {"joint", &BenchJoint},     {"phy", &BenchPhy},
    {"mel", &BenchMel},         {"schedule", &BenchSchedule},
    {"dma", &BenchDma},         {"multitask", &BenchMultitask},
    {"offload", &BenchOffload}, {"agent", &BenchAgent},
    {"cells", &BenchCells},     {"ledger", &BenchLedger},
    {"solve", &BenchSolve},
};

/// @return what --only may be
std::vector<std::string>
SectionNames()
{
    std::vector<std::string> names{"all"};
    for (const auto& section : SECTIONS)
    {
        names.push_back(section.name);
    }
    return names;
}

/// Measure and print.
void
Run(const BenchOptions& options, const std::string& only, bool markdown)
{
    for (const auto& line : DescribeMachine())
    {
        std::cout << (markdown ? "- " : "") << line << "\n";
    }
    BenchRows rows;
    for (const auto& section : SECTIONS)
    {
        if (only == "all" || only == section.name)
        {
            // In a child, so that what it takes of the heap is no part of the next one's memory.
            const BenchRows more =
                RunInChild([&] { return nlohmann::json(section.measure(options)); });
            rows.insert(rows.end(), more.begin(), more.end());
        }
    }
    for (auto& row : rows)
    {
        row.verdict = options.quick && !row.verdict.empty() ? "not judged" : row.verdict;
    }
    std::cout << "\n";
    PrintTable(std::cout, rows, markdown);
    if (options.quick)
    {
        std::cout << "\nSmall sizes, to see that it runs: the targets are for the full ones.\n";
    }
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        BenchOptions options;
        std::string only = "all";
        bool markdown = false;
        OptionParser parser("fl-bench", "The figures that this module is to reach");
        parser.Add("only", "which figures to measure", only, OneOf(SectionNames()));
        parser.Add("quick", "small sizes, to see that it runs", options.quick);
        parser.Add("markdown", "print the table as Markdown", markdown);
        parser.Parse(argc, argv);
        Run(options, only, markdown);
        return EXIT_DONE;
    });
}
