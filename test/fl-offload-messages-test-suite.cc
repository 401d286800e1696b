/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-offload-drop.h"
#include "ns3/fl-offload-methods.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-solve-instance.h"
#include "ns3/test.h"

#include <cmath>
#include <nlohmann/json.hpp>

/**
 * @file
 * @ingroup fl
 * Offloading to several edge servers: what is refused, and which constraint is broken.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What is refused, and how.
class MessagesTestCase : public TestCase
{
  public:
    MessagesTestCase()
        : TestCase("messages")
    {
    }

  private:
    void DoRun() override
    {
        const auto path = CreateDataDirFilename("golden/offload-n4-m2.json");
        m_instance = nlohmann::json::parse(ReadJsonText(path));
        Refuse("/noise_w/1", -1, "noise_w[1] = -1: must be from 1e-30 to 1e+30");
        Refuse("/bandwidth_hz", nlohmann::json::array(), "bandwidth_hz has 0 entries: must have");
        Refuse("/noise_w",
               nlohmann::json::array({1e-13}),
               "noise_w has 1 entries: must have 2, one per sub-channel");
        Refuse("/gain/2/1/0", -2, "gain[2][1][0] = -2: must be 0 or from");
        Refuse("/gain/2/1",
               nlohmann::json::array({1e-9}),
               "gain[2][1] has 1 entries: must have 2, one per sub-channel");
        Refuse("/gain/2",
               nlohmann::json::array({m_instance["gain"][2][0]}),
               "gain[2] has 1 entries: must have 2, one per server");
        Refuse("/servers/1/cpu_hz", 0, "servers[1].cpu_hz = 0: must be from");
        Refuse("/servers/0/gpu_hz", 1, "servers[0].gpu_hz = 1: unknown key");
        for (const auto* key : {"data_bits",
                                "cycles",
                                "max_cpu_hz",
                                "max_tx_power_w",
                                "energy_budget_j",
                                "upload_rate_bps"})
        {
            Refuse(std::string("/devices/3/") + key,
                   0,
                   std::string("devices[3].") + key + " = 0: must be from");
        }
        Refuse("/devices/3/effective_capacitance",
               -1,
               "devices[3].effective_capacitance = -1: must be 0 or");
        Refuse("/devices", nlohmann::json::array(), "devices has 0 entries");
        Refuse("/model_bits", "many", "model_bits = \"many\": must be a number");
        Refuse("/consensus_s", -1, "consensus_s = -1: must be 0 or");
        Refuse("/mining/forks", -1, "mining.forks = -1: must be 0 or");
        Refuse("/mining/block_hashes", 0, "mining.block_hashes = 0: must be from");
        Refuse("/mining/max_hash_rate_hps", 1e31, "mining.max_hash_rate_hps = 1e+31: must be");
        Refuse("/mining/hash_pool_hps", 0, "mining.hash_pool_hps = 0: must be from");
        Refuse("/mining/joules", 0, "mining.joules = 0: unknown key");
        Refuse("/objective", "mean", "objective = \"mean\": must be \"sum\" or \"makespan\"");
        Refuse("/colour", 1, "colour = 1: unknown key");
        OffloadProblem problem;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SolveOffload("exact", problem); }),
                              "servers has 0 entries: must have from 1 to 16",
                              "nothing");
        RandomStream random(47);
        problem = DrawOffload({}, random);
        problem.noiseW[0] = NAN;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { problem.Validate(); }),
                              "noiseW[0] = nan: must be from 1e-30 to 1e+30",
                              "NaN");
        problem = DrawOffload({}, random);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { SolveOffload("nonesuch", problem); }),
            "method = 'nonesuch': must be one of exact, search, blind, local, all, random",
            "no such method");
        CheckInfeasible();
    }

    /// An instance is refused with a message that begins so.
    void Refuse(const std::string& place, const nlohmann::json& value, const std::string& message)
    {
        auto changed = m_instance;
        changed[nlohmann::json::json_pointer(place)] = value;
        const auto refusal = RefusalOf([&] {
            SolveInstance(FindSolveProblem("offload"), changed.dump(), "x.json", {"local", 1, 1});
        });
        NS_TEST_EXPECT_MSG_EQ(refusal.substr(0, message.size() + 8), "x.json: " + message, place);
    }

    /// Mining takes all of a device's energy.
    void CheckInfeasible()
    {
        auto poor = m_instance;
        poor["devices"][2]["energy_budget_j"] = 2400;
        const auto solve = [&] {
            return SolveInstance(FindSolveProblem("offload"), poor.dump(), "x.json", {"", 1, 1});
        };
        const auto report = solve();
        NS_TEST_EXPECT_MSG_EQ(report.exitCode, EXIT_INFEASIBLE, "exit code");
        NS_TEST_EXPECT_MSG_EQ(report.reason,
                              "28h: devices[2].energy_budget_j = 2400: must exceed 2500 J, what "
                              "mining takes",
                              "which, and what would do");
        const auto answer = nlohmann::json::parse(report.ToText());
        poor["devices"][2]["energy_budget_j"] = answer["least_energy_budget_j"];
        NS_TEST_EXPECT_MSG_EQ(solve().exitCode, EXIT_DONE, "the least that works works");
    }

    nlohmann::json m_instance; //!< a valid one
};

/// What breaks constraints is named.
class CheckTestCase : public TestCase
{
  public:
    CheckTestCase()
        : TestCase("constraints by name")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(48);
        OffloadDrop drop;
        drop.devices = 6;
        drop.servers = 2;
        drop.subChannels = 2;
        const auto problem = DrawOffload(drop, random);
        const auto answer = SolveOffload("all", problem);
        for (const auto& [name, residual] : answer.residuals)
        {
            NS_TEST_EXPECT_MSG_LT_OR_EQ(residual, 1e-9, name);
        }
        const auto broken = [&](const char* name, const auto& change) {
            auto decisions = answer.decisions;
            change(decisions);
            return CheckOffload(problem, decisions).at(name);
        };
        size_t away = 0;
        size_t home = 0;
        for (size_t n = 0; n < 6; ++n)
        {
            (answer.decisions[n].slot ? away : home) = n;
        }
        using Decisions = std::vector<OffloadDecision>;
        const double twice = broken("28d", [&](Decisions& d) { d[away].powerW = 2; });
        NS_TEST_EXPECT_MSG_EQ_TOL(twice, 1, 1e-9, "power");
        NS_TEST_EXPECT_MSG_EQ_TOL(broken("28e", [&](Decisions& d) { d[away].bandwidthHz *= 3; }),
                                  2,
                                  1e-9,
                                  "band");
        NS_TEST_EXPECT_MSG_EQ_TOL(
            broken("28f",
                   [&](Decisions& d) { d[home].cpuHz = 2 * problem.devices[home].maxCpuHz; }),
            1,
            1e-9,
            "CPU");
        NS_TEST_EXPECT_MSG_EQ_TOL(broken("28g", [&](Decisions& d) { d[0].hashRateHps *= 2; }),
                                  1,
                                  1e-9,
                                  "hash rate");
        NS_TEST_EXPECT_MSG_GT(broken("28h", [&](Decisions& d) { d[home].cpuHz = 1e12; }),
                              1,
                              "energy");
        NS_TEST_EXPECT_MSG_EQ(broken("28c'", [&](Decisions& d) { d[home].slot = d[away].slot; }),
                              1,
                              "a slot twice");
        NS_TEST_EXPECT_MSG_EQ(broken("28c", [&](Decisions& d) { d[away].slot->server = 7; }),
                              1,
                              "no such server");
    }
};

/// The suite.
class FlOffloadMessagesTestSuite : public TestSuite
{
  public:
    FlOffloadMessagesTestSuite()
        : TestSuite("fl-offload-messages", TestSuite::Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        AddTestCase(new MessagesTestCase);
        AddTestCase(new CheckTestCase);
    }
};

FlOffloadMessagesTestSuite g_flOffloadMessagesTestSuite; ///< registers the suite

} // namespace
