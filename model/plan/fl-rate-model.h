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
 * @param bandwidthHz bandwidth B, at least 0 [Hz]
 * @param txPowerW transmit power p, at least 0 [W]
 * @param gain channel power gain g, received over transmitted power, at least 0
 * @param noiseWPerHz noise power spectral density N0, above 0 [W/Hz]
 * @return r [bit/s]
 */
double ShannonRateBps(double bandwidthHz, double txPowerW, double gain, double noiseWPerHz);

/// Duration of a transfer and energy radiated for it. Infinite where the rate is 0, ABSENT where
/// not known.
struct TransferTime
{
    double seconds{0};  //!< from passing it to the session to the reception of its last byte [s]
    double airtimeS{0}; //!< time for which its sender transmits on the grant [s]
    double controlJ{0}; //!< radiated by the device outside the grant, as by acknowledgements [J]
};

/**
 * @ingroup fl
 * Rate of a device on a grant, and duration of transfers on it. Subclasses model a PHY. A model may
 * be specific to a plan, and then be valid for its transfers only.
 *
 * Cells and devices of the arguments must be those of the state: std::out_of_range is thrown for a
 * grant of another cell, and for devices without gains. Rates and times are at least 0.
 */
class RateModel
{
  public:
    virtual ~RateModel() = default;

    /**
     * Duration of a transfer. Here payload over RateBps(), with an airtime of the same length;
     * subclasses that model delays, headers and quantisation of a PHY override this.
     * @param state gains and noise
     * @param device the device that sends (uplink) or receives
     * @param grant radio resources
     * @param payloadBits size of the payload, above 0 [bit]
     * @return duration and energy; infinite where the rate is 0
     */
    virtual TransferTime Transfer(const SystemState& state,
                                  DeviceId device,
                                  const Grant& grant,
                                  double payloadBits) const;

    /**
     * Duration of a transfer that begins at a given time. Here Transfer(); subclasses in which
     * gains or queues change with time override this.
     * @param state gains and noise
     * @param device the device that sends (uplink) or receives
     * @param grant radio resources
     * @param payloadBits size of the payload, above 0 [bit]
     * @param startS begin of the transfer, simulated time [s]
     * @return duration and energy; infinite where the rate is 0
     */
    virtual TransferTime TransferAt(const SystemState& state,
                                    DeviceId device,
                                    const Grant& grant,
                                    double payloadBits,
                                    double startS) const;

    /**
     * @param state gains and noise
     * @param device the device that sends (uplink) or receives
     * @param grant radio resources
     * @return rate of payload bits; 0 where nothing can be sent [bit/s]
     */
    virtual double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const = 0;

    /**
     * Rate as a function of the gain, non-decreasing: the integrand of means over the fading
     * distribution (FadingRateModel). A PHY whose rate is not proportional to Shannon's overrides
     * this.
     * @param state noise; its gains are not used
     * @param device the device that sends (uplink) or receives
     * @param grant radio resources
     * @param gain channel power gain, received over transmitted power
     * @return rate up to a factor that does not depend on the gain; here Shannon's [bit/s]
     */
    virtual double RateAtGainBps(const SystemState& state,
                                 DeviceId device,
                                 const Grant& grant,
                                 double gain) const;

    /**
     * Bandwidth of a grant in a PHY that allocates it in units (resource blocks, resource units).
     * @param device the device
     * @param grant radio resources
     * @return bandwidth after rounding times the fraction of time in which the device has it; here
     *         that of the grant [Hz]
     */
    virtual double RoundedHz(DeviceId device, const Grant& grant) const;
};

/// Shannon's rate of the grant's sub-band, see ShannonRateBps().
class ShannonRateModel : public RateModel
{
  public:
    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override;
};

/**
 * @ingroup fl
 * Shannon's rate with an SNR gap G and an efficiency e: r = e B log2(1 + p g / (G N0 B)). Stands
 * for a PHY that is not simulated. For uncoded QAM and a bit error rate, G = -ln(5 BER) / 1.5 (J.
 * M. Cioffi, "A multicarrier primer", 1991).
 */
class ShannonGapRateModel : public RateModel
{
  public:
    /**
     * @param snrGap G, ratio of the SNR needed to that of Shannon's formula, at least 1
     * @param efficiency e, ratio of payload to all bits, above 0 and at most 1
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
