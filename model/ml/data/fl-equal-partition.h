/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_EQUAL_PARTITION_H
#define FL_EQUAL_PARTITION_H

#include "ns3/fl-random-stream.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Parts of equal size whose labels differ, as evaluations of DMA-FL use them: what a Partitioner's
 * laws LABELS_EQUAL, VARIED and DIRICHLET_EQUAL do. The arguments are valid; samples come grouped
 * by label, each group in random order and not empty.
 */

namespace ns3
{
namespace fl
{

/**
 * @param devices number of devices, at least 1
 * @param most labels of the devices that have most, at least 1
 * @return numbers of labels by device, in ascending order: 1, 2, ..., most, each as often as its
 *         size says. 10 devices and 4 labels: one device has 1, two have 2, three have 3, four have
 *         4; with other numbers of devices the same shares, as well as they can be met
 */
std::vector<uint32_t> VariedLabelCounts(uint32_t devices, uint32_t most);

/**
 * Each device gets samples of so many labels, of each as many (give or take one). A label goes to
 * devices in proportion to its number of samples, as well as it can be done by taking for each
 * device in turn, those with fewest labels first, the labels that are least in demand for their
 * size. All parts have the largest size for which every label suffices; samples beyond that stay
 * unused.
 * @param groups samples by label
 * @param labelCounts number of labels by device, each from 1 to the number of groups
 * @param maxSamples most samples of a device; 0: no limit
 * @param random where chance comes from
 * @return by device, its samples
 * @throws InvalidInput if that size is below the largest number of labels, so that a device would
 *         miss one of its labels
 */
std::vector<std::vector<uint32_t>> SplitLabelsEqually(
    const std::vector<std::vector<uint32_t>>& groups,
    const std::vector<uint32_t>& labelCounts,
    uint32_t maxSamples,
    RandomStream& random);

/**
 * Devices take one sample each in turn, of a label that they draw by their weights among the labels
 * of which samples are left (D. A. E. Acar et al., "Federated learning based on dynamic
 * regularization", ICLR 2021). A device all of whose labels are used up takes any sample that is
 * left. So parts near the end of the data are less uneven than the weights; where the limit leaves
 * enough of all labels, none is.
 * @param groups samples by label
 * @param weights by device and label, at least 0, not all 0
 * @param maxSamples most samples of a device; 0: no limit, all but fewer samples than devices are
 *        used
 * @param random where chance comes from
 * @return by device, its samples: as many for all
 */
std::vector<std::vector<uint32_t>> SplitByLabelWeights(
    const std::vector<std::vector<uint32_t>>& groups,
    const std::vector<std::vector<double>>& weights,
    uint32_t maxSamples,
    RandomStream& random);

} // namespace fl
} // namespace ns3

#endif /* FL_EQUAL_PARTITION_H */
