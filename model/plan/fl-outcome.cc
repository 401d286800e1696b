/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-outcome.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// @return the value; 0 for ABSENT
/// @param value any value or ABSENT
double
Known(double value)
{
    return std::isnan(value) ? 0.0 : value;
}

} // namespace

const char*
ToString(WorkStatus status)
{
    switch (status)
    {
    case WorkStatus::PENDING:
        return "pending";
    case WorkStatus::MERGED:
        return "merged";
    case WorkStatus::LATE:
        return "late";
    case WorkStatus::DEADLINE:
        return "deadline";
    case WorkStatus::BATTERY:
        return "battery";
    case WorkStatus::LOST:
        return "lost";
    case WorkStatus::REFUSED:
        return "refused";
    case WorkStatus::ABORTED:
        return "aborted";
    case WorkStatus::STALE:
        return "stale";
    }
    return "unknown";
}

double
WorkOutcome::DurationS() const
{
    return Known(idleS) + Known(downloadS) + Known(computeS) + Known(uploadS);
}

double
WorkOutcome::EnergyJ() const
{
    return Known(computeEnergyJ) + Known(radioEnergyJ);
}

// Documented in the header; Doxygen mistakes Outcome for a type of another source file.
/// @cond

double
Outcome::DurationS() const
{
    return endS - startS;
}

double
Outcome::EnergyJ() const
{
    double total = 0;
    for (const auto& item : work)
    {
        total += item.EnergyJ();
    }
    return total;
}

/// @endcond

} // namespace fl
} // namespace ns3
