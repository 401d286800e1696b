/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-channel.h"

#include "ns3/abort.h"
#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-rate-model.h"
#include "ns3/fl-shadowing-loss-model.h"
#include "ns3/log.h"
#include "ns3/mobility-model.h"
#include "ns3/node.h"
#include "ns3/object-factory.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cmath>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlFdmaChannel");

NS_OBJECT_ENSURE_REGISTERED(FdmaChannel);

namespace
{

/// Refuse an attribute's value.
void
RequireAttribute(bool ok, const char* name, double value, const char* allowed)
{
    if (!ok)
    {
        throw InvalidInput(
            Describe("ns3::fl::FdmaChannel::", name, " = ", value, ": must be ", allowed));
    }
}

/**
 * @param model of the gain between two nodes
 * @return whether it is known to give the same as long as both stay where they are
 */
bool
DependsOnPlacesAlone(const PropagationLossModel& model)
{
    const TypeId type = model.GetInstanceTypeId();
    return type == LogDistancePropagationLossModel::GetTypeId() ||
           type == ShadowingLossModel::GetTypeId() ||
           type == FriisPropagationLossModel::GetTypeId() ||
           type == ThreeLogDistancePropagationLossModel::GetTypeId() ||
           type == TwoRayGroundPropagationLossModel::GetTypeId();
}

/// @return the address as an integer, to index a table
/// @param address a MAC address
uint64_t
ToKey(const Mac48Address& address)
{
    uint8_t bytes[6];
    address.CopyTo(bytes);
    uint64_t key = 0;
    for (const uint8_t byte : bytes)
    {
        key = (key << 8) | byte;
    }
    return key;
}

} // namespace

TypeId
FdmaChannel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::FdmaChannel")
            .SetParent<Channel>()
            .SetGroupName("Fl")
            .AddConstructor<FdmaChannel>()
            .AddAttribute("UplinkBandwidth",
                          "Width of the uplink band, control share included [Hz]",
                          DoubleValue(20e6),
                          MakeDoubleAccessor(&FdmaChannel::SetUplinkBandwidthHz,
                                             &FdmaChannel::GetUplinkBandwidthHz),
                          MakeDoubleChecker<double>())
            .AddAttribute("DownlinkBandwidth",
                          "Width of the downlink band, control share included [Hz]",
                          DoubleValue(20e6),
                          MakeDoubleAccessor(&FdmaChannel::SetDownlinkBandwidthHz,
                                             &FdmaChannel::GetDownlinkBandwidthHz),
                          MakeDoubleChecker<double>())
            .AddAttribute("NoiseDensity",
                          "Density of the noise power, N0, at all receivers [dBm/Hz]",
                          DoubleValue(-174),
                          MakeDoubleAccessor(&FdmaChannel::SetNoiseDensityDbm,
                                             &FdmaChannel::GetNoiseDensityDbm),
                          MakeDoubleChecker<double>())
            .AddAttribute(
                "ControlShare",
                "Fraction of each band taken off before planning, as the common control "
                "channel. The default of 1/20 serves the handshakes and acknowledgements "
                "of some thousand devices, and costs a plan 5 % of its band",
                DoubleValue(0.05),
                MakeDoubleAccessor(&FdmaChannel::SetControlShare, &FdmaChannel::GetControlShare),
                MakeDoubleChecker<double>())
            .AddAttribute("ControlMaxBytes",
                          "Size of the largest packet (IP header included, link header not) that "
                          "goes by the control channel; larger ones need a grant [byte]",
                          UintegerValue(128),
                          MakeUintegerAccessor(&FdmaChannel::m_controlMaxBytes),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("ControlMinRate",
                          "Rate on the control channel below which a device is not served [bit/s]",
                          DoubleValue(1e4),
                          MakeDoubleAccessor(&FdmaChannel::m_controlMinRateBps),
                          MakeDoubleChecker<double>(1))
            .AddAttribute("ControlQueueSize",
                          "Frames that may wait for the control channel of one direction; further "
                          "ones are dropped (MacTxDrop)",
                          UintegerValue(100000),
                          MakeUintegerAccessor(&FdmaChannel::m_controlQueueSize),
                          MakeUintegerChecker<uint32_t>(1))
            .AddAttribute("StationTxPower",
                          "Total power of the base station over the planned downlink band; the "
                          "control channel is sent at the same density in addition [W]",
                          DoubleValue(1),
                          MakeDoubleAccessor(&FdmaChannel::SetStationTxPowerW,
                                             &FdmaChannel::GetStationTxPowerW),
                          MakeDoubleChecker<double>())
            .AddAttribute("MinRate",
                          "Rate of a grant below which nothing is sent and the frame waits [bit/s]",
                          DoubleValue(1),
                          MakeDoubleAccessor(&FdmaChannel::m_minRateBps),
                          MakeDoubleChecker<double>(1e-9))
            .AddAttribute("RetryInterval",
                          "Time after which a frame that could not be sent on its grant looks at "
                          "the channel's gain again",
                          TimeValue(MilliSeconds(10)),
                          MakeTimeAccessor(&FdmaChannel::m_retryInterval),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("MinSegment",
                          "A frame that would take longer is sent in segments, each at the rate of "
                          "its own beginning, so that a deep fade does not hold it for longer than "
                          "the fade lasts. The first segment is that long; while the gain does not "
                          "change, each is twice as long as the one before, up to MaxSegment",
                          TimeValue(MilliSeconds(10)),
                          MakeTimeAccessor(&FdmaChannel::m_minSegment),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("MaxSegment",
                          "Longest time for which a frame is sent at one rate",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&FdmaChannel::m_maxSegment),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("Queue",
                          "What makes the queue of each link: one per device in its own radio, and "
                          "one per device in the base station. Made when first used",
                          ObjectFactoryValue(DefaultQueueFactory()),
                          MakeObjectFactoryAccessor(&FdmaChannel::m_queueFactory),
                          MakeObjectFactoryChecker())
            .AddAttribute("Medium",
                          "The spectrum that this cell shares with others; none: it is alone",
                          PointerValue(),
                          MakePointerAccessor(&FdmaChannel::m_medium),
                          MakePointerChecker<FdmaMedium>())
            .AddAttribute("UplinkOffset",
                          "Where in the medium the uplink data band begins [Hz]",
                          DoubleValue(0),
                          MakeDoubleAccessor(&FdmaChannel::m_uplinkOffsetHz),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("DownlinkOffset",
                          "Where in the medium the downlink data band begins [Hz]",
                          DoubleValue(0),
                          MakeDoubleAccessor(&FdmaChannel::m_downlinkOffsetHz),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("PropagationLoss",
                          "First model of the chain that gives the gains; none: gain 1",
                          PointerValue(),
                          MakePointerAccessor(&FdmaChannel::m_loss),
                          MakePointerChecker<PropagationLossModel>())
            .AddAttribute("PropagationDelay",
                          "Model of the propagation delay; none: no delay",
                          PointerValue(),
                          MakePointerAccessor(&FdmaChannel::m_delay),
                          MakePointerChecker<PropagationDelayModel>());
    return tid;
}

ObjectFactory
FdmaChannel::DefaultQueueFactory()
{
    // 1000 packets of 1500 bytes are more than a TCP connection's default buffers hold.
    ObjectFactory factory;
    factory.SetTypeId("ns3::DropTailQueue<Packet>");
    factory.Set("MaxSize", StringValue("1000p"));
    return factory;
}

FdmaChannel::FdmaChannel()
{
    NS_LOG_FUNCTION(this);
}

FdmaChannel::~FdmaChannel() = default;

void
FdmaChannel::DoDispose()
{
    NS_LOG_FUNCTION(this);
    m_members.clear();
    m_indexOf.clear();
    m_station = nullptr;
    m_loss = nullptr;
    m_delay = nullptr;
    m_medium = nullptr;
    Channel::DoDispose();
}

void
FdmaChannel::SetBaseStation(Ptr<FdmaRadio> station)
{
    NS_LOG_FUNCTION(this << station);
    NS_ABORT_MSG_IF(m_station, "FdmaChannel: a cell has one base station");
    m_station = station;
    station->AttachAsStation(this);
}

uint32_t
FdmaChannel::Add(Ptr<FdmaRadio> device)
{
    NS_LOG_FUNCTION(this << device);
    NS_ABORT_MSG_UNLESS(m_station, "FdmaChannel: set the base station before adding devices");
    const uint32_t index = m_members.size();
    m_members.push_back(device);
    m_indexOf[ToKey(Mac48Address::ConvertFrom(device->GetAddress()))] = index;
    device->AttachAsMember(this, index);
    m_station->AddLink(index);
    return index;
}

Ptr<FdmaRadio>
FdmaChannel::GetBaseStation() const
{
    return m_station;
}

Ptr<FdmaRadio>
FdmaChannel::GetMember(uint32_t index) const
{
    return m_members.at(index);
}

uint32_t
FdmaChannel::GetNMembers() const
{
    return m_members.size();
}

bool
FdmaChannel::FindMember(const Mac48Address& address, uint32_t& index) const
{
    const auto found = m_indexOf.find(ToKey(address));
    if (found == m_indexOf.end())
    {
        return false;
    }
    index = found->second;
    return true;
}

void
FdmaChannel::ChangeAddress(uint32_t index, const Mac48Address& from, const Mac48Address& to)
{
    m_indexOf.erase(ToKey(from));
    m_indexOf[ToKey(to)] = index;
}

void
FdmaChannel::SetGrant(uint32_t index, const Grant& grant)
{
    NS_LOG_FUNCTION(this << index << grant.bandwidthHz << grant.txPowerW);
    const auto require = [index](const char* name, double value) {
        if (!std::isfinite(value) || value < 0)
        {
            throw InvalidInput(Describe("device ",
                                        index,
                                        ": grant's ",
                                        name,
                                        " = ",
                                        value,
                                        ": must be finite and at least 0"));
        }
    };
    require("bandwidthHz", grant.bandwidthHz);
    require("txPowerW", grant.txPowerW);
    if (grant.direction == Direction::UPLINK)
    {
        m_members.at(index)->SetGrant(index, grant);
    }
    else
    {
        m_station->SetGrant(index, grant);
    }
    m_members[index]->NotifyGrant(grant);
}

double
FdmaChannel::GetGain(uint32_t index, Direction direction) const
{
    if (!m_loss)
    {
        return 1;
    }
    const auto member = m_members[index]->GetMobility();
    const auto station = m_station->GetMobility();
    const double gainDb = direction == Direction::UPLINK ? m_loss->CalcRxPower(0, member, station)
                                                         : m_loss->CalcRxPower(0, station, member);
    return std::pow(10.0, gainDb / 10);
}

FdmaLink
FdmaChannel::LinkOf(uint32_t index, const Grant& grant) const
{
    const bool up = grant.direction == Direction::UPLINK;
    auto* member = PeekPointer(m_members[index]);
    auto* station = PeekPointer(m_station);
    FdmaLink link;
    link.cell = this;
    link.sender = up ? member : station;
    link.receiver = up ? station : member;
    link.direction = grant.direction;
    link.bandStartHz = up ? m_uplinkOffsetHz : m_downlinkOffsetHz;
    link.emission = {link.bandStartHz + grant.startHz, grant.bandwidthHz, grant.txPowerW};
    link.loss = PeekPointer(m_loss);
    link.noiseWPerHz = m_noiseWPerHz;
    return link;
}

double
FdmaChannel::GetRateBps(uint32_t index, const Grant& grant, double gain) const
{
    return m_medium ? m_medium->RateBps(LinkOf(index, grant))
                    : ShannonRateBps(grant.bandwidthHz, grant.txPowerW, gain, m_noiseWPerHz);
}

void
FdmaChannel::SetMedium(Ptr<FdmaMedium> medium)
{
    m_medium = medium;
}

const Ptr<FdmaMedium>&
FdmaChannel::GetMedium() const
{
    return m_medium;
}

bool
FdmaChannel::HasFixedGain(uint32_t index) const
{
    if (m_medium)
    {
        return false; // those of interferers count as well
    }
    for (Ptr<PropagationLossModel> model = m_loss; model; model = model->GetNext())
    {
        if (!DependsOnPlacesAlone(*model))
        {
            return false;
        }
    }
    return m_members[index]->HasFixedPosition() && m_station->HasFixedPosition();
}

void
FdmaChannel::NotifyMoved(const FdmaRadio& device) const
{
    const auto renew = [this](uint32_t index) {
        m_members[index]->RenewRate(index);
        m_station->RenewRate(index);
    };
    if (!device.IsBaseStation())
    {
        renew(device.GetIndex());
        return;
    }
    for (uint32_t index = 0; index < GetNMembers(); ++index)
    {
        renew(index);
    }
}

Time
FdmaChannel::GetDelay(uint32_t index, Direction direction) const
{
    if (!m_delay)
    {
        return Time(0);
    }
    const auto member = m_members[index]->GetMobility();
    const auto station = m_station->GetMobility();
    return direction == Direction::UPLINK ? m_delay->GetDelay(member, station)
                                          : m_delay->GetDelay(station, member);
}

void
FdmaChannel::Deliver(Ptr<const Packet> frame, uint32_t index, Direction direction) const
{
    const auto& receiver = direction == Direction::UPLINK ? m_station : m_members[index];
    Simulator::ScheduleWithContext(receiver->GetNode()->GetId(),
                                   GetDelay(index, direction),
                                   &FdmaRadio::Receive,
                                   receiver,
                                   frame->Copy());
}

double
FdmaChannel::GetNoiseWPerHz() const
{
    return m_noiseWPerHz;
}

double
FdmaChannel::GetBandwidthHz(Direction direction) const
{
    return m_bandwidthHz[static_cast<size_t>(direction)];
}

double
FdmaChannel::GetPlannedBandwidthHz(Direction direction) const
{
    return GetBandwidthHz(direction) * (1 - m_controlShare);
}

double
FdmaChannel::GetControlBandwidthHz(Direction direction) const
{
    return GetBandwidthHz(direction) * m_controlShare;
}

double
FdmaChannel::GetStationTxPowerW() const
{
    return m_stationTxPowerW;
}

double
FdmaChannel::GetStationControlTxPowerW() const
{
    return m_stationTxPowerW * m_controlShare / (1 - m_controlShare);
}

FdmaControlBand&
FdmaChannel::GetControlBand(Direction direction) const
{
    return m_station->GetControlBand(direction);
}

void
FdmaChannel::SetPropagationLoss(Ptr<PropagationLossModel> loss)
{
    m_loss = loss;
}

Ptr<PropagationLossModel>
FdmaChannel::GetPropagationLoss() const
{
    return m_loss;
}

void
FdmaChannel::SetPropagationDelay(Ptr<PropagationDelayModel> delay)
{
    m_delay = delay;
}

Ptr<PropagationDelayModel>
FdmaChannel::GetPropagationDelay() const
{
    return m_delay;
}

int64_t
FdmaChannel::AssignStreams(int64_t stream)
{
    int64_t used = m_loss ? m_loss->AssignStreams(stream) : 0;
    used += m_delay ? m_delay->AssignStreams(stream + used) : 0;
    return used;
}

std::size_t
FdmaChannel::GetNDevices() const
{
    return m_station ? m_members.size() + 1 : 0;
}

Ptr<NetDevice>
FdmaChannel::GetDevice(std::size_t i) const
{
    if (i == 0)
    {
        return m_station;
    }
    return m_members.at(i - 1);
}

void
FdmaChannel::SetUplinkBandwidthHz(double hz)
{
    RequireAttribute(std::isfinite(hz) && hz > 0, "UplinkBandwidth", hz, "finite and above 0 Hz");
    m_bandwidthHz[static_cast<size_t>(Direction::UPLINK)] = hz;
}

double
FdmaChannel::GetUplinkBandwidthHz() const
{
    return GetBandwidthHz(Direction::UPLINK);
}

void
FdmaChannel::SetDownlinkBandwidthHz(double hz)
{
    RequireAttribute(std::isfinite(hz) && hz > 0, "DownlinkBandwidth", hz, "finite and above 0 Hz");
    m_bandwidthHz[static_cast<size_t>(Direction::DOWNLINK)] = hz;
}

double
FdmaChannel::GetDownlinkBandwidthHz() const
{
    return GetBandwidthHz(Direction::DOWNLINK);
}

void
FdmaChannel::SetNoiseDensityDbm(double dbmPerHz)
{
    RequireAttribute(dbmPerHz >= -300 && dbmPerHz <= 100,
                     "NoiseDensity",
                     dbmPerHz,
                     "between -300 and 100 dBm/Hz");
    m_noiseDbmPerHz = dbmPerHz;
    m_noiseWPerHz = std::pow(10.0, (dbmPerHz - 30) / 10);
}

double
FdmaChannel::GetNoiseDensityDbm() const
{
    return m_noiseDbmPerHz;
}

void
FdmaChannel::SetControlShare(double share)
{
    RequireAttribute(share > 0 && share < 1, "ControlShare", share, "above 0 and below 1");
    m_controlShare = share;
}

double
FdmaChannel::GetControlShare() const
{
    return m_controlShare;
}

void
FdmaChannel::SetStationTxPowerW(double watt)
{
    RequireAttribute(std::isfinite(watt) && watt > 0,
                     "StationTxPower",
                     watt,
                     "finite and above 0 W");
    m_stationTxPowerW = watt;
}

} // namespace fl
} // namespace ns3
