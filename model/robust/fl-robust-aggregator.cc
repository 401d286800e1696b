/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-robust-aggregator.h"

#include <utility>

namespace ns3
{
namespace fl
{

RobustAggregator::RobustAggregator(std::unique_ptr<const RobustRule> rule)
    : m_rule(std::move(rule))
{
}

double
RobustAggregator::DoGetWeight(const Update& update) const
{
    return update.samples;
}

void
RobustAggregator::DoBegin(size_t /* size */)
{
    m_updates.clear();
    m_weights.clear();
}

void
RobustAggregator::DoAdd(const Update& update, double weight)
{
    m_updates.push_back(update.parameters);
    m_weights.push_back(weight);
}

Eigen::VectorXd
RobustAggregator::DoCombine() const
{
    std::vector<RobustInput> inputs;
    for (size_t i = 0; i < m_updates.size(); ++i)
    {
        inputs.push_back({&m_updates[i], m_weights[i]});
    }
    return m_rule->Combine(inputs).cast<double>();
}

} // namespace fl
} // namespace ns3
