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
 * Means over the distribution of a block's power gain g, which has mean 1: exponential for Rayleigh
 * fading, and for a Rician factor K (A. Goldsmith, "Wireless Communications", 2005, section 3.2.2)
 *
 *     (1 + K) exp(-K - (1 + K) g) I0(2 sqrt(K (1 + K) g)).
 *
 * The trapezoidal rule in ln g, whose integrand falls off at both ends, converges faster than any
 * power of the step for smooth functions; for one with steps, as rates by MCS are, the error is at
 * most a step's height times the probability between two nodes.
 */
class FadingMean
{
  public:
    /// A value of the gain, and its probability.
    struct Node
    {
        double gain;   //!< g
        double weight; //!< all together 1
    };

    /// @param kFactor K, at least 0; 0: Rayleigh
    explicit FadingMean(double kFactor);

    /**
     * @param function of the gain, bounded
     * @return its mean
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

    /// @return the nodes, by increasing gain
    const std::vector<Node>& GetNodes() const
    {
        return m_nodes;
    }

  private:
    std::vector<Node> m_nodes; //!< of the quadrature
};

/**
 * @ingroup fl
 * Any PHY's rate model where gains fade in blocks. What can be known of a transfer is the gain of
 * the present block, until that ends, and the distribution of those that follow:
 *
 * - while the present block lasts, progress is as the PHY's model says for the reported gains;
 * - what is left then goes by the mean over blocks: as the PHY's model says for the gains at which
 *   its rate (RateModel::RateAtGainBps) is the mean of the rate over the fading.
 *
 * What remains unknown is which gains the blocks will have: the fewer of them a transfer sees, the
 * further it may be from the prediction. A device whose transfers in one direction go on different
 * grants has the mean over blocks of the first of these.
 *
 * The model of what follows is made when a transfer that outlasts the present block is met for the
 * first time; each grant costs one evaluation of the rate per node of the quadrature, and some tens
 * more.
 */
class FadingRateModel : public RateModelWrapper
{
  public:
    /// Makes the PHY's model for given gains. Called during the life of this model.
    using Factory = std::function<std::unique_ptr<const RateModel>(const SystemState&)>;

    /**
     * @param state as reported; SystemState::fading and meanGains count
     * @param plan all that will be enforced
     * @param make makes the PHY's model
     */
    FadingRateModel(const SystemState& state, Plan plan, Factory make);

    /// As the PHY's model says, if the present block lasted for ever.
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

    /// What follows the present block.
    struct Later
    {
        SystemState state;                      //!< with gains that give the mean rates
        std::vector<double> excess[2];          //!< rate there over the mean, by direction, device
        std::unique_ptr<const RateModel> model; //!< the PHY's, for that state
    };

    /// @return the model of what follows, made if it was not yet
    const Later& GetLater() const;
    /// Find the gain at which a grant has its mean rate.
    void AddMean(DeviceId device, const Grant& grant, const FadingMean& mean, Later& later) const;

    SystemState m_state;                          //!< as reported
    Plan m_plan;                                  //!< all of it
    Factory m_make;                               //!< makes the PHY's model
    std::unique_ptr<const RateModel> m_now;       //!< for the present block
    mutable std::unique_ptr<const Later> m_later; //!< for those that follow; null: not needed yet
};

} // namespace fl
} // namespace ns3

#endif /* FL_FADING_RATE_MODEL_H */
