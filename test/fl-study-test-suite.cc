/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * What all studies share: registration, command lines, figures by name, repetitions; and the gain
 * by calibration.
 */

#include "../examples/study/fl-calibration-gain.h"
#include "../examples/study/fl-study.h"
#include "fl-test-refusal.h"

#include "ns3/config.h"
#include "ns3/fl-progress.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/test.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// Studies are registered under the names of their programs, each with its own defaults.
class RegistrationTestCase : public TestCase
{
  public:
    RegistrationTestCase()
        : TestCase("Registered studies, and their command lines")
    {
    }

  private:
    void DoRun() override
    {
        // By name; an option by which each differs from a program with the cell's options alone.
        const std::vector<std::pair<std::string, std::string>> expected{
            {"fl-async-multitask", "aggregations"},
            {"fl-blockchain", "robust-rounds"},
            {"fl-calibration", "samples-per-device"},
            {"fl-compare", "optimizers"},
            {"fl-device-scheduling", "formula-rounds"},
            {"fl-joint-energy-time", "weight-energy"},
            {"fl-offload-agent", "episodes"},
            {"fl-phy-comparison", "train-samples"},
            {"fl-split-lora", "texts"},
            {"fl-task-allocation", "quick"}};
        const std::vector<std::string> written{"--aggregations=150",
                                               "--robust-rounds=30",
                                               "--samples-per-device=200",
                                               "--optimizers=joint,equal,random",
                                               "--formula-rounds=5000",
                                               "--weight-energy=0.5",
                                               "--episodes=1000",
                                               "--train-samples=4000",
                                               "--texts=reviews,synthetic-mrpc,synthetic-qnli",
                                               "--quick=false"};
        const auto studies = RegisteredStudies();
        NS_TEST_ASSERT_MSG_EQ(studies.size(), expected.size(), "all of them");
        for (size_t i = 0; i < studies.size(); ++i)
        {
            const std::string& name = expected[i].first;
            NS_TEST_EXPECT_MSG_EQ(studies[i].name, name, "by name");
            NS_TEST_EXPECT_MSG_EQ(studies[i].description.empty(), false, name);
            const auto study = studies[i].make();
            OptionParser parser(studies[i].name, studies[i].description);
            study->AddOptions(parser);
            const char* argv[]{name.c_str()};
            parser.Parse(1, argv);
            NS_TEST_EXPECT_MSG_EQ(parser.Written(expected[i].second), written[i], name);
        }
        // Studies change defaults of attributes.
        Config::Reset();

        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf<std::logic_error>(
                                  [] { RegisterStudy({"fl-calibration", "", {}}); }),
                              "study 'fl-calibration' is registered twice",
                              "names are unique");
    }
};

/// `--figures` and the first members of summary.json.
class CommandLineTestCase : public TestCase
{
  public:
    CommandLineTestCase()
        : TestCase("Figures by name; a summary's first members")
    {
    }

  private:
    void DoRun() override
    {
        using Names = std::vector<std::string>;
        const Names known{"2", "10", "trade-off"};
        const auto parse = [&known](const std::string& text) {
            return ParseFigureNames(text, known, "2, 10 and trade-off");
        };
        NS_TEST_EXPECT_MSG_EQ((parse("all") == known), true, "all");
        NS_TEST_EXPECT_MSG_EQ((parse("trade-off,2,2") == Names{"2", "trade-off"}),
                              true,
                              "each once, in the order that is known");
        for (const std::string wrong : {"1", "", "all"})
        {
            NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { parse("2," + wrong); }),
                                  "figure '" + wrong + "': must be one of 2, 10 and trade-off",
                                  "there is no such figure");
        }

        std::string figures = "all";
        const auto run = [&](const std::string& value) {
            OptionParser parser("fl-test", "A test");
            AddFiguresOption(parser, figures, known, "2, 10 and trade-off");
            const std::string argument = "--figures=" + value;
            const char* argv[]{"fl-test", argument.c_str()};
            parser.Parse(2, argv);
            return StudySummary(parser, "done").dump();
        };
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { run("2,3"); }),
                              "--figures=2,3: must be all, or some of 2, 10 and trade-off, "
                              "separated by commas",
                              "refused when the command line is parsed");
        NS_TEST_EXPECT_MSG_EQ(run("10").find("{\"program\":\"fl-test\",\"status\":\"done\","
                                             "\"versions\":{\"fl\":"),
                              0,
                              "first members, in this order");
        NS_TEST_EXPECT_MSG_EQ(figures, "10", "as parsed");
        const OptionParser parser("fl-test", "A test");
        NS_TEST_EXPECT_MSG_EQ(StudySummary(parser).contains("status"), false, "none was given");
        NS_TEST_EXPECT_MSG_EQ(StudySummary(parser).contains("configuration"), true, "always there");
    }
};

/// Repetitions have the run numbers of ns-3 from the present one on.
class RunsTestCase : public TestCase
{
  public:
    RunsTestCase()
        : TestCase("Repetitions")
    {
    }

  private:
    void DoRun() override
    {
        const uint64_t before = RngSeedManager::GetRun();
        RngSeedManager::SetRun(7);
        Progress progress(1, 3);
        std::vector<uint64_t> runs;
        ForEachRun(3, progress, [&](uint64_t run) {
            NS_TEST_EXPECT_MSG_EQ(run, RngSeedManager::GetRun(), "ns-3 has it");
            runs.push_back(run);
        });
        NS_TEST_EXPECT_MSG_EQ((runs == std::vector<uint64_t>{7, 8, 9}),
                              true,
                              "one after the other");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetRun(), 7, "as before");
        RngSeedManager::SetRun(before);
    }
};

/// What a round came to, and the gain by calibration, by hand.
class GainTestCase : public TestCase
{
  public:
    GainTestCase()
        : TestCase("Gain by calibration")
    {
    }

  private:
    void DoRun() override
    {
        RoundRecord record;
        record.startS = 1;
        record.endS = 5;
        record.ended.resize(2);
        record.ended[0].measured.computeS = 1;
        record.ended[0].measured.uploadS = 1.5;
        record.ended[0].measured.computeEnergyJ = 4;
        record.ended[0].measured.radioEnergyJ = 2;
        // Never got to its upload.
        record.ended[1].measured.computeS = 3;
        record.ended[1].measured.computeEnergyJ = 8;
        const MeasuredRound round = MeasureRound(record, 0.25);
        NS_TEST_EXPECT_MSG_EQ(round.energyJ, 14, "4 + 2 + 8");
        NS_TEST_EXPECT_MSG_EQ(round.timeS, 3, "the longest of 1 + 1.5 and 3");
        NS_TEST_EXPECT_MSG_EQ(round.objective, 5.75, "0.25 * 14 + 0.75 * 3");
        NS_TEST_EXPECT_MSG_EQ(round.durationS, 4, "from begin to end");

        // The first three rounds, in which the calibrator learns, do not count.
        std::vector<MeasuredRound> without(CALIBRATED_FROM_ROUND + 1);
        auto with = without;
        without[0].objective = with[2].objective = 1000;
        without[3].objective = without[4].objective = 8;
        without[3].durationS = without[4].durationS = 4;
        with[3].objective = 5;
        with[4].objective = 7;
        with[3].durationS = with[4].durationS = 5;
        CalibrationGain gain;
        AddGain(without, with, gain);
        NS_TEST_EXPECT_MSG_EQ(gain.objective.GetN(), 1, "one run");
        // Powers of two: exact.
        NS_TEST_EXPECT_MSG_EQ(gain.objective.Mean(), 0.25, "1 - 6 / 8");
        NS_TEST_EXPECT_MSG_EQ(gain.duration.Mean(), -0.25, "1 - 5 / 4");
    }
};

/// The suite.
class FlStudyTestSuite : public TestSuite
{
  public:
    FlStudyTestSuite()
        : TestSuite("fl-study", TestSuite::Type::UNIT)
    {
        AddTestCase(new RegistrationTestCase);
        AddTestCase(new CommandLineTestCase);
        AddTestCase(new RunsTestCase);
        AddTestCase(new GainTestCase);
    }
};

FlStudyTestSuite g_flStudyTestSuite; ///< registers the suite

} // namespace
