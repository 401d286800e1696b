/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-shadowing-loss-model.h"

#include "ns3/double.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(ShadowingLossModel);

TypeId
ShadowingLossModel::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::ShadowingLossModel")
                            .SetParent<PropagationLossModel>()
                            .SetGroupName("Fl")
                            .AddConstructor<ShadowingLossModel>()
                            .AddAttribute("SigmaDb",
                                          "Standard deviation of the loss [dB]",
                                          DoubleValue(8),
                                          MakeDoubleAccessor(&ShadowingLossModel::m_sigmaDb),
                                          MakeDoubleChecker<double>(0));
    return tid;
}

ShadowingLossModel::ShadowingLossModel() = default;

ShadowingLossModel::~ShadowingLossModel() = default;

double
ShadowingLossModel::GetLossDb(uint32_t a, uint32_t b) const
{
    return m_sigmaDb * m_draw.DrawNormals(std::min(a, b), std::max(a, b), 0).first;
}

double
ShadowingLossModel::DoCalcRxPower(double txPowerDbm,
                                  Ptr<MobilityModel> a,
                                  Ptr<MobilityModel> b) const
{
    return txPowerDbm - GetLossDb(LinkDraw::NodeIdOf(a), LinkDraw::NodeIdOf(b));
}

int64_t
ShadowingLossModel::DoAssignStreams(int64_t stream)
{
    return m_draw.AssignStreams(stream);
}

} // namespace fl
} // namespace ns3
