/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SAMPLE_ALLOTMENT_H
#define FL_SAMPLE_ALLOTMENT_H

#include "fl-learning-task.h"

#include "ns3/fl-message.h"
#include "ns3/fl-plan.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Which of the server's samples go to which device in a round, where a plan sends samples
 * (WorkOrder::samplesSent): the training data are shuffled in each round, and dealt out in the
 * plan's order, so that no sample goes to two devices of a round.
 */
class SampleAllotment
{
  public:
    /**
     * @param task what is learned
     * @return size of an encoded sample [bit]; 0 if there are no training data
     */
    static double GetSampleBits(const LearningTask& task);

    /**
     * Shuffle for a round, if its plan sends samples.
     * @param task what is learned; its seed and the round's number decide
     * @param plan the round's plan
     * @throws InvalidInput if it sends more samples than there are
     */
    void Draw(const LearningTask& task, const Plan& plan);

    /**
     * @param task what is learned
     * @param order one of the plan's orders, in the plan's sequence
     * @return the samples for it, encoded; null if it gets none
     */
    std::shared_ptr<const Payload> Take(const LearningTask& task, const WorkOrder& order);

  private:
    std::vector<uint32_t> m_shuffled; //!< indices into the training data
    size_t m_next{0};                 //!< the first one that nobody has
};

} // namespace fl
} // namespace ns3

#endif /* FL_SAMPLE_ALLOTMENT_H */
