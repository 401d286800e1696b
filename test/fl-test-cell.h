/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_CELL_H
#define FL_TEST_CELL_H

#include "ns3/fl-error.h"
#include "ns3/fl-fdma-helper.h"
#include "ns3/fl-predictor.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/mobility-helper.h"
#include "ns3/mobility-model.h"
#include "ns3/node-container.h"
#include "ns3/packet.h"
#include "ns3/position-allocator.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A small FDMA cell for tests.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// A protocol number for raw frames (IEEE 802, local experimental).
constexpr uint16_t RAW_PROTOCOL = 0x88b5;
/// The frame's header [byte].
constexpr double HEADER_BYTES = 14;

/// A packet that arrived.
struct Arrival
{
    double timeS;  ///< when
    uint32_t size; ///< [byte]
    Address from;  ///< sender
};

/// An FDMA cell: all devices at one distance from the base station.
struct TestCell
{
    NodeContainer station;             ///< the base station's node
    NodeContainer devices;             ///< the devices' nodes
    NetDeviceContainer netDevices;     ///< the base station's, then those of the devices
    Ipv4InterfaceContainer interfaces; ///< the same order; empty without internet stack
    Ptr<FdmaRadioControl> control;     ///< the cell's control
    Ptr<FdmaChannel> channel;          ///< the cell's channel

    /**
     * @param count number of devices
     * @param distanceM their distance [m]
     * @param helper builds the cell
     * @param internet whether to install an internet stack and addresses
     */
    TestCell(uint32_t count,
             double distanceM,
             FdmaHelper helper = FdmaHelper(),
             bool internet = false)
    {
        station.Create(1);
        devices.Create(count);
        MobilityHelper mobility;
        mobility.SetMobilityModel("ns3::ConstantPositionMobilityModel");
        mobility.Install(station);
        mobility.Install(devices);
        for (uint32_t i = 0; i < count; ++i)
        {
            devices.Get(i)->GetObject<MobilityModel>()->SetPosition(Vector(distanceM, 0, 0));
        }
        netDevices = helper.Install(station.Get(0), devices);
        control = helper.GetRadioControl();
        channel = helper.GetChannel();
        if (internet)
        {
            InternetStackHelper stack;
            stack.Install(station);
            stack.Install(devices);
            Ipv4AddressHelper addresses("10.0.0.0", "255.255.0.0");
            interfaces = addresses.Assign(netDevices);
        }
    }

    /// @return the base station's net device
    Ptr<FdmaNetDevice> Station() const
    {
        return DynamicCast<FdmaNetDevice>(channel->GetBaseStation());
    }

    /// @return a device's net device
    Ptr<FdmaNetDevice> Device(uint32_t i) const
    {
        return DynamicCast<FdmaNetDevice>(channel->GetMember(i));
    }

    /// Give a device a sub-band.
    void SetGrant(uint32_t i, Direction direction, double bandwidthHz, double txPowerW) const
    {
        channel->SetGrant(i, Grant{0, direction, 0, bandwidthHz, txPowerW});
    }

    /// @return the formula's rate of a sub-band [bit/s]
    double RateBps(uint32_t i, Direction direction, double bandwidthHz, double txPowerW) const
    {
        return ShannonRateBps(bandwidthHz,
                              txPowerW,
                              channel->GetGain(i, direction),
                              channel->GetNoiseWPerHz());
    }

    /// Send raw packets, up or down.
    void Send(uint32_t i, Direction direction, uint32_t count, uint32_t bytes) const
    {
        const auto from = direction == Direction::UPLINK ? Device(i) : Station();
        const auto to = direction == Direction::UPLINK ? Station() : Device(i);
        for (uint32_t k = 0; k < count; ++k)
        {
            from->Send(Create<Packet>(bytes), to->GetAddress(), RAW_PROTOCOL);
        }
    }

    /// Record what arrives at a net device.
    static void Record(Ptr<FdmaNetDevice> device, std::vector<Arrival>& arrivals)
    {
        device->SetReceiveCallback(MakeBoundCallback(&TestCell::Receive, &arrivals));
    }

  private:
    static bool Receive(std::vector<Arrival>* arrivals,
                        Ptr<NetDevice>,
                        Ptr<const Packet> packet,
                        uint16_t,
                        const Address& from)
    {
        arrivals->push_back({Simulator::Now().GetSeconds(), packet->GetSize(), from});
        return true;
    }
};

/**
 * @tparam Error what is to be thrown; Infeasible for what is sound, but does not fit
 * @param action something that must be refused
 * @return the message of the error that it throws, or "" if it throws none
 */
template <typename Error = InvalidInput>
std::string
RefusalOf(const std::function<void()>& action)
{
    try
    {
        action();
    }
    catch (const Error& error)
    {
        return error.what();
    }
    return "";
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_CELL_H */
