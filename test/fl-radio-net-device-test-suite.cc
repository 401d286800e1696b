/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-radio.h"

#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/mac48-address.h"
#include "ns3/pcap-file.h"
#include "ns3/pointer.h"
#include "ns3/string.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/uinteger.h"

#include <fstream>
#include <sstream>

/**
 * @file
 * @ingroup fl
 * The FDMA cell's net devices as those of ns-3: drops, error models, IPv4, traces, refusals.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What is dropped is counted and traced.
class DropTestCase : public RadioTestCase
{
  public:
    DropTestCase()
        : RadioTestCase("drops are counted and traced")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(2, DISTANCE_M);
        cell.channel->SetAttribute("Queue", StringValue("ns3::DropTailQueue<Packet>[MaxSize=4p]"));
        const auto device = cell.Device(0);
        uint32_t macTxDrops = 0;
        uint32_t phyTxDrops = 0;
        uint32_t rxDrops = 0;
        device->TraceConnectWithoutContext("MacTxDrop", MakeBoundCallback(&Count, &macTxDrops));
        device->TraceConnectWithoutContext("PhyTxDrop", MakeBoundCallback(&Count, &phyTxDrops));
        device->TraceConnectWithoutContext("PhyRxDrop", MakeBoundCallback(&Count, &rxDrops));
        std::vector<Arrival> up;
        std::vector<Arrival> down;
        TestCell::Record(cell.Station(), up);
        TestCell::Record(device, down);

        // A frame that waits for a grant has left the queue: 1 + 4 fit.
        cell.Send(0, Direction::UPLINK, 7, 1000);
        NS_TEST_EXPECT_MSG_EQ(macTxDrops, 2, "queue full");
        cell.Send(0, Direction::UPLINK, 2, 50); // one in the air, one in the control queue
        device->SetDown();
        NS_TEST_EXPECT_MSG_EQ(phyTxDrops, 7, "all that waited or was in the air");
        NS_TEST_EXPECT_MSG_EQ(device->GetNFrames(), 0, "none is left");
        NS_TEST_EXPECT_MSG_EQ(device->IsLinkUp(), false, "down");
        cell.Send(0, Direction::UPLINK, 1, 50);
        NS_TEST_EXPECT_MSG_EQ(macTxDrops, 3, "refused while down");
        NS_TEST_EXPECT_MSG_EQ(device->GetNTxDrops(), 10, "all of them");
        cell.Send(0, Direction::DOWNLINK, 1, 50);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(up.size() + down.size(), 0, "nothing got through");
        NS_TEST_EXPECT_MSG_EQ(rxDrops, 1, "the base station cannot know");

        device->SetUp();
        cell.Send(0, Direction::UPLINK, 1, 50);
        cell.Send(0, Direction::DOWNLINK, 1, 50);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(up.size(), 1, "up again");
        NS_TEST_EXPECT_MSG_EQ(down.size(), 1, "up again");

        const auto stranger = Mac48Address("02:00:00:00:00:99");
        cell.Station()->Send(Create<Packet>(50), stranger, RAW_PROTOCOL);
        NS_TEST_EXPECT_MSG_EQ(cell.Station()->GetNTxDrops(), 1, "unknown destination");
        device->Send(Create<Packet>(50), cell.Device(1)->GetAddress(), RAW_PROTOCOL);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(cell.Station()->GetNRxDrops(), 1, "frames are not relayed");
    }

    static void Count(uint32_t* count, Ptr<const Packet>)
    {
        ++*count;
    }
};

/// A device that is switched off in mid-frame has radiated until then.
class MidFrameDownTestCase : public RadioTestCase
{
  public:
    MidFrameDownTestCase()
        : RadioTestCase("a device that goes down in mid-frame")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(1, DISTANCE_M);
        std::vector<Arrival> arrivals;
        TestCell::Record(cell.Station(), arrivals);
        cell.SetGrant(0, Direction::UPLINK, 1e3, POWER_W); // some 0.6 s per frame
        cell.Send(0, Direction::UPLINK, 3, 1000);
        Simulator::Schedule(MilliSeconds(250), [&] {
            NS_TEST_EXPECT_MSG_EQ(cell.Device(0)->GetTxPowerNowW(), POWER_W, "on the air");
            cell.Device(0)->SetDown();
            NS_TEST_EXPECT_MSG_EQ(cell.Device(0)->GetTxPowerNowW(), 0, "silent");
        });
        Simulator::Schedule(Seconds(1), [&] {
            cell.Device(0)->SetUp();
            cell.Send(0, Direction::UPLINK, 1, 1000);
        });
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(arrivals.size(), 1, "only what was sent afterwards");
        const double frameS =
            (1000 + HEADER_BYTES) * 8 / cell.RateBps(0, Direction::UPLINK, 1e3, POWER_W);
        // Segments' ends are rounded; there are fewer than 20.
        NS_TEST_EXPECT_MSG_EQ_TOL(arrivals[0].timeS, 1 + frameS + DELAY_S, 20 * ROUNDING_S, "when");
        NS_TEST_EXPECT_MSG_EQ_TOL(cell.Device(0)->GetDataEnergyJ(),
                                  POWER_W * (0.25 + frameS),
                                  POWER_W * 20 * ROUNDING_S,
                                  "energy of both");
    }
};

/// Received frames pass the error model.
class ErrorModelTestCase : public RadioTestCase
{
  public:
    ErrorModelTestCase()
        : RadioTestCase("a lossy link")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(1, DISTANCE_M);
        std::vector<Arrival> arrivals;
        TestCell::Record(cell.Station(), arrivals);
        const auto errors = CreateObject<ReceiveListErrorModel>();
        errors->SetList({1, 3});
        cell.Station()->SetAttribute("ReceiveErrorModel", PointerValue(errors));
        cell.Send(0, Direction::UPLINK, 5, 100);
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(arrivals.size(), 3, "two of five are corrupt");
        NS_TEST_EXPECT_MSG_EQ(cell.Station()->GetNRxDrops(), 2, "and counted");
    }
};

/// IPv4 with ARP over the cell, pcap and ASCII traces.
class InternetTestCase : public RadioTestCase
{
  public:
    InternetTestCase()
        : RadioTestCase("IPv4 with ARP, pcap and ASCII traces")
    {
    }

  private:
    void DoRun() override
    {
        m_pcapName = CreateTempDirFilename("fl-radio.pcap");
        m_asciiName = CreateTempDirFilename("fl-radio.tr");
        std::ostringstream ascii;
        RunEchoes(ascii); // files are closed when the devices are gone
        NS_TEST_EXPECT_MSG_EQ(m_echoes, 3, "every device gets its echo");

        // For each device: an ARP request and its reply, both ways (ns-3's ARP does not learn from
        // requests), echo request and reply.
        CheckPcap(m_pcapName, 18, 6);
        NS_TEST_EXPECT_MSG_EQ(LinesOf(ascii, 'r'), 9, "ASCII: received");
        NS_TEST_EXPECT_MSG_EQ(LinesOf(ascii, '+'), 9, "ASCII: queued");
        NS_TEST_EXPECT_MSG_EQ(LinesOf(ascii, '-'), 9, "ASCII: sent");
        std::ifstream file(m_asciiName);
        std::ostringstream content;
        content << file.rdbuf();
        // ARP reply, echo, and the three ARP requests of the base station, which are broadcast.
        NS_TEST_EXPECT_MSG_EQ(LinesOf(content, 'r'), 5, "ASCII file: received");
    }

    void RunEchoes(std::ostringstream& ascii)
    {
        FdmaHelper helper;
        TestCell cell(3, DISTANCE_M, helper, true);
        helper.EnablePcap(m_pcapName, cell.netDevices.Get(0), true, true);
        helper.EnableAscii(Create<OutputStreamWrapper>(&ascii), cell.netDevices.Get(0));
        helper.EnableAscii(m_asciiName, cell.netDevices.Get(1), true);
        UdpEchoServerHelper server(9);
        server.Install(cell.station).Start(Seconds(0));
        UdpEchoClientHelper client(cell.interfaces.GetAddress(0), 9);
        client.SetAttribute("MaxPackets", UintegerValue(1));
        client.SetAttribute("PacketSize", UintegerValue(1000));
        auto applications = client.Install(cell.devices);
        for (uint32_t i = 0; i < 3; ++i)
        {
            cell.SetGrant(i, Direction::UPLINK, BANDWIDTH_HZ, POWER_W);
            cell.SetGrant(i, Direction::DOWNLINK, BANDWIDTH_HZ, POWER_W);
            applications.Get(i)->TraceConnectWithoutContext("Rx",
                                                            MakeBoundCallback(&Count, &m_echoes));
        }
        applications.Start(Seconds(1));
        Simulator::Stop(Seconds(3));
        Simulator::Run();
        Simulator::Destroy();
    }

    void CheckPcap(const std::string& name, uint32_t expected, uint32_t expectedIpv4)
    {
        PcapFile pcap;
        pcap.Open(name, std::ios::in);
        NS_TEST_ASSERT_MSG_EQ(pcap.Fail(), false, "pcap can be opened");
        NS_TEST_EXPECT_MSG_EQ(pcap.GetDataLinkType(), 1, "frames are Ethernet");
        uint32_t frames = 0;
        uint8_t data[2000];
        uint32_t seconds = 0;
        uint32_t microseconds = 0;
        uint32_t included = 0;
        uint32_t original = 0;
        uint32_t read = 0;
        uint32_t ipv4 = 0;
        while (true)
        {
            pcap.Read(data, sizeof(data), seconds, microseconds, included, original, read);
            if (pcap.Fail())
            {
                break;
            }
            ++frames;
            ipv4 += data[12] == 0x08 && data[13] == 0x00;
        }
        NS_TEST_EXPECT_MSG_EQ(frames, expected, "frames in the pcap file");
        NS_TEST_EXPECT_MSG_EQ(ipv4, expectedIpv4, "IPv4 among them");
    }

    static uint32_t LinesOf(const std::ostringstream& trace, char kind)
    {
        std::istringstream lines(trace.str());
        std::string line;
        uint32_t count = 0;
        while (std::getline(lines, line))
        {
            count += !line.empty() && line[0] == kind;
        }
        return count;
    }

    static void Count(uint32_t* count, Ptr<const Packet>)
    {
        ++*count;
    }

    std::string m_pcapName;  ///< of the base station's frames
    std::string m_asciiName; ///< of a device's
    uint32_t m_echoes{0};    ///< received
};

/// Input that is refused.
class RadioRefusalTestCase : public RadioTestCase
{
  public:
    RadioRefusalTestCase()
        : RadioTestCase("attributes and grants that are refused")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(1, DISTANCE_M);
        const auto refuses = [&](Ptr<Object> object, const char* name, double value) {
            return RefusalOf([&] { object->SetAttribute(name, DoubleValue(value)); });
        };
        NS_TEST_EXPECT_MSG_EQ(refuses(cell.channel, "UplinkBandwidth", -1),
                              "ns3::fl::FdmaChannel::UplinkBandwidth = -1: must be finite and "
                              "above 0 Hz",
                              "uplink");
        NS_TEST_EXPECT_MSG_EQ(refuses(cell.channel, "DownlinkBandwidth", 0),
                              "ns3::fl::FdmaChannel::DownlinkBandwidth = 0: must be finite and "
                              "above 0 Hz",
                              "downlink");
        NS_TEST_EXPECT_MSG_EQ(refuses(cell.channel, "NoiseDensity", 101),
                              "ns3::fl::FdmaChannel::NoiseDensity = 101: must be between -300 and "
                              "100 dBm/Hz",
                              "noise");
        NS_TEST_EXPECT_MSG_EQ(refuses(cell.channel, "ControlShare", 1),
                              "ns3::fl::FdmaChannel::ControlShare = 1: must be above 0 and below 1",
                              "control share");
        NS_TEST_EXPECT_MSG_EQ(refuses(cell.channel, "StationTxPower", -2),
                              "ns3::fl::FdmaChannel::StationTxPower = -2: must be finite and above "
                              "0 W",
                              "base station's power");
        NS_TEST_EXPECT_MSG_EQ(refuses(cell.Device(0), "MaxTxPower", 0),
                              "ns3::fl::FdmaNetDevice::MaxTxPower = 0: must be finite and above 0 "
                              "W",
                              "device's power");
        NS_TEST_EXPECT_MSG_EQ(refuses(cell.Device(0), "ControlTxPower", -1),
                              "ns3::fl::FdmaNetDevice::ControlTxPower = -1: must be finite and "
                              "above 0 W",
                              "device's control power");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { cell.SetGrant(0, Direction::UPLINK, -1, 0); }),
                              "device 0: grant's bandwidthHz = -1: must be finite and at least 0",
                              "grant's bandwidth");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { cell.SetGrant(0, Direction::UPLINK, 1, ABSENT); }),
                              "device 0: grant's txPowerW = nan: must be finite and at least 0",
                              "grant's power");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { FdmaHelper().Install(cell.station.Get(0), NodeContainer()); }),
            "devices = 0: an FDMA cell needs at least 1",
            "empty cell");

        FdmaHelper helper;
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { helper.EnablePcap("/no/such/folder", cell.Device(0), true, true); }),
            "pcap file = '/no/such/folder': can not be written",
            "pcap");

        NodeContainer nodes(2);
        helper.Install(nodes.Get(0), NodeContainer(nodes.Get(1)));
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { helper.GetChannel()->GetGain(0, Direction::UPLINK); }),
            "node " + std::to_string(nodes.Get(1)->GetId()) +
                ": has no MobilityModel: an FDMA cell with a propagation loss model needs one on "
                "every node",
            "no mobility model");
    }
};

/// The suite.
class FlRadioNetDeviceTestSuite : public TestSuite
{
  public:
    FlRadioNetDeviceTestSuite()
        : TestSuite("fl-radio-net-device", TestSuite::Type::UNIT)
    {
        AddTestCase(new DropTestCase);
        AddTestCase(new MidFrameDownTestCase);
        AddTestCase(new ErrorModelTestCase);
        AddTestCase(new InternetTestCase);
        AddTestCase(new RadioRefusalTestCase);
    }
};

FlRadioNetDeviceTestSuite g_flRadioNetDeviceTestSuite; ///< registers the suite

} // namespace
