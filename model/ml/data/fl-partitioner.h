/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PARTITIONER_H
#define FL_PARTITIONER_H

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// The distribution of samples over devices.
struct PartitionSpec
{
    /// Sizes and labels of the devices' parts.
    enum class Kind : uint8_t
    {
        /// Equal sizes (they differ by one at most), labels as in the whole.
        IID,
        /// Each device has samples of so many labels (fewer where there are too few samples), each
        /// label goes to as many devices as any other, in equal shares. Labels that no device has,
        /// because there are more labels than devices times labels, stay unused.
        LABELS,
        /// For each label, the devices' shares are drawn from a Dirichlet distribution with all
        /// parameters beta (T. Hsu, H. Qi, M. Brown, "Measuring the effects of non-identical data
        /// distribution", 2019; here per label, so that all samples are used). Small beta: few
        /// labels per device, very unequal sizes.
        DIRICHLET,
        /// Sizes in proportion to log-normal variates, labels as in the whole.
        LOGNORMAL,
        /// Sizes in proportion to stated numbers, labels as in the whole.
        SHARES,
        /// Equal sizes, each device has as many samples of each of so many labels (give or take
        /// one); see SplitLabelsEqually(). What labels do not suffice for stays unused.
        LABELS_EQUAL,
        /// The same, but devices differ in their number of labels; see VariedLabelCounts(). Which
        /// device has how many is left to chance.
        VARIED,
        /// Equal sizes, each device's labels are drawn from a distribution of its own, which is
        /// drawn from a Dirichlet distribution with all parameters beta; see SplitByLabelWeights().
        /// Up to as many samples as there are devices, less one, stay unused.
        DIRICHLET_EQUAL,
        /// Each device has the samples of one owner, whom a file names for each sample: the natural
        /// partition (S. Caldas et al., "LEAF: a benchmark for federated settings", 2018). Of more
        /// owners than devices some are drawn at random, and the others' samples stay unused.
        OWNERS
    };

    Kind kind{Kind::IID};        //!< sizes and labels
    uint32_t labelsPerDevice{2}; //!< of LABELS and LABELS_EQUAL, of VARIED the most; at least 1
    double beta{0.5};            //!< of DIRICHLET and DIRICHLET_EQUAL; 1e-6 to 1e6
    double sigma{1}; //!< of LOGNORMAL: standard deviation of the sizes' logarithm; 0 to 10
    std::vector<double> shares; //!< of SHARES: by device; 1e-6 to 1e9
    std::string owners;         //!< of OWNERS: path of a file, see ReadOwners()
    uint32_t maxSamples{0};     //!< most samples of a device, chosen at random; 0: no limit

    /// @throws InvalidInput that names the value and what is allowed
    void Validate() const;
};

/**
 * @param path text file, plain or gzipped: a line per training sample, in their order, with the
 * name of its owner, any text
 * @param samples number of training samples
 * @return by owner, in the order in which they come first, the indices of its samples
 * @throws InvalidInput if it cannot be read, has another number of lines, or one is empty
 */
std::vector<std::vector<uint32_t>> ReadOwners(const std::string& path, size_t samples);

/**
 * @ingroup fl
 * Partitions samples among devices: no sample goes to two, and each device gets at least one. IID,
 * DIRICHLET, LOGNORMAL and SHARES use all samples, unless the number per device is limited.
 *
 * A device that would get none is given one sample of the device that has most.
 */
class Partitioner
{
  public:
    /**
     * @param spec the distribution
     * @throws InvalidInput if it is not valid
     */
    explicit Partitioner(const PartitionSpec& spec);

    /**
     * @param text of the option: "iid", "labels[:K]", "dirichlet[:BETA]", "unequal[:SIGMA]"
     *        (log-normal), "shares:W,W,...", "labels-equal[:K]", "varied[:K]",
     *        "dirichlet-equal[:BETA]" or "owners:FILE", and behind any of them "@N" for at most N
     *        samples per device; numbers left out are PartitionSpec's defaults, and 4 for "varied"
     * @return the partitioner
     * @throws InvalidInput if it is none of these, or a number is out of range
     */
    static Partitioner FromText(const std::string& text);

    /// @return for help texts: what FromText() takes
    static const char* KnownTexts();

    /// @return the distribution
    const PartitionSpec& GetSpec() const;

    /**
     * @param labels of all samples
     * @param devices number of parts, at least 1
     * @param seed of the random draws
     * @return by device, the indices of its samples, in random order
     * @throws InvalidInput if there are no devices, more devices than samples, fewer labels than a
     *         device is to have, another number of shares than of devices, fewer owners than
     *         devices, a file of owners that ReadOwners() refuses, or, where sizes are to be equal,
     *         fewer samples per device than it is to have labels
     */
    std::vector<std::vector<uint32_t>> Split(const std::vector<uint8_t>& labels,
                                             uint32_t devices,
                                             uint64_t seed) const;

  private:
    PartitionSpec m_spec; //!< as parsed
};

} // namespace fl
} // namespace ns3

#endif /* FL_PARTITIONER_H */
