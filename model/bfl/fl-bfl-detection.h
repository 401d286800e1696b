/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BFL_DETECTION_H
#define FL_BFL_DETECTION_H

#include <Eigen/Core>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * How far a server's value deviates from the others', and which deviation is taken for an attack.
 */

namespace ns3
{
namespace fl
{

/**
 * The deviation score of each server's value x_m: the distance to the mean of the others', relative
 * to the mean norm of the others'.
 * @param values of at least two servers, of one length
 * @return by server; infinity where all others are zero and this one is not
 */
std::vector<double> DeviationScores(const std::vector<Eigen::VectorXf>& values);

/**
 * Thresholds of the deviation score that no more than a share of clean rounds is above: of each
 * exchange an order statistic of the largest scores of clean rounds, as split conformal prediction
 * has it, at the false-alarm rate divided by the number of exchanges (Bonferroni), so that the rate
 * is that of a round in which all of them are looked at, whatever the distribution.
 * @param scores by clean round, by exchange, the largest score of all servers
 * @param falseAlarmRate alpha, of a round; above 0, below 1
 * @return by exchange; a score above is an alarm
 * @throws InvalidInput if the rate is out of range, or there are too few clean rounds for it:
 * exchanges / alpha - 1 are needed
 */
std::vector<double> CalibrateThresholds(const std::vector<std::vector<double>>& scores,
                                        double falseAlarmRate);

/// How well attacks were found.
struct DetectionCount
{
    uint32_t attacks{0};        //!< pairs of an attacker and a round in which it attacked
    uint32_t found{0};          //!< of these accused in the same round
    uint32_t falseAlarms{0};    //!< accusations of who did not attack in the round
    uint32_t rounds{0};         //!< all rounds that were looked at
    uint32_t delayExchanges{0}; //!< over those found: exchanges from the poisoned one to the alarm

    /// @return of all accusations, the share of attackers; NaN without accusations
    double GetPrecision() const;
    /// @return share of attacks that were found; NaN without attacks
    double GetRecall() const;
    /// @return mean delay of those found [exchange]; NaN without
    double GetDelay() const;
    /// Add the counts of another run. @param other counts of alarms and attacks
    void Add(const DetectionCount& other);
};

} // namespace fl
} // namespace ns3

#endif /* FL_BFL_DETECTION_H */
