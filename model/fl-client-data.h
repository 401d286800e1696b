/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLIENT_DATA_H
#define FL_CLIENT_DATA_H

#include "ns3/fl-data-stream.h"
#include "ns3/fl-drift.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A client's own samples of one task, as indices in LearningTask::train: always the same ones or,
 * with a DataStream, those that it has at the time.
 */
class ClientData
{
  public:
    /// @param samples all that the device has, or with SetStream() may ever have
    explicit ClientData(std::vector<uint32_t> samples = {});

    /**
     * Let the samples change from now on; to be called once, before anything is trained.
     * @param options rates and start
     * @throws InvalidInput if the options are not valid for the number of samples
     */
    void SetStream(const DataStreamOptions& options);
    /// @return whether the samples change
    bool IsMoving() const;
    /**
     * Let time pass; does nothing unless IsMoving().
     * @param nowS the time [s]; not before that of the last call
     * @param isComputing whether the device computed for the task since then
     */
    void Advance(double nowS, bool isComputing);
    /// @return the number of samples at the time of the last Advance()
    uint32_t GetSize() const;

    /**
     * A computation of the task begins at the time of the last Advance().
     * @return the samples to train on, valid until the next computation begins
     */
    const std::vector<uint32_t>& BeginCompute();
    /// It ends, at the time of the last Advance().
    void EndCompute();
    /**
     * @return how the samples changed from the begin of the computation before the present one, or
     *         from the beginning of time, to that of the present one; null unless IsMoving(). Not
     *         modified later
     */
    std::shared_ptr<const DataChange> GetChange() const;

    /// @param drift a measurement of GetChange()
    void AddDrift(const DataDrift& drift);
    /// @return sums of all measurements so far
    const DataDrift& GetDrift() const;

  private:
    /// What there is to samples that change.
    struct Moving
    {
        /**
         * @param samples all that the device may ever have
         * @param options rates and start
         */
        Moving(std::vector<uint32_t> samples, const DataStreamOptions& options);

        DataStream stream;                        //!< those that it has
        double beginS{0};                         //!< begin of the last computation [s]
        double endS{0};                           //!< its end; no computation yet: 0 [s]
        std::vector<uint32_t> atEnd;              //!< samples at endS
        std::shared_ptr<const DataChange> change; //!< see GetChange
        DataDrift drift;                          //!< see GetDrift
    };

    std::vector<uint32_t> m_samples;  //!< to train on; while moving, as of BeginCompute()
    std::unique_ptr<Moving> m_moving; //!< null: they do not change
};

} // namespace fl
} // namespace ns3

#endif /* FL_CLIENT_DATA_H */
