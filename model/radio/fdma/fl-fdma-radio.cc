/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-radio.h"

#include "ns3/constant-position-mobility-model.h"
#include "ns3/fl-error.h"
#include "ns3/node.h"
#include "ns3/trace-source-accessor.h"

#include <cmath>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(FdmaRadio);

namespace
{

/// Refuse a power that is not one.
void
RequirePower(const char* name, double watt)
{
    if (!std::isfinite(watt) || watt <= 0)
    {
        throw InvalidInput(Describe("ns3::fl::FdmaNetDevice::",
                                    name,
                                    " = ",
                                    watt,
                                    ": must be finite and above 0 W"));
    }
}

} // namespace

TypeId
FdmaRadio::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::FdmaRadio")
            .SetParent<NetDevice>()
            .SetGroupName("Fl")
            .AddTraceSource("PhyTxBegin",
                            "The first bit of a frame is sent",
                            MakeTraceSourceAccessor(&FdmaRadio::m_phyTxBeginTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyTxEnd",
                            "The last bit of a frame was sent",
                            MakeTraceSourceAccessor(&FdmaRadio::m_phyTxEndTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyTxDrop",
                            "An accepted frame is thrown away, since the device goes down",
                            MakeTraceSourceAccessor(&FdmaRadio::m_phyTxDropTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyRxEnd",
                            "The last bit of a frame arrived, and the frame is good",
                            MakeTraceSourceAccessor(&FdmaRadio::m_phyRxEndTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PhyRxDrop",
                            "A frame could not be received: it is corrupt, the device down, or the "
                            "link too bad for a broadcast",
                            MakeTraceSourceAccessor(&FdmaRadio::m_phyRxDropTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("Sniffer",
                            "Frames sent, and received by this node, as a packet sniffer sees them",
                            MakeTraceSourceAccessor(&FdmaRadio::m_snifferTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("PromiscSniffer",
                            "Frames sent, and received whoever they are for, as a packet sniffer "
                            "sees them",
                            MakeTraceSourceAccessor(&FdmaRadio::m_promiscSnifferTrace),
                            "ns3::Packet::TracedCallback")
            .AddTraceSource("GrantChanged",
                            "A device was given a sub-band, or lost it (bandwidth 0)",
                            MakeTraceSourceAccessor(&FdmaRadio::m_grantChanged),
                            "ns3::fl::FdmaRadio::GrantTracedCallback")
            .AddTraceSource("TxPower",
                            "The power that a device radiates changed: old and new [W]",
                            MakeTraceSourceAccessor(&FdmaRadio::m_txPowerTrace),
                            "ns3::TracedValueCallback::Double");
    return tid;
}

FdmaRadio::FdmaRadio()
{
    m_grants[static_cast<size_t>(Direction::DOWNLINK)].direction = Direction::DOWNLINK;
}

FdmaRadio::~FdmaRadio() = default;

void
FdmaRadio::DoDispose()
{
    if (m_position == FIXED)
    {
        m_mobility->TraceDisconnectWithoutContext(
            "CourseChange",
            MakeCallback(&FdmaRadio::HandleCourseChange, this));
        m_position = MOVING;
    }
    m_mobility = nullptr;
    NetDevice::DoDispose();
}

void
FdmaRadio::BecomeStation()
{
    m_isStation = true;
}

void
FdmaRadio::SetIndex(uint32_t index)
{
    m_index = index;
}

void
FdmaRadio::CountTxDrop()
{
    ++m_txDrops;
}

void
FdmaRadio::CountRxDrop()
{
    ++m_rxDrops;
}

bool
FdmaRadio::IsBaseStation() const
{
    return m_isStation;
}

uint32_t
FdmaRadio::GetIndex() const
{
    return m_index;
}

double
FdmaRadio::GetMaxTxPowerW() const
{
    return m_maxTxPowerW;
}

void
FdmaRadio::SetMaxTxPowerW(double watt)
{
    RequirePower("MaxTxPower", watt);
    m_maxTxPowerW = watt;
}

double
FdmaRadio::GetControlTxPowerW() const
{
    return m_controlTxPowerW;
}

void
FdmaRadio::SetControlTxPowerW(double watt)
{
    RequirePower("ControlTxPower", watt);
    m_controlTxPowerW = watt;
}

void
FdmaRadio::NotifyGrant(const Grant& grant)
{
    Grant& current = m_grants[static_cast<size_t>(grant.direction)];
    const bool same =
        grant.bandwidthHz == current.bandwidthHz && grant.txPowerW == current.txPowerW;
    current = grant;
    if (!same)
    {
        m_grantChanged(grant);
    }
}

const Grant&
FdmaRadio::GetGrant(Direction direction) const
{
    return m_grants[static_cast<size_t>(direction)];
}

Ptr<MobilityModel>
FdmaRadio::GetMobility()
{
    if (!m_mobility)
    {
        m_mobility = GetNode()->GetObject<MobilityModel>();
        if (!m_mobility)
        {
            throw InvalidInput(Describe("node ",
                                        GetNode()->GetId(),
                                        ": has no MobilityModel: an FDMA cell with a propagation "
                                        "loss model needs one on every node"));
        }
    }
    return m_mobility;
}

bool
FdmaRadio::HasFixedPosition()
{
    if (m_position == UNKNOWN)
    {
        const auto mobility = GetMobility();
        m_position = mobility->GetInstanceTypeId() == ConstantPositionMobilityModel::GetTypeId()
                         ? FIXED
                         : MOVING;
        if (m_position == FIXED)
        {
            mobility->TraceConnectWithoutContext(
                "CourseChange",
                MakeCallback(&FdmaRadio::HandleCourseChange, this));
        }
    }
    return m_position == FIXED;
}

void
FdmaRadio::HandleCourseChange(Ptr<const MobilityModel>)
{
    NotifyMoved();
}

double
FdmaRadio::GetControlEnergyJ() const
{
    return m_controlEnergyJ;
}

double
FdmaRadio::GetTxPowerNowW() const
{
    return m_txPowerNowW;
}

uint64_t
FdmaRadio::GetNTxDrops() const
{
    return m_txDrops;
}

uint64_t
FdmaRadio::GetNRxDrops() const
{
    return m_rxDrops;
}

void
FdmaRadio::SetControlTxPowerNow(double watt)
{
    m_controlTxPowerNowW = watt;
    UpdateTxPower();
}

void
FdmaRadio::AddControlEnergyJ(double joule)
{
    m_controlEnergyJ += joule;
}

void
FdmaRadio::NotifyTxBegin(Ptr<const Packet> frame)
{
    m_snifferTrace(frame);
    m_promiscSnifferTrace(frame);
    m_phyTxBeginTrace(frame);
}

void
FdmaRadio::NotifyTxEnd(Ptr<const Packet> frame)
{
    m_phyTxEndTrace(frame);
}

void
FdmaRadio::NotifyTxDrop(Ptr<const Packet> frame)
{
    ++m_txDrops;
    m_phyTxDropTrace(frame);
}

void
FdmaRadio::NotifyRxDrop(Ptr<const Packet> frame)
{
    ++m_rxDrops;
    m_phyRxDropTrace(frame);
}

void
FdmaRadio::ReportTxPower(double dataTxPowerW)
{
    const double now = dataTxPowerW + m_controlTxPowerNowW;
    if (now != m_txPowerNowW)
    {
        const double before = m_txPowerNowW;
        m_txPowerNowW = now;
        m_txPowerTrace(before, now);
    }
}

} // namespace fl
} // namespace ns3
