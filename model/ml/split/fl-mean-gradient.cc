/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mean-gradient.h"

namespace ns3
{
namespace fl
{

MeanGradient::MeanGradient(const StepOptions& options, size_t averaged)
    : m_step(options),
      m_averaged(averaged)
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
    if (m_averaged == 0)
    {
        m_step.Apply(mean.cast<float>(), global);
        return;
    }
    const auto averaged = static_cast<Eigen::Index>(m_averaged);
    const Eigen::Index steps = global.size() - averaged;
    Eigen::VectorXf parameters = global.head(steps);
    m_step.Apply(mean.head(steps).cast<float>(), parameters);
    global << parameters, mean.tail(averaged).cast<float>();
}

} // namespace fl
} // namespace ns3
