/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"
#include "fl-test-results.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-results.h"
#include "ns3/fl-run-report.h"
#include "ns3/fl-sample.h"
#include "ns3/test.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

/**
 * @file
 * @ingroup fl
 * Results of several runs: confidence intervals, the folder and its summary, progress.
 */

using namespace ns3;
using namespace ns3::fl::test;

namespace
{

/// Mean and confidence interval against tables of Student's t.
class SampleTestCase : public TestCase
{
  public:
    SampleTestCase()
        : TestCase("95 % confidence intervals")
    {
    }

  private:
    void DoRun() override
    {
        // t(0.975, n - 1) as in tables, to six digits: the tolerance is half a unit of the last.
        const std::pair<uint32_t, double> table[] = {{2, 12.7062},
                                                     {3, 4.30265},
                                                     {5, 2.77645},
                                                     {10, 2.26216},
                                                     {30, 2.04523},
                                                     {101, 1.98397}};
        for (const auto& [n, t] : table)
        {
            fl::Sample sample;
            for (uint32_t i = 0; i < n; ++i)
            {
                sample.Add(i);
            }
            // Of 0, 1, ..., n - 1: mean (n - 1) / 2, variance n (n + 1) / 12.
            const double deviation = std::sqrt(n * (n + 1) / 12.0);
            NS_TEST_EXPECT_MSG_EQ_TOL(sample.Mean(), (n - 1) / 2.0, 1e-12 * n, "mean");
            NS_TEST_EXPECT_MSG_EQ_TOL(sample.StandardDeviation(),
                                      deviation,
                                      1e-12 * n,
                                      "deviation");
            NS_TEST_EXPECT_MSG_EQ_TOL(sample.Ci95() * std::sqrt(n) / deviation,
                                      t,
                                      (t > 10 ? 5e-5 : 5e-6),
                                      "Student's t of " << n << " values");
        }
        fl::Sample sample;
        NS_TEST_EXPECT_MSG_EQ(std::isnan(sample.Mean()), true, "mean of none");
        sample.Add(fl::ABSENT);
        sample.Add(7);
        NS_TEST_EXPECT_MSG_EQ(sample.GetN(), 1, "absent values are left out");
        NS_TEST_EXPECT_MSG_EQ(sample.Mean(), 7, "mean of one");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(sample.Ci95()), true, "no interval of one");
    }
};

/// summary.json and curves.csv; nothing at all without Finish().
class ResultFolderTestCase : public TestCase
{
  public:
    ResultFolderTestCase()
        : TestCase("results folder: summary, curves, all or nothing")
    {
    }

  private:
    void DoRun() override
    {
        m_folder = Vacant(CreateTempDirFilename("result-folder"));
        TestUnfinished();
        TestSeveralRuns();
        TestOneRun();
        TestMessages();
    }

    void TestUnfinished()
    {
        {
            fl::ResultFolder results(m_folder, 2, "fl-program", {});
            results.BeginRun().AddRound(MakeRecord(1, 0.5));
            results.BeginRun().AddRound(MakeRecord(1, 0.5));
        }
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder) + NamesIn(m_folder / "run-1"),
                              "run-1 run-2 ",
                              "empty folders at most");
    }

    void TestSeveralRuns()
    {
        fl::ResultFolder results(m_folder, 3, "fl-program", {{"rng_seed", 7}});
        const double accuracies[] = {0.5, 0.625, 0.75};
        for (const double accuracy : accuracies)
        {
            fl::ResultWriter& writer = results.BeginRun();
            writer.AddRound(MakeRecord(1, accuracy));
            // The last run stops after one round.
            if (accuracy < 0.75)
            {
                writer.AddRound(MakeRecord(2, 0.875));
            }
        }
        results.Finish("stopped");
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder),
                              "curves.csv run-1 run-2 run-3 summary.json ",
                              "files of several runs");
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder / "run-3"),
                              "computations.csv devices.csv rounds.csv transfers.csv ",
                              "of one run");
        TestCurves();
        const auto json = nlohmann::json::parse(ReadAll(m_folder / "summary.json"));
        NS_TEST_EXPECT_MSG_EQ(json["status"].dump(), "\"stopped\"", "status");
        NS_TEST_EXPECT_MSG_EQ(json["configuration"]["rng_seed"].dump(), "7", "configuration");
        NS_TEST_EXPECT_MSG_EQ(json["runs"].dump(), "3", "runs");
        NS_TEST_EXPECT_MSG_EQ(json["by_run"].size(), 3, "each run's own");
        NS_TEST_EXPECT_MSG_EQ_TOL(json["totals"]["rounds"].get<double>(), 5 / 3.0, 1e-12, "mean");
        // 2, 2, 1: deviation sqrt(1/3), over sqrt(3), times t(0.975, 2) = 4.30265
        NS_TEST_EXPECT_MSG_EQ_TOL(json["ci95"]["totals"]["rounds"].get<double>(),
                                  4.30265 / 3,
                                  1e-5,
                                  "interval");
        NS_TEST_EXPECT_MSG_EQ(json["time_to_accuracy_s"]["0.5"].dump(), "4.0", "reached by all");
        NS_TEST_EXPECT_MSG_EQ(json["time_to_accuracy_s"]["0.8"].dump(),
                              "null",
                              "no mean over those alone that reached it");
    }

    void TestCurves()
    {
        fl::CsvReader reader(m_folder / "curves.csv");
        NS_TEST_ASSERT_MSG_EQ(reader.Next(), true, "round 1");
        const size_t mean = reader.Column("accuracy_mean");
        const size_t interval = reader.Column("accuracy_ci95");
        NS_TEST_EXPECT_MSG_EQ(reader.Number(reader.Column("runs")), 3, "three runs");
        NS_TEST_EXPECT_MSG_EQ(reader.Number(mean), 0.625, "mean of 0.5, 0.625, 0.75");
        // deviation 0.125, over sqrt(3), times t(0.975, 2) = 4.30265
        NS_TEST_EXPECT_MSG_EQ_TOL(reader.Number(interval),
                                  4.30265 * 0.125 / std::sqrt(3),
                                  5e-6 * 0.125,
                                  "interval, t to half a unit of its last digit");
        NS_TEST_ASSERT_MSG_EQ(reader.Next(), true, "round 2");
        NS_TEST_EXPECT_MSG_EQ(reader.Number(reader.Column("runs")), 2, "one run has stopped");
        NS_TEST_EXPECT_MSG_EQ(reader.Number(reader.Column("energy_so_far_j_mean")),
                              0.75,
                              "energy adds up over rounds");
        NS_TEST_EXPECT_MSG_EQ(reader.Number(reader.Column("end_s_mean")), 6, "end of round 2");
        NS_TEST_EXPECT_MSG_EQ(reader.Next(), false, "end");
    }

    void TestOneRun()
    {
        fl::ResultFolder results(m_folder, 1, "fl-program", {{"rng_seed", 7}});
        fl::ResultWriter& writer = results.BeginRun();
        writer.AddRound(MakeRecord(1, 0.875));
        writer.SetCounter("messages_dropped", 4);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<std::logic_error>([&results]() { results.BeginRun(); }),
                              "more than 1 runs",
                              "as many runs as were announced");
        results.Finish("done");
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder),
                              "computations.csv devices.csv rounds.csv summary.json "
                              "transfers.csv ",
                              "what the earlier runs left is gone");
        const auto json = nlohmann::json::parse(ReadAll(m_folder / "summary.json"));
        NS_TEST_EXPECT_MSG_EQ(json["program"].dump(), "\"fl-program\"", "program");
        NS_TEST_EXPECT_MSG_EQ(json["totals"]["rounds"].dump(), "1", "whole numbers stay whole");
        NS_TEST_EXPECT_MSG_EQ(json["totals"]["energy_compute_j"].dump(), "0.25", "energy");
        NS_TEST_EXPECT_MSG_EQ(json["totals"]["orders_battery"].dump(), "1", "by status");
        NS_TEST_EXPECT_MSG_EQ(json["totals"]["messages_dropped"].dump(), "4.0", "a counter");
        NS_TEST_EXPECT_MSG_EQ(json["final_accuracy"].dump(), "0.875", "accuracy");
        NS_TEST_EXPECT_MSG_EQ(json["time_to_accuracy_s"]["0.85"].dump(), "4.0", "time");
        NS_TEST_EXPECT_MSG_EQ(json["energy_to_accuracy_j"]["0.85"].dump(), "0.375", "energy");
        NS_TEST_EXPECT_MSG_EQ(json["time_to_accuracy_s"]["0.9"].dump(), "null", "not reached");
        NS_TEST_EXPECT_MSG_EQ(json["upload_prediction_error"]["mean"].dump(), "0.125", "error");
        NS_TEST_EXPECT_MSG_GT(json["wall_clock_s"].get<double>(), 0, "wall clock");
        NS_TEST_EXPECT_MSG_GT(json["peak_memory_bytes"].get<double>(), 1e6, "a process has more");
        NS_TEST_EXPECT_MSG_EQ(json["versions"]["ns3"].dump(),
                              "\"" + fl::Ns3Version() + "\"",
                              "ns-3");
    }

    void TestMessages()
    {
        std::ofstream(m_folder / "plain") << "x";
        const fs::path bad = m_folder / "plain" / "sub";
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf<fl::InvalidInput>([&bad]() { fl::ResultFolder results(bad, 1, "p", {}); }),
            "results folder " + bad.string() +
                ": can't be created: Not a directory; must be a folder that can be written to "
                "(--out)",
            "an output folder that can't be written");
        std::ofstream(m_folder / "short.csv") << "a,b\n1\n";
        fl::CsvReader reader(m_folder / "short.csv");
        const std::string path = (m_folder / "short.csv").string();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<std::runtime_error>([&reader]() { reader.Next(); }),
                              path + ": a row with 1 fields; must be 2 as in the header",
                              "short row");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<std::runtime_error>([&reader]() { reader.Column("c"); }),
                              path + ": has no column c",
                              "no column");
        const fs::path none = m_folder / "none.csv";
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf<std::runtime_error>([&none]() { fl::CsvReader missing(none); }),
            none.string() + ": can't be read, or is empty",
            "no file");
    }

    fs::path m_folder; ///< for this test
};

/// The progress line on a terminal and elsewhere, and the final table.
class ProgressTestCase : public TestCase
{
  public:
    ProgressTestCase()
        : TestCase("progress and summary table")
    {
    }

  private:
    void DoRun() override
    {
        TestLines();
        TestTerminal();
        TestTable();
    }

    void TestLines()
    {
        std::ostringstream stream;
        double now = 100;
        fl::Progress progress(10, 2, {&stream, 0, [&now]() { return now; }});
        now += 400;
        progress.Update(MakeRecord(1, 0.5));
        progress.BeginRun();
        now += 290;
        progress.Update(MakeRecord(1, fl::ABSENT));
        NS_TEST_EXPECT_MSG_EQ(
            stream.str(),
            // 1 of 20 rounds in 400 s: 19 * 400 s to go; 11 of 20 in 690 s: 9 * 690 / 11 s
            "run 1/2  round  1/10  accuracy 50.00 %  simulated 4 s  energy 0.375 J  ETA 2:06:40\n"
            "run 2/2  round  1/10  accuracy -  simulated 4 s  energy 0.375 J  ETA 9:25\n",
            "one line per round where there is no terminal");
    }

    void TestTerminal()
    {
        std::ostringstream stream;
        double now = 0;
        {
            fl::Progress progress(3, 1, {&stream, 41, [&now]() { return now; }});
            progress.Update(MakeRecord(1, 0.5));
            progress.Update(MakeRecord(2, 0.5)); // too soon after the first to be shown
            now = 1;
            progress.Update(MakeRecord(3, 0.75));
        }
        const std::string text = stream.str();
        NS_TEST_EXPECT_MSG_EQ(text,
                              "\rround 1/3  acc 50.00 %  sim 4 s  E 0.375"
                              "\rround 3/3  acc 75.00 %  sim 8 s  E 1.125\n",
                              "40 columns of 41, written over, ended at last");
        std::ostringstream wide;
        fl::Progress progress(3, 1, {&wide, 100, []() { return 0.0; }});
        progress.Update(MakeRecord(1, 0.5));
        NS_TEST_EXPECT_MSG_EQ(wide.str().size(), 100, "blanks wipe out what was there before");
    }

    void TestTable()
    {
        const fs::path folder = Vacant(CreateTempDirFilename("progress"));
        fl::ResultFolder results(folder, 1, "fl-program", {});
        results.BeginRun().AddRound(MakeRecord(1, 0.875));
        results.Finish("done");
        std::ostringstream stream;
        fl::PrintSummary(stream, results);
        const std::string text = stream.str();
        for (const char* row : {"rounds           1\n",
                                "updates merged   1 of 2\n",
                                "final accuracy   87.5 %\n",
                                "simulated time   4 s\n",
                                "device energy    0.375 J\n",
                                "  computation    0.25 J\n",
                                "  radiated       0.0625 J\n",
                                "upload error     12.5 %\n",
                                "  largest        12.5 %\n"})
        {
            NS_TEST_EXPECT_MSG_NE(text.find(row), std::string::npos, row << " in " << text);
        }
        NS_TEST_EXPECT_MSG_NE(text.find(folder.string()),
                              std::string::npos,
                              "where the results are");
    }
};

/// The suite.
class FlResultsTestSuite : public TestSuite
{
  public:
    FlResultsTestSuite()
        : TestSuite("fl-results", TestSuite::Type::UNIT)
    {
        AddTestCase(new SampleTestCase);
        AddTestCase(new ResultFolderTestCase);
        AddTestCase(new ProgressTestCase);
    }
};

FlResultsTestSuite g_flResultsTestSuite; ///< registers the suite

} // namespace
