/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-agent-methods.h"
#include "ns3/fl-bytes.h"
#include "ns3/fl-offload-agent.h"
#include "ns3/fl-offload-drop.h"
#include "ns3/fl-solve-instance.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/test.h"

#include <boost/crc.hpp>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Agents' files: the same bits again, runs that go on, damage; agents as a method of ./fl solve.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return an agent for 4 devices, 2 servers and 2 sub-channels
std::unique_ptr<OffloadAgent>
MakeSmall(const std::string& method)
{
    OffloadEnvironmentOptions environment;
    environment.drop.devices = 4;
    environment.drop.servers = 2;
    environment.drop.subChannels = 2;
    AgentOptions options;
    options.method = method;
    options.steps = 20;
    options.policy = {{6}, {7, 5}};
    options.critic = {8};
    options.replay = 50;
    options.replayBatch = 10;
    return std::make_unique<OffloadAgent>(options, environment);
}

/// Run episodes.
void
RunEpisodes(OffloadAgent& agent, int episodes)
{
    for (int i = 0; i < episodes; ++i)
    {
        agent.RunEpisode();
    }
}

/// A run that is resumed equals one that was not, by all methods.
class ResumeTestCase : public TestCase
{
  public:
    explicit ResumeTestCase(const std::string& method)
        : TestCase("resume: " + method),
          m_method(method)
    {
    }

  private:
    void DoRun() override
    {
        const auto whole = MakeSmall(m_method);
        RunEpisodes(*whole, 7);
        for (const int first : {0, 1, 4})
        {
            const auto part = MakeSmall(m_method);
            RunEpisodes(*part, first);
            const auto bytes = OffloadAgentToBytes(*part);
            const auto rest = OffloadAgentFromBytes(bytes);
            NS_TEST_EXPECT_MSG_EQ((OffloadAgentToBytes(*rest) == bytes), true, "the same bits");
            NS_TEST_EXPECT_MSG_EQ(rest->Brief(), part->Brief(), "the same agent");
            RunEpisodes(*rest, 7 - first);
            NS_TEST_EXPECT_MSG_EQ((OffloadAgentToBytes(*rest) == OffloadAgentToBytes(*whole)),
                                  true,
                                  "after " << first << " episodes");
        }
        const auto other = MakeSmall(m_method);
        RunEpisodes(*other, 6);
        NS_TEST_EXPECT_MSG_EQ((OffloadAgentToBytes(*other) == OffloadAgentToBytes(*whole)),
                              false,
                              "which others do not equal");
    }

    std::string m_method; ///< of the agent
};

/// Side by side on any number of threads, agents learn the same.
class ThreadsTestCase : public TestCase
{
  public:
    ThreadsTestCase()
        : TestCase("threads")
    {
    }

  private:
    void DoRun() override
    {
        std::vector<std::vector<uint8_t>> first;
        for (const uint32_t threads : {0, 1, 3})
        {
            std::vector<std::vector<uint8_t>> bytes(AgentMethods().size());
            ThreadPool pool(threads);
            pool.ParallelFor(bytes.size(), [&](size_t i) {
                const auto agent = MakeSmall(AgentMethods()[i].name);
                RunEpisodes(*agent, 3);
                bytes[i] = OffloadAgentToBytes(*agent);
            });
            first = first.empty() ? bytes : first;
            NS_TEST_EXPECT_MSG_EQ((bytes == first), true, threads << " threads");
        }
    }
};

/// Files that are damaged, or no agents.
class DamageTestCase : public TestCase
{
  public:
    DamageTestCase()
        : TestCase("damaged files")
    {
    }

  private:
    void DoRun() override
    {
        const auto agent = MakeSmall("parameterized");
        RunEpisodes(*agent, 1);
        m_bytes = OffloadAgentToBytes(*agent);
        for (size_t i = 0; i < m_bytes.size(); ++i)
        {
            auto bytes = m_bytes;
            bytes[i] ^= static_cast<uint8_t>(1U << (i % 8));
            NS_TEST_EXPECT_MSG_NE(Refusal(bytes), "accepted", "byte " << i);
        }
        for (size_t size = 0; size < m_bytes.size(); size += 97)
        {
            NS_TEST_EXPECT_MSG_NE(Refusal({m_bytes.begin(), m_bytes.begin() + size}),
                                  "accepted",
                                  size << " bytes");
        }
        CheckMessages();
        CheckContent();
    }

    /// @return the complaint
    static std::string Refusal(const std::vector<uint8_t>& bytes)
    {
        return RefusalOf([&] { OffloadAgentFromBytes(bytes); });
    }

    /// What is wrong is said.
    void CheckMessages()
    {
        auto bytes = m_bytes;
        bytes[0] = 'f';
        NS_TEST_EXPECT_MSG_EQ(Refusal(bytes), "no agent: must begin with FL-AGENT", "another file");
        NS_TEST_EXPECT_MSG_EQ(Refusal({}), "no agent: must begin with FL-AGENT", "nothing");
        bytes = m_bytes;
        bytes[8] = 2;
        NS_TEST_EXPECT_MSG_EQ(Refusal(bytes),
                              "agent's format is version 2: must be 1",
                              "of the future");
        bytes = m_bytes;
        bytes.pop_back();
        NS_TEST_EXPECT_MSG_EQ(Refusal(bytes),
                              Describe("damaged: ",
                                       bytes.size() - 24,
                                       " bytes after its header: must be ",
                                       bytes.size() - 23),
                              "cut short");
        bytes = m_bytes;
        bytes[100] ^= 1;
        NS_TEST_EXPECT_MSG_EQ(Refusal(bytes), "damaged: its checksum is another one", "a bit");
    }

    /// @return the complaint about bytes whose size and checksum are made right
    static std::string RefusalSealed(std::vector<uint8_t> bytes)
    {
        boost::crc_32_type crc;
        crc.process_bytes(bytes.data() + 24, bytes.size() - 24);
        StoreNumber(bytes.data() + 12, static_cast<uint64_t>(bytes.size() - 24));
        StoreNumber(bytes.data() + 20, static_cast<uint32_t>(crc.checksum()));
        return Refusal(bytes);
    }

    /// Bad content with a good checksum.
    void CheckContent()
    {
        auto bytes = m_bytes;
        bytes.push_back(0);
        NS_TEST_EXPECT_MSG_EQ(RefusalSealed(bytes), "it has 1 bytes too many", "too long");
        bytes = m_bytes;
        bytes.resize(bytes.size() - 4);
        NS_TEST_EXPECT_MSG_EQ(RefusalSealed(bytes), "it ends too early", "too short");
        bytes = m_bytes;
        bytes.resize(40);
        NS_TEST_EXPECT_MSG_EQ(RefusalSealed(bytes), "it ends too early", "in its options");
        bytes = m_bytes;
        StoreNumber(bytes.data() + 24, uint32_t{1} << 31);
        NS_TEST_EXPECT_MSG_EQ(RefusalSealed(bytes), "it ends too early", "a text without end");
        bytes = m_bytes;
        bytes[28] = 'q';
        NS_TEST_EXPECT_MSG_EQ(RefusalSealed(bytes).rfind("agent: method 'qarameterized'", 0),
                              0,
                              "a method");
        // The last numbers are the critic's: of one float all bits make it not a number.
        bytes = m_bytes;
        std::memset(bytes.data() + bytes.size() - 4, 0xff, 4);
        NS_TEST_EXPECT_MSG_EQ(RefusalSealed(bytes),
                              "the critic has a number that is not finite",
                              "not a number");
        bytes = m_bytes;
        StoreNumber(bytes.data() + bytes.size() - 4, -1.0F);
        NS_TEST_EXPECT_MSG_EQ(RefusalSealed(bytes), "the critic has a mean square below 0", "sign");
        CheckOptions();
    }

    /// Any number of the options that is wrong is refused, or makes another valid agent, which the
    /// networks do not fit, or one of the same networks.
    void CheckOptions()
    {
        size_t refused = 0;
        constexpr size_t OPTIONS_END = 24 + 300;
        for (size_t i = 24; i < OPTIONS_END; ++i)
        {
            auto bytes = m_bytes;
            bytes[i] = 0xff;
            refused += RefusalSealed(bytes) != "accepted" ? 1 : 0;
        }
        NS_TEST_EXPECT_MSG_GT(refused, 50, "bad options");
    }

    std::vector<uint8_t> m_bytes; ///< of a good one
};

/// An agent as a method of ./fl solve.
class SolveTestCase : public TestCase
{
  public:
    SolveTestCase()
        : TestCase("solve offload by an agent")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("small.agent");
        const auto agent = MakeSmall("a2c");
        RunEpisodes(*agent, 2);
        SaveOffloadAgent(path, *agent);
        NS_TEST_EXPECT_MSG_EQ(std::filesystem::exists(path + ".partial"), false, "no remains");
        const auto loaded = LoadOffloadAgent(path);
        NS_TEST_EXPECT_MSG_EQ((OffloadAgentToBytes(*loaded) == OffloadAgentToBytes(*agent)),
                              true,
                              "from its file");
        const auto text = ReadJsonText(CreateDataDirFilename("golden/offload-n4-m2.json"));
        const auto report = SolveInstance(FindSolveProblem("offload"), text, "n4", Request(path));
        NS_TEST_EXPECT_MSG_EQ(report.exitCode, 0, report.reason);
        const auto answer = report.ToText();
        NS_TEST_EXPECT_MSG_NE(answer.find("\"status\": \"feasible\""), std::string::npos, answer);
        NS_TEST_EXPECT_MSG_NE(answer.find("agent a2c, state gains, after 2 episodes"),
                              std::string::npos,
                              answer);
        const auto large = ReadJsonText(CreateDataDirFilename("golden/offload-n8-m3.json"));
        auto refusal = [&](const std::string& instance, const std::string& file) {
            return RefusalOf([&] {
                SolveInstance(FindSolveProblem("offload"), instance, "x.json", Request(file));
            });
        };
        NS_TEST_EXPECT_MSG_EQ(
            refusal(large, path),
            "x.json: problem of 8 devices, 3 servers and 3 sub-channels: the agent is "
            "for 4 devices, 2 servers and 2 sub-channels",
            "another problem");
        NS_TEST_EXPECT_MSG_EQ(refusal(text, ""),
                              "x.json: --agent is needed: the file of a trained agent",
                              "no agent");
        NS_TEST_EXPECT_MSG_EQ(refusal(text, "nonesuch"),
                              "x.json: nonesuch: cannot be read",
                              "no file");
        const std::string bad = CreateTempDirFilename("bad.agent");
        std::ofstream(bad) << "{}";
        NS_TEST_EXPECT_MSG_EQ(refusal(text, bad),
                              "x.json: " + bad + ": no agent: must begin with FL-AGENT",
                              "another file");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SaveOffloadAgent("nonesuch/agent", *agent); }),
                              "nonesuch/agent: cannot be written",
                              "no folder");
    }

    /// @return a request for an agent
    static SolveRequest Request(const std::string& path)
    {
        SolveRequest request;
        request.method = "agent";
        request.agent = path;
        return request;
    }
};

/// The suite.
class RlFileTestSuite : public TestSuite
{
  public:
    RlFileTestSuite()
        : TestSuite("fl-rl-file", TestSuite::Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        for (const auto& method : AgentMethods())
        {
            AddTestCase(new ResumeTestCase(method.name));
        }
        AddTestCase(new ThreadsTestCase);
        AddTestCase(new DamageTestCase);
        AddTestCase(new SolveTestCase);
    }
};

RlFileTestSuite g_rlFileTestSuite; ///< registers the suite

} // namespace
