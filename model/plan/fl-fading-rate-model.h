/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FADING_RATE_MODEL_H
#define FL_FADING_RATE_MODEL_H

#include "fl-rate-model-wrapper.h"

#include <functional>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Expectation over the power gain g of a fading block, which has mean 1: exponentially distributed
 * for Rayleigh fading, and for a Rician factor K with the density (A. Goldsmith, "Wireless
 * Communications", 2005, section 3.2.2)
 *
 *     (1 + K) exp(-K - (1 + K) g) I0(2 sqrt(K (1 + K) g)).
 *
 * Quadrature is the trapezoidal rule in ln g with 128 nodes. As the integrand vanishes at both
 * ends, it converges faster than any power of the step for smooth functions; for functions with
 * discontinuities, as rates by MCS, the error is at most the height of a discontinuity times the
 * probability between two nodes.
 */
class FadingMean
{
  public:
    /// Node of the quadrature.
    struct Node
    {
        double gain;   //!< power gain g
        double weight; //!< probability; the sum over all nodes is 1
    };

    /// @param kFactor Rician factor K, linear, finite and at least 0; 0: Rayleigh fading
    /// @throws InvalidInput if it is out of range
    explicit FadingMean(double kFactor);

    /**
     * @tparam Function callable as double(double)
     * @param function bounded function of the power gain g
     * @return its expectation
     */
    template <typename Function>
    double operator()(Function&& function) const
    {
        double sum = 0;
        for (const auto& node : m_nodes)
        {
            sum += node.weight * function(node.gain);
        }
        return sum;
    }

    /// @return the nodes, by ascending gain
    const std::vector<Node>& GetNodes() const
    {
        return m_nodes;
    }

  private:
    std::vector<Node> m_nodes; //!< nodes of the quadrature
};

/**
 * @ingroup fl
 * Decorates a PHY's rate model with block fading. Known are the gains of the present block, and the
 * distribution of those of the following blocks:
 *
 * - until the present block ends, a transfer progresses as the PHY's model says for the reported
 *   gains;
 * - the rest progresses as the PHY's model says for the gain at which its rate
 *   (RateModel::RateAtGainBps) equals the mean of the rate over the fading distribution.
 *
 * The prediction is an expectation: the fewer blocks a transfer lasts, the larger the spread around
 * it. A device whose transfers in one direction have different grants is given the mean for the
 * first of these.
 *
 * The model of the following blocks is made when the first transfer that outlasts the present block
 * is predicted; per grant it evaluates the rate once per node of the quadrature, and some tens of
 * times more for the bisection.
 */
class FadingRateModel : public RateModelWrapper
{
  public:
    /// Makes the PHY's model for a system state (gains). Called until this object is destroyed.
    using Factory = std::function<std::unique_ptr<const RateModel>(const SystemState&)>;

    /**
     * @param state system state with the gains of the present block, fading and meanGains
     * @param plan all orders of the round
     * @param make makes the PHY's model
     */
    FadingRateModel(const SystemState& state, Plan plan, Factory make);

    /// As the PHY's model for the present block, whatever its end.
    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override;
    TransferTime TransferAt(const SystemState& state,
                            DeviceId device,
                            const Grant& grant,
                            double payloadBits,
                            double startS) const override;

  private:
    const RateModel& GetInner() const override;

    /// Model of the blocks that follow the present one.
    struct FollowingBlocks
    {
        SystemState state;                      //!< its gains are those that give the mean rates
        std::vector<double> rateRatio[2];       //!< rate at that gain over the mean rate, by
                                                //!< Direction and device: 1 for continuous rates
        std::unique_ptr<const RateModel> model; //!< the PHY's model for that state
    };

    /// @return the model of the following blocks, made at the first call
    const FollowingBlocks& GetFollowing() const;
    /**
     * Set the gain at which a device's rate is the mean over fading, by bisection.
     * @param device the device
     * @param grant its grant
     * @param mean expectation over fading
     * @param [out] following its gains and rateRatio are set for the device and direction
     */
    void SetMeanGain(DeviceId device,
                     const Grant& grant,
                     const FadingMean& mean,
                     FollowingBlocks& following) const;

    SystemState m_state;                                        //!< system state before the round
    Plan m_plan;                                                //!< all orders of the round
    Factory m_make;                                             //!< makes the PHY's model
    std::unique_ptr<const RateModel> m_present;                 //!< for the present block
    mutable std::unique_ptr<const FollowingBlocks> m_following; //!< null: not needed yet
};

} // namespace fl
} // namespace ns3

#endif /* FL_FADING_RATE_MODEL_H */
