/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_CURVES_H
#define FL_SPLIT_CURVES_H

#include "fl-schedule-channels.h"
#include "fl-split-case.h"
#include "fl-split-probe.h"

#include "ns3/fl-round-record.h"
#include "ns3/fl-sample.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Schemes that learn, by formula, over runs: figures 3 to 5 of split federated LoRA.
 */

namespace ns3
{
namespace fl
{

class ThreadPool;
class WorkProgress;

/// A scheduler.
struct SplitScheme
{
    std::string name;      //!< in figures and tables
    std::string optimizer; //!< as `--optimizer`
    uint32_t scheduled{0}; //!< devices per round, of those that have a fixed number; else 0
};

/// @return exact, Algorithm 1, GS, AABA, All-in
const std::vector<SplitScheme>& SplitSchemes();
/// @return N = 1, 5, 10 and 20 devices at random
/// @param devices K; numbers beyond are left out
std::vector<SplitScheme> SplitRandomSchemes(uint32_t devices);
/// Name of the scheme without a limit.
inline constexpr char ALL_IN[] = "All-in";

/// A curve: a scheme on a task, under a limit.
struct SplitCurve
{
    std::string figure; //!< number in the paper, or what else it belongs to
    size_t task;        //!< index of its SplitCase
    SplitScheme scheme; //!< who takes part
    double limitS;      //!< Dbar [s/bit]
};

/// A cell's round as planned: what learning needs of it, and what it costs.
struct SplitPlannedRound
{
    std::vector<uint32_t> devices;              //!< that take part, ascending
    double endS{0};                             //!< since the first round began [s]
    double deviceJ{0};                          //!< of computation and radiation at the devices [J]
    double serverJ{0};                          //!< of the server's computations [J]
    double delayS{0};                           //!< D(t), the longest upload [s]
    std::array<double, N_PAYLOAD_KINDS> bits{}; //!< sent, by kind [bit]
};

/// Where learning has come to.
struct SplitPoint
{
    uint32_t round{0};      //!< t; 0: before the first
    double timeS{0};        //!< since the first round began [s]
    double deviceJ{0};      //!< spent by all devices until then [J]
    double serverJ{0};      //!< spent by the server until then [J]
    double devices{0};      //!< mean number per round so far
    double trainingLoss{0}; //!< F(W) on samples of all devices [nat]
    double testLoss{0};     //!< mean over devices, own heads, on held-out data [nat]
    double accuracy{0};     //!< likewise, 0 to 1
    double spread{0};       //!< standard deviation of the accuracy over devices
    std::array<double, N_PAYLOAD_KINDS> bits{}; //!< sent until then, by kind [bit]
};

/// A curve in one run.
struct SplitRun
{
    std::vector<SplitPoint> points; //!< from round 0 on
    std::vector<SplitProbe> probes; //!< of curves that are probed
    std::vector<uint32_t> selected; //!< N(t) by round
};

/// A curve over all runs.
struct SplitResult
{
    SplitCurve curve;           //!< what
    std::string taskName;       //!< of its task
    std::vector<SplitRun> runs; //!< by run

    /// @param point index of an evaluation @param field of it @return over the runs
    Sample At(size_t point, double SplitPoint::* field) const;
    /// @param field of points @return its last value, over the runs
    Sample Last(double SplitPoint::* field) const;
};

/// How curves are made.
struct SplitCurveOptions
{
    Scenario scenario;          //!< cell, devices, rounds, runs, partition
    ScheduleSetting cell;       //!< places and gains
    uint32_t evaluateEvery{10}; //!< rounds
    uint32_t lossSamples{64};   //!< of each device, for F(W)
    uint32_t probes{0};         //!< of a curve's gradients, over its rounds; 0: none
    uint64_t seed{1};           //!< of the first run
};

/**
 * Plan all rounds of a run by formula (FormulaRounds, Shannon's rate). Gains and places are those
 * of the run, whoever schedules.
 * @param curve scheme and limit
 * @param split sizes and costs of a round
 * @param options how
 * @param run number of the run, from 0
 * @return round by round
 */
std::vector<SplitPlannedRound> PlanSplitRounds(const SplitCurve& curve,
                                               const SplitRound& split,
                                               const SplitCurveOptions& options,
                                               uint32_t run);

/**
 * Learn along planned rounds.
 * @param task data and model
 * @param rounds who takes part
 * @param options how
 * @param run number of the run, from 0
 * @param done is told how many samples were trained on or evaluated; may be null
 * @return the course, and probes if options.probes is above 0
 */
SplitRun LearnSplit(const SplitCase& task,
                    const std::vector<SplitPlannedRound>& rounds,
                    const SplitCurveOptions& options,
                    uint32_t run,
                    const std::function<void(double)>& done);

/**
 * All curves, over all runs. Runs that have the same devices in the same rounds learn once.
 * @param curves what
 * @param tasks by SplitCurve::task
 * @param options how; curves of ALL_IN are probed, if any are to be
 * @param pool threads; results do not depend on them
 * @return in the order of the curves
 */
std::vector<SplitResult> MakeSplitCurves(const std::vector<SplitCurve>& curves,
                                         const std::vector<SplitCase>& tasks,
                                         const SplitCurveOptions& options,
                                         ThreadPool& pool);

/**
 * @param run a course
 * @param gain of the accuracy since the first point that is to be reached
 * @return the first point with that; the end of the points if there is none
 */
std::vector<SplitPoint>::const_iterator FirstWithGain(const SplitRun& run, double gain);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_CURVES_H */
