/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * fl-compare: paired differences, the cases of a command line, common random numbers.
 */

#include "../examples/study/fl-compare-options.h"
#include "../examples/study/fl-compare-pairs.h"
#include "fl-test-refusal.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-phys.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <cmath>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// Of sums and quotients of a few numbers in double precision.
constexpr double ROUNDING = 1e-12;

/// Differences run by run, their interval, and the table that they stand in.
class PairsTestCase : public TestCase
{
  public:
    PairsTestCase()
        : TestCase("paired differences")
    {
    }

  private:
    void DoRun() override
    {
        CheckInterval();
        CheckPairs();
        CheckTotals();
    }

    /// Against a table of Student's t, and against what independent samples would say.
    void CheckInterval()
    {
        // The runs differ by hundreds, the cases by 1, 2 and 3.
        const auto difference = PairedDifference({101, 202, 303}, {100, 200, 300});
        NS_TEST_EXPECT_MSG_EQ_TOL(difference.Mean(), 2, ROUNDING, "mean of 1, 2, 3");
        // t(0.975, 2) = 4.302653 (any table), s = 1, n = 3; the table has seven digits.
        NS_TEST_EXPECT_MSG_EQ_TOL(difference.Ci95(), 4.302653 / std::sqrt(3), 1e-6, "interval");
        NS_TEST_EXPECT_MSG_EQ(IsBeyondZero(difference), false, "2 +- 2.48");
        NS_TEST_EXPECT_MSG_GT(MeanOver({100, 200, 300}).Ci95(), 200, "what pairing takes out");
        NS_TEST_EXPECT_MSG_EQ(IsBeyondZero(PairedDifference({1, 2, 3}, {5, 6.1, 7})),
                              true,
                              "below zero, beyond its interval");
        NS_TEST_EXPECT_MSG_EQ(IsBeyondZero(PairedDifference({1}, {5})), false, "one run");
        // Where one of both is absent there is no pair.
        const auto partly = PairedDifference({1, ABSENT, 4, 7}, {0, 3, ABSENT, 5});
        NS_TEST_EXPECT_MSG_EQ(partly.GetN(), 2, "the first and the last run");
        NS_TEST_EXPECT_MSG_EQ_TOL(partly.Mean(), 1.5, ROUNDING, "of 1 and 2");
    }

    /// Optimizers over one PHY, and one optimizer over two PHYs; nothing across both.
    void CheckPairs()
    {
        std::vector<CompareCase> cases;
        for (const std::string phy : {"fdma", "lte"})
        {
            for (const std::string optimizer : {"a", "b"})
            {
                cases.push_back({phy, optimizer, {}});
                const double offset = phy == "lte" ? 10 : 0;
                const double step = optimizer == "b" ? 2 : 1;
                for (double run = 1; run <= 2; ++run)
                {
                    AddRun(cases.back(), {ABSENT, offset + step * run, 5});
                }
            }
        }
        const std::vector<std::pair<size_t, size_t>> expected{{1, 0}, {2, 0}, {3, 1}, {3, 2}};
        NS_TEST_EXPECT_MSG_EQ((ComparePairs(cases) == expected), true, "pairs");
        const std::vector<CompareQuantity> quantities{{"accuracy", "accuracy [%]", 100},
                                                      {"time_s", "time [s]", 1},
                                                      {"energy_j", "energy [J]", 1}};
        std::istringstream csv(CompareCsv(cases, quantities));
        std::string line;
        std::vector<std::string> lines;
        while (std::getline(csv, line))
        {
            lines.push_back(line);
        }
        // No run has an accuracy, so it is not there.
        NS_TEST_ASSERT_MSG_EQ(lines.size(), 1 + 2 * (4 + 4), "header, means, pairs");
        NS_TEST_EXPECT_MSG_EQ(lines[1].rfind("fdma,a,,,time_s,2,1.5,", 0), 0, lines[1]);
        NS_TEST_EXPECT_MSG_EQ(lines[5].rfind("fdma,b,fdma,a,time_s,2,1.5,", 0), 0, lines[5]);
        NS_TEST_EXPECT_MSG_EQ(lines[6], "lte,a,fdma,a,time_s,2,10,0", "the PHYs");
        std::ostringstream screen;
        PrintComparison(screen, cases, quantities);
        NS_TEST_EXPECT_MSG_EQ((screen.str().find("lte: b - a") != std::string::npos), true, "pair");
        NS_TEST_EXPECT_MSG_EQ((screen.str().find("a: lte - fdma") != std::string::npos),
                              true,
                              "PHYs");
    }

    /// Times count from the first round's begin, not from the attaching before it.
    void CheckTotals()
    {
        RunTotals totals(1, {0.5, 0.9});
        totals.finalAccuracy = 0.6;
        totals.simulatedTimeS = 7;
        totals.energyJ = 3;
        totals.timeToAccuracyS = {5, ABSENT};
        totals.energyToAccuracyJ = {2, ABSENT};
        const auto values = CompareValues(totals, 2);
        const auto quantities = CompareQuantities(totals.levels);
        NS_TEST_ASSERT_MSG_EQ(values.size(), quantities.size(), "a name for each");
        NS_TEST_EXPECT_MSG_EQ(quantities[0].name, "accuracy", "name");
        NS_TEST_EXPECT_MSG_EQ(values[0], 0.6, "accuracy");
        NS_TEST_EXPECT_MSG_EQ(quantities[1].name, "time_s", "name");
        NS_TEST_EXPECT_MSG_EQ(values[1], 5, "duration");
        NS_TEST_EXPECT_MSG_EQ(quantities[4].name, "time_to_0.5_s", "name");
        NS_TEST_EXPECT_MSG_EQ(values[4], 3, "until half is right");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(values[6]), true, "never reached");
    }
};

/// What a command line compares, and what it is refused for.
class CellsTestCase : public TestCase
{
  public:
    CellsTestCase()
        : TestCase("cells of a command line")
    {
    }

  private:
    void DoRun() override
    {
        CompareOptions options;
        options.cell.out = "out";
        options.optimizers = "equal,random";
        auto cells = MakeCompareCells(options);
        NS_TEST_ASSERT_MSG_EQ(cells.size(), 2, "one PHY");
        NS_TEST_EXPECT_MSG_EQ(cells[1].optimizer, "random", "in order");
        NS_TEST_EXPECT_MSG_EQ(cells[1].out, "out/fdma/random", "folder");
        // Otherwise nothing differs from the quickstart.
        NS_TEST_EXPECT_MSG_EQ(cells[1].streamAfterRadio, 0, "streams");
        NS_TEST_EXPECT_MSG_EQ(cells[1].radius, 0, "radius");
        const auto refusal = [&options](const std::string& optimizers, const std::string& phys) {
            options.optimizers = optimizers;
            options.phys = phys;
            return fl::test::RefusalOf([&options] { MakeCompareCells(options); });
        };
        NS_TEST_EXPECT_MSG_EQ(
            refusal("joint,best", "")
                .rfind("--optimizers=joint,best: optimizer = 'best': must be one of equal, random",
                       0),
            0,
            "unknown");
        NS_TEST_EXPECT_MSG_EQ(refusal("joint", ""),
                              "--optimizers=joint: must be two optimizers at least, or --phys two "
                              "PHYs",
                              "nothing to compare");
        NS_TEST_EXPECT_MSG_EQ(refusal("joint,equal,joint", ""),
                              "--optimizers=joint,equal,joint: 'joint' must be there once",
                              "twice");
        NS_TEST_EXPECT_MSG_EQ(
            refusal("joint,equal", "fdma,pigeon").rfind("--phys=fdma,pigeon: 'pigeon' must be ", 0),
            0,
            "no such PHY");
        NS_TEST_EXPECT_MSG_EQ(refusal("joint,equal", "fdma,fdma"),
                              "--phys=fdma,fdma: 'fdma' must be there once",
                              "twice");
        CheckPhys();
    }

    /// Over several PHYs the devices are the same.
    void CheckPhys()
    {
        CompareOptions options;
        options.optimizers = "equal";
        options.phys = "all";
        const auto phys = AvailablePhys();
        if (phys.size() < 2)
        {
            return;
        }
        const auto cells = MakeCompareCells(options);
        NS_TEST_ASSERT_MSG_EQ(cells.size(), phys.size(), "each");
        for (size_t i = 0; i < cells.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(cells[i].phy, phys[i], "in order");
            NS_TEST_EXPECT_MSG_EQ(cells[i].radius, cells[0].radius, "the same disc");
            NS_TEST_EXPECT_MSG_EQ(cells[i].streamAfterRadio, 1000000, "the same streams");
        }
        NS_TEST_EXPECT_MSG_GT(cells[0].radius, 0, "a disc for all");
        options.cell.bandwidthHz = 7e6;
        const std::string why = fl::test::RefusalOf([&options] { MakeCompareCells(options); });
        NS_TEST_EXPECT_MSG_EQ(why.rfind("--bandwidth=7e+06: must be ", 0), 0, why);
    }
};

/// Run r of every optimizer has the same devices, channels, data and absences.
class CommonNumbersTestCase : public TestCase
{
  public:
    CommonNumbersTestCase()
        : TestCase("common random numbers")
    {
    }

  private:
    /// What does not depend on the optimizer.
    struct Numbers
    {
        std::vector<double> drawn;      //!< gains in the first round and samples, by device
        int64_t availabilityStream{-1}; //!< what is drawn after the optimizer has its streams
    };

    /**
     * @param optimizer its name
     * @return what is drawn beside its decisions
     */
    static Numbers Watch(const std::string& optimizer)
    {
        Scenario scenario;
        scenario.optimizer = optimizer;
        scenario.devices = 4;
        scenario.rounds = 1;
        scenario.trainSamples = 200;
        scenario.testSamples = 50;
        scenario.partition = "unequal:1";
        scenario.fading = "rayleigh";
        scenario.background = 1e5;
        auto away = CreateObject<ConstantRandomVariable>();
        away->SetAttribute("Constant", DoubleValue(1e6));
        Config::SetDefault("ns3::fl::Availability::OnTime", PointerValue(away));
        Numbers numbers;
        CellRun run(scenario, LoadData(scenario, 0));
        numbers.availabilityStream = away->GetStream();
        run.GetFederation().coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>([&numbers](const RoundRecord& record) {
                for (const auto& work : record.ended)
                {
                    numbers.drawn.push_back(work.gain);
                    numbers.drawn.push_back(work.measured.samples);
                }
            }));
        Simulator::Run();
        return numbers;
    }

    void DoRun() override
    {
        // One stream and two.
        const Numbers equal = Watch("equal");
        const Numbers random = Watch("random");
        Config::Reset();
        NS_TEST_ASSERT_MSG_EQ(equal.drawn.size(), 8, "all devices were measured");
        NS_TEST_EXPECT_MSG_EQ((equal.drawn == random.drawn), true, "devices, channels, data");
        NS_TEST_EXPECT_MSG_GT(equal.availabilityStream, 0, "a stream of its own");
        NS_TEST_EXPECT_MSG_EQ(equal.availabilityStream, random.availabilityStream, "absences");
    }
};

/// The suite.
class FlCompareTestSuite : public TestSuite
{
  public:
    FlCompareTestSuite()
        : TestSuite("fl-compare", TestSuite::Type::UNIT)
    {
        AddTestCase(new PairsTestCase);
        AddTestCase(new CellsTestCase);
        AddTestCase(new CommonNumbersTestCase);
    }
};

FlCompareTestSuite g_flCompareTestSuite; ///< registers the suite

} // namespace
