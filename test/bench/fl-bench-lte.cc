/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bench-lte.h"

#include "../../examples/study/fl-first-phases.h"
#include "../fl-lte-air-watch.h"
#include "fl-bench-report.h"

#include "ns3/boolean.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fl-cell-experiment.h"
#include "ns3/fl-error.h"
#include "ns3/fl-lte-blocks.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/lte-helper.h"
#include "ns3/mobility-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/point-to-point-epc-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/position-allocator.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace ns3
{
namespace fl
{

namespace
{

using nlohmann::json;

constexpr uint16_t PORT = 9000;
constexpr uint32_t SEGMENT_BYTES = 1400; //!< as TcpTransport's default

/// A cell as LteCellRadio builds it, of the same places, losses and powers, with ns-3's own round
/// robin scheduler.
class BulkCell
{
  public:
    explicit BulkCell(const Options& options)
        : m_options(options),
          m_bytes(static_cast<uint32_t>(options.payloadBits / 8))
    {
        Config::SetDefault("ns3::LteRlcUm::MaxTxBufferSize", UintegerValue(1U << 30));
        Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(SEGMENT_BYTES));
        Config::SetDefault("ns3::LteEnbRrc::SrsPeriodicity",
                           UintegerValue(options.devices + 8 <= 20   ? 20
                                         : options.devices + 8 <= 40 ? 40
                                                                     : 80));
        m_lte->SetEpcHelper(m_epc);
        m_lte->SetSchedulerType("ns3::RrFfMacScheduler");
        m_station.Create(1);
        m_devices.Create(options.devices);
        Place();
        InstallServer();
        InstallRadio();
        InstallApplications();
    }

    json Run()
    {
        const Stopwatch watch;
        // A limit on the simulated time, so that a transfer that stalls is a failure and not a
        // hang.
        Simulator::Stop(Seconds(30));
        Simulator::Run();
        const json figures{{"wall_s", watch.WallS()},
                           {"cpu_s", watch.CpuS()},
                           {"simulated_s", Simulator::Now().GetSeconds()}};
        const uint64_t expected = 2ULL * m_options.devices * m_bytes;
        if (m_arrived != expected)
        {
            throw std::runtime_error(
                Describe(m_arrived, " bytes arrived: ", expected, " were to come"));
        }
        Simulator::Destroy();
        return figures;
    }

  private:
    void Place()
    {
        MobilityHelper mobility;
        mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
        mobility.Install(m_station);
        auto positions = CreateObject<UniformDiscPositionAllocator>();
        positions->SetAttribute("rho", DoubleValue(CellRadius(m_options)));
        m_stream += positions->AssignStreams(m_stream);
        mobility.SetPositionAllocator(positions);
        mobility.Install(m_devices);
        m_stream += mobility.AssignStreams(m_devices, m_stream);
    }

    void InstallServer()
    {
        m_server.Create(1);
        InternetStackHelper().Install(m_server);
        PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", DataRateValue(DataRate("100Gbps")));
        link.SetDeviceAttribute("Mtu", UintegerValue(2000));
        const auto devices = link.Install(m_epc->GetPgwNode(), m_server.Get(0));
        m_serverAddress = Ipv4AddressHelper("10.0.0.0", "255.0.0.0").Assign(devices).GetAddress(1);
        Ipv4StaticRoutingHelper()
            .GetStaticRouting(m_server.Get(0)->GetObject<Ipv4>())
            ->AddNetworkRouteTo(Ipv4Address("7.0.0.0"), Ipv4Mask("255.0.0.0"), 1);
    }

    void InstallRadio()
    {
        // 20 MHz.
        m_lte->SetEnbDeviceAttribute("DlBandwidth", UintegerValue(100));
        m_lte->SetEnbDeviceAttribute("UlBandwidth", UintegerValue(100));
        m_lte->SetAttribute("PathlossModel", TypeIdValue(MatrixPropagationLossModel::GetTypeId()));
        m_lte->SetPathlossModelAttribute("DefaultLoss", DoubleValue(0));
        const auto enb = m_lte->InstallEnbDevice(m_station);
        Ptr<PropagationLossModel> loss;
        auto factories = CellLossFactories(m_options);
        for (size_t i = factories.size(); i-- > 0;)
        {
            const auto model = factories[i].Create<PropagationLossModel>();
            model->SetNext(loss);
            loss = model;
        }
        m_stream += loss->AssignStreams(m_stream);
        const auto phy = DynamicCast<LteEnbNetDevice>(enb.Get(0))->GetPhy();
        for (const auto& spectrum : {phy->GetUplinkSpectrumPhy(), phy->GetDownlinkSpectrumPhy()})
        {
            spectrum->GetChannel()->GetPropagationLossModel()->SetNext(loss);
        }
        const auto ues = m_lte->InstallUeDevice(m_devices);
        InternetStackHelper().Install(m_devices);
        m_addresses = m_epc->AssignUeIpv4Address(ues);
        for (uint32_t i = 0; i < ues.GetN(); ++i)
        {
            const auto ue = DynamicCast<LteUeNetDevice>(ues.Get(i));
            ue->GetPhy()->SetAttribute("EnableUplinkPowerControl", BooleanValue(false));
            ue->GetPhy()->SetTxPower(m_options.maxPowerDbm);
            Ipv4StaticRoutingHelper()
                .GetStaticRouting(ue->GetNode()->GetObject<Ipv4>())
                ->SetDefaultRoute(m_epc->GetUeDefaultGatewayAddress(), 1);
            // As LteCellRadio does it.
            Simulator::Schedule(MilliSeconds(5 * i),
                                [lte = m_lte, ue, enb]() { lte->Attach(ue, enb.Get(0)); });
        }
        m_lte->AssignStreams(NetDeviceContainer(enb, ues), m_stream);
    }

    void InstallApplications()
    {
        // LteCellRadio::GetStartTime().
        const Time start = MilliSeconds(5 * m_options.devices + 200);
        m_left.assign(m_options.devices, m_bytes);
        for (uint32_t i = 0; i < m_options.devices; ++i)
        {
            AddSink(m_devices.Get(i), PORT);
            Send(m_server.Get(0), InetSocketAddress(m_addresses.GetAddress(i), PORT), start);
            m_sinks.Get(2 * i)->TraceConnectWithoutContext(
                "Rx",
                Callback<void, Ptr<const Packet>, const Address&>(
                    [this, i](Ptr<const Packet> packet, const Address&) { CameDown(i, packet); }));
            AddSink(m_server.Get(0), static_cast<uint16_t>(PORT + 1 + i));
            m_sinks.Get(2 * i + 1)->TraceConnectWithoutContext(
                "Rx",
                Callback<void, Ptr<const Packet>, const Address&>(
                    [this](Ptr<const Packet> packet, const Address&) { Came(packet); }));
        }
    }

    void AddSink(Ptr<Node> node, uint16_t port)
    {
        m_sinks.Add(PacketSinkHelper("ns3::TcpSocketFactory",
                                     InetSocketAddress(Ipv4Address::GetAny(), port))
                        .Install(node));
    }

    void Send(Ptr<Node> from, const InetSocketAddress& to, Time start) const
    {
        BulkSendHelper bulk("ns3::TcpSocketFactory", to);
        bulk.SetAttribute("MaxBytes", UintegerValue(m_bytes));
        // Pieces that are segments already, or the socket would have to split and merge them.
        bulk.SetAttribute("SendSize", UintegerValue(SEGMENT_BYTES));
        bulk.Install(from).Start(start);
    }

    void CameDown(uint32_t device, Ptr<const Packet> packet)
    {
        m_left[device] -= packet->GetSize();
        if (m_left[device] == 0)
        {
            const auto port = static_cast<uint16_t>(PORT + 1 + device);
            Send(m_devices.Get(device), InetSocketAddress(m_serverAddress, port), Seconds(0));
        }
        Came(packet);
    }

    void Came(Ptr<const Packet> packet)
    {
        m_arrived += packet->GetSize();
        if (m_arrived == 2ULL * m_options.devices * m_bytes)
        {
            Simulator::Stop();
        }
    }

    const Options& m_options;                                                //!< of the cell
    uint32_t m_bytes;                                                        //!< of a model
    int64_t m_stream{0};                                                     //!< next random stream
    Ptr<LteHelper> m_lte{CreateObject<LteHelper>()};                         //!< radio
    Ptr<PointToPointEpcHelper> m_epc{CreateObject<PointToPointEpcHelper>()}; //!< core
    NodeContainer m_station;                                                 //!< one node
    NodeContainer m_devices;                                                 //!< UEs
    NodeContainer m_server;                                                  //!< one node
    Ipv4Address m_serverAddress;                                             //!< its address
    Ipv4InterfaceContainer m_addresses;                                      //!< of the UEs
    ApplicationContainer m_sinks; //!< down and up of each UE
    std::vector<uint32_t> m_left; //!< to come down, by UE [byte]
    uint64_t m_arrived{0};        //!< in all [byte]
};

/// The plan in force: first block, blocks, power, by device.
std::map<DeviceId, std::tuple<uint32_t, uint32_t, double>>
Expect(const Plan& plan, uint32_t blocks)
{
    std::vector<std::pair<DeviceId, Grant>> owners;
    for (const auto& order : plan.orders)
    {
        owners.emplace_back(order.device, *FirstTransfer(order, Direction::UPLINK)->grant);
    }
    std::sort(owners.begin(), owners.end(), [](const auto& a, const auto& b) {
        return a.second.startHz < b.second.startHz;
    });
    std::vector<double> quotas;
    for (const auto& [device, grant] : owners)
    {
        quotas.push_back(grant.bandwidthHz / LTE_BLOCK_HZ);
    }
    std::map<DeviceId, std::tuple<uint32_t, uint32_t, double>> expected;
    for (const auto& group : LayOutBlocks(quotas, blocks))
    {
        for (const auto member : group.members)
        {
            expected[owners[member].first] = {group.first,
                                              group.count,
                                              owners[member].second.txPowerW};
        }
    }
    return expected;
}

} // namespace

json
RunLteBulk(const Options& options)
{
    return BulkCell(options).Run();
}

json
CheckLteAir(const Options& options)
{
    // From Apply() to the air: at most one subframe until it is in force, AIR_DELAY_TTIS, and the
    // one that is counted from.
    constexpr int64_t LAG_MS = LteFlScheduler::AIR_DELAY_TTIS + 2;
    const LearningData data = LoadData(options);
    CellRun cell(options, data);
    const auto control = DynamicCast<LteRadioControl>(cell.GetRadio().GetRadioControl());
    test::LteAirWatch watch;
    watch.Watch(control, options.devices);
    std::map<DeviceId, std::tuple<uint32_t, uint32_t, double>> expected;
    int64_t fromMs = 0;
    uint32_t checked = 0;
    uint32_t wrong = 0;
    uint32_t overlaps = 0;
    // What was sent since the last call, against the plan that was in force then.
    const auto check = [&]() {
        for (const auto& sent : watch.air)
        {
            const auto found = expected.find(sent.device);
            if (found != expected.end() && sent.subframe >= fromMs)
            {
                const auto& [first, count, powerW] = found->second;
                ++checked;
                wrong += !sent.IsAs(first, count, powerW);
            }
        }
        overlaps += watch.CountOverlaps();
        watch.air.clear();
    };
    cell.GetFederation().coordinator->TraceConnectWithoutContext(
        "RoundBegin",
        MakeFlCallback<void, const SystemState&, const Plan&, const Outcome&>(
            [&](const SystemState&, const Plan& plan, const Outcome&) {
                check();
                expected = Expect(plan, control->GetScheduler()->GetNPlannedBlocks());
                fromMs = Simulator::Now().GetMilliSeconds() + LAG_MS;
            }));
    Simulator::Run();
    check();
    return {{"checked", checked}, {"wrong", wrong}, {"overlaps", overlaps}};
}

} // namespace fl
} // namespace ns3
