/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mean-gradient.h"

namespace ns3
{
namespace fl
{

MeanGradient::MeanGradient(const StepOptions& options)
    : m_step(options)
{
}

double
MeanGradient::DoGetWeight(const Update& /* update */) const
{
    return 1;
}

void
MeanGradient::DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global)
{
    m_step.Apply(mean.cast<float>(), global);
}

} // namespace fl
} // namespace ns3
