/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-data-source.h"
#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-options.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-phys.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

/**
 * @file
 * @ingroup fl
 * Command lines: options of a program and of a cell, attributes of ns-3, exit codes.
 */

using namespace ns3;
using namespace ns3::fl::test;

namespace
{

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
            RefusalOf<fl::InvalidInput>([&e, &argument]() { Parse(e.parser, {argument}); });
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
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<std::logic_error>(twice),
                              "option --devices is there already",
                              "names are unique: newer ns-3 aborts otherwise");
        const auto taken = [&e]() { e.parser.Add("RngRun", "", e.devices); };
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<std::logic_error>(taken),
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
            RefusalOf<fl::InvalidInput>([&parser, &argument]() { Parse(parser, {argument}); });
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
        const std::string delay = RefusalOf<fl::InvalidInput>([&knobs]() {
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
            if (name != "task") // none; on a command line that is an empty one
            {
                Parse(parser, {parser.Written(name)});
            }
        }
    }

    void Expect(const std::string& argument, const std::string& rule)
    {
        fl::Options options;
        fl::OptionParser parser("fl-example", "");
        fl::AddOptions(parser, options);
        const std::string got =
            RefusalOf<fl::InvalidInput>([&parser, &argument]() { Parse(parser, {argument}); });
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
        Expect("--data=/nowhere/at/all",
               "a folder that exists, or one of " + fl::DataSourceTexts());
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

/// The suite.
class FlOptionsTestSuite : public TestSuite
{
  public:
    FlOptionsTestSuite()
        : TestSuite("fl-options", TestSuite::Type::UNIT)
    {
        AddTestCase(new OptionParserTestCase);
        AddTestCase(new Ns3ArgumentsTestCase);
        AddTestCase(new CellOptionsTestCase);
        AddTestCase(new MainTestCase);
    }
};

FlOptionsTestSuite g_flOptionsTestSuite; ///< registers the suite

} // namespace
