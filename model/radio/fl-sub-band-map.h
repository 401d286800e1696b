/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SUB_BAND_MAP_H
#define FL_SUB_BAND_MAP_H

#include "ns3/fl-plan.h"

#include <map>
#include <unordered_map>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The sub-bands that devices hold in one direction of a cell, so that one device's can be replaced
 * in O(log N), with a check against those of the others.
 */
class SubBandMap
{
  public:
    /// Forget all sub-bands.
    void Clear();
    /**
     * Give a device a sub-band, in place of what it had.
     * @param device the device
     * @param grant a valid grant; without bandwidth: the device gets none
     * @param slackHz overlap that is taken for round-off [Hz]
     * @throws InvalidInput if it overlaps with another device's; nothing has changed then
     */
    void Replace(DeviceId device, const Grant& grant, double slackHz);
    /// @return a device's sub-band; without bandwidth: it has none
    /// @param device the device
    Grant Find(DeviceId device) const;
    /// @return transmit power of all grants together [W]
    double GetTotalPowerW() const;

  private:
    /// A sub-band.
    struct SubBand
    {
        double endHz{0};    //!< upper edge [Hz]
        double powerW{0};   //!< transmit power [W]
        DeviceId device{0}; //!< that holds it
    };

    /**
     * @param device the device
     * @param grant what it is to get
     * @param slackHz overlap that is taken for round-off [Hz]
     * @throws InvalidInput if it overlaps with another device's
     */
    void CheckOverlap(DeviceId device, const Grant& grant, double slackHz) const;

    std::map<double, SubBand> m_subBands;           //!< by lower edge [Hz]
    std::unordered_map<DeviceId, double> m_startHz; //!< lower edge of a device's [Hz]
    double m_totalPowerW{0};                        //!< see GetTotalPowerW
};

} // namespace fl
} // namespace ns3

#endif /* FL_SUB_BAND_MAP_H */
