/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATA_STREAM_H
#define FL_DATA_STREAM_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/// How fast a device's data change.
struct DataRates
{
    double addPerS{0};     //!< samples that it collects [1/s]; 0 to 1e6
    double discardPerS{0}; //!< samples that it discards [1/s]; 0 to 1e6
};

/// What a DataStream does.
struct DataStreamOptions
{
    uint32_t initialSamples{0}; //!< that the device begins with; at most as many as the pool has
    DataRates idle;             //!< while it doesn't compute: idle, receiving, sending
    DataRates computing;        //!< while it trains
    uint64_t seed{0};           //!< of the order in which samples are collected

    /**
     * @param poolSize number of samples that the device may ever have
     * @throws InvalidInput that names the value and what is allowed
     */
    void Validate(uint32_t poolSize) const;
};

/**
 * @ingroup fl
 * A device's data of one task as they change over time: a device collects samples, and discards its
 * oldest ones, at one rate while it is idle and another one while it computes (DMA-FL, Section
 * III-B "Data Evolution").
 *
 * Samples come from a pool in random order; when all of it was collected, what was discarded first
 * is collected again. A sample comes whenever another 1 / addPerS seconds are full, in proportion
 * where the rate changes in between, and likewise goes; of both at the same instant it comes first.
 * While the device has all of its pool, nothing is added, and while it has nothing, nothing is
 * discarded: such turns are lost, not made up for. So a data set may become empty: Samples() says
 * so, and who trains must ask.
 *
 * No clock of its own: time is an argument. The samples are a function of the arguments of all
 * calls so far, and, but for roundings of time, not of how finely a period is cut.
 */
class DataStream
{
  public:
    /**
     * @param pool indices into a data set of all samples that the device may ever have; different
     * @param options rates and start
     * @throws InvalidInput if the options are not valid
     */
    DataStream(std::vector<uint32_t> pool, const DataStreamOptions& options);

    /**
     * Let time pass.
     * @param nowS the time [s]; not before that of the last call, at first not before 0
     * @param isComputing what the device did since then
     * @throws InvalidInput if the time is earlier, or not finite
     */
    void Advance(double nowS, bool isComputing);

    /// @return time of the last call of Advance() [s]
    double GetNowS() const;
    /// @return the number of samples that the device has
    uint32_t GetSize() const;
    /// @return the samples that the device has, oldest first
    std::vector<uint32_t> Samples() const;
    /// @return how many samples were added so far, without those of the beginning
    uint64_t GetAdded() const;
    /// @return how many samples were discarded so far
    uint64_t GetDiscarded() const;

  private:
    /// What is due of one kind of event, collecting or discarding.
    struct Turn
    {
        double done{0}; //!< part of the way to the next one, 0 to 1

        /// @return time to the next event [s]; infinite if the rate is 0
        /// @param perS rate of events, at least 0 [1/s]
        double WaitS(double perS) const;
    };

    /// A sample is collected.
    void Add();
    /// The oldest sample is discarded.
    void Discard();

    std::vector<uint32_t>
        m_pool;                  //!< in the order in which samples are collected, around and around
    DataStreamOptions m_options; //!< rates
    size_t m_first{0};           //!< where in the pool the oldest one is
    uint32_t m_size{0};          //!< samples of the pool, from there on, that the device has
    double m_nowS{0};            //!< time of the last call
    Turn m_adding;               //!< when the next one comes
    Turn m_discarding;           //!< when the next one goes
    uint64_t m_added{0};         //!< so far
    uint64_t m_discarded{0};     //!< so far
};

} // namespace fl
} // namespace ns3

#endif /* FL_DATA_STREAM_H */
