/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-json.h"

#include "fl-json-reader.h"
#include "fl-solve-problem.h"

#include "ns3/fl-input-name.h"
#include "ns3/fl-mel-methods.h"

namespace ns3
{
namespace fl
{

namespace
{

/**
 * @param reader at an object
 * @param key of one of its members
 * @param low smallest count that is allowed, from 0 on
 * @param high largest one
 * @return that member
 * @throws InvalidInput if it is missing, no whole number or out of range
 */
int64_t
ReadCount(const JsonReader& reader, const char* key, int64_t low, int64_t high)
{
    return static_cast<int64_t>(
        reader.Get(key).GetWhole(static_cast<uint64_t>(low), static_cast<uint64_t>(high)));
}

/**
 * @param reader at an object with the keys of a learner
 * @return that learner; the problem checks its numbers
 * @throws InvalidInput if a key is missing or unknown, or no number
 */
MelLearner
ReadLearner(const JsonReader& reader)
{
    static const std::vector<const char*> KEYS{"c2", "c1", "c0", "g2", "g1", "g0", "energy_j"};
    reader.RequireKeys(KEYS);
    MelLearner learner;
    learner.c2 = reader.Get("c2").GetNumber();
    learner.c1 = reader.Get("c1").GetNumber();
    learner.c0 = reader.Get("c0").GetNumber();
    learner.g2 = reader.Get("g2").GetNumber();
    learner.g1 = reader.Get("g1").GetNumber();
    learner.g0 = reader.Get("g0").GetNumber();
    learner.energyJ = reader.Get("energy_j").GetNumber();
    return learner;
}

/// Makes the problem known to ./fl solve.
const SolveProblemRegistration g_mel(MakeSolveProblem<MelProblem, MelSolution>(
    {"mel",
     "mobile edge learning: iterations and samples of every learner",
     "exact",
     &MethodNames<&MelMethods>},
    &MelProblemFromJson,
    [](const MelProblem& problem, const SolveRequest& request) {
        return SolveMel(request.method, problem);
    },
    &WriteMelSolution));

} // namespace

MelProblem
MelProblemFromJson(const JsonDocument& document)
{
    const KeysInMessages keys;
    const JsonReader reader(document);
    reader.RequireKeys({"cycle_time_s", "staleness", "samples", "min_samples", "learners"});
    MelProblem problem;
    problem.cycleTimeS = reader.Get("cycle_time_s").GetNumber();
    problem.staleness = ReadCount(reader, "staleness", 0, MEL_MAX_STALENESS);
    problem.samples = ReadCount(reader, "samples", 1, MEL_MAX_SAMPLES);
    problem.minSamples = ReadCount(reader, "min_samples", 0, MEL_MAX_SAMPLES);
    const auto learners = reader.Get("learners");
    problem.learners.reserve(learners.GetSize());
    const size_t count = learners.GetSize();
    for (size_t k = 0; k < count; ++k)
    {
        problem.learners.push_back(ReadLearner(learners.At(k)));
    }
    problem.Validate();
    return problem;
}

void
WriteMelSolution(const MelSolution& solution, JsonStream& json)
{
    json.MemberIfFinite("objective", solution.objective);
    json.MemberIfFinite("upper_bound", solution.upperBound);
    json.MemberIfFinite("gap", solution.Gap());
    json.Member("iterations", solution.iterations);
    json.Member("termination", solution.termination);
    json.Key("learners");
    json.OpenArray();
    for (const auto& work : solution.learners)
    {
        json.OpenObject();
        json.Member("iterations", work.iterations);
        json.Member("samples", work.samples);
        json.CloseObject();
    }
    json.CloseArray();
}

} // namespace fl
} // namespace ns3
