/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_RANDOM_STREAM_H
#define FL_RANDOM_STREAM_H

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Random numbers for data and learning: small, fast, and the same bits with every compiler and
 * standard library, which std::normal_distribution and its kin do not promise.
 *
 * SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014). Streams of one seed are independent, so that sample number i can be made from
 * (seed, i) alone, on any thread.
 */
class RandomStream
{
  public:
    /**
     * @param seed the seed
     * @param stream index of the stream
     */
    explicit RandomStream(uint64_t seed, uint64_t stream = 0);

    /// @return 64 random bits
    uint64_t Next();
    /// @return uniform in [0, 1), a multiple of 2^-53
    double Uniform();
    /**
     * @param low lower end
     * @param high upper end
     * @return uniform in [low, high)
     */
    double Uniform(double low, double high);
    /**
     * @param bound number of outcomes, at least 1
     * @return uniform in {0, ..., bound - 1}, without bias (by rejection)
     */
    uint64_t Below(uint64_t bound);
    /// @return a standard normal variate: mean 0, variance 1 (Box and Muller, 1958)
    double Normal();
    /**
     * The logarithm of a gamma variate of unit scale (G. Marsaglia, W. W. Tsang, "A simple method
     * for generating gamma variables", 2000). The logarithm, because at small shapes the variate
     * itself is below the smallest double.
     * @param shape the shape, positive
     * @return the variate's natural logarithm
     */
    double LogGamma(double shape);

    /**
     * Draw the first elements without replacement, in random order (Fisher and Yates).
     * @param items the items
     * @param count number of elements to draw; each is uniform among the items not drawn yet
     */
    template <typename T>
    void Shuffle(std::vector<T>& items, size_t count)
    {
        for (size_t i = 0; i < count && i + 1 < items.size(); i++)
        {
            std::swap(items[i], items[i + Below(items.size() - i)]);
        }
    }

    /**
     * Bring all elements into random order.
     * @param items the items
     */
    template <typename T>
    void Shuffle(std::vector<T>& items)
    {
        Shuffle(items, items.size());
    }

  private:
    uint64_t m_state; //!< counter of SplitMix64
};

} // namespace fl
} // namespace ns3

#endif /* FL_RANDOM_STREAM_H */
