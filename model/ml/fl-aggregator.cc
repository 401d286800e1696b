/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-aggregator.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain about a vector of another model.
void
RequireSize(const char* what, Eigen::Index size, Eigen::Index expected)
{
    if (size != expected)
    {
        throw InvalidInput(Describe(what, " of ", size, " parameters: must be ", expected));
    }
}

} // namespace

void
Aggregator::Begin(size_t size)
{
    m_size = static_cast<Eigen::Index>(size);
    m_totalWeight = 0;
    m_count = 0;
    DoBegin(size);
}

void
Aggregator::Add(const Update& update)
{
    RequireSize("update", update.parameters.size(), m_size);
    if (!AllFinite(update.parameters))
    {
        throw InvalidInput(
            Describe("update of device ", update.device, ": all parameters must be finite"));
    }
    const double weight = DoGetWeight(update);
    if (!std::isfinite(weight) || weight <= 0)
    {
        throw InvalidInput(Describe("update of device ",
                                    update.device,
                                    ": weight ",
                                    weight,
                                    " (",
                                    update.samples,
                                    " samples): must be positive and finite"));
    }
    DoAdd(update, weight);
    m_totalWeight += weight;
    m_count++;
}

bool
Aggregator::Finish(Eigen::VectorXf& global)
{
    RequireSize("global model", global.size(), m_size);
    if (m_count == 0)
    {
        return false;
    }
    DoApply(DoCombine(), global);
    Begin(static_cast<size_t>(m_size));
    return true;
}

bool
Aggregator::TakesDifferences() const
{
    return false;
}

uint32_t
Aggregator::GetCount() const
{
    return m_count;
}

double
Aggregator::GetTotalWeight() const
{
    return m_totalWeight;
}

void
Aggregator::DoBegin(size_t size)
{
    m_sum.setZero(static_cast<Eigen::Index>(size));
}

void
Aggregator::DoAdd(const Update& update, double weight)
{
    m_sum += weight * update.parameters.cast<double>();
}

Eigen::VectorXd
Aggregator::DoCombine() const
{
    return m_sum / m_totalWeight;
}

void
Aggregator::DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global)
{
    global = mean.cast<float>();
}

double
FedAvg::DoGetWeight(const Update& update) const
{
    return update.samples;
}

} // namespace fl
} // namespace ns3
