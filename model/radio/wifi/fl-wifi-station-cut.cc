/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-wifi-station-cut.h"

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(WifiStationCut);

TypeId
WifiStationCut::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::WifiStationCut")
                            .SetParent<PropagationLossModel>()
                            .SetGroupName("Fl")
                            .AddConstructor<WifiStationCut>();
    return tid;
}

void
WifiStationCut::DoDispose()
{
    m_accessPoint = nullptr;
    PropagationLossModel::DoDispose();
}

void
WifiStationCut::SetAccessPoint(Ptr<MobilityModel> accessPoint)
{
    m_accessPoint = accessPoint;
}

void
WifiStationCut::SetCut(bool cut)
{
    m_cut = cut;
}

double
WifiStationCut::DoCalcRxPower(double txPowerDbm, Ptr<MobilityModel> a, Ptr<MobilityModel> b) const
{
    constexpr double CUT_DB = 1000;
    return m_cut && a != m_accessPoint && b != m_accessPoint ? txPowerDbm - CUT_DB : txPowerDbm;
}

int64_t
WifiStationCut::DoAssignStreams(int64_t)
{
    return 0;
}

} // namespace fl
} // namespace ns3
