/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGGREGATOR_H
#define FL_AGGREGATOR_H

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>

namespace ns3
{
namespace fl
{

/// What a device sends back, and what an aggregator may weigh it by. Refers to the parameters.
struct Update
{
    const Eigen::VectorXf& parameters; //!< the trained model, or a gradient
    double samples{0};                 //!< that it was trained on
    uint32_t staleness{0};             //!< versions that the global model is ahead of its base
    uint32_t device{0};                //!< who sent it
};

/**
 * @ingroup fl
 * How updates merge into the global model.
 *
 * Each update is added to a weighted sum as it arrives, and need not be kept: memory is that of one
 * model, in double precision, however many there are. Subclasses say what an update weighs (by its
 * samples, its staleness, ...) and what becomes of the mean: the new global model, or a step from
 * the old one.
 */
class Aggregator
{
  public:
    Aggregator() = default;
    virtual ~Aggregator() = default;
    Aggregator(const Aggregator&) = delete;
    Aggregator& operator=(const Aggregator&) = delete;

    /**
     * Forget all updates and begin anew.
     * @param size elements of a model
     */
    void Begin(size_t size);

    /**
     * Take an update in.
     * @param update the update
     * @throws InvalidInput if its size is another one, a parameter is not finite, or its weight is
     *         not positive and finite; it counts for nothing then
     */
    void Add(const Update& update);

    /**
     * Merge what was added into the global model, and begin anew.
     * @param global the model; unchanged where nothing was added
     * @return whether something was added
     * @throws InvalidInput if the global model has another size
     */
    bool Finish(Eigen::VectorXf& global);

    /// @return updates added since Begin()
    uint32_t GetCount() const;
    /// @return the sum of their weights
    double GetTotalWeight() const;

  private:
    /**
     * @param update a valid update
     * @return its weight, positive
     */
    virtual double DoGetWeight(const Update& update) const = 0;

    /**
     * What the weighted mean is for; by default it becomes the global model.
     * @param mean the weighted mean of the updates' parameters
     * @param global the global model
     */
    virtual void DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global) const;

    Eigen::VectorXd m_sum;   //!< of weight times parameters
    double m_totalWeight{0}; //!< of weights
    uint32_t m_count{0};     //!< of updates
};

/**
 * @ingroup fl
 * Federated averaging (H. B. McMahan et al., AISTATS 2017, algorithm 1): the mean of the models,
 * each weighted by the samples that it was trained on.
 */
class FedAvg : public Aggregator
{
  private:
    double DoGetWeight(const Update& update) const override;
};

} // namespace fl
} // namespace ns3

#endif /* FL_AGGREGATOR_H */
