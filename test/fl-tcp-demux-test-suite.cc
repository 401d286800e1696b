/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/config.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/object-ptr-container.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/test.h"
#include "ns3/uinteger.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Connections that are spread over several TcpL4Protocol instances.
 */

namespace
{

using namespace ns3;
using namespace ns3::fl;

/// What one run of a cell shows.
struct DemuxRun
{
    std::vector<double> timesS; //!< measured downloads and uploads, and ends of rounds [s]
    uint32_t received{0};       //!< updates merged in all
    uint32_t sockets{0};        //!< in the SocketList of the server node's own TcpL4Protocol
};

/**
 * @param tables value of EndPointTables
 * @param options what to run
 * @return what it showed
 */
DemuxRun
RunCell(uint32_t tables, const Options& options)
{
    RngSeedManager::SetSeed(1);
    RngSeedManager::SetRun(1);
    Config::SetDefault("ns3::fl::TcpTransport::EndPointTables", UintegerValue(tables));
    DemuxRun run;
    const LearningData data = LoadData(options);
    CellRun cell(options, data);
    const auto node = cell.GetRadio().GetServerNode();
    cell.GetFederation().coordinator->TraceConnectWithoutContext(
        "RoundEnd",
        MakeFlCallback<void, const RoundRecord&>([&](const RoundRecord& round) {
            run.received += round.received;
            run.timesS.push_back(round.endS);
            for (const auto& work : round.ended)
            {
                run.timesS.push_back(work.measured.downloadS);
                run.timesS.push_back(work.measured.uploadS);
            }
            ObjectPtrContainerValue sockets;
            node->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", sockets);
            run.sockets = sockets.GetN();
        }));
    Simulator::Run();
    Config::SetDefault("ns3::fl::TcpTransport::EndPointTables", UintegerValue(0));
    return run;
}

/// Nothing but the search for a connection changes.
class DemuxTest : public TestCase
{
  public:
    DemuxTest()
        : TestCase("the same times, whatever the number of tables")
    {
    }

  private:
    void DoRun() override
    {
        Options options;
        options.devices = 20;
        options.rounds = 3;
        options.payloadBits = 50000;
        options.optimizer = "equal";
        options.out = "none";
        Same(options);
        // Who connects again comes to the same table, whose listener is still there.
        options.serverStopS = 0.5;
        options.serverRestartS = 2;
        Same(options);
    }

    void Same(const Options& options)
    {
        const auto own = RunCell(1, options);
        NS_TEST_EXPECT_MSG_GT(own.sockets, options.devices, "all at the node's own");
        NS_TEST_EXPECT_MSG_EQ(own.received, options.devices * options.rounds, "all updates");
        for (const uint32_t tables : {2, 7, 100})
        {
            const auto spread = RunCell(tables, options);
            NS_TEST_EXPECT_MSG_EQ(spread.sockets, 1, "the first listener only");
            NS_TEST_EXPECT_MSG_EQ((spread.timesS == own.timesS), true, "bit for bit");
        }
    }
};

/// The suite.
class TcpDemuxTestSuite : public TestSuite
{
  public:
    TcpDemuxTestSuite()
        : TestSuite("fl-tcp-demux", TestSuite::Type::UNIT)
    {
        AddTestCase(new DemuxTest);
    }
};

TcpDemuxTestSuite g_suite; //!< registers itself

} // namespace
