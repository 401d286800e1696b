/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WIFI_STATION_CUT_H
#define FL_WIFI_STATION_CUT_H

#include "ns3/mobility-model.h"
#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Cuts the links between stations: signals that neither come from the access point nor go to it
 * lose 1000 dB, so that a SpectrumChannel with a MaxLossDb below that need not deliver them.
 */
class WifiStationCut : public PropagationLossModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /// @param accessPoint where the access point is
    void SetAccessPoint(Ptr<MobilityModel> accessPoint);
    /// @param cut whether links are cut
    void SetCut(bool cut);

  protected:
    void DoDispose() override;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    Ptr<MobilityModel> m_accessPoint; //!< where it is
    bool m_cut{false};                //!< whether links are cut
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_STATION_CUT_H */
