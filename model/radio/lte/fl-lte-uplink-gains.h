/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_UPLINK_GAINS_H
#define FL_LTE_UPLINK_GAINS_H

#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A UE's uplink channel as the eNB has measured it, per resource block and apart from the power and
 * width of the transmission that it was measured on.
 *
 * The gain of a block is SINR times number of blocks over transmit power [1/W], since a UE divides
 * its power evenly among its blocks; so a transmission of power P on n blocks will have an SINR of
 * gain * P / n.
 */
class LteUplinkGains
{
  public:
    /**
     * Enter a measurement; what is known of the other blocks stays.
     * @param first lowest block that was received
     * @param sinrs by block from there on, each at least 0, as a ratio
     * @param powerW of the transmission, over all of its blocks [W]; above 0
     * @param bandwidth uplink bandwidth [resource blocks]
     */
    void Enter(uint32_t first, const std::vector<double>& sinrs, double powerW, uint32_t bandwidth);
    /**
     * @param powerW of a transmission [W]
     * @param first its lowest block
     * @param count of its blocks, at least 1
     * @return the SINR of its worst block, as a ratio; from the mean gain of all blocks where none
     *         of these was measured; 0 before any measurement
     */
    double PredictSinr(double powerW, uint32_t first, uint32_t count) const;

  private:
    std::vector<double> m_gains; //!< by block [1/W]; 0: not measured; empty: none was
};

} // namespace fl
} // namespace ns3

#endif /* FL_LTE_UPLINK_GAINS_H */
