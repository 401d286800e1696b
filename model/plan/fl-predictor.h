/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PREDICTOR_H
#define FL_PREDICTOR_H

#include "fl-send-window.h"
#include "fl-system-state.h"

#include <limits>
#include <vector>

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

/**
 * @ingroup fl
 * What carrying a message over a transport adds, as far as a PHY's own model needs to know. The
 * default adds nothing.
 */
struct TransportProfile
{
    double messageBytes{0}; //!< of a message's header [byte]
    double orderBytes{0};   //!< before the payload of a message to a device: its work order [byte]
    double reportBytes{0};  //!< before the payload of a message from a device: its report [byte]
    double segmentBytes{
        std::numeric_limits<double>::infinity()}; //!< of a message per packet [byte]
    double headerBytes{0};                        //!< of each packet: transport and IP [byte]
    double ackBytes{0};                           //!< of an acknowledgement, IP included [byte]
    double ackAfterBytes{0}; //!< of a message, after which an acknowledgement comes [byte]
    /// Whether the last packet of a message is acknowledged at once, however little came (TCP
    /// waits).
    bool acksEnd{true};
    /// What may be sent before the first acknowledgement of a message [byte].
    double initialWindowBytes{std::numeric_limits<double>::infinity()};
    /// What may be sent before it is acknowledged, ever: buffers [byte].
    double maxWindowBytes{std::numeric_limits<double>::infinity()};
    /// Whether the initial window is that of a session's first message only, since the window stays
    /// open (TCP).
    bool windowStays{false};
    /// By device: what its session has sent or queued and is not acknowledged yet [byte]; empty:
    /// nothing. It takes its part of the window.
    std::vector<double> pendingBytes{};
    bool cubic{false}; //!< the window grows as TCP CUBIC's; else by what is acknowledged
    double ackDelayS{std::numeric_limits<double>::infinity()}; //!< the most that one waits [s]
    /// The windows of senders before the round, by direction and device; empty: not known.
    std::vector<SendWindow> windows[2];

    /**
     * @param direction of messages
     * @param device at one end
     * @return the window of their sender, as it is before the round
     */
    SendWindow Window(Direction direction, DeviceId device) const;
    /**
     * @param payloadBits of a message [bit]
     * @param direction of it
     * @return all of the message, header and what is before the payload included [byte]
     */
    double MessageBytes(double payloadBits, Direction direction) const;
};

/// How long a transfer takes, and what its device radiates for it.
struct TransferTime
{
    double seconds{0};  //!< from handing it to the session to all of it there [s]
    double airtimeS{0}; //!< of its sender, on the grant [s]
    double controlJ{0}; //!< radiated by the device beside that, as by acknowledgements [J]
};

/**
 * @ingroup fl
 * The rate that a grant gives a device. Subclasses model a PHY.
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

/**
 * @ingroup fl
 * The one analytic model of times and energies of a plan; nothing else computes a predicted time.
 *
 * - a transfer takes what the rate model says: s / r seconds for s bits on a grant of rate r, with
 *   Shannon's; an uplink transfer radiates its power times its airtime;
 * - C cycles at f take C / f seconds and kappa C f^n joules, kappa and n the profile's capacitance
 * and exponent (2);
 * - a downlink transfer without a grant gets the radio's default, DefaultDownlinkGrant(). An uplink
 *   transfer without a grant, or where no radio is controlled, has no prediction (ABSENT).
 * - phases of a kind add up; where a rate is 0, time and energy are infinite.
 *
 * Headers, handshakes and propagation are not in it, unless the rate model has them.
 */
class Predictor
{
  public:
    /**
     * @param state what is known before the round
     * @param plan what is decided
     * @param rateModel how a grant becomes a rate
     * @return one WorkOutcome per order, in the plan's order; an order starts now or, if that is
     *         later, at its earliest start; endS is when the last one is over (ABSENT if one of
     *         them has no prediction)
     * @throws InvalidInput if a transfer's payload or a computation's cycles are negative or not
     *         finite, a frequency is not above 0, or a device has no profile
     */
    static Outcome Predict(const SystemState& state, const Plan& plan, const RateModel& rateModel);

    /**
     * What a model goes down on where a plan has no downlink grant: an equal share of the band and
     * of the base station's power, among the devices that need one.
     * @param cell the cell
     * @param sharers how many devices share
     * @return a grant without a place in the band (startHz = 0)
     */
    static Grant DefaultDownlinkGrant(const CellState& cell, uint32_t sharers);

    /**
     * The same for a plan: shared is what its downlink grants leave of band and power, among its
     * downlink transfers that have none.
     * @param cell the cell
     * @param cellId its number
     * @param plan the plan
     * @return the grant of each such transfer; of zero bandwidth if there is none, or nothing left
     */
    static Grant DefaultDownlinkGrant(const CellState& cell, uint32_t cellId, const Plan& plan);
};

} // namespace fl
} // namespace ns3

#endif /* FL_PREDICTOR_H */
