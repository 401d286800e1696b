/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEAN_GRADIENT_H
#define FL_MEAN_GRADIENT_H

#include "ns3/fl-aggregator.h"
#include "ns3/fl-gradient-step.h"

#include <cstddef>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Equation (4) of split federated LoRA: one step along the mean of the devices' gradients, each of
 * the same weight. Updates are gradients with respect to the global parameters as they are; if none
 * came, nothing changes. Of the last parameters, a shared head's, updates are values, and their
 * mean is what follows.
 */
class MeanGradient : public Aggregator
{
  public:
    /**
     * @param options how the parameters follow the mean
     * @param averaged number of the last parameters that are averaged in place of a step
     * @throws InvalidInput if they are not valid
     */
    explicit MeanGradient(const StepOptions& options, size_t averaged = 0);

  private:
    double DoGetWeight(const Update& update) const override;
    void DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global) override;

    GradientStep m_step; //!< the rule, and what it remembers
    size_t m_averaged;   //!< number of the last parameters that are averaged
};

} // namespace fl
} // namespace ns3

#endif /* FL_MEAN_GRADIENT_H */
