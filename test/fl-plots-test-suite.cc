/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-results.h"

#include "ns3/fl-plots.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-results.h"
#include "ns3/test.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

/**
 * @file
 * @ingroup fl
 * Plots of results.
 */

using namespace ns3;
using namespace ns3::fl::test;

namespace
{

/// Scripts and pictures; what is said where there is no gnuplot, or it fails.
class PlotsTestCase : public TestCase
{
  public:
    PlotsTestCase()
        : TestCase("plots")
    {
    }

  private:
    void DoRun() override
    {
        m_folder = Vacant(CreateTempDirFilename("it's a \"folder\""));
        WriteResults(m_folder, 1, 0.5);
        TestQuoting();
        TestWithoutGnuplot();
        TestFailingGnuplot();
        TestGnuplot();
        TestNoData();
    }

    static void WriteResults(const fs::path& folder, uint32_t runs, double accuracy)
    {
        fl::ResultFolder results(folder, runs, "fl-program", {});
        for (uint32_t run = 0; run < runs; ++run)
        {
            fl::ResultWriter& writer = results.BeginRun();
            for (uint32_t round = 1; round <= 4; ++round)
            {
                writer.AddRound(MakeRecord(round, accuracy + 0.01 * run));
            }
        }
        results.Finish("done");
    }

    void TestQuoting()
    {
        NS_TEST_EXPECT_MSG_EQ(fl::ShellQuote("a b"), "'a b'", "blank");
        NS_TEST_EXPECT_MSG_EQ(fl::ShellQuote("it's $HOME"), "'it'\\''s $HOME'", "quote and dollar");
    }

    void TestWithoutGnuplot()
    {
        std::ofstream(m_folder / "timeline.svg") << "of an earlier run";
        std::ostringstream notes;
        const uint32_t drawn = fl::DrawPlots({m_folder, 1, "equal", "no-such-program"}, notes);
        NS_TEST_EXPECT_MSG_EQ(drawn, 0, "nothing to draw with");
        NS_TEST_EXPECT_MSG_EQ(notes.str(),
                              "No plots: gnuplot is not installed. To get them: apt install "
                              "gnuplot-nox, then (cd " +
                                  fl::ShellQuote(m_folder.string()) +
                                  " && for f in *.plt; do gnuplot $f; done)\n",
                              "how to get them");
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder),
                              "accuracy-energy.plt accuracy-time.plt computations.csv devices.csv "
                              "rounds.csv summary.json timeline.plt transfers.csv upload-time.plt ",
                              "scripts are there, no old picture is");
    }

    void TestFailingGnuplot()
    {
        // Absolute: it is run in the results folder.
        const fs::path program = fs::absolute(CreateTempDirFilename("fails-half-way"));
        std::ofstream(program) << "#!/bin/sh\neval \"$2\"\necho half > \"$output\"\nexit 1\n";
        fs::permissions(program, fs::perms::owner_all);
        std::ostringstream notes;
        fl::DrawPlots({m_folder, 1, "equal", program.string()}, notes);
        const std::string quoted = fl::ShellQuote(m_folder.string());
        NS_TEST_EXPECT_MSG_EQ(notes.str().substr(0, notes.str().find('\n')),
                              "No plot of accuracy-time.plt: gnuplot failed. To see why: (cd " +
                                  quoted + " && gnuplot accuracy-time.plt)",
                              "which one failed");
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder).find("svg"), std::string::npos, "no half picture");
    }

    void TestGnuplot()
    {
        if (std::system("gnuplot --version > /dev/null 2>&1") != 0)
        {
            return;
        }
        std::ostringstream notes;
        const std::string curve = "it's_equal \"quoted\"";
        NS_TEST_EXPECT_MSG_EQ(fl::DrawPlots({m_folder, 1, curve, "gnuplot"}, notes), 4, "all");
        NS_TEST_EXPECT_MSG_EQ(notes.str(), "", "nothing to say");
        for (const char* name :
             {"accuracy-time.svg", "accuracy-energy.svg", "timeline.svg", "upload-time.svg"})
        {
            const std::string picture = ReadAll(m_folder / name);
            NS_TEST_EXPECT_MSG_NE(picture.find("</svg>"), std::string::npos, name << " is whole");
        }
        const std::string named = ReadAll(m_folder / "accuracy-time.svg");
        NS_TEST_EXPECT_MSG_NE(named.find("it's_equal"), std::string::npos, "the curve's name");
        NS_TEST_EXPECT_MSG_NE(named.find("simulated time [s]"), std::string::npos, "axis");
        const std::string timeline = ReadAll(m_folder / "timeline.svg");
        for (const char* name :
             {"download", "compute", "upload", "cut short", "not merged", "round 3"})
        {
            NS_TEST_EXPECT_MSG_NE(timeline.find(name), std::string::npos, name << " has a name");
        }
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder).find("partial"), std::string::npos, "all renamed");

        const fs::path several = Vacant(CreateTempDirFilename("plots-of-runs"));
        WriteResults(several, 3, 0.5);
        NS_TEST_EXPECT_MSG_EQ(fl::DrawPlots({several, 3, "equal", "gnuplot"}, notes), 4, "runs");
        NS_TEST_EXPECT_MSG_NE(
            ReadAll(several / "accuracy-energy.svg").find("95 % confidence interval"),
            std::string::npos,
            "the band has a name");
    }

    void TestNoData()
    {
        const fs::path folder = Vacant(CreateTempDirFilename("plots-of-nothing"));
        WriteResults(folder, 1, fl::ABSENT);
        const auto scripts = fl::WritePlotScripts({folder, 1, "equal", "gnuplot"});
        NS_TEST_EXPECT_MSG_EQ(
            (scripts == std::vector<std::string>{"timeline.plt", "upload-time.plt"}),
            true,
            "no accuracy, no plot of it");
        fs::remove(folder / "rounds.csv");
        std::ostringstream notes;
        fl::DrawPlots({folder, 1, "equal", "gnuplot"}, notes);
        NS_TEST_EXPECT_MSG_EQ(notes.str(),
                              "No plots: " + (folder / "rounds.csv").string() +
                                  ": can't be read, or is empty\n",
                              "a note, not a failure");
    }

    fs::path m_folder; ///< with quotes in its name
};

/// Plots of an asynchronous run of two tasks: aggregations are no rounds, and each task has a
/// curve.
class AsynchronousPlotsTestCase : public TestCase
{
  public:
    AsynchronousPlotsTestCase()
        : TestCase("plots of aggregations and of several tasks")
    {
    }

  private:
    void DoRun() override
    {
        for (const uint32_t runs : {1, 2})
        {
            const fs::path folder = Vacant(CreateTempDirFilename("plots-of-tasks"));
            Write(folder, runs);
            fl::PlotRequest request;
            request.folder = folder;
            request.runs = runs;
            request.curve = "equal";
            request.isAsynchronous = true;
            const auto scripts = fl::WritePlotScripts(request);
            NS_TEST_ASSERT_MSG_EQ(scripts.size(), 4, "all");
            const std::string timeline = ReadAll(folder / "timeline.plt");
            NS_TEST_EXPECT_MSG_NE(timeline.find("the first 9 aggregations"),
                                  std::string::npos,
                                  "three of each of three devices");
            NS_TEST_EXPECT_MSG_EQ(timeline.find("'round "), std::string::npos, "no rounds");
            for (const char* name : {"accuracy-time", "accuracy-energy"})
            {
                const std::string script = ReadAll(folder / (std::string(name) + ".plt"));
                NS_TEST_EXPECT_MSG_NE(script.find("equal, task 0"), std::string::npos, name);
                NS_TEST_EXPECT_MSG_NE(script.find("equal, task 1"), std::string::npos, name);
            }
            if (std::system("gnuplot --version > /dev/null 2>&1") == 0)
            {
                std::ostringstream notes;
                NS_TEST_EXPECT_MSG_EQ(fl::DrawPlots(request, notes), 4, notes.str());
            }
        }
    }

    static void Write(const fs::path& folder, uint32_t runs)
    {
        fl::ResultFolder results(folder, runs, "fl-program", {}, fl::RunTotals(2));
        for (uint32_t run = 0; run < runs; ++run)
        {
            fl::ResultWriter& writer = results.BeginRun();
            for (uint32_t round = 1; round <= 8; ++round)
            {
                for (const uint32_t task : {0, 1})
                {
                    auto record = MakeRecord(round, 0.5 + 0.01 * run + 0.02 * round * task);
                    record.task = task;
                    writer.AddRound(record);
                }
            }
        }
        results.Finish("done");
    }
};

/// The suite.
class FlPlotsTestSuite : public TestSuite
{
  public:
    FlPlotsTestSuite()
        : TestSuite("fl-plots", TestSuite::Type::UNIT)
    {
        AddTestCase(new PlotsTestCase);
        AddTestCase(new AsynchronousPlotsTestCase);
    }
};

FlPlotsTestSuite g_flPlotsTestSuite; ///< registers the suite

} // namespace
