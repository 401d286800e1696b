/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-options.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-plots.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-results.h"
#include "ns3/fl-run-report.h"
#include "ns3/fl-sample.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ns3;

namespace
{

namespace fs = std::filesystem;

/// @return the path, where nothing of an earlier run is left
fs::path
Vacant(const fs::path& path)
{
    fs::remove_all(path);
    return path;
}

/// An object with attributes, to be set on a command line.
class Knobs : public Object
{
  public:
    /**
     * @return the TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::Knobs")
                                .SetParent<Object>()
                                .AddConstructor<Knobs>()
                                .AddAttribute("Share",
                                              "A share",
                                              DoubleValue(0.5),
                                              MakeDoubleAccessor(&Knobs::m_share),
                                              MakeDoubleChecker<double>(0, 1))
                                .AddAttribute("Count",
                                              "A number of things",
                                              UintegerValue(3),
                                              MakeUintegerAccessor(&Knobs::m_count),
                                              MakeUintegerChecker<uint64_t>())
                                .AddAttribute("Delay",
                                              "A time",
                                              TimeValue(Seconds(1)),
                                              MakeTimeAccessor(&Knobs::m_delay),
                                              MakeTimeChecker())
                                .AddAttribute("Result",
                                              "Can only be read",
                                              TypeId::ATTR_GET,
                                              UintegerValue(3),
                                              MakeUintegerAccessor(&Knobs::m_count),
                                              MakeUintegerChecker<uint64_t>());
        return tid;
    }

    double m_share;   ///< attribute
    uint64_t m_count; ///< attribute
    Time m_delay;     ///< attribute
};

NS_OBJECT_ENSURE_REGISTERED(Knobs);

/// A Knobs with one more attribute, and three that it inherits.
class MoreKnobs : public Knobs
{
  public:
    /**
     * @return the TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid =
            TypeId("ns3::fl::test::MoreKnobs").SetParent<Knobs>().AddConstructor<MoreKnobs>();
        return tid;
    }
};

NS_OBJECT_ENSURE_REGISTERED(MoreKnobs);

/**
 * @tparam E the exception that is expected
 * @param action what should throw it
 * @return its message, or "nothing was thrown"
 */
template <typename E>
std::string
MessageOf(const std::function<void()>& action)
{
    try
    {
        action();
    }
    catch (const E& error)
    {
        return error.what();
    }
    return "nothing was thrown";
}

/**
 * @param parser the parser
 * @param arguments all but the program's name
 */
void
Parse(fl::OptionParser& parser, std::vector<std::string> arguments)
{
    std::vector<const char*> argv{"program"};
    for (const auto& argument : arguments)
    {
        argv.push_back(argument.c_str());
    }
    parser.Parse(static_cast<int>(argv.size()), argv.data());
}

/**
 * @param path a file
 * @return what is in it
 */
std::string
ReadAll(const fs::path& path)
{
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/**
 * @param folder a folder
 * @return the names in it, sorted, with a blank after each
 */
std::string
Names(const fs::path& folder)
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
fl::RoundRecord
MakeRecord(uint32_t round, double accuracy)
{
    using namespace fl;
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

/// The rows of that record in devices.csv, with its number instead of %.
const char DEVICE_ROWS[] =
    "%,0,0,1,1e-10,50000,0.0125,2e+09,10,60,0,0.25,0.5,1.125,0.25,0.0625,0.25,0.5,1,0.3125,2,"
    "merged,0,0,0,4000,,,\n"
    "%,0,1,0,,,,,,,,,,,,,,,,,,,,,,,,,\n"
    "%,0,2,1,,,,,0,0,,0.5,,,,,,,,,2,battery,0,0,0,,,,\n";

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

/// Options of a program's own: values, and the message for each kind of mistake.
class OptionParserTestCase : public TestCase
{
  public:
    OptionParserTestCase()
        : TestCase("option parser: values and messages")
    {
    }

  private:
    void DoRun() override
    {
        TestValues();
        TestMessages();
    }

    /// A parser with one option of each type.
    struct Example
    {
        uint32_t devices{20};       ///< an option
        uint64_t bytes{7};          ///< an option
        double radius{250};         ///< an option
        bool verbose{false};        ///< an option
        std::string out{"results"}; ///< an option
        std::string kind{"a"};      ///< an option
        double speed{0};            ///< an option
        double scale{1};            ///< an option without a rule
        fl::OptionParser parser{"program", "Does things."};

        Example()
        {
            parser.Add("devices", "devices", devices, fl::InRange(1U, 1000U));
            parser.Add("bytes", "size [byte]", bytes);
            parser.Add("radius", "radius [m]", radius, fl::Positive(1e5));
            parser.Add("verbose", "say more", verbose);
            parser.Add("out", "folder", out);
            parser.Add("kind", "a kind", kind, fl::OneOf({"a", "b"}));
            parser.Add("speed", "speed [m/s]", speed, fl::InRange(0.0, 10.0), "1.5");
            parser.Add("scale", "scale", scale);
        }
    };

    void TestValues()
    {
        Example e;
        Parse(e.parser,
              {"--devices=30",
               "--bytes=18446744073709551615",
               "-radius=2.5e2",
               "--verbose",
               "--out=a b=c",
               "--kind=b",
               "--speed"});
        NS_TEST_EXPECT_MSG_EQ(e.devices, 30, "uint32_t");
        NS_TEST_EXPECT_MSG_EQ(e.bytes, 18446744073709551615ULL, "uint64_t");
        NS_TEST_EXPECT_MSG_EQ(e.radius, 250, "double, with one dash as ns-3 allows");
        NS_TEST_EXPECT_MSG_EQ(e.verbose, true, "bool without a value");
        NS_TEST_EXPECT_MSG_EQ(e.out, "a b=c", "text with a blank and a =");
        NS_TEST_EXPECT_MSG_EQ(e.kind, "b", "one of several");
        NS_TEST_EXPECT_MSG_EQ(e.speed, 1.5, "option without its value");
        const auto json = e.parser.ToJson();
        NS_TEST_EXPECT_MSG_EQ(json["options"].dump(),
                              R"({"devices":30,"bytes":18446744073709551615,"radius":250.0,)"
                              R"("verbose":true,"out":"a b=c","kind":"b","speed":1.5,"scale":1.0})",
                              "all options, in their types");
    }

    void Expect(const std::string& argument, const std::string& message)
    {
        Example e;
        const std::string got =
            MessageOf<fl::InvalidInput>([&e, &argument]() { Parse(e.parser, {argument}); });
        NS_TEST_EXPECT_MSG_EQ(got, message, argument);
        NS_TEST_EXPECT_MSG_EQ(e.devices, 20, argument << " leaves the default");
    }

    void TestMessages()
    {
        const std::string devices = ": must be a whole number from 1 to 1000";
        for (const char* value : {"abc", "1x", "x1", "nan", "-1", "+1", " 1", "1.0", "1e2", "0x1"})
        {
            Expect(std::string("--devices=") + value, std::string("--devices=") + value + devices);
        }
        Expect("--devices=", "--devices=" + devices);
        Expect("--devices=0", "--devices=0" + devices);
        Expect("--devices=4294967297", "--devices=4294967297" + devices);
        Expect("--devices", "--devices: needs a value (--devices=...)" + devices);
        Expect("--bytes=-3", "--bytes=-3: must be a whole number from 0 to 18446744073709551615");
        for (const char* value : {"", "abc", "1x", "nan", "inf", "-1", "0", "1e400", "1e6"})
        {
            Expect(std::string("--radius=") + value,
                   std::string("--radius=") + value + ": must be a number above 0, up to 1e+05");
        }
        Expect("--verbose=maybe", "--verbose=maybe: must be true or false");
        Expect("--kind=c", "--kind=c: must be one of a, b");
        Expect("--speed=fast", "--speed=fast: must be a number from 0 to 10");
        Expect("--scale=nan", "--scale=nan: must be a number");
        Expect("--scale=-inf", "--scale=-inf: must be a number");
        Expect("--devcies=3",
               "--devcies: unknown option; did you mean --devices? (--help lists all)");
        Expect("--frobnicate", "--frobnicate: unknown option (--help lists all)");
        Expect("30", "unexpected argument '30': must be --name=value (--help lists the names)");
        Expect("--", "unexpected argument '--': must be --name=value (--help lists the names)");

        Example e;
        const auto twice = [&e]() { e.parser.Add("devices", "", e.devices); };
        NS_TEST_EXPECT_MSG_EQ(MessageOf<std::logic_error>(twice),
                              "option --devices is there already",
                              "names are unique: newer ns-3 aborts otherwise");
        const auto taken = [&e]() { e.parser.Add("RngRun", "", e.devices); };
        NS_TEST_EXPECT_MSG_EQ(MessageOf<std::logic_error>(taken),
                              "option --RngRun is there already",
                              "ns-3's names are taken");
    }
};

/// ns-3's own arguments: applied if they are right, and a message rather than an abort if not.
class Ns3ArgumentsTestCase : public TestCase
{
  public:
    Ns3ArgumentsTestCase()
        : TestCase("ns-3's own arguments: applied, or refused with a message")
    {
    }

  private:
    void DoRun() override
    {
        const uint32_t seed = RngSeedManager::GetSeed();
        const uint64_t run = RngSeedManager::GetRun();
        TestApplied();
        TestMessages();
        RngSeedManager::SetSeed(seed);
        RngSeedManager::SetRun(run);
        Config::Reset();
    }

    void TestApplied()
    {
        fl::OptionParser parser("program", "");
        Parse(parser,
              {"--RngRun=5",
               "--RngSeed=4294944442",
               "--ns3::fl::test::Knobs::Share=0.25",
               "--ns3::fl::test::Knobs::Delay=20ms"});
        const auto knobs = CreateObject<Knobs>();
        NS_TEST_EXPECT_MSG_EQ(knobs->m_share, 0.25, "attribute");
        NS_TEST_EXPECT_MSG_EQ(knobs->m_delay, MilliSeconds(20), "attribute");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetRun(), 5, "run number");
        const auto json = parser.ToJson();
        NS_TEST_EXPECT_MSG_EQ(json["rng_seed"].dump(), "4294944442", "seed in the configuration");
        NS_TEST_EXPECT_MSG_EQ(json["rng_run"].dump(), "5", "run number in the configuration");
        NS_TEST_EXPECT_MSG_EQ(json["ns3_arguments"]["ns3::fl::test::Knobs::Delay"].dump(),
                              "\"20ms\"",
                              "attributes in the configuration");
    }

    void Expect(const std::string& argument, const std::string& message)
    {
        fl::OptionParser parser("program", "");
        const std::string got =
            MessageOf<fl::InvalidInput>([&parser, &argument]() { Parse(parser, {argument}); });
        NS_TEST_EXPECT_MSG_EQ(got, message, argument);
    }

    void TestMessages()
    {
        const std::string knobs = "--ns3::fl::test::Knobs::";
        for (const char* value : {"abc", "2", "nan", ""})
        {
            Expect(knobs + "Share=" + value,
                   knobs + "Share=" + value + ": must be a ns3::DoubleValue (double 0:1)");
        }
        for (const char* value : {"-1", "1x", "18446744073709551616"})
        {
            Expect(knobs + "Count=" + value,
                   knobs + "Count=" + value +
                       ": must be a ns3::UintegerValue (uint64_t 0:18446744073709551615)");
        }
        // ns-3 aborts on this one.
        const std::string delay = MessageOf<fl::InvalidInput>([&knobs]() {
            fl::OptionParser parser("program", "");
            Parse(parser, {knobs + "Delay=soon"});
        });
        NS_TEST_EXPECT_MSG_EQ(delay.rfind(knobs + "Delay=soon: must be a ns3::TimeValue", 0),
                              0,
                              delay);
        Expect(knobs + "Result=1", knobs + "Result=1: can't be set, only read");
        Expect(knobs + "Shore=1",
               knobs + "Shore: ns3::fl::test::Knobs has no attribute Shore; did you mean Share? "
                       "(--PrintAttributes=ns3::fl::test::Knobs lists all)");
        Expect("--ns3::fl::test::MoreKnobs::Share=1",
               "--ns3::fl::test::MoreKnobs::Share: is inherited; set it as " + knobs + "Share");
        Expect("--ns3::fl::test::Knob::Share=1",
               "--ns3::fl::test::Knob::Share: there is no type ns3::fl::test::Knob; did you mean "
               "ns3::fl::test::Knobs? (--PrintTypeIds lists all)");
        const std::string seed = ": must be a whole number from 1 to 4294944442";
        Expect("--RngSeed=0", "--RngSeed=0" + seed);
        Expect("--RngSeed=4294944443", "--RngSeed=4294944443" + seed);
        Expect("--RngRun=abc",
               "--RngRun=abc: must be a ns3::UintegerValue (uint64_t 0:18446744073709551615)");
        Expect("--RngRum=1", "--RngRum: unknown option; did you mean --RngRun? (--help lists all)");
        Expect("--PrintAttributes=ns3::fl::test::Knosb",
               "--PrintAttributes=ns3::fl::test::Knosb: there is no type ns3::fl::test::Knosb; did "
               "you mean ns3::fl::test::Knobs? (--PrintTypeIds lists all)");
        Expect("--PrintGroup=Nowhere",
               "--PrintGroup=Nowhere: there is no such group (--PrintGroups lists all)");
    }
};

/// The options that every example with a cell takes.
class CellOptionsTestCase : public TestCase
{
  public:
    CellOptionsTestCase()
        : TestCase("options of examples with a cell")
    {
    }

  private:
    void DoRun() override
    {
        TestDefaults();
        TestMessages();
        TestModelsAndPartitions();
    }

    void TestDefaults()
    {
        fl::Options options;
        fl::OptionParser parser("fl-example", "");
        fl::AddOptions(parser, options);
        NS_TEST_EXPECT_MSG_EQ(options.out, "results/fl-example", "default folder");
        NS_TEST_EXPECT_MSG_GT(options.threads, 0, "one thread per core");
        const auto json = parser.ToJson();
        for (const char* name : {"devices",
                                 "rounds",
                                 "optimizer",
                                 "phy",
                                 "model",
                                 "data",
                                 "partition",
                                 "local-iterations",
                                 "batch",
                                 "lr",
                                 "payload-bits",
                                 "transport",
                                 "runs",
                                 "out",
                                 "threads",
                                 "mobility",
                                 "background"})
        {
            NS_TEST_EXPECT_MSG_EQ(json["options"].contains(name), true, name);
        }
        // Every default passes its own rule.
        for (const auto& [name, value] : json["options"].items())
        {
            Parse(parser, {parser.Written(name)});
        }
    }

    void Expect(const std::string& argument, const std::string& rule)
    {
        fl::Options options;
        fl::OptionParser parser("fl-example", "");
        fl::AddOptions(parser, options);
        const std::string got =
            MessageOf<fl::InvalidInput>([&parser, &argument]() { Parse(parser, {argument}); });
        NS_TEST_EXPECT_MSG_EQ(got, argument + ": must be " + rule, argument);
    }

    void TestMessages()
    {
        Expect("--devices=0", "a whole number from 1 to 1000000");
        Expect("--devices=-5", "a whole number from 1 to 1000000");
        Expect("--rounds=0", "a whole number from 1 to 1000000000");
        std::vector<std::string> optimizers;
        for (const auto& entry : fl::NamedOptimizers())
        {
            optimizers.push_back(entry.name);
        }
        Expect("--optimizer=best",
               fl::OneOf(optimizers).text + " or the name of an ns3::fl::Optimizer type");
        // Which there are depends on the modules of ns-3.
        const auto phys = fl::AvailablePhys();
        std::string allowed = (phys.size() > 1 ? "one of " : "") + phys[0];
        for (size_t i = 1; i < phys.size(); ++i)
        {
            allowed += ", " + phys[i];
        }
        for (const std::string phy : {"lte", "wifi"})
        {
            if (std::find(phys.begin(), phys.end(), phy) == phys.end())
            {
                allowed += " (" + phy + " was left out: this ns-3 has no module " + phy + ")";
            }
        }
        Expect("--phy=carrier-pigeon", allowed);
        Expect("--data=/nowhere/at/all", "a folder that exists");
        Expect("--local-iterations=0", "a whole number from 1 to 1000000");
        Expect("--batch=-1", "a whole number from 0 to 1000000000");
        Expect("--lr=0", "a number above 0, up to 1000");
        Expect("--payload-bits=-1", "a number from 0 to 1e+12");
        Expect("--transport=udp", "one of tcp, datagram");
        Expect("--runs=0", "a whole number from 1 to 500");
        Expect("--out=", "the name of a folder");
        Expect("--threads=2000", "a whole number from 0 to 1024");
        Expect("--mobility=-1", "a number from 0 to 1000");
        Expect("--background=much", "a number from 0 to 1e+12");
        Expect("--bandwidth=0", "a number above 0, up to 1e+12");
        Expect("--radius=-1", "a number from 0 to 1e+06");
        Expect("--fading=heavy", "one of none, rayleigh, rician");
        Expect("--encoding=int8", "one of float32, float16");
    }

    void TestModelsAndPartitions()
    {
        // What these may be is the learning library's to say; that it is asked is tested here.
        for (const char* text : {"mlp:", "mlp:0", "mlp:3,", "mlp:x", "cnn", ""})
        {
            Expect(std::string("--model=") + text, fl::KnownModels());
        }
        for (const char* text : {"", "labels:0", "dirichlet:0", "dirichlet:nan", "fair"})
        {
            Expect(std::string("--partition=") + text, fl::Partitioner::KnownTexts());
        }
    }
};

/// Exceptions become exit codes and one line.
class MainTestCase : public TestCase
{
  public:
    MainTestCase()
        : TestCase("exit codes and error lines")
    {
    }

  private:
    void Expect(const std::function<int(int, char**)>& program, int code, const std::string& line)
    {
        std::ostringstream captured;
        std::streambuf* const original = std::cerr.rdbuf(captured.rdbuf());
        char name[] = "/somewhere/fl-program";
        char* argv[] = {name, nullptr};
        const int got = fl::RunMain(1, argv, program);
        std::cerr.rdbuf(original);
        NS_TEST_EXPECT_MSG_EQ(got, code, line);
        NS_TEST_EXPECT_MSG_EQ(captured.str(), line, "standard error");
    }

    void DoRun() override
    {
        Expect([](int, char**) { return 0; }, 0, "");
        Expect([](int, char**) -> int { throw fl::InvalidInput("--x=1: must be 2"); },
               2,
               "fl-program: error: --x=1: must be 2\n");
        Expect([](int, char**) -> int { throw fl::Infeasible("device 3: too\nfar"); },
               3,
               "fl-program: error: device 3: too far\n");
        Expect([](int, char**) -> int { throw std::runtime_error("no luck"); },
               1,
               "fl-program: error: no luck\n");
        Expect([](int, char**) -> int { throw std::bad_alloc(); },
               1,
               "fl-program: error: out of memory\n");
        std::signal(SIGXFSZ, SIG_DFL);

        NS_TEST_EXPECT_MSG_EQ(fl::ProgramName("build/bin/fl-quickstart"), "fl-quickstart", "plain");
        for (const char* path : {"ns3.37-fl-quickstart-debug",
                                 "/x/ns3-dev-fl-quickstart-default",
                                 "ns3.41-fl-quickstart-optimized",
                                 "ns3.48-fl-quickstart"})
        {
            NS_TEST_EXPECT_MSG_EQ(fl::ProgramName(path), "fl-quickstart", path);
        }
    }
};

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
            NS_TEST_EXPECT_MSG_EQ(Names(m_folder), "file.txt file.txt.partial ", "partial file");
        }
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder), "file.txt ", "destroyed: nothing of it is left");
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
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder), "file.txt ", "no partial file");
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
            NS_TEST_EXPECT_MSG_EQ(MessageOf<std::runtime_error>([&file]() { file.Publish(); }),
                                  message,
                                  "noticed when it is closed");
            NS_TEST_EXPECT_MSG_EQ(Names(m_folder), "", "removed at once");
        }
        fs::create_symlink("/dev/full", path.string() + ".partial");
        fl::OutputFile file(path);
        const std::string text(1 << 20, 'x');
        NS_TEST_EXPECT_MSG_EQ(MessageOf<std::runtime_error>([&]() { file.Write(text); }),
                              message,
                              "noticed when the buffer is full");
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder), "", "removed at once");
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
            _exit(code == 1 && said && Names(folder).empty() ? 0 : 1);
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
            MessageOf<fl::InvalidInput>([&inFile]() { fl::CreateFolder(inFile); }),
            "results folder " + inFile + ": can't be created: Not a directory" + end,
            "a file in the path");
        const std::string plain = (m_folder / "plain").string();
        const std::string got =
            MessageOf<fl::InvalidInput>([&plain]() { fl::CreateFolder(plain); });
        NS_TEST_EXPECT_MSG_EQ(got.rfind("results folder " + plain + ": can't be created: ", 0),
                              0,
                              got);
        const std::string nowhere = (m_folder / "missing" / "file").string();
        NS_TEST_EXPECT_MSG_EQ(
            MessageOf<fl::InvalidInput>([&nowhere]() { fl::OutputFile file(nowhere); }),
            "result file " + nowhere +
                ": can't be created: No such file or directory; must be in a folder that can be "
                "written "
                "to (--out)",
            "no folder");
        fs::create_directory(m_folder / "summary.json");
        const std::string folder = (m_folder / "summary.json").string();
        NS_TEST_EXPECT_MSG_EQ(
            MessageOf<fl::InvalidInput>([&folder]() { fl::OutputFile file(folder); }),
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
        NS_TEST_EXPECT_MSG_EQ(Names(folder / "new" / "folders"),
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
            "planned_aggregation,aggregation\n";
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
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder) + Names(m_folder / "run-1"),
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
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder),
                              "curves.csv run-1 run-2 run-3 summary.json ",
                              "files of several runs");
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder / "run-3"),
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
        NS_TEST_EXPECT_MSG_EQ(MessageOf<std::logic_error>([&results]() { results.BeginRun(); }),
                              "more than 1 runs",
                              "as many runs as were announced");
        results.Finish("done");
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder),
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
            MessageOf<fl::InvalidInput>([&bad]() { fl::ResultFolder results(bad, 1, "p", {}); }),
            "results folder " + bad.string() +
                ": can't be created: Not a directory; must be a folder that can be written to "
                "(--out)",
            "an output folder that can't be written");
        std::ofstream(m_folder / "short.csv") << "a,b\n1\n";
        fl::CsvReader reader(m_folder / "short.csv");
        const std::string path = (m_folder / "short.csv").string();
        NS_TEST_EXPECT_MSG_EQ(MessageOf<std::runtime_error>([&reader]() { reader.Next(); }),
                              path + ": a row with 1 fields; must be 2 as in the header",
                              "short row");
        NS_TEST_EXPECT_MSG_EQ(MessageOf<std::runtime_error>([&reader]() { reader.Column("c"); }),
                              path + ": has no column c",
                              "no column");
        const fs::path none = m_folder / "none.csv";
        NS_TEST_EXPECT_MSG_EQ(
            MessageOf<std::runtime_error>([&none]() { fl::CsvReader missing(none); }),
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
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder),
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
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder).find("svg"), std::string::npos, "no half picture");
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
        NS_TEST_EXPECT_MSG_EQ(Names(m_folder).find("partial"), std::string::npos, "all renamed");

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

/// The suite.
class ResultsTestSuite : public TestSuite
{
  public:
    ResultsTestSuite()
        : TestSuite("fl-results", TestSuite::Type::UNIT)
    {
        AddTestCase(new OptionParserTestCase);
        AddTestCase(new Ns3ArgumentsTestCase);
        AddTestCase(new CellOptionsTestCase);
        AddTestCase(new MainTestCase);
        AddTestCase(new OutputFileTestCase);
        AddTestCase(new PhaseTablesTestCase);
        AddTestCase(new ResultWriterTestCase);
        AddTestCase(new SampleTestCase);
        AddTestCase(new ResultFolderTestCase);
        AddTestCase(new ProgressTestCase);
        AddTestCase(new PlotsTestCase);
    }
};

ResultsTestSuite g_resultsTestSuite; ///< registers itself

} // namespace
