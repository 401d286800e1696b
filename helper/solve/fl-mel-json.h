/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_JSON_H
#define FL_MEL_JSON_H

#include "fl-json-document.h"
#include "fl-json-stream.h"

#include "ns3/fl-mel-problem.h"

/**
 * @file
 * @ingroup fl
 * The task allocation of mobile edge learning as ./fl solve mel reads and prints it.
 */

namespace ns3
{
namespace fl
{

/**
 * @param document an instance: `cycle_time_s, staleness, samples, min_samples, learners: [{c2, c1,
 * c0, g2, g1, g0, energy_j}]`, all of them, in SI units: see MelProblem and MelLearner
 * @return the problem, which is valid
 * @throws InvalidInput that names the place, the value and what is allowed
 */
MelProblem MelProblemFromJson(const JsonDocument& document);

/**
 * Print the members of an answer, within an object: `objective, upper_bound, gap, iterations,
 * termination, learners: [{iterations, samples}]`; what is absent is left out.
 * @param solution an answer
 * @param json where to print
 */
void WriteMelSolution(const MelSolution& solution, JsonStream& json);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_JSON_H */
