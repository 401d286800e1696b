/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_MEDIUM_H
#define FL_FDMA_MEDIUM_H

#include "fl-fdma-radio.h"

#include "ns3/fl-block-fading-loss-model.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-sinr-rate.h"
#include "ns3/object.h"
#include "ns3/propagation-loss-model.h"

#include <functional>
#include <limits>
#include <vector>

namespace ns3
{
namespace fl
{

/// A link on a granted sub-band, as other cells disturb it and are disturbed by it.
struct FdmaLink
{
    const void* cell{nullptr};              //!< identifies its cell
    FdmaRadio* sender{nullptr};             //!< sends on it
    FdmaRadio* receiver{nullptr};           //!< listens to it
    Direction direction{Direction::UPLINK}; //!< uplink or downlink
    Emission emission;                      //!< what is sent, on the axis of the band plan
    PropagationLossModel* loss{nullptr};    //!< its cell's chain; null: gain 1
    double noiseWPerHz{0};                  //!< N0 [W/Hz]
    double bandStartHz{0};                  //!< where its cell's band begins on that axis [Hz]
};

/// What transmits on a medium.
class FdmaEmitter
{
  public:
    virtual ~FdmaEmitter() = default;
    /// What disturbs it changes: what is left of the frame on the air goes on at another rate.
    virtual void InterferenceChanged() = 0;
};

/**
 * @ingroup fl
 * The spectrum that several FDMA cells share: who transmits where, and how that disturbs the
 * others. One band plan holds for all cells: a grant's startHz counts from FdmaChannel's
 * UplinkOffset or DownlinkOffset, and these from the same frequency.
 *
 * A frame is sent at Shannon's rate with the interference of the transmissions on granted sub-bands
 * of other cells that overlap its own, in the same direction (SinrRateBps()); uplink and downlink
 * bands are paired and apart. Whenever one of these begins, ends, or changes its power or place,
 * the frame's rate is computed anew. The control channels are apart as well, and free of
 * interference.
 *
 * The gain between a device and a base station is that by the losses of the station's cell. Beside
 * them sub-channels may fade independently, each flat, by one BlockFadingLossModel of the medium.
 *
 * A change costs O(k), and O(k^2) for each transmission that it disturbs, for k transmissions now
 * on the air in all cells.
 */
class FdmaMedium : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    FdmaMedium();
    ~FdmaMedium() override;

    /**
     * An emitter begins, changes, or ends what it sends; those that it disturbs, and those that it
     * disturbed before, are told.
     * @param emitter the emitter
     * @param link what it sends now; a power of 0: nothing any more
     */
    void Announce(FdmaEmitter* emitter, const FdmaLink& link);
    /// Forget an emitter that is destroyed.
    /// @param emitter the emitter
    void Forget(const FdmaEmitter* emitter);

    /// @return rate of a link with the interference of now [bit/s]
    /// @param link the link
    double RateBps(const FdmaLink& link) const;

    /// @param hz width of a sub-channel; 0: the band is one [Hz]
    void SetSubChannelHz(double hz);
    /// @return width of a sub-channel; infinite: the band is one [Hz]
    double GetSubChannelHz() const;
    /// @param fading of sub-channels; null: none
    void SetFading(Ptr<BlockFadingLossModel> fading);
    /// @return the fading of sub-channels; null: none
    Ptr<BlockFadingLossModel> GetFading() const;

  protected:
    void DoDispose() override;

  private:
    /// A transmission on the air.
    struct Transmission
    {
        FdmaEmitter* emitter; //!< sends it
        FdmaLink link;        //!< what it sends
    };

    /**
     * @param sender at one end
     * @param receiver at the other end
     * @param loss first model of the chain between them, which holds for all sub-channels
     * @return power gains by sub-channel
     */
    std::function<double(uint32_t)> GainsOf(FdmaRadio& sender,
                                            FdmaRadio& receiver,
                                            PropagationLossModel* loss) const;

    std::vector<Transmission> m_onAir;  //!< now, in the order in which they began
    Ptr<BlockFadingLossModel> m_fading; //!< attribute SubChannelFading
    double m_subChannelHz{std::numeric_limits<double>::infinity()}; //!< see GetSubChannelHz
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_MEDIUM_H */
