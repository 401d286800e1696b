/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mel-json.h"

#include "fl-json-reader.h"

#include "ns3/fl-json-writer.h"

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using OrderedJson = nlohmann::ordered_json;

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

} // namespace

MelProblem
MelProblemFromJson(const nlohmann::json& json)
{
    const JsonReader reader(json);
    reader.RequireKeys({"cycle_time_s", "staleness", "samples", "min_samples", "learners"});
    MelProblem problem;
    problem.cycleTimeS = reader.Get("cycle_time_s").GetNumber();
    problem.staleness = ReadCount(reader, "staleness", 0, MEL_MAX_STALENESS);
    problem.samples = ReadCount(reader, "samples", 1, MEL_MAX_SAMPLES);
    problem.minSamples = ReadCount(reader, "min_samples", 0, MEL_MAX_SAMPLES);
    const auto learners = reader.Get("learners");
    problem.learners.reserve(learners.GetSize());
    for (size_t k = 0; k < learners.GetSize(); ++k)
    {
        const auto entry = learners.At(k);
        entry.RequireKeys({"c2", "c1", "c0", "g2", "g1", "g0", "energy_j"});
        MelLearner learner;
        learner.c2 = entry.Get("c2").GetNumber();
        learner.c1 = entry.Get("c1").GetNumber();
        learner.c0 = entry.Get("c0").GetNumber();
        learner.g2 = entry.Get("g2").GetNumber();
        learner.g1 = entry.Get("g1").GetNumber();
        learner.g0 = entry.Get("g0").GetNumber();
        learner.energyJ = entry.Get("energy_j").GetNumber();
        problem.learners.push_back(learner);
    }
    problem.Validate();
    return problem;
}

nlohmann::ordered_json
MelSolutionToJson(const MelSolution& solution)
{
    OrderedJson json;
    json["status"] = ToString(solution.status);
    PutNumber(json, "objective", solution.objective);
    PutNumber(json, "upper_bound", solution.upperBound);
    PutNumber(json, "gap", solution.Gap());
    json["iterations"] = solution.iterations;
    json["termination"] = solution.termination;
    auto& learners = json["learners"] = OrderedJson::array();
    for (const auto& work : solution.learners)
    {
        learners.push_back({{"iterations", work.iterations}, {"samples", work.samples}});
    }
    return json;
}

} // namespace fl
} // namespace ns3
