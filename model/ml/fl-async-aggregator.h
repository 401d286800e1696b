/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ASYNC_AGGREGATOR_H
#define FL_ASYNC_AGGREGATOR_H

#include "fl-aggregator.h"

/**
 * @file
 * @ingroup fl
 * Aggregation of updates that do not all start from the present global model.
 */

namespace ns3
{
namespace fl
{

/**
 * How the weight of an update falls with its staleness s, the number of versions that the global
 * model is ahead of the update's base (C. Xie, S. Koyejo, I. Gupta: Asynchronous federated
 * optimization, 2020, section 5.2).
 */
struct StalenessWeight
{
    /// The functions of s.
    enum Kind : uint8_t
    {
        CONSTANT,  //!< 1
        HINGE,     //!< 1 if s <= b, else 1 / (a (s - b) + 1)
        POLYNOMIAL //!< (s + 1)^-a
    };

    Kind kind{POLYNOMIAL}; //!< function of s that is used
    double a{0.5};         //!< of HINGE and POLYNOMIAL, at least 0
    double b{4};           //!< of HINGE, at least 0

    /**
     * @param staleness s
     * @return the weight, in (0, 1]
     */
    double operator()(uint32_t staleness) const;
};

/**
 * @ingroup fl
 * FedAsync (Xie et al., algorithm 1): w = (1 - alpha_s) w + alpha_s x, with alpha_s = alpha
 * weight(s), x the update and s its staleness. Of several updates that are merged together x is the
 * mean, weighted by their alpha_s, and alpha_s the mean of these.
 */
class FedAsync : public Aggregator
{
  public:
    /**
     * @param alpha mixing weight of a fresh update, in (0, 1]
     * @param weight how it falls with staleness
     * @throws InvalidInput if alpha is out of its range
     */
    explicit FedAsync(double alpha, const StalenessWeight& weight = {});

  private:
    double DoGetWeight(const Update& update) const override;
    void DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global) override;

    double m_alpha;           //!< of a fresh update
    StalenessWeight m_weight; //!< of others
};

/**
 * @ingroup fl
 * FedBuff (J. Nguyen et al., AISTATS 2022, algorithm 1): w = w + eta / K sum_k weight(s_k) d_k over
 * K buffered updates, d_k the difference of the trained model to the one that it began with.
 */
class FedBuff : public Aggregator
{
  public:
    /**
     * @param serverRate server learning rate eta, positive and finite
     * @param weight how the weight of an update falls with its staleness
     * @throws InvalidInput if the rate is out of its range
     */
    explicit FedBuff(double serverRate, const StalenessWeight& weight = {});

    bool TakesDifferences() const override;

  private:
    double DoGetWeight(const Update& update) const override;
    void DoApply(const Eigen::VectorXd& mean, Eigen::VectorXf& global) override;

    double m_serverRate;      //!< eta
    StalenessWeight m_weight; //!< of stale updates
};

} // namespace fl
} // namespace ns3

#endif /* FL_ASYNC_AGGREGATOR_H */
