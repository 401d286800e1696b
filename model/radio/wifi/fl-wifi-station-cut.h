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
 * Suppresses the links between stations: a signal that neither comes from the access point nor goes
 * to it loses 1000 dB, so that a SpectrumChannel with a MaxLossDb below that does not deliver it.
 * This saves most of the receptions of a cell whose stations do not contend.
 */
class WifiStationCut : public PropagationLossModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /// @param accessPoint mobility model of the access point
    void SetAccessPoint(Ptr<MobilityModel> accessPoint);
    /// @param cut whether links between stations are suppressed
    void SetCut(bool cut);

  protected:
    void DoDispose() override;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    Ptr<MobilityModel> m_accessPoint; //!< of the access point
    bool m_cut{false};                //!< whether links are suppressed
};

} // namespace fl
} // namespace ns3

#endif /* FL_WIFI_STATION_CUT_H */
