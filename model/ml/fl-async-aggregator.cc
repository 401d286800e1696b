/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-async-aggregator.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

double
StalenessWeight::operator()(uint32_t staleness) const
{
    const auto s = static_cast<double>(staleness);
    switch (kind)
    {
    case HINGE:
        return s <= b ? 1 : 1 / (a * (s - b) + 1);
    case POLYNOMIAL:
        return std::pow(s + 1, -a);
    case CONSTANT:
        break;
    }
    return 1;
}

FedAsync::FedAsync(double alpha, const StalenessWeight& weight)
    : m_alpha(alpha),
      m_weight(weight)
{
    if (!(alpha > 0 && alpha <= 1))
    {
        throw InvalidInput(Describe("alpha = ", alpha, ": must be above 0 and at most 1"));
    }
}

double
FedAsync::DoGetWeight(const Update& update) const
{
    return m_alpha * m_weight(update.staleness);
}

void
FedAsync::DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global)
{
    const double alpha = GetTotalWeight() / GetCount();
    global = ((1 - alpha) * global.cast<double>() + alpha * mean).cast<float>();
}

FedBuff::FedBuff(double serverRate, const StalenessWeight& weight)
    : m_serverRate(serverRate),
      m_weight(weight)
{
    if (!(serverRate > 0 && std::isfinite(serverRate)))
    {
        throw InvalidInput(
            Describe("server learning rate = ", serverRate, ": must be positive and finite"));
    }
}

bool
FedBuff::TakesDifferences() const
{
    return true;
}

double
FedBuff::DoGetWeight(const Update& update) const
{
    return m_weight(update.staleness);
}

void
FedBuff::DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global)
{
    const double step = m_serverRate * GetTotalWeight() / GetCount();
    global = (global.cast<double>() + step * mean).cast<float>();
}

} // namespace fl
} // namespace ns3
