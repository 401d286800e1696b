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
        SHARES
    };

    Kind kind{Kind::IID};        //!< sizes and labels
    uint32_t labelsPerDevice{2}; //!< of LABELS; at least 1
    double beta{0.5};            //!< of DIRICHLET; 1e-6 to 1e6
    double sigma{1}; //!< of LOGNORMAL: standard deviation of the sizes' logarithm; 0 to 10
    std::vector<double> shares; //!< of SHARES: by device; 1e-6 to 1e9
    uint32_t maxSamples{0};     //!< most samples of a device, chosen at random; 0: no limit

    /// @throws InvalidInput that names the value and what is allowed
    void Validate() const;
};

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
     *        (log-normal) or "shares:W,W,...", and behind any of them "@N" for at most N samples
     * per device; numbers left out are PartitionSpec's defaults
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
     *         device is to have, or another number of shares than of devices
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
