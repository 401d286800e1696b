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
 * Measured cost of rounds with the attribute Calibrate of SyncCoordinator off and on, and the gain
 * by calibration.
 */

namespace ns3
{
namespace fl
{

/// Measured cost of a round, in the terms of the joint problem (Zhou et al., ICDCS 2022).
struct MeasuredRound
{
    double objective{0}; //!< w1 E + (1 - w1) T
    double energyJ{0};   //!< E: computation and radiation of all devices [J]
    double timeS{0};     //!< T: largest sum of computation and upload time [s]
    double durationS{0}; //!< duration of the round, downloads included [s]
};

/**
 * @param record record of a closed round
 * @param weightEnergy w1, the weight of energy, 0 to 1
 * @return measured cost
 */
MeasuredRound MeasureRound(const RoundRecord& record, double weightEnergy);

/// Gains by calibration, a value per run: 1 - c / c0, with c and c0 the means over rounds with and
/// without it.
struct CalibrationGain
{
    Sample objective; //!< gain in the measured objective
    Sample duration;  //!< gain in the duration of rounds
};

/// First round of the means; before it the calibrator has few measurements.
inline constexpr uint32_t CALIBRATED_FROM_ROUND = 4;

/**
 * Add the gains of a run.
 * @param without all rounds of the run without calibration
 * @param with all rounds of the same run with calibration
 * @param [in,out] gain a value is added to each sample
 */
void AddGain(const std::vector<MeasuredRound>& without,
             const std::vector<MeasuredRound>& with,
             CalibrationGain& gain);

} // namespace fl
} // namespace ns3

#endif /* FL_CALIBRATION_GAIN_H */
