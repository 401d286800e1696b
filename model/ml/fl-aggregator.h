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

/// A device's update x_k, with the quantities on which its weight may depend.
struct Update
{
    const Eigen::VectorXf& parameters; //!< trained model or gradient, flat; not copied
    double samples{0};                 //!< n_k, the number of samples that it was trained on
    uint32_t staleness{0};             //!< versions that the global model is ahead of its base
    uint32_t device{0};                //!< DeviceId of the sender
};

/**
 * @ingroup fl
 * Merges updates x_k into the global model by their weighted mean, sum_k w_k x_k / sum_k w_k.
 *
 * Each update is added to the sum as it arrives, and need not be kept: memory is that of one model,
 * in double precision, however many there are. Subclasses define the weight w_k of an update (by
 * its samples, its staleness, ...) and how the mean is applied: as the new global model, or as a
 * step from the old one. One that combines updates by another rule than the mean keeps them itself.
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
     * @param size length of the updates' parameter vectors
     */
    void Begin(size_t size);

    /**
     * Add an update to the weighted sum.
     * @param update the update
     * @throws InvalidInput if its length is not that of Begin(), a parameter is not finite, or its
     *         weight is not positive and finite; the sum is unchanged then
     */
    void Add(const Update& update);

    /**
     * Apply the weighted mean to the global model, and begin anew.
     * @param [in,out] global the model; unchanged if no update was added
     * @return whether at least one update was added
     * @throws InvalidInput if the global model has another length than the updates
     */
    bool Finish(Eigen::VectorXf& global);

    /**
     * @return whether an update is the difference of the trained model to the one that it began
     *         with; by default it is the trained model itself
     */
    virtual bool TakesDifferences() const;

    /// @return updates added since Begin()
    uint32_t GetCount() const;
    /// @return the sum of their weights
    double GetTotalWeight() const;

  private:
    /**
     * @param update a valid update
     * @return its weight w_k, positive and finite
     */
    virtual double DoGetWeight(const Update& update) const = 0;

    /// Forget what DoAdd() kept; by default the sum. @param size length of the updates
    virtual void DoBegin(size_t size);
    /**
     * Take a valid update in; by default into the sum.
     * @param update a valid update
     * @param weight its weight w_k
     */
    virtual void DoAdd(const Update& update, double weight);
    /// @return what the updates, at least one, are combined to; by default their weighted mean
    virtual Eigen::VectorXd DoCombine() const;

    /**
     * Apply the weighted mean; by default it becomes the global model.
     * @param mean the weighted mean of the updates' parameters
     * @param [in,out] global the global model
     */
    virtual void DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global);

    Eigen::Index m_size{0};  //!< length of the updates
    Eigen::VectorXd m_sum;   //!< sum of w_k x_k
    double m_totalWeight{0}; //!< sum of w_k
    uint32_t m_count{0};     //!< number of updates
};

/**
 * @ingroup fl
 * Federated averaging (H. B. McMahan et al., AISTATS 2017, algorithm 1): the mean of the models,
 * weighted by the numbers of samples that they were trained on: w_k = n_k.
 */
class FedAvg : public Aggregator
{
  private:
    double DoGetWeight(const Update& update) const override;
};

} // namespace fl
} // namespace ns3

#endif /* FL_AGGREGATOR_H */
