/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_PROBE_H
#define FL_SPLIT_PROBE_H

#include "ns3/fl-schedule-convergence.h"
#include "ns3/fl-split-learner.h"

#include <Eigen/Core>
#include <cstdint>

/**
 * @file
 * @ingroup fl
 * What Theorem 1 assumes, measured while a model learns.
 */

namespace ns3
{
namespace fl
{

/// Gradients of all devices at one point, and how they vary.
struct SplitProbe
{
    uint32_t round{0};    //!< after this one
    GradientNorms norms;  //!< both sides of Lemma 1
    double smoothness{0}; //!< |change of grad F| / |change of W| since the probe before; 0: first
    double variance{0};   //!< mean over entries of a minibatch gradient's variance
    double largest{0};    //!< largest of these variances
    double loss{0};       //!< F(W) on the probe's samples [nat]
};

/// Looks at all devices' gradients from time to time.
class SplitProber
{
  public:
    /**
     * @param samples of each device that F is taken on, the same each time
     * @param batch of a minibatch, whose gradients' variance is measured
     */
    SplitProber(uint32_t samples, uint32_t batch);

    /// @return what the gradients are like
    /// @param learner where they are taken; it does not move
    /// @param round the last one
    SplitProbe Look(const SplitLearner& learner, uint32_t round);

  private:
    uint32_t m_samples;         //!< of each device
    uint32_t m_batch;           //!< of a minibatch
    uint32_t m_looks{0};        //!< so far
    Eigen::VectorXd m_gradient; //!< grad F of the look before; empty: none
    Eigen::VectorXd m_weights;  //!< W of the look before
};

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_PROBE_H */
