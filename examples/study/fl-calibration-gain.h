/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CALIBRATION_GAIN_H
#define FL_CALIBRATION_GAIN_H

#include "ns3/fl-round-record.h"
#include "ns3/fl-sample.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What rounds came to with SyncCoordinator::Calibrate off and on, and the gain by it.
 */

namespace ns3
{
namespace fl
{

/// What a round came to, of what was measured.
struct MeasuredRound
{
    double objective{0}; //!< w1 E + (1 - w1) T
    double energyJ{0};   //!< E: computing and radiated, of all devices [J]
    double timeS{0};     //!< T: the longest computing plus upload [s]
    double durationS{0}; //!< of the round, downloads included [s]
};

/**
 * @param record of a closed round
 * @param weightEnergy w1
 * @return what it came to, in the terms of JointOptimizer's problem
 */
MeasuredRound MeasureRound(const RoundRecord& record, double weightEnergy);

/// Gains by calibration, over runs: 1 - with / without, each a mean over rounds of one run.
struct CalibrationGain
{
    Sample objective; //!< of the measured objective
    Sample duration;  //!< of the rounds' duration
};

/// The first round that counts: before it the calibrator learns.
inline constexpr uint32_t CALIBRATED_FROM_ROUND = 4;

/**
 * @param without rounds of a run, from the first on
 * @param with those of the same run with calibration
 * @param [in,out] gain gets one more value each
 */
void AddGain(const std::vector<MeasuredRound>& without,
             const std::vector<MeasuredRound>& with,
             CalibrationGain& gain);

} // namespace fl
} // namespace ns3

#endif /* FL_CALIBRATION_GAIN_H */
