/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"
#include "fl-test-results.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-results.h"
#include "ns3/test.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * @file
 * @ingroup fl
 * Files of results: whole or not at all, and what is in their rows.
 */

using namespace ns3;
using namespace ns3::fl::test;

namespace
{

/// The rows of that record in devices.csv, with its number instead of %.
const char DEVICE_ROWS[] =
    "%,0,0,1,1e-10,50000,0.0125,2e+09,10,60,0,0.25,0.5,1.125,0.25,0.0625,0.25,0.5,1,0.3125,2,"
    "merged,0,0,0,4000,,,,0.5,,,\n"
    "%,0,1,0,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"
    "%,0,2,1,,,,,0,0,,0.5,,,,,,,,,2,battery,0,0,0,,,,,,,,\n";

/**
 * @param text a text
 * @param from what to replace
 * @param to by what
 * @return the text with all replaced
 */
std::string
Replace(std::string text, const std::string& from, const std::string& to)
{
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    {
        text.replace(at, from.size(), to);
    }
    return text;
}

/// Files appear whole or not at all.
class OutputFileTestCase : public TestCase
{
  public:
    OutputFileTestCase()
        : TestCase("files appear whole or not at all")
    {
    }

  private:
    void DoRun() override
    {
        m_folder = Vacant(CreateTempDirFilename("output-file"));
        fl::CreateFolder(m_folder);
        TestWhole();
        TestFullDisk();
        TestSizeLimit();
        TestMessages();
    }

    void TestWhole()
    {
        const fs::path path = m_folder / "file.txt";
        std::ofstream(path) << "old";
        {
            fl::OutputFile file(path);
            file.Write("half");
            NS_TEST_EXPECT_MSG_EQ(ReadAll(path), "old", "the old one stays");
            NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder), "file.txt file.txt.partial ", "partial file");
        }
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder), "file.txt ", "destroyed: nothing of it is left");
        NS_TEST_EXPECT_MSG_EQ(ReadAll(path), "old", "the old one stays");
        // Longer than the buffer.
        const std::string text(200000, 'x');
        fl::OutputFile file(path);
        file.Write(text);
        file.Write("end");
        file.Close();
        NS_TEST_EXPECT_MSG_EQ(ReadAll(path), "old", "closed is not published");
        file.Publish();
        NS_TEST_EXPECT_MSG_EQ((ReadAll(path) == text + "end"), true, "whole");
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder), "file.txt ", "no partial file");
        fs::remove(path);
    }

    void TestFullDisk()
    {
        if (!fs::exists("/dev/full"))
        {
            return;
        }
        const fs::path path = m_folder / "rounds.csv";
        const std::string message = "result file " + path.string() +
                                    ": can't be written: No space left on device; what there was "
                                    "of it is removed";
        fs::create_symlink("/dev/full", path.string() + ".partial");
        {
            fl::OutputFile file(path);
            file.Write("small");
            NS_TEST_EXPECT_MSG_EQ(RefusalOf<std::runtime_error>([&file]() { file.Publish(); }),
                                  message,
                                  "noticed when it is closed");
            NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder), "", "removed at once");
        }
        fs::create_symlink("/dev/full", path.string() + ".partial");
        fl::OutputFile file(path);
        const std::string text(1 << 20, 'x');
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<std::runtime_error>([&]() { file.Write(text); }),
                              message,
                              "noticed when the buffer is full");
        NS_TEST_EXPECT_MSG_EQ(NamesIn(m_folder), "", "removed at once");
    }

    /// In a process of its own, whose files may have 4,096 bytes.
    void TestSizeLimit()
    {
        const pid_t child = fork();
        if (child == 0)
        {
            const rlimit limit{4096, 4096};
            setrlimit(RLIMIT_FSIZE, &limit);
            const fs::path folder = m_folder / "limited";
            char name[] = "program";
            char* argv[] = {name, nullptr};
            std::ostringstream captured;
            std::cerr.rdbuf(captured.rdbuf());
            const int code = fl::RunMain(1, argv, [&folder](int, char**) {
                fl::ResultWriter writer(folder);
                for (uint32_t round = 1; round <= 10000; ++round)
                {
                    writer.AddRound(MakeRecord(round, 0.5));
                }
                return 0;
            });
            const bool said = captured.str() == "program: error: result file " +
                                                    (folder / "devices.csv").string() +
                                                    ": can't be written: File too large; what "
                                                    "there was of it is removed\n";
            _exit(code == 1 && said && NamesIn(folder).empty() ? 0 : 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        NS_TEST_EXPECT_MSG_EQ(
            WIFEXITED(status) && WEXITSTATUS(status) == 0,
            true,
            "a file beyond the limit: exit 1, a line that names it, nothing left");
    }

    void TestMessages()
    {
        std::ofstream(m_folder / "plain") << "x";
        const std::string inFile = (m_folder / "plain" / "sub").string();
        const std::string end = "; must be a folder that can be written to (--out)";
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf<fl::InvalidInput>([&inFile]() { fl::CreateFolder(inFile); }),
            "results folder " + inFile + ": can't be created: Not a directory" + end,
            "a file in the path");
        const std::string plain = (m_folder / "plain").string();
        const std::string got =
            RefusalOf<fl::InvalidInput>([&plain]() { fl::CreateFolder(plain); });
        NS_TEST_EXPECT_MSG_EQ(got.rfind("results folder " + plain + ": can't be created: ", 0),
                              0,
                              got);
        const std::string nowhere = (m_folder / "missing" / "file").string();
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf<fl::InvalidInput>([&nowhere]() { fl::OutputFile file(nowhere); }),
            "result file " + nowhere +
                ": can't be created: No such file or directory; must be in a folder that can be "
                "written "
                "to (--out)",
            "no folder");
        fs::create_directory(m_folder / "summary.json");
        const std::string folder = (m_folder / "summary.json").string();
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf<fl::InvalidInput>([&folder]() { fl::OutputFile file(folder); }),
            "result file " + folder + ": a folder is in its place",
            "found before the run, not after it");
    }

    fs::path m_folder; ///< for this test
};

/// transfers.csv and computations.csv of hand-made orders, character by character.
class PhaseTablesTestCase : public TestCase
{
  public:
    PhaseTablesTestCase()
        : TestCase("transfers.csv and computations.csv")
    {
    }

  private:
    /// @return an order of two uploads and a computation at the server, and a download
    static fl::WorkRecord MakeSplit()
    {
        using namespace fl;
        WorkRecord work;
        work.order.device = 3;
        work.order.task = 1;
        work.order.round = 7;
        work.order.server = 2;
        work.order.phases = {Idle{1},
                             Compute{1e6, 1e9, ComputeNode::DEVICE, ComputeJob::FORWARD},
                             Transfer{2, Direction::UPLINK, 800, {}, PayloadKind::ACTIVATIONS},
                             Compute{5e6, 4e9, ComputeNode::SERVER, ComputeJob::BACKWARD},
                             Transfer{2, Direction::DOWNLINK, 400, {}, PayloadKind::GRADIENTS},
                             Transfer{2, Direction::UPLINK, 200, {}, PayloadKind::UPDATE}};
        work.predicted.phases = {{0, 1}, {1, 1.5}, {1.5, 2}, {2, 2.25}, {2.25, 3}, {3, 3.125}};
        work.measured.phases = {{0, 1}, {1, 1.5}, {1.5, 2.5}, {2.5, 3}, {3, 4}, {4, 4.5}};
        work.measured.status = WorkStatus::MERGED;
        return work;
    }

    /// @return what is in a table
    /// @param work orders in it
    /// @param name of the table's file
    std::string TableOf(const std::vector<fl::WorkRecord>& work, const std::string& name)
    {
        const fs::path folder = Vacant(CreateTempDirFilename("phase-tables"));
        fl::CreateFolder(folder);
        fl::PhaseTables tables(folder);
        for (const auto& order : work)
        {
            tables.AddOrder(order);
        }
        tables.Close();
        tables.Publish();
        return ReadAll(folder / name);
    }

    void DoRun() override
    {
        const std::string transfers = // from DESIGN.md
            "round,task,device,server,kind,direction,bits,start_s,end_s,predicted_s\n";
        const std::string computations =
            "round,task,device,server,node,job,cycles,cpu_hz,start_s,end_s,predicted_s\n";
        auto work = MakeSplit();
        NS_TEST_EXPECT_MSG_EQ(TableOf({work}, "transfers.csv"),
                              transfers + "7,1,3,2,activations,uplink,800,1.5,2.5,0.5\n"
                                          "7,1,3,2,gradients,downlink,400,3,4,0.75\n"
                                          "7,1,3,2,update,uplink,200,4,4.5,0.125\n",
                              "transfers");
        NS_TEST_EXPECT_MSG_EQ(TableOf({work}, "computations.csv"),
                              computations + "7,1,3,2,device,forward,1e+06,1e+09,1,1.5,0.5\n"
                                             "7,1,3,2,server,backward,5e+06,4e+09,2.5,3,0.25\n",
                              "computations");

        // The device is lost while it receives: how long the transfer had lasted is no end.
        work.measured.status = fl::WorkStatus::LOST;
        work.measured.phases[5] = {};
        NS_TEST_EXPECT_MSG_EQ(TableOf({work}, "transfers.csv"),
                              transfers + "7,1,3,2,activations,uplink,800,1.5,2.5,0.5\n"
                                          "7,1,3,2,gradients,downlink,400,3,,0.75\n"
                                          "7,1,3,2,update,uplink,200,,,0.125\n",
                              "cut short");
        // Nothing is known of the phases, and a transfer would never end.
        work.measured.phases.clear();
        work.predicted.phases[2].endS = std::numeric_limits<double>::infinity();
        work.order.phases.resize(3);
        work.predicted.phases.resize(3);
        NS_TEST_EXPECT_MSG_EQ(TableOf({work}, "transfers.csv"),
                              transfers + "7,1,3,2,activations,uplink,800,,,\n",
                              "not known");
        NS_TEST_EXPECT_MSG_EQ(TableOf({}, "transfers.csv"), transfers, "no orders");
    }
};

/// rounds.csv and devices.csv of hand-made rounds, character by character.
class ResultWriterTestCase : public TestCase
{
  public:
    ResultWriterTestCase()
        : TestCase("rounds.csv, devices.csv and totals")
    {
    }

  private:
    void DoRun() override
    {
        const fs::path folder = Vacant(CreateTempDirFilename("result-writer"));
        fl::ResultWriter writer(folder / "new" / "folders");
        writer.AddRound(MakeRecord(1, 0.5));
        writer.AddRound(MakeRecord(2, 0.8125));
        writer.AddRound(MakeRecord(3, fl::ABSENT));
        NS_TEST_EXPECT_MSG_EQ(NamesIn(folder / "new" / "folders"),
                              "computations.csv.partial devices.csv.partial "
                              "rounds.csv.partial transfers.csv.partial ",
                              "nothing has appeared yet");
        writer.Publish();
        TestRounds(ReadAll(folder / "new" / "folders" / "rounds.csv"));
        TestDevices(ReadAll(folder / "new" / "folders" / "devices.csv"));
        const std::string transfers = ReadAll(folder / "new" / "folders" / "transfers.csv");
        NS_TEST_EXPECT_MSG_NE(transfers.find("\n2,0,0,0,update,uplink,4000,4.75,5.875,1\n"),
                              std::string::npos,
                              "the second round's update: " << transfers);
        TestTotals(writer.GetTotals());
        TestNumbers();
    }

    void TestRounds(const std::string& text)
    {
        NS_TEST_EXPECT_MSG_EQ(
            text,
            // from DESIGN.md
            "round,task,start_s,end_s,selected,received,loss,accuracy,energy_j,objective,bound,"
            "predicted_duration_s\n"
            "1,0,2,4,2,1,0.25,0.5,0.375,1.5,,1.875\n"
            "2,0,4,6,2,1,0.25,0.8125,0.375,1.5,,1.875\n"
            "3,0,6,8,2,1,0.25,,0.375,1.5,,1.875\n",
            "rounds.csv");
    }

    void TestDevices(const std::string& text)
    {
        // from DESIGN.md
        const std::string header =
            "round,task,device,selected,gain,bandwidth_hz,tx_power_w,cpu_hz,iterations,samples,"
            "idle_s,download_s,compute_s,upload_s,energy_compute_j,energy_radio_j,"
            "predicted_download_s,predicted_compute_s,predicted_upload_s,predicted_energy_j,start_"
            "s,"
            "status,server,base_version,staleness,payload_bits,energy_circuit_j,"
            "planned_aggregation,aggregation,energy_station_j,predicted_energy_station_j,offload_s,"
            "execution_s\n";
        const std::string first = Replace(DEVICE_ROWS, "%", "1");
        std::string second = Replace(DEVICE_ROWS, "%", "2");
        second = Replace(second, ",2,merged,0,0,", ",4,merged,0,1,");
        second = Replace(second, ",2,battery", ",4,battery");
        std::string third = Replace(DEVICE_ROWS, "%", "3");
        third = Replace(third, ",2,merged,0,0,", ",6,merged,0,2,");
        third = Replace(third, ",2,battery", ",6,battery");
        NS_TEST_EXPECT_MSG_EQ(text, header + first + second + third, "devices.csv");
    }

    void TestTotals(const fl::RunTotals& totals)
    {
        // Sums of powers of two: exact.
        NS_TEST_EXPECT_MSG_EQ(totals.rounds, 3, "rounds");
        NS_TEST_EXPECT_MSG_EQ(totals.simulatedTimeS, 8, "end of the last round");
        NS_TEST_EXPECT_MSG_EQ(totals.energyJ, 3 * 0.375, "energy");
        NS_TEST_EXPECT_MSG_EQ(totals.computeEnergyJ, 3 * 0.25, "of computation");
        NS_TEST_EXPECT_MSG_EQ(totals.radioEnergyJ, 3 * 0.0625, "radiated");
        NS_TEST_EXPECT_MSG_EQ(totals.stationEnergyJ, 3 * 0.5, "of the base station");
        NS_TEST_EXPECT_MSG_EQ(totals.uploadedBytes, 3 * 500, "one update of 4,000 bit per round");
        NS_TEST_EXPECT_MSG_EQ(totals.downloadedBytes, 3 * 1000, "one model of 8,000 bit per round");
        NS_TEST_EXPECT_MSG_EQ(totals.selected, 6, "orders");
        NS_TEST_EXPECT_MSG_EQ(totals.received, 3, "updates");
        NS_TEST_EXPECT_MSG_EQ(totals.byStatus[static_cast<size_t>(fl::WorkStatus::BATTERY)],
                              3,
                              "devices that ran out of energy");
        NS_TEST_EXPECT_MSG_EQ(totals.finalAccuracy, 0.8125, "last one that is known");
        NS_TEST_EXPECT_MSG_EQ(totals.timeToAccuracyS[0], 4, "50 % after round 1");
        NS_TEST_EXPECT_MSG_EQ(totals.timeToAccuracyS[3], 6, "80 % after round 2");
        NS_TEST_EXPECT_MSG_EQ(totals.energyToAccuracyJ[3], 2 * 0.375, "80 % after round 2");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(totals.timeToAccuracyS[4]), true, "85 % never");
        NS_TEST_EXPECT_MSG_EQ(totals.predictionError.Mean(), 0.125, "1.125 s instead of 1 s");
    }

    void TestNumbers()
    {
        const std::pair<double, const char*> numbers[] = {
            {0.1, "0.1"},
            {1.0 / 3, "0.3333333333333333"},
            {20, "20"},
            {1e22, "1e+22"},
            {-2.5e-9, "-2.5e-09"},
            {-1.7976931348623157e308, "-1.7976931348623157e+308"},
            {fl::ABSENT, ""},
            {std::numeric_limits<double>::infinity(), ""},
            {-std::numeric_limits<double>::infinity(), ""}};
        for (const auto& [number, expected] : numbers)
        {
            std::string text;
            fl::AppendNumber(text, number);
            NS_TEST_EXPECT_MSG_EQ(text, expected, "shortest text that reads back the same");
        }
    }
};

/// The suite.
class FlResultFilesTestSuite : public TestSuite
{
  public:
    FlResultFilesTestSuite()
        : TestSuite("fl-result-files", TestSuite::Type::UNIT)
    {
        AddTestCase(new OutputFileTestCase);
        AddTestCase(new PhaseTablesTestCase);
        AddTestCase(new ResultWriterTestCase);
    }
};

FlResultFilesTestSuite g_flResultFilesTestSuite; ///< registers the suite

} // namespace
