/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SHADOWING_LOSS_MODEL_H
#define FL_SHADOWING_LOSS_MODEL_H

#include "fl-link-draw.h"

#include "ns3/propagation-loss-model.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Log-normal shadowing: a loss in dB that is normally distributed with mean 0 and standard
 * deviation SigmaDb, drawn once per link, and the same in both directions.
 *
 * (ns-3's RandomPropagationLossModel draws anew for every packet.) A loss is a function of seed and
 * link (LinkDraw). It does not depend on positions, and so does not change when a node moves.
 */
class ShadowingLossModel : public PropagationLossModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    ShadowingLossModel();
    ~ShadowingLossModel() override;

    /**
     * @param a node id of the transmitter
     * @param b node id of the receiver
     * @return the loss [dB]; negative: the link is better than without shadowing
     */
    double GetLossDb(uint32_t a, uint32_t b) const;

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override;
    int64_t DoAssignStreams(int64_t stream) override;

    mutable LinkDraw m_draw; //!< source of random numbers
    double m_sigmaDb;        //!< attribute SigmaDb: standard deviation [dB]
};

} // namespace fl
} // namespace ns3

#endif /* FL_SHADOWING_LOSS_MODEL_H */
