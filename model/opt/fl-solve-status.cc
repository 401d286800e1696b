/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-solve-status.h"

namespace ns3
{
namespace fl
{

const char*
ToString(SolveStatus status)
{
    switch (status)
    {
    case SolveStatus::OPTIMAL:
        return "optimal";
    case SolveStatus::FEASIBLE:
        return "feasible";
    case SolveStatus::INFEASIBLE:
        return "infeasible";
    case SolveStatus::FAILED:
        return "failed";
    }
    return "unknown";
}

} // namespace fl
} // namespace ns3
