/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BLOCK_FADING_LOSS_MODEL_H
#define FL_BLOCK_FADING_LOSS_MODEL_H

#include "fl-link-draw.h"

#include "ns3/fl-system-state.h"
#include "ns3/nstime.h"
#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Small-scale fading that is constant for a coherence time, and drawn anew after it (block fading).
 *
 * The power gain has mean 1. Rayleigh: it is exponentially distributed. Rician with factor K, the
 * power of the line of sight over that of the scattered paths:
 *
 *     g = |sqrt(K / (K + 1)) + sqrt(1 / (2 (K + 1))) (x + i y)|^2,   x, y standard normal
 *
 * (A. Goldsmith, "Wireless Communications", 2005, section 3.2.2). Blocks begin at multiples of the
 * coherence time, for all links together. A gain is a function of seed, link and block (LinkDraw);
 * memory does not grow with the number of links, nor with time.
 */
class BlockFadingLossModel : public PropagationLossModel
{
  public:
    /// Kind of fading. Unscoped, since ns-3 before 3.41 asks for it.
    enum Fading
    {
        NONE,     //!< gain 1
        RAYLEIGH, //!< scattered paths only
        RICIAN    //!< a line of sight as well
    };

    /// @return the TypeId
    static TypeId GetTypeId();

    BlockFadingLossModel();
    ~BlockFadingLossModel() override;

    /**
     * @param a id of the node that sends
     * @param b id of the node that receives
     * @param subChannel number of a sub-channel, each of which fades by itself; DoCalcRxPower()
     *        takes number 0
     * @return power gain in the present block, a ratio of mean 1
     */
    double GetGain(uint32_t a, uint32_t b, uint32_t subChannel = 0) const;

    /// @return distribution of the gain and end of the present block, for predictions
    FadingState GetState() const;

  private:
    /// @return the number of the present block
    int64_t GetBlock() const;
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    mutable LinkDraw m_draw; //!< source of random numbers
    Fading m_fading;         //!< attribute Fading
    double m_kFactor;        //!< Rician factor, a ratio
    Time m_coherenceTime;    //!< length of a block
    bool m_reciprocal;       //!< whether both directions of a link have the same gain
};

} // namespace fl
} // namespace ns3

#endif /* FL_BLOCK_FADING_LOSS_MODEL_H */
