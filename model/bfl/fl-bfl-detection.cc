/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bfl-detection.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// @return a quotient; NaN by zero @param part numerator @param whole denominator
double
Share(double part, double whole)
{
    return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

std::vector<double>
DeviationScores(const std::vector<Eigen::VectorXf>& values)
{
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(values.front().size());
    double norms = 0;
    for (const auto& value : values)
    {
        sum += value.cast<double>();
        norms += value.cast<double>().norm();
    }
    const auto others = static_cast<double>(values.size() - 1);
    std::vector<double> scores;
    for (const auto& value : values)
    {
        const Eigen::VectorXd own = value.cast<double>();
        const double distance = (own - (sum - own) / others).norm();
        const double norm = (norms - own.norm()) / others;
        scores.push_back(distance == 0 ? 0 : distance / norm);
    }
    return scores;
}

std::vector<double>
CalibrateThresholds(const std::vector<std::vector<double>>& scores, double falseAlarmRate)
{
    if (!(falseAlarmRate > 0 && falseAlarmRate < 1))
    {
        throw InvalidInput(
            Describe("false-alarm rate ", falseAlarmRate, ": must be above 0 and below 1"));
    }
    const size_t exchanges = scores.empty() ? 1 : scores.front().size();
    const double rate = falseAlarmRate / static_cast<double>(exchanges);
    // Of n clean rounds and one more, all exchangeable, that one is above the k-th smallest of the
    // n with probability at most 1 - k / (n + 1).
    const auto count = static_cast<double>(scores.size());
    const double rank = std::ceil((count + 1) * (1 - rate));
    if (rank > count)
    {
        throw InvalidInput(Describe(scores.size(),
                                    " clean rounds for a false-alarm rate of ",
                                    falseAlarmRate,
                                    ": must be at least ",
                                    std::ceil(1 / rate) - 1));
    }
    std::vector<double> thresholds;
    for (size_t exchange = 0; exchange < exchanges; ++exchange)
    {
        std::vector<double> of;
        for (const auto& round : scores)
        {
            of.push_back(round.at(exchange));
        }
        std::sort(of.begin(), of.end());
        thresholds.push_back(of[static_cast<size_t>(rank) - 1]);
    }
    return thresholds;
}

double
DetectionCount::GetPrecision() const
{
    return Share(found, found + falseAlarms);
}

double
DetectionCount::GetRecall() const
{
    return Share(found, attacks);
}

double
DetectionCount::GetDelay() const
{
    return Share(delayExchanges, found);
}

void
DetectionCount::Add(const DetectionCount& other)
{
    attacks += other.attacks;
    found += other.found;
    falseAlarms += other.falseAlarms;
    rounds += other.rounds;
    delayExchanges += other.delayExchanges;
}

} // namespace fl
} // namespace ns3
