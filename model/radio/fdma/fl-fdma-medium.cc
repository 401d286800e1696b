/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-medium.h"

#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/pointer.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlFdmaMedium");

NS_OBJECT_ENSURE_REGISTERED(FdmaMedium);

TypeId
FdmaMedium::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::FdmaMedium")
            .SetParent<Object>()
            .SetGroupName("Fl")
            .AddConstructor<FdmaMedium>()
            .AddAttribute("SubChannelWidth",
                          "Width of a sub-channel that fades by itself [Hz]; 0: the band is one",
                          DoubleValue(0),
                          MakeDoubleAccessor(&FdmaMedium::SetSubChannelHz),
                          MakeDoubleChecker<double>())
            .AddAttribute("SubChannelFading",
                          "Fading of each sub-channel, beside the losses of the channels; none: no "
                          "fading",
                          PointerValue(),
                          MakePointerAccessor(&FdmaMedium::m_fading),
                          MakePointerChecker<BlockFadingLossModel>());
    return tid;
}

FdmaMedium::FdmaMedium() = default;

FdmaMedium::~FdmaMedium() = default;

void
FdmaMedium::DoDispose()
{
    m_onAir.clear();
    m_fading = nullptr;
    Object::DoDispose();
}

void
FdmaMedium::Announce(FdmaEmitter* emitter, const FdmaLink& link)
{
    NS_LOG_FUNCTION(this << emitter << link.emission.startHz << link.emission.txPowerW);
    const auto found = std::find_if(m_onAir.begin(), m_onAir.end(), [&](const auto& other) {
        return other.emitter == emitter;
    });
    Emission before;
    if (found != m_onAir.end())
    {
        before = found->link.emission;
        m_onAir.erase(found);
    }
    if (link.emission.txPowerW > 0)
    {
        m_onAir.push_back({emitter, link});
    }
    // First collected: who is told may announce something itself.
    std::vector<FdmaEmitter*> disturbed;
    for (const auto& other : m_onAir)
    {
        if (other.link.cell != link.cell && other.link.direction == link.direction &&
            (Overlap(other.link.emission, before) || Overlap(other.link.emission, link.emission)))
        {
            disturbed.push_back(other.emitter);
        }
    }
    for (auto* other : disturbed)
    {
        other->InterferenceChanged();
    }
}

void
FdmaMedium::Forget(const FdmaEmitter* emitter)
{
    m_onAir.erase(std::remove_if(m_onAir.begin(),
                                 m_onAir.end(),
                                 [&](const auto& other) { return other.emitter == emitter; }),
                  m_onAir.end());
}

std::function<double(uint32_t)>
FdmaMedium::GainsOf(FdmaRadio& sender, FdmaRadio& receiver, PropagationLossModel* loss) const
{
    const double gain =
        loss ? std::pow(10.0,
                        loss->CalcRxPower(0, sender.GetMobility(), receiver.GetMobility()) / 10)
             : 1;
    if (!m_fading)
    {
        return [gain](uint32_t) { return gain; };
    }
    const uint32_t from = sender.GetNode()->GetId();
    const uint32_t to = receiver.GetNode()->GetId();
    return [this, gain, from, to](uint32_t subChannel) {
        return gain * m_fading->GetGain(from, to, subChannel);
    };
}

double
FdmaMedium::RateBps(const FdmaLink& link) const
{
    const ReceivedEmission signal{link.emission, GainsOf(*link.sender, *link.receiver, link.loss)};
    std::vector<ReceivedEmission> others;
    for (const auto& [emitter, other] : m_onAir)
    {
        if (other.cell != link.cell && other.direction == link.direction &&
            Overlap(other.emission, link.emission))
        {
            auto* loss = link.direction == Direction::UPLINK ? link.loss : other.loss;
            others.push_back({other.emission, GainsOf(*other.sender, *link.receiver, loss)});
        }
    }
    return SinrRateBps(signal, others, link.noiseWPerHz, {m_subChannelHz, link.bandStartHz});
}

void
FdmaMedium::SetSubChannelHz(double hz)
{
    if (!(hz >= 0) || std::isinf(hz))
    {
        throw InvalidInput(Describe("ns3::fl::FdmaMedium::SubChannelWidth = ",
                                    hz,
                                    ": must be finite and at least 0 Hz"));
    }
    m_subChannelHz = hz > 0 ? hz : std::numeric_limits<double>::infinity();
}

double
FdmaMedium::GetSubChannelHz() const
{
    return m_subChannelHz;
}

void
FdmaMedium::SetFading(Ptr<BlockFadingLossModel> fading)
{
    m_fading = fading;
}

Ptr<BlockFadingLossModel>
FdmaMedium::GetFading() const
{
    return m_fading;
}

} // namespace fl
} // namespace ns3
