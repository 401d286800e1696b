/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-scheme1.h"

#include "fl-joint-frequencies.h"
#include "fl-joint-paper.h"
#include "fl-joint-uploads.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"

namespace ns3
{
namespace fl
{

namespace
{

/// A turn that saves less than this, relative, is the last.
constexpr double TOLERANCE = 1e-9;
constexpr uint32_t MAX_TURNS = 100; //!< alternations between CPU frequencies and uploads

/**
 * @param shares by device
 * @return how long each upload takes, of shares as they are [s]
 */
std::vector<double>
UploadTimes(const std::vector<JointShare>& shares)
{
    std::vector<double> timesS;
    timesS.reserve(shares.size());
    for (const auto& share : shares)
    {
        timesS.push_back(share.uploadS);
    }
    return timesS;
}

} // namespace

JointSolution
SolveJointScheme1(const JointProblem& problem, const JointOptions& options)
{
    if (!problem.roundDeadlineS)
    {
        throw InvalidInput("method = 'scheme1': needs " + Named("round_deadline_s") +
                           ": it minimises energy under "
                           "a deadline");
    }
    double roundS = 0;
    auto shares = FeasibleStart(problem, options.startBandShare, roundS);
    auto best = EvaluateJoint(problem, shares);
    best.termination = "iteration limit";
    for (uint32_t turn = 1; turn <= MAX_TURNS; ++turn)
    {
        // Steps (b), where f comes last because it is to use what step (a) leaves of the deadline.
        SolveFullLengthUploads(problem, UploadTimes(shares), shares);
        SolveFrequencies(problem, shares);
        auto current = EvaluateJoint(problem, shares);
        const bool done = !(current.energyJ < best.energyJ * (1 - TOLERANCE));
        if (current.energyJ <= best.energyJ)
        {
            best = std::move(current);
        }
        best.iterations = turn;
        best.termination = done ? "converged" : "iteration limit";
        if (done)
        {
            break;
        }
    }
    return best;
}

} // namespace fl
} // namespace ns3
