/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SAMPLE_ALLOTMENT_H
#define FL_SAMPLE_ALLOTMENT_H

#include "fl-learning-task.h"

#include "ns3/fl-message.h"
#include "ns3/fl-round-record.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Partition of the server's training data over the devices of a round in parallelised learning
 * (WorkOrder::samplesSent): a random permutation per round, cut into consecutive parts in the order
 * of the plan, so that no sample goes to two devices.
 */
class SampleAllotment
{
  public:
    /**
     * @param task the learning task
     * @return size of an encoded sample [bit]; 0 without training data
     */
    static double GetSampleBits(const LearningTask& task);
    /// @return what a payload of samples has beside them [bit]
    static double GetHeaderBits();

    /**
     * Draw the permutation of a round, if its plan sends samples.
     * @param task the learning task; its seed and the number of the round seed the permutation
     * @param plan the plan of the round
     * @throws InvalidInput if the orders have more samples than the training data
     */
    void Draw(const LearningTask& task, const Plan& plan);

    /**
     * @param task the learning task
     * @param order the plan's next order
     * @return its encoded samples (EncodeSamples()); null if none are sent
     */
    std::shared_ptr<const Payload> Take(const LearningTask& task, const WorkOrder& order);

    /**
     * Split the download of an order whose samples were sent into two transfers, for result files:
     * in plan and prediction samples and model are one download. The samples are the first one; the
     * predicted time is split in proportion to the sizes. Their measured end is ABSENT.
     * @param [in,out] work an order that has ended; one without samples is not changed
     * @param sampleBits size of an encoded sample [bit]
     */
    static void Separate(WorkRecord& work, double sampleBits);

  private:
    std::vector<uint32_t> m_shuffled; //!< permutation of the training data's indices
    size_t m_next{0};                 //!< position of the first sample not yet assigned
};

} // namespace fl
} // namespace ns3

#endif /* FL_SAMPLE_ALLOTMENT_H */
