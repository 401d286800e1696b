/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ROBUST_AGGREGATOR_H
#define FL_ROBUST_AGGREGATOR_H

#include "fl-robust-rule.h"

#include "ns3/fl-aggregator.h"

#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A robust rule as an Aggregator: FedAvg's weights, the number of samples, with a rule in place of
 * the mean. It keeps all updates until Finish(): memory is that of one model per update.
 */
class RobustAggregator : public Aggregator
{
  public:
    /// @param rule what combines the updates
    explicit RobustAggregator(std::unique_ptr<const RobustRule> rule);

  private:
    double DoGetWeight(const Update& update) const override;
    void DoBegin(size_t size) override;
    void DoAdd(const Update& update, double weight) override;
    Eigen::VectorXd DoCombine() const override;

    const std::unique_ptr<const RobustRule> m_rule; //!< what combines the updates
    std::vector<Eigen::VectorXf> m_updates;         //!< since Begin()
    std::vector<double> m_weights;                  //!< theirs
};

} // namespace fl
} // namespace ns3

#endif /* FL_ROBUST_AGGREGATOR_H */
