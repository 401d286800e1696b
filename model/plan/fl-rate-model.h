/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RATE_MODEL_H
#define FL_RATE_MODEL_H

#include "fl-system-state.h"

namespace ns3
{
namespace fl
{

/**
 * Shannon's rate of an additive white Gaussian noise channel.
 *
 * r = B log2(1 + p g / (N0 B)), and its limit 0 for B = 0 (C. E. Shannon, "Communication in the
 * presence of noise", Proc. IRE 37, 1949). Accurate to rounding for any signal-to-noise ratio,
 * however small.
 *
 * @param bandwidthHz B [Hz]
 * @param txPowerW p [W]
 * @param gain g, received over transmitted power
 * @param noiseWPerHz N0 [W/Hz]
 * @return r [bit/s]
 */
double ShannonRateBps(double bandwidthHz, double txPowerW, double gain, double noiseWPerHz);

/// How long a transfer takes, and what its device radiates for it. Infinite where nothing can be
/// sent, ABSENT where it is not known.
struct TransferTime
{
    double seconds{0};  //!< from handing it to the session to all of it there [s]
    double airtimeS{0}; //!< of its sender, on the grant [s]
    double controlJ{0}; //!< radiated by the device beside that, as by acknowledgements [J]
};

/**
 * @ingroup fl
 * How long transfers take on a grant, and the rate that it gives a device. Subclasses model a PHY.
 * A model may have been made for a plan, and know its transfers only.
 *
 * Grants are of a cell of the state; std::out_of_range is thrown for others, and for devices
 * without gains. Rates and times are at least 0.
 */
class RateModel
{
  public:
    virtual ~RateModel() = default;

    /**
     * How long a transfer takes. Subclasses that know delays, headers and quantisation of their PHY
     * override this; here it is payload over rate, all of it on the air.
     * @param state gains and noise
     * @param device the device at one end
     * @param grant the resources
     * @param payloadBits above 0 [bit]
     * @return infinite where nothing can be sent
     */
    virtual TransferTime Transfer(const SystemState& state,
                                  DeviceId device,
                                  const Grant& grant,
                                  double payloadBits) const;

    /**
     * The same for a transfer that begins later, for models in which gains change with time; here
     * they do not.
     * @param state gains and noise
     * @param device the device at one end
     * @param grant the resources
     * @param payloadBits above 0 [bit]
     * @param startS when it begins [s]
     * @return infinite where nothing can be sent
     */
    virtual TransferTime TransferAt(const SystemState& state,
                                    DeviceId device,
                                    const Grant& grant,
                                    double payloadBits,
                                    double startS) const;

    /**
     * @param state gains and noise
     * @param device the device at one end
     * @param grant the resources
     * @return payload rate [bit/s]; 0 where nothing can be sent
     */
    virtual double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const = 0;

    /**
     * The rate at another gain than the reported one, never falling with it: what means over fading
     * are made of (FadingRateModel). A PHY whose rate is not in proportion to Shannon's overrides
     * this.
     * @param state noise
     * @param device the device at one end
     * @param grant the resources
     * @param gain received over transmitted power
     * @return rate [bit/s], up to a factor that does not depend on the gain; here Shannon's
     */
    virtual double RateAtGainBps(const SystemState& state,
                                 DeviceId device,
                                 const Grant& grant,
                                 double gain) const;

    /**
     * What a PHY that gives bandwidth in pieces makes of a grant.
     * @param device the device
     * @param grant the resources
     * @return bandwidth after rounding times the share of time in which it is the device's [Hz];
     *         here that of the grant
     */
    virtual double RoundedHz(DeviceId device, const Grant& grant) const;
};

/// The AWGN capacity of the grant's sub-band.
class ShannonRateModel : public RateModel
{
  public:
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
};

/**
 * @ingroup fl
 * The same with an SNR gap G and an efficiency e: r = e B log2(1 + p g / (G N0 B)). With gap and
 * efficiency taken from elsewhere (for a modulation and a bit error rate, G = -ln(5 BER) / 1.5; J.
 * M. Cioffi, "A multicarrier primer", 1991) it stands for a PHY that is not simulated.
 */
class ShannonGapRateModel : public RateModel
{
  public:
    /**
     * @param snrGap G, at least 1: how much more signal than Shannon's it takes
     * @param efficiency e, above 0 and at most 1: part of the rate that is payload
     * @throws InvalidInput if one is out of range
     */
    ShannonGapRateModel(double snrGap, double efficiency);

    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
    double RateAtGainBps(const SystemState& state,
                         DeviceId device,
                         const Grant& grant,
                         double gain) const override;

  private:
    double m_snrGap;     //!< G
    double m_efficiency; //!< e
};

} // namespace fl
} // namespace ns3

#endif /* FL_RATE_MODEL_H */
