/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-calibration-gain.h"

#include <cmath>

namespace ns3
{
namespace fl
{

MeasuredRound
MeasureRound(const RoundRecord& record, double weightEnergy)
{
    MeasuredRound round;
    for (const auto& work : record.ended)
    {
        round.energyJ += work.measured.EnergyJ();
        round.timeS =
            std::fmax(round.timeS, work.measured.computeS + std::fmax(work.measured.uploadS, 0));
    }
    round.objective = weightEnergy * round.energyJ + (1 - weightEnergy) * round.timeS;
    round.durationS = record.endS - record.startS;
    return round;
}

void
AddGain(const std::vector<MeasuredRound>& without,
        const std::vector<MeasuredRound>& with,
        CalibrationGain& gain)
{
    const auto mean = [](const std::vector<MeasuredRound>& rounds, double MeasuredRound::* value) {
        Sample sample;
        for (size_t i = CALIBRATED_FROM_ROUND - 1; i < rounds.size(); ++i)
        {
            sample.Add(rounds[i].*value);
        }
        return sample.Mean();
    };
    gain.objective.Add(1 - mean(with, &MeasuredRound::objective) /
                               mean(without, &MeasuredRound::objective));
    gain.duration.Add(1 - mean(with, &MeasuredRound::durationS) /
                              mean(without, &MeasuredRound::durationS));
}

} // namespace fl
} // namespace ns3
