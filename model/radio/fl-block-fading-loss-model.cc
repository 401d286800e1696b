/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-block-fading-loss-model.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/simulator.h"

#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(BlockFadingLossModel);

TypeId
BlockFadingLossModel::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::BlockFadingLossModel")
            .SetParent<PropagationLossModel>()
            .SetGroupName("Fl")
            .AddConstructor<BlockFadingLossModel>()
            .AddAttribute("Fading",
                          "Distribution of the gain: None, Rayleigh or Rician",
                          EnumValue(BlockFadingLossModel::RAYLEIGH),
                          MakeFlEnumAccessor<Fading>(&BlockFadingLossModel::m_fading),
                          MakeEnumChecker(BlockFadingLossModel::NONE,
                                          "None",
                                          BlockFadingLossModel::RAYLEIGH,
                                          "Rayleigh",
                                          BlockFadingLossModel::RICIAN,
                                          "Rician"))
            .AddAttribute("KFactor",
                          "Rician factor: power of the line of sight over that of the scattered "
                          "paths (linear, not in dB)",
                          DoubleValue(4),
                          MakeDoubleAccessor(&BlockFadingLossModel::m_kFactor),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("CoherenceTime",
                          "Time for which a gain lasts",
                          TimeValue(Seconds(1)),
                          MakeTimeAccessor(&BlockFadingLossModel::m_coherenceTime),
                          MakeTimeChecker(NanoSeconds(1)))
            .AddAttribute("Reciprocal",
                          "Whether both directions of a link have the same gain within a block, as "
                          "with time division; with paired bands (FDD) they fade independently",
                          BooleanValue(false),
                          MakeBooleanAccessor(&BlockFadingLossModel::m_reciprocal),
                          MakeBooleanChecker());
    return tid;
}

BlockFadingLossModel::BlockFadingLossModel() = default;

BlockFadingLossModel::~BlockFadingLossModel() = default;

double
BlockFadingLossModel::GetGain(uint32_t a, uint32_t b, uint32_t subChannel) const
{
    if (m_fading == NONE)
    {
        return 1;
    }
    if (m_reciprocal && a > b)
    {
        std::swap(a, b);
    }
    const auto [x, y] = m_draw.DrawNormals(a, b, GetBlock(), subChannel);
    const double k = m_fading == RICIAN ? m_kFactor : 0;
    const double scatter = std::sqrt(0.5 / (k + 1));
    const double inPhase = std::sqrt(k / (k + 1)) + scatter * x;
    const double quadrature = scatter * y;
    return inPhase * inPhase + quadrature * quadrature;
}

int64_t
BlockFadingLossModel::GetBlock() const
{
    return Simulator::Now().GetTimeStep() / m_coherenceTime.GetTimeStep();
}

FadingState
BlockFadingLossModel::GetState() const
{
    FadingState state;
    if (m_fading != NONE)
    {
        state.blockS = m_coherenceTime.GetSeconds();
        state.blockEndS = (m_coherenceTime * (GetBlock() + 1)).GetSeconds();
        state.kFactor = m_fading == RICIAN ? m_kFactor : 0;
    }
    return state;
}

double
BlockFadingLossModel::DoCalcRxPower(double txPowerDbm,
                                    Ptr<MobilityModel> a,
                                    Ptr<MobilityModel> b) const
{
    if (m_fading == NONE)
    {
        return txPowerDbm;
    }
    return txPowerDbm + 10 * std::log10(GetGain(LinkDraw::NodeIdOf(a), LinkDraw::NodeIdOf(b)));
}

int64_t
BlockFadingLossModel::DoAssignStreams(int64_t stream)
{
    return m_draw.AssignStreams(stream);
}

} // namespace fl
} // namespace ns3
