/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * Scenarios: built in C++, by a command line, and from a run's summary.json.
 */

#include "fl-test-refusal.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-configuration.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
#include "ns3/fl-phys.h"
#include "ns3/fl-scenario-fields.h"
#include "ns3/fl-scenario-rules.h"
#include "ns3/fl-shadowing-loss-model.h"
#include "ns3/global-value.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/string.h"
#include "ns3/test.h"

#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace ns3;

namespace
{

/// JSON whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/**
 * @return a scenario that is valid, and whose fields all differ from their defaults
 */
fl::Scenario
OtherScenario()
{
    fl::Scenario other;
    // Each field another value: twice the default, or 1; then those that are no such number.
    for (const auto& field : fl::ScenarioFields())
    {
        std::visit(
            [&other](const auto& of) {
                auto& value = other.*of.member;
                if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>)
                {
                    value = value == 0 ? 1 : 2 * value;
                }
            },
            field.of);
    }
    other.coordinator = "async";
    other.staleness = "hinge";
    other.base = "random";
    other.step = "adam";
    other.encodeActivations = "float16";
    other.encodeFeatures = "float32";
    other.encodeGradients = "float16";
    other.consensus = "star";
    other.mining = "deterministic";
    other.hashRatesInTurn = {1e12, 0};
    other.leader = "reputation";
    other.tasks = {"lr=0.1,model=mlp:3", ""};
    other.dataStart = 0.5;
    other.levels = {0.65, 0.7};
    other.optimizer = "equal";
    other.phy = fl::AvailablePhys().back();
    other.model = "mlp:7";
    other.data = "/";
    other.partition = "labels:3";
    other.momentum = 0.1; // 0.1 has no exact binary form
    other.transport = "datagram";
    other.encoding = "float16";
    other.fading = "rician";
    other.serverRestartS = 3.5;
    other.cpuHzInTurn = {1e9, 0.7e9};
    other.bandwidthHz = other.phy == "lte" ? 10e6 : 40e6;
    other.attributes = {{"ns3::fl::ShadowingLossModel::SigmaDb", "3.5"},
                        {"ChecksumEnabled", "true"}};
    other.seed = 4294944442;
    other.run = 9007199254740993; // no double
    return other;
}

/// A temporary file with the summary of a run, and what is said of it.
class SummaryFile
{
  public:
    /**
     * @param name of the file
     * @param json what is in it
     */
    SummaryFile(const std::string& name, const std::string& json)
        : m_name(name)
    {
        std::ofstream(m_name) << json;
    }

    /// @return what a command line of a cell's program says to `--like` of this file and others
    /// @param arguments further ones
    /// @param options gets the values
    std::string Parse(std::vector<std::string> arguments, fl::Options& options) const
    {
        fl::OptionParser parser("fl-example", "");
        fl::AddOptions(parser, options);
        arguments.insert(arguments.begin(), "--like=" + m_name);
        std::vector<const char*> argv{"program"};
        for (const auto& argument : arguments)
        {
            argv.push_back(argument.c_str());
        }
        return fl::test::RefusalOf(
            [&] { parser.Parse(static_cast<int>(argv.size()), argv.data()); });
    }

    /// @return the same, without the name of the file that it begins with
    std::string Refusal() const
    {
        fl::Options options;
        const std::string message = Parse({}, options);
        return message.rfind(m_name + ": ", 0) == 0 ? message.substr(m_name.size() + 2) : message;
    }

  private:
    std::string m_name; //!< of the file
};

/**
 * @param scenario what is configured
 * @return the JSON of a summary as far as it concerns the scenario
 */
Json
SummaryOf(const fl::Scenario& scenario)
{
    return {{"program", "fl-example"},
            {"configuration", fl::ConfigurationOf("fl-example", scenario).ToJson()}};
}

/// Sets ns-3's seed, run number and defaults back.
class ScenarioTestCase : public TestCase
{
  protected:
    /// @param name of the case
    explicit ScenarioTestCase(const std::string& name)
        : TestCase(name)
    {
    }

    /// What the case tests.
    virtual void Test() = 0;

  private:
    void DoRun() override
    {
        const uint32_t seed = RngSeedManager::GetSeed();
        const uint64_t run = RngSeedManager::GetRun();
        Test();
        RngSeedManager::SetSeed(seed);
        RngSeedManager::SetRun(run);
        Config::Reset();
        // Global values stay when defaults are reset.
        Config::SetGlobal("ChecksumEnabled", StringValue("false"));
    }
};

/// In C++: validated and applied.
class ValidationTestCase : public ScenarioTestCase
{
  public:
    ValidationTestCase()
        : ScenarioTestCase("a scenario in C++ is validated, field by field and in pairs")
    {
    }

  private:
    /**
     * @param change of a scenario with all defaults
     * @param message what is said of it
     */
    void Expect(const std::function<void(fl::Scenario&)>& change, const std::string& message)
    {
        fl::Scenario scenario;
        change(scenario);
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { ValidateScenario(scenario); }),
                              message,
                              "");
    }

    void Test() override
    {
        Expect([](auto&) {}, "accepted");
        TestFields();
        TestPairs();
        TestAttributes();
    }

    void TestFields()
    {
        Expect([](auto& s) { s.devices = 0; },
               "--devices=0: must be a whole number from 1 to 1000000");
        Expect([](auto& s) { s.lr = std::nan(""); },
               "--lr=nan: must be a number above 0, up to 1000");
        Expect([](auto& s) { s.lossExponent = INFINITY; },
               "--loss-exponent=inf: must be a number from 0 to 20");
        Expect([](auto& s) { s.fading = "heavy"; },
               "--fading=heavy: must be one of none, rayleigh, rician");
        Expect([](auto& s) { s.cpuHzInTurn = {1e9, 0}; },
               "--max-cpu-in-turn=1e+09,0: must be numbers above 0, up to 1e+12, separated by "
               "commas");
        Expect([](auto& s) { s.downlinkBandwidthHz = -1; },
               "--downlink-bandwidth=-1: must be a number from 0 to 1e+12");
        Expect([](auto& s) { s.downlinkPowerW = -1; },
               "--downlink-power=-1: must be a number from 0 to 1e+06");
        Expect([](auto& s) { s.maxCapacitance = 2; },
               "--max-capacitance=2: must be a number from 0 to 1");
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([] {
                                  fl::Scenario scenario;
                                  scenario.phy = "all";
                                  ValidateScenario(scenario);
                              }).rfind("--phy=all: must be ", 0),
                              0,
                              "a scenario is over one PHY");
    }

    void TestPairs()
    {
        Expect([](auto& s) { s.minCycles = 4e4; },
               "--min-cycles=40000: must not exceed --max-cycles=30000");
        Expect(
            [](auto& s) {
                s.cpuHzInTurn = {3e9, 1e9};
                s.minCpuHz = 1.5e9;
            },
            "--min-cpu=1.5e+09: must not exceed any of --max-cpu-in-turn=3e+09,1e+09");
        Expect([](auto& s) { s.sharedHead = 1; },
               "--shared-head=1: must be left out with --coordinator=sync");
        Expect(
            [](auto& s) {
                s.coordinator = "split";
                s.model = "mlp";
            },
            "--model=mlp: must be a transformer with --coordinator=split, or left out");
        for (const auto& phy : fl::AvailablePhys())
        {
            if (phy == "fdma")
            {
                continue;
            }
            Expect(
                [&](auto& s) {
                    s.phy = phy;
                    s.downlinkBandwidthHz = 5e6;
                },
                "--downlink-bandwidth=5e+06: must be left out with --phy=" + phy);
            Expect(
                [&](auto& s) {
                    s.phy = phy;
                    s.downlinkPowerW = 2;
                },
                "--downlink-power=2: must be left out with --phy=" + phy);
        }
        Expect(
            [](auto& s) {
                s.downlinkPowerW = 2;
                s.attributes["ns3::fl::FdmaChannel::StationTxPower"] = "3";
            },
            "--downlink-power=2: must be left out with --ns3::fl::FdmaChannel::StationTxPower=3");
        Expect([](auto& s) { s.maxCapacitance = 5e-29; },
               "--max-capacitance=5e-29: must be 0 or at least --capacitance=1e-28");
        Expect([](auto& s) { s.serverRestartS = 2; },
               "--server-restart=2: must be left out, or come after a --server-stop: "
               "--server-stop=0 is none");
        Expect(
            [](auto& s) {
                s.run = UINT64_MAX;
                s.runs = 2;
            },
            "--runs=2: must be at most 1 with --RngRun=18446744073709551615");
    }

    void TestAttributes()
    {
        const std::string sigma = "ns3::fl::ShadowingLossModel::SigmaDb";
        Expect([&](auto& s) { s.attributes[sigma] = "3"; }, "accepted");
        Expect([&](auto& s) { s.attributes[sigma + "s"] = "3"; },
               "--" + sigma +
                   "s: ns3::fl::ShadowingLossModel has no attribute SigmaDbs; did you "
                   "mean SigmaDb? (--PrintAttributes=ns3::fl::ShadowingLossModel lists "
                   "all)");
        Expect([](auto& s) { s.attributes["PrintHelp"] = ""; },
               "--PrintHelp=: must be an attribute or a global value of ns-3");
        Expect([](auto& s) { s.attributes["RngRun"] = "3"; },
               "--RngRun=3: must be left out: the scenario's run is that");
        Expect([](auto& s) { s.attributes["ns3::fl::SyncCoordinator::Rounds"] = "3"; },
               "--ns3::fl::SyncCoordinator::Rounds=3: must be left out: --rounds sets it");
        Expect([](auto& s) { s.seed = 0; },
               "--RngSeed=0: must be a whole number from 1 to 4294944442");
        fl::Scenario scenario;
        scenario.attributes = {{sigma, "2.5"}, {"ChecksumEnabled", "true"}};
        scenario.seed = 7;
        scenario.run = 8;
        scenario.Apply();
        DoubleValue value;
        CreateObject<fl::ShadowingLossModel>()->GetAttribute("SigmaDb", value);
        BooleanValue checksum;
        GlobalValue::GetValueByName("ChecksumEnabled", checksum);
        NS_TEST_EXPECT_MSG_EQ(value.Get(), 2.5, "attribute");
        NS_TEST_EXPECT_MSG_EQ(checksum.Get(), true, "global value");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetSeed(), 7, "seed");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetRun(), 8, "run number");
    }
};

/// To summary.json and back.
class SummaryTestCase : public ScenarioTestCase
{
  public:
    SummaryTestCase()
        : ScenarioTestCase("a scenario comes back from summary.json as it was, whoever reads it")
    {
    }

  private:
    void Test() override
    {
        const fl::Scenario other = OtherScenario();
        const Json defaults = SummaryOf(fl::Scenario());
        const Json json = SummaryOf(other);
        for (const auto& [name, value] : defaults["configuration"]["options"].items())
        {
            const bool same = json["configuration"]["options"][name] == value;
            const bool onlyOne = name == "phy" && fl::AvailablePhys().size() == 1;
            NS_TEST_EXPECT_MSG_EQ(same,
                                  onlyOne,
                                  name << " is tested with another value than its default");
        }
        const std::string name = CreateTempDirFilename("summary.json");
        const SummaryFile file(name, json.dump());
        NS_TEST_EXPECT_MSG_EQ(SummaryOf(fl::ReadScenario(name)).dump(), json.dump(), "in C++");

        // What is not of the scenario is the command line's own. It has the last word, and is given
        // the defaults of what contradicts others of these values.
        Json withOutput = json;
        withOutput["configuration"]["options"]["out"] = "elsewhere";
        withOutput["configuration"]["options"]["pcap"] = true;
        const SummaryFile again(name, withOutput.dump());
        fl::Options options;
        options.threads = 3;
        NS_TEST_EXPECT_MSG_EQ(again.Parse({"--train-samples=0",
                                           "--test-samples=0",
                                           "--payload-bits=0",
                                           "--samples-per-device=500",
                                           "--downlink-bandwidth=0",
                                           "--downlink-power=0",
                                           "--max-cpu=2e9",
                                           "--base=pretrained",
                                           "--step=sgd",
                                           "--lora-rank=8",
                                           "--lora-alpha=16",
                                           "--shared-head=0",
                                           "--paper-payload=0",
                                           "--encode-activations=all",
                                           "--encode-features=all",
                                           "--encode-gradients=all",
                                           "--cells=1",
                                           "--sub-channels=0",
                                           "--consensus=none",
                                           "--ledger=0",
                                           "--mining=race",
                                           "--block-interval=10",
                                           "--min-hash-rate=1e11",
                                           "--max-hash-rate=1e12",
                                           "--hash-rate-in-turn=",
                                           "--hash-energy=5e-8",
                                           "--real-bits=12",
                                           "--leader=smallest"},
                                          options),
                              "accepted",
                              "all of a summary");
        NS_TEST_EXPECT_MSG_EQ(options.trainSamples, 0, "the command line has the last word");
        options.trainSamples = other.trainSamples;
        options.testSamples = other.testSamples;
        options.payloadBits = other.payloadBits;
        options.samplesPerDevice = other.samplesPerDevice;
        options.maxCpuHz = other.maxCpuHz;
        options.base = other.base;
        options.step = other.step;
        options.loraRank = other.loraRank;
        options.loraAlpha = other.loraAlpha;
        options.sharedHead = other.sharedHead;
        options.paperPayload = other.paperPayload;
        options.encodeActivations = other.encodeActivations;
        options.encodeFeatures = other.encodeFeatures;
        options.encodeGradients = other.encodeGradients;
        options.cells = other.cells;
        options.subChannels = other.subChannels;
        options.consensus = other.consensus;
        options.ledger = other.ledger;
        options.mining = other.mining;
        options.blockIntervalS = other.blockIntervalS;
        options.minHashRate = other.minHashRate;
        options.maxHashRate = other.maxHashRate;
        options.hashRatesInTurn = other.hashRatesInTurn;
        options.hashEnergyJ = other.hashEnergyJ;
        options.realBits = other.realBits;
        options.leader = other.leader;
        options.downlinkBandwidthHz = other.downlinkBandwidthHz;
        options.downlinkPowerW = other.downlinkPowerW;
        NS_TEST_EXPECT_MSG_EQ(SummaryOf(options).dump(), json.dump(), "all others by --like");
        NS_TEST_EXPECT_MSG_EQ(options.out, "results/fl-example", "folder");
        NS_TEST_EXPECT_MSG_EQ(options.threads, 3, "threads");
        NS_TEST_EXPECT_MSG_EQ(options.pcap, false, "capture");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetSeed(), other.seed, "ns-3's seed");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetRun(), other.run, "ns-3's run number");
        TestOverrides();
    }

    void TestOverrides()
    {
        fl::Scenario scenario;
        scenario.data = "/nowhere/any/more";
        scenario.attributes["ns3::fl::ShadowingLossModel::SigmaDb"] = "3.5";
        scenario.run = 5;
        const SummaryFile file(CreateTempDirFilename("summary.json"), SummaryOf(scenario).dump());
        fl::Options options;
        const std::vector<std::string> arguments = {"--data=",
                                                    "--RngRun=6",
                                                    "--ns3::fl::ShadowingLossModel::SigmaDb=4"};
        NS_TEST_EXPECT_MSG_EQ(file.Parse(arguments, options),
                              "accepted",
                              "what is gone is replaced");
        NS_TEST_EXPECT_MSG_EQ(options.data, "", "an option");
        NS_TEST_EXPECT_MSG_EQ(options.run, 6, "run number");
        NS_TEST_EXPECT_MSG_EQ(RngSeedManager::GetRun(), 6, "ns-3's run number");
        NS_TEST_EXPECT_MSG_EQ(options.attributes["ns3::fl::ShadowingLossModel::SigmaDb"],
                              "4",
                              "an attribute");
        fl::Options contradiction;
        NS_TEST_EXPECT_MSG_EQ(file.Parse({"--data=", "--min-cycles=1e5"}, contradiction),
                              "--min-cycles=1e+05: must not exceed --max-cycles=30000",
                              "rules hold for what is put together");
    }
};

/// What is not accepted as a summary.
class RefusalTestCase : public ScenarioTestCase
{
  public:
    RefusalTestCase()
        : ScenarioTestCase("a file that is no summary of this program and version is refused")
    {
    }

  private:
    /**
     * @param text of a file
     * @param message what is said of it, after its name
     */
    void ExpectText(const std::string& text, const std::string& message)
    {
        const SummaryFile file(CreateTempDirFilename("summary.json"), text);
        NS_TEST_EXPECT_MSG_EQ(file.Refusal(), message, text.substr(0, 40));
    }

    /**
     * @param change of a summary that is sound
     * @param message what is said of it, after the file's name
     */
    void Expect(const std::function<void(Json& summary, Json& configuration)>& change,
                const std::string& message)
    {
        Json json = SummaryOf(fl::Scenario());
        change(json, json["configuration"]);
        ExpectText(json.dump(), message);
    }

    void Test() override
    {
        ExpectText(SummaryOf(fl::Scenario()).dump(), "accepted");
        ExpectText("", "is no JSON; must be a run's summary.json");
        ExpectText(R"({"program": "fl-example", )", "is no JSON; must be a run's summary.json");
        ExpectText("[1]", "is no JSON object; must be a run's summary.json");
        ExpectText(R"({"a": {"b": 1}, "c": {"b": 1, "b": 2}})", "key \"b\" is there twice");
        const std::string missing = CreateTempDirFilename("missing.json");
        NS_TEST_EXPECT_MSG_EQ(fl::test::RefusalOf([&] { fl::ReadScenario(missing); }),
                              "file '" + missing +
                                  "' can't be read: No such file or directory; must be a run's "
                                  "summary.json",
                              "no file");
        TestFrame();
        TestOptions();
        TestNs3();
    }

    void TestFrame()
    {
        Expect([](Json& s, Json&) { s.erase("program"); },
               "program is missing: must be the name of a program");
        Expect([](Json& s, Json&) { s["program"] = "fl-other"; },
               "program = 'fl-other': must be fl-example; a run is repeated by the program that "
               "made it");
        Expect([](Json& s, Json&) { s.erase("configuration"); },
               "configuration is missing: must be what the program was told");
        Expect([](Json& s, Json&) { s["configuration"] = 5; },
               "configuration = 5: must be what the program was told");
        Expect([](Json&, Json& c) { c.erase("format"); },
               "configuration.format is missing: must be 1");
        Expect([](Json&, Json& c) { c["format"] = 2; },
               "configuration.format = 2: must be 1, the version that this program reads");
        Expect([](Json&, Json& c) { c["format"] = "1"; },
               "configuration.format = \"1\": must be 1");
        Expect([](Json&, Json& c) { c["more"] = 1; },
               "configuration.more: unknown key; must be one of format, options, ns3_arguments, "
               "rng_seed, rng_run");
        Expect([](Json&, Json& c) { c.erase("options"); },
               "configuration.options is missing: must be the options by name");
        Expect([](Json&, Json& c) { c.erase("rng_run"); },
               "configuration.rng_run is missing: must be a whole number from 0 to "
               "18446744073709551615");
        Expect([](Json&, Json& c) { c["rng_seed"] = 0; },
               "configuration.rng_seed = 0: must be a whole number from 1 to 4294944442");
        Expect([](Json&, Json& c) { c["rng_run"] = -1; },
               "configuration.rng_run = -1: must be a whole number from 0 to "
               "18446744073709551615");
    }

    void TestOptions()
    {
        const std::string devices = "configuration.options.devices";
        const std::string range = ": must be a whole number from 1 to 1000000";
        Expect([](Json&, Json& c) { c["options"].erase("devices"); },
               devices + " is missing" + range);
        Expect([](Json&, Json& c) { c["options"]["devices"] = "20"; },
               devices + " = \"20\"" + range);
        Expect([](Json&, Json& c) { c["options"]["devices"] = 20.0; }, devices + " = 20.0" + range);
        Expect([](Json&, Json& c) { c["options"]["devices"] = 4294967297; },
               devices + " = 4294967297" + range);
        Expect([](Json&, Json& c) { c["options"]["devices"] = nullptr; },
               devices + " = null" + range);
        Expect([](Json&, Json& c) { c["options"]["nosuch"] = 1; },
               "configuration.options.nosuch: unknown option of fl-example");
        Expect([](Json&, Json& c) { c["options"]["like"] = "a.json"; },
               "configuration.options.like: unknown option of fl-example");
        Expect([](Json&, Json& c) { c["options"]["phy"] = "pigeon"; },
               "configuration.options.phy = \"pigeon\": must be " + fl::PhyNames().text);
        Expect([](Json&, Json& c) { c["options"]["max-cpu-in-turn"] = {1e9, "1e9"}; },
               "configuration.options.max-cpu-in-turn = [1000000000.0,\"1e9\"]: must be numbers "
               "above 0, up to 1e+12, separated by commas");
        Expect([](Json&, Json& c) { c["options"]["radius"] = true; },
               "configuration.options.radius = true: must be a number from 0 to 1e+06");
        // A whole number is a number.
        Expect([](Json&, Json& c) { c["options"]["radius"] = 50; }, "accepted");
    }

    void TestNs3()
    {
        Expect([](Json&, Json& c) { c["ns3_arguments"]["ns3::fl::Client::KeepAlive"] = 20; },
               "configuration.ns3_arguments.ns3::fl::Client::KeepAlive = 20: must be a text");
        Expect([](Json&, Json& c) { c["ns3_arguments"]["PrintHelp"] = ""; },
               "configuration.ns3_arguments: PrintHelp: must be an attribute or a global value of "
               "ns-3");
        Expect([](Json&, Json& c) { c["ns3_arguments"]["ns3::fl::Unheardof::X"] = "1"; },
               "configuration.ns3_arguments: --ns3::fl::Unheardof::X: there is no type "
               "ns3::fl::Unheardof "
               "(--PrintTypeIds lists all)");
        Expect([](Json&, Json& c) { c["ns3_arguments"]["ns3::fl::SyncCoordinator::Rounds"] = "2"; },
               "configuration.ns3_arguments: --ns3::fl::SyncCoordinator::Rounds=2: must be left "
               "out: --rounds sets it");
        // They stand in rng_seed and rng_run too.
        Expect([](Json&, Json& c) { c["ns3_arguments"]["RngRun"] = "1"; }, "accepted");
        Expect([](Json&, Json& c) { c["ns3_arguments"]["RngRun"] = "2"; },
               "configuration.ns3_arguments.RngRun = \"2\": must be 1, as rng_run");
        Expect([](Json&, Json& c) { c["ns3_arguments"]["RngSeed"] = "2"; },
               "configuration.ns3_arguments.RngSeed = \"2\": must be 1, as rng_seed");
    }
};

/// The suite.
class ScenarioTestSuite : public TestSuite
{
  public:
    ScenarioTestSuite()
        : TestSuite("fl-scenario", TestSuite::Type::UNIT)
    {
        AddTestCase(new ValidationTestCase);
        AddTestCase(new SummaryTestCase);
        AddTestCase(new RefusalTestCase);
    }
};

ScenarioTestSuite g_scenarioTestSuite; ///< registers itself

} // namespace
