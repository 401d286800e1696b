/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * What all programs have in common: options that contradict each other, --help, progress, the lock
 * on the results folder, the summary.
 */

#include "../examples/study/fl-study.h"
#include "fl-test-refusal.h"

#include "ns3/config.h"
#include "ns3/fl-folder-lock.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-option-help.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-option-rules.h"
#include "ns3/fl-options.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-run-report.h"
#include "ns3/fl-text.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/test.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace ns3;

namespace
{

/**
 * @param text lines
 * @return length of the longest one
 */
size_t
LongestLine(const std::string& text)
{
    size_t longest = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
    {
        longest = std::max(longest, line.size());
    }
    return longest;
}

/// Pairs of options that contradict each other.
class ContradictionTestCase : public TestCase
{
  public:
    ContradictionTestCase()
        : TestCase("options that contradict each other are refused")
    {
    }

  private:
    /**
     * @param arguments of a program with a cell
     * @param phy its default PHY
     * @return what it says of them; "accepted" if nothing
     */
    static std::string Parse(const std::vector<std::string>& arguments, const char* phy = "fdma")
    {
        fl::Options options;
        options.phy = phy;
        fl::OptionParser parser("fl-example", "");
        fl::AddOptions(parser, options);
        std::vector<const char*> argv{"program"};
        for (const auto& argument : arguments)
        {
            argv.push_back(argument.c_str());
        }
        return fl::test::RefusalOf(
            [&] { parser.Parse(static_cast<int>(argv.size()), argv.data()); });
    }

    void Expect(const std::vector<std::string>& arguments, const std::string& message)
    {
        NS_TEST_EXPECT_MSG_EQ(Parse(arguments), message, arguments.front());
        // In any order.
        NS_TEST_EXPECT_MSG_EQ(Parse({arguments.rbegin(), arguments.rend()}),
                              message,
                              "reversed: " << arguments.front());
    }

    void DoRun() override
    {
        const uint64_t run = RngSeedManager::GetRun();
        TestOrder();
        TestSources();
        TestPhys();
        TestAttributes();
        Expect({"--RngRun=18446744073709551615", "--runs=2"},
               "--runs=2: must be at most 1 with --RngRun=18446744073709551615");
        RngSeedManager::SetRun(run);
        Config::Reset();
    }

    void TestOrder()
    {
        Expect({"--server-stop=5", "--server-restart=2"},
               "--server-restart=2: must be later than --server-stop=5");
        Expect({"--server-stop=5", "--server-restart=5"},
               "--server-restart=5: must be later than --server-stop=5");
        Expect({"--server-restart=2"},
               "--server-restart=2: must be left out, or come after a --server-stop: "
               "--server-stop=0 is none");
        Expect({"--server-stop=5", "--server-restart=5.5"}, "accepted");
        Expect({"--server-stop=5"}, "accepted");
        Expect({"--min-power=13"}, "--min-power=13: must not exceed --max-power=12");
        Expect({"--max-power=-5", "--min-power=-4"},
               "--min-power=-4: must not exceed --max-power=-5");
        Expect({"--min-cpu=3e9", "--max-cpu=2e9"},
               "--min-cpu=3e+09: must not exceed --max-cpu=2e+09");
        Expect({"--min-cycles=40000"}, "--min-cycles=40000: must not exceed --max-cycles=30000");
        Expect({"--min-cycles=30000"}, "accepted");
    }

    void TestSources()
    {
        const std::string learned =
            ": must be left out with --payload-bits=1000: messages have that size then, and "
            "nothing is learned";
        for (const std::string option :
             {"--model=mlp", "--partition=labels:2", "--encoding=float16", "--data=/"})
        {
            Expect({option, "--payload-bits=1000"}, option + learned);
            Expect({option}, "accepted");
        }
        Expect({"--samples-per-device=50"},
               "--samples-per-device=50: must be left out with --payload-bits=0: devices have the "
               "samples that --partition gives them");
        Expect({"--samples-per-device=50", "--payload-bits=1"}, "accepted");
        Expect({"--train-samples=50", "--data=/"},
               "--train-samples=50: must be left out with --data=/: they are numbers of synthetic "
               "samples");
    }

    void TestPhys()
    {
        const auto phys = fl::AvailablePhys();
        if (std::find(phys.begin(), phys.end(), "lte") == phys.end())
        {
            return;
        }
        Expect({"--phy=lte", "--bandwidth=7e6"},
               "--bandwidth=7e+06: must be 3e6, 5e6, 10e6, 15e6 or 20e6 with --phy=lte");
        Expect({"--phy=lte", "--devices=313"}, "--devices=313: must be at most 312 with --phy=lte");
        Expect({"--phy=lte", "--devices=312"}, "accepted");
        Expect({"--phy=fdma", "--bandwidth=7e6", "--devices=2008"}, "accepted");
        // Before the first one is simulated, not after it.
        NS_TEST_EXPECT_MSG_EQ(
            Parse({"--bandwidth=7e6"}, fl::ALL_PHYS),
            "--bandwidth=7e+06: must be 3e6, 5e6, 10e6, 15e6 or 20e6 with --phy=lte",
            "one of several PHYs");
    }

    void TestAttributes()
    {
        Expect({"--ns3::fl::SyncCoordinator::Rounds=3"},
               "--ns3::fl::SyncCoordinator::Rounds=3: must be left out: --rounds sets it");
        Expect({"--ns3::fl::FdmaChannel::UplinkBandwidth=1e6"},
               "--ns3::fl::FdmaChannel::UplinkBandwidth=1e6: must be left out: --bandwidth sets "
               "it");
        const std::string method = "--ns3::fl::MelOptimizer::Method=sai";
        NS_TEST_EXPECT_MSG_EQ(Parse({"--optimizer=mel-exact", method})
                                  .find(method + ": must be left out with --optimizer=mel-exact: "),
                              0,
                              "a name of an optimizer is a method");
        Expect({"--optimizer=ns3::fl::MelOptimizer", method}, "accepted");
        Config::Reset();
    }
};

/// --help.
class HelpTestCase : public TestCase
{
  public:
    HelpTestCase()
        : TestCase("--help: groups, units, lines of at most 80 columns, a line per optimizer")
    {
    }

  private:
    /// @return what a program with a cell prints, which ends it
    static std::string Print()
    {
        int ends[2];
        if (pipe(ends) != 0)
        {
            return "";
        }
        const pid_t child = fork();
        if (child == 0)
        {
            dup2(ends[1], STDOUT_FILENO);
            // This test is still running, which the destructors of static test suites do not allow.
            on_exit(
                [](int status, void*) {
                    std::cout.flush();
                    _exit(status);
                },
                nullptr);
            fl::Options options;
            fl::OptionParser parser("fl-example", "Does things.");
            fl::AddOptions(parser, options);
            const char* argv[] = {"program", "--help"};
            parser.Parse(2, argv);
            _exit(1);
        }
        close(ends[1]);
        std::string text;
        char buffer[4096];
        for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof(buffer))) > 0;)
        {
            text.append(buffer, n);
        }
        close(ends[0]);
        int status = 0;
        waitpid(child, &status, 0);
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "exit code";
    }

    void DoRun() override
    {
        const std::string text = Print();
        size_t last = 0;
        for (const char* headline : {"\nScenario:\n",
                                     "\nLearning:\n",
                                     "\nRadio:\n",
                                     "\nDevices:\n",
                                     "\nFaults:\n",
                                     "\nOutput:\n"})
        {
            const size_t at = text.find(headline);
            NS_TEST_ASSERT_MSG_NE(at, std::string::npos, headline << " in " << text);
            NS_TEST_EXPECT_MSG_GT(at, last, headline << " is in its place");
            last = at;
        }
        NS_TEST_EXPECT_MSG_LT_OR_EQ(LongestLine(text), 80, text);
        for (const char* shown : {"(default: 20 MHz)",
                                  "(default: 100 MHz)",
                                  "(default: 2 GHz)",
                                  "[dBm]",
                                  "(default: 12 dBm)",
                                  "value: 1.5 m/s",
                                  "[Hz]",
                                  "100 kbit/s"})
        {
            NS_TEST_EXPECT_MSG_NE(text.find(shown), std::string::npos, shown << " in " << text);
        }
        NS_TEST_EXPECT_MSG_EQ(text.find("e+0"), std::string::npos, "no exponents in " << text);
        for (const auto& entry : fl::NamedOptimizers())
        {
            NS_TEST_EXPECT_MSG_NE(text.find("\n  " + entry.name),
                                  std::string::npos,
                                  entry.name << " has its line in " << text);
        }
        TestTexts();
    }

    void TestTexts()
    {
        const std::pair<std::string, std::string> quantities[] = {
            {fl::QuantityText(2e7, "Hz"), "20 MHz"},
            {fl::QuantityText(28.1e3, "bit"), "28.1 kbit"},
            {fl::QuantityText(0.005, "s"), "5 ms"},
            {fl::QuantityText(1e-9, "J"), "1 nJ"},
            {fl::QuantityText(999, "J"), "999 J"},
            {fl::QuantityText(1e6, "bit/s"), "1 Mbit/s"},
            {fl::QuantityText(-3, "dBm"), "-3 dBm"},
            {fl::QuantityText(0, "s"), "0 s"},
            {fl::QuantityText(1e5, ""), "100000"},
            {fl::QuantityText(0.05, ""), "0.05"},
        };
        for (const auto& [got, expected] : quantities)
        {
            NS_TEST_EXPECT_MSG_EQ(got, expected, "a quantity");
        }
        NS_TEST_EXPECT_MSG_EQ(fl::WrapText("aa bb  cc", 5), "aa bb\ncc", "exactly full");
        NS_TEST_EXPECT_MSG_EQ(fl::WrapText("  aa bb cc", 7, 2), "  aa bb\n    cc", "hanging");
        NS_TEST_EXPECT_MSG_EQ(fl::WrapText("abcdefgh ij", 5), "abcdefgh\nij", "a long word");
        NS_TEST_EXPECT_MSG_EQ(fl::WrapText("a\n\nb\n", 5), "a\n\nb\n", "lines stay lines");
    }
};

/// The lock on a results folder.
class LockTestCase : public TestCase
{
  public:
    LockTestCase()
        : TestCase("a results folder is one run's, until that ends or crashes")
    {
    }

  private:
    std::string Try()
    {
        return fl::test::RefusalOf([this] { fl::FolderLock lock(m_folder); });
    }

    void DoRun() override
    {
        m_folder = CreateTempDirFilename("locked");
        std::filesystem::remove_all(m_folder);
        const std::string refused =
            "results folder " + m_folder +
            ": another run is writing into it; must be a folder that no other run uses, or wait "
            "for that one to end (--out)";
        {
            const fl::FolderLock lock(m_folder);
            NS_TEST_EXPECT_MSG_EQ(Try(), refused, "two in one process");
            NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([this] {
                                      fl::ResultFolder results(m_folder, 1, "fl-program", {});
                                  }),
                                  refused,
                                  "result files");
            const fl::FolderLock inside(m_folder + "/inside");
        }
        NS_TEST_EXPECT_MSG_EQ(Try(), "accepted", "after it ended");
        NS_TEST_EXPECT_MSG_EQ(std::distance(std::filesystem::directory_iterator(m_folder),
                                            std::filesystem::directory_iterator()),
                              1,
                              "nothing but the folder inside is left");
        Crash(refused);
    }

    /// @param refused the message while another process holds the lock
    void Crash(const std::string& refused)
    {
        int ends[2];
        NS_TEST_ASSERT_MSG_EQ(pipe(ends), 0, "a pipe");
        const pid_t child = fork();
        if (child == 0)
        {
            const fl::FolderLock lock(m_folder);
            const char ready = 'x';
            const ssize_t written = write(ends[1], &ready, 1);
            while (written == 1)
            {
                pause();
            }
            _exit(1);
        }
        char ready = 0;
        NS_TEST_EXPECT_MSG_EQ(read(ends[0], &ready, 1), 1, "the other process has it");
        NS_TEST_EXPECT_MSG_EQ(Try(), refused, "another process");
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        close(ends[0]);
        close(ends[1]);
        NS_TEST_EXPECT_MSG_EQ(Try(), "accepted", "the lock did not survive a crash");
    }

    std::string m_folder; ///< for this test
};

/// Progress of comparisons and of computations.
class ComparisonProgressTestCase : public TestCase
{
  public:
    ComparisonProgressTestCase()
        : TestCase("progress of comparisons, and of what is computed by formula")
    {
    }

  private:
    void DoRun() override
    {
        std::ostringstream stream;
        double now = 0;
        fl::RoundRecord record;
        record.round = 1;
        record.endS = 4;
        record.energyJ = 0.375;
        {
            fl::Progress progress(1, 2, {&stream, 0, [&now]() { return now; }}, 2);
            progress.BeginCase("fdma, equal");
            now = 10;
            progress.Update(record);
            progress.BeginRun();
            progress.Update(record);
            progress.BeginCase("fdma, joint");
            now = 30;
            progress.Update(record);
        }
        NS_TEST_EXPECT_MSG_EQ(
            stream.str(),
            // 1 of 4 runs in 10 s, 2 in 10 s, 3 in 30 s
            "fdma, equal  run 1/2  round 1/1  accuracy -  simulated 4 s  energy 0.375 J  ETA 0:30\n"
            "fdma, equal  run 2/2  round 1/1  accuracy -  simulated 4 s  energy 0.375 J  ETA 0:10\n"
            "fdma, joint  run 1/2  round 1/1  accuracy -  simulated 4 s  energy 0.375 J  ETA "
            "0:10\n",
            "what is compared, and the time that is left of all");
        TestComputation();
    }

    void TestComputation()
    {
        std::ostringstream stream;
        double now = 0;
        {
            fl::WorkProgress progress(8, {&stream, 0, [&now]() { return now; }});
            progress.Begin("figure 2");
            now = 5;
            progress.Add(); // too soon for another line
            now = 10;
            progress.Add();
            progress.Begin("figure 3");
            now = 12;
            progress.Add(5.5);
            progress.Add(0.5);
        }
        NS_TEST_EXPECT_MSG_EQ(stream.str(),
                              "figure 2    0 %  ETA -\n"
                              "figure 2   25 %  ETA 0:30\n"
                              "figure 3   25 %  ETA 0:30\n"
                              "figure 3  100 %  ETA 0:00\n",
                              "a line for each thing, one every ten seconds, one at the end");
        std::ostringstream terminal;
        {
            fl::WorkProgress progress(2, {&terminal, 31, [&now]() { return now; }});
            progress.Begin("a long name of what is computed");
            now += 0.01; // too soon for the eye
            progress.Add();
        }
        NS_TEST_EXPECT_MSG_EQ(terminal.str(),
                              "\ra long name of what     0 %  E\n",
                              "30 columns of 31, ended at last");
    }
};

/// The summary that a run prints.
class SummaryTestCase : public TestCase
{
  public:
    SummaryTestCase()
        : TestCase("the summary fits 40 columns")
    {
    }

  private:
    void DoRun() override
    {
        const std::string folder = CreateTempDirFilename("summary");
        fl::ResultFolder results(folder, 2, "fl-program", {});
        for (uint32_t run = 0; run < 2; ++run)
        {
            // Numbers whose texts are as long as any.
            fl::RoundRecord record;
            record.round = 1;
            record.selected = 1000000;
            record.received = 999999;
            record.accuracy = 0.12345 + 0.1 * run;
            record.endS = 1.2345e8 * (1 + run);
            record.energyJ = 1.2345e-9 * (1 + run);
            results.BeginRun().AddRound(record);
        }
        results.Finish("done");
        std::ostringstream stream;
        fl::PrintSummary(stream, results);
        std::ostringstream ending;
        fl::PrintEnding(ending,
                        "no device became available for 60 s",
                        {"",
                         "Equal shares at full power and CPU frequency would have cost 0.4497 J "
                         "(2.47 times as much)."});
        // The folder's name is in one piece, whatever its length.
        std::string text = stream.str() + ending.str();
        const size_t at = text.find("  " + folder + "\n");
        NS_TEST_ASSERT_MSG_NE(at, std::string::npos, "the folder in " << text);
        text.erase(at, folder.size() + 2);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(LongestLine(text), 40, text);
        NS_TEST_EXPECT_MSG_NE(
            text.find("The run ended because\n  no device became available for 60 s.\n"),
            std::string::npos,
            text);
        NS_TEST_EXPECT_MSG_NE(text.find("+-"), std::string::npos, "intervals in " << text);
    }
};

/// The suite.
class ProgramTestSuite : public TestSuite
{
  public:
    ProgramTestSuite()
        : TestSuite("fl-program", TestSuite::Type::UNIT)
    {
        AddTestCase(new ContradictionTestCase);
        AddTestCase(new HelpTestCase);
        AddTestCase(new LockTestCase);
        AddTestCase(new ComparisonProgressTestCase);
        AddTestCase(new SummaryTestCase);
    }
};

ProgramTestSuite g_programTestSuite; ///< registers itself

} // namespace
