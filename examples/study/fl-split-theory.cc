/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-theory.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// What a run's probes say up to one of them.
struct Measured
{
    double smoothness{0};                                //!< largest L met
    double variance{0};                                  //!< largest phi^2 met
    double tau{std::numeric_limits<double>::infinity()}; //!< least met
};

/// @return the least F of all probes, which stands for F(W*)
/// @param run a course
double
LeastLoss(const SplitRun& run)
{
    double least = run.probes.front().loss;
    for (const auto& probe : run.probes)
    {
        least = std::min(least, probe.loss);
    }
    return least;
}

/// @return what probes say
/// @param run a course
/// @param last index of the last probe that counts
Measured
MeasuredUntil(const SplitRun& run, size_t last)
{
    Measured measured;
    const double least = LeastLoss(run);
    for (size_t i = 0; i <= last; ++i)
    {
        const auto& probe = run.probes[i];
        measured.smoothness = std::max(measured.smoothness, probe.smoothness);
        measured.variance = std::max(measured.variance, probe.largest);
        if (probe.loss > least)
        {
            measured.tau =
                std::min(measured.tau, probe.norms.globalSquare / (2 * (probe.loss - least)));
        }
    }
    return measured;
}

/// @return Theorem 1's assumptions with all that a run has measured
/// @param run a course
/// @param last index of the last probe that counts
/// @param setting of its task
ConvergenceAssumptions
AssumptionsOf(const SplitRun& run, size_t last, const SplitTheorySetting& setting)
{
    const auto measured = MeasuredUntil(run, last);
    ConvergenceAssumptions assumptions;
    assumptions.devices = run.probes.front().norms.devices;
    assumptions.learningRate = setting.learningRate;
    assumptions.smoothness = measured.smoothness;
    assumptions.polyakLojasiewicz = measured.tau;
    assumptions.gradientVariance = measured.variance;
    assumptions.sharedParameters = setting.sharedParameters;
    assumptions.localParameters = setting.localParameters;
    assumptions.initialGap = run.probes.front().loss - LeastLoss(run);
    return assumptions;
}

/// Samples of a row.
struct TheorySamples
{
    Sample left;           //!< of Lemma 1
    Sample printed;        //!< right side
    Sample corrected;      //!< right side
    Sample smoothness;     //!< L
    Sample limit;          //!< that L must be below
    Sample variance;       //!< phi^2
    Sample tau;            //!< tau
    Sample bound;          //!< of Theorem 1, its first product over all of the initial gap
    Sample boundAsPrinted; //!< its first product over F(W(0)) alone
    Sample loss;           //!< F
};

/// Add a run's probe.
void
AddProbe(TheorySamples& samples,
         const SplitRun& run,
         size_t index,
         const SplitTheorySetting& setting)
{
    const auto& probe = run.probes[index];
    samples.left.Add(probe.norms.globalSquare);
    samples.printed.Add(probe.norms.PrintedBound());
    samples.corrected.Add(probe.norms.CorrectedBound());
    samples.loss.Add(probe.loss);
    const auto measured = MeasuredUntil(run, index);
    samples.variance.Add(measured.variance);
    samples.tau.Add(std::isfinite(measured.tau) ? measured.tau : ABSENT);
    if (measured.smoothness <= 0 || !std::isfinite(measured.tau))
    {
        return; // of the first probe there is none; nothing has fallen
    }
    const auto assumptions = AssumptionsOf(run, index, setting);
    samples.smoothness.Add(measured.smoothness);
    samples.limit.Add(assumptions.LargestSmoothness());
    ConvergenceBound bound(assumptions);
    for (uint32_t round = 0; round < probe.round; ++round)
    {
        bound.Round(run.selected[round]);
    }
    samples.bound.Add(bound.Get());
    samples.boundAsPrinted.Add(bound.PrintedInitialGap(LeastLoss(run)) + bound.SharedGap() +
                               bound.LocalGap());
}

} // namespace

std::string
SplitTheoryCsv(const std::vector<SplitResult>& results,
               const std::vector<SplitTheorySetting>& settings)
{
    std::string text = "data,scheme,limit_per_bit_s,round,runs,gradient_square_mean,"
                       "gradient_square_ci95,lemma_printed_mean,lemma_printed_ci95,"
                       "lemma_corrected_mean,lemma_corrected_ci95,smoothness_mean,smoothness_ci95,"
                       "smoothness_allowed,condition_holds,variance_mean,variance_ci95,tau_mean,"
                       "tau_ci95,bound_mean,bound_ci95,bound_printed_mean,bound_printed_ci95,"
                       "loss_mean,loss_ci95\n";
    CsvRow row;
    for (const auto& result : results)
    {
        const auto& setting = settings.at(result.curve.task);
        for (size_t i = 0; i < result.runs.front().probes.size(); ++i)
        {
            TheorySamples samples;
            for (const auto& run : result.runs)
            {
                AddProbe(samples, run, i, setting);
            }
            row.Add(result.taskName.c_str()).Add(result.curve.scheme.name.c_str());
            row.Add(result.curve.limitS).Add(result.runs.front().probes[i].round);
            row.Add(samples.left.GetN());
            for (const auto* sample :
                 {&samples.left, &samples.printed, &samples.corrected, &samples.smoothness})
            {
                row.Add(sample->Mean()).Add(sample->Ci95());
            }
            const bool isKnown = samples.limit.GetN() > 0;
            row.Add(samples.limit.Mean());
            row.Add(!isKnown                                           ? ""
                    : samples.smoothness.Mean() < samples.limit.Mean() ? "yes"
                                                                       : "no");
            for (const auto* sample : {&samples.variance,
                                       &samples.tau,
                                       &samples.bound,
                                       &samples.boundAsPrinted,
                                       &samples.loss})
            {
                row.Add(sample->Mean()).Add(sample->Ci95());
            }
            text += row.Finish();
        }
    }
    return text;
}

std::string
SplitTheoryNote(const std::vector<SplitResult>& results,
                const std::vector<SplitTheorySetting>& settings)
{
    double largest = 0;
    double allowed = std::numeric_limits<double>::infinity();
    bool isAdam = false;
    for (const auto& result : results)
    {
        for (const auto& run : result.runs)
        {
            if (run.probes.size() < 2)
            {
                continue;
            }
            const auto& setting = settings.at(result.curve.task);
            const auto assumptions = AssumptionsOf(run, run.probes.size() - 1, setting);
            largest = std::max(largest, assumptions.smoothness);
            allowed = std::min(allowed, assumptions.LargestSmoothness());
            isAdam = isAdam || setting.isAdam;
        }
    }
    if (largest < allowed)
    {
        return {};
    }
    char text[160];
    std::snprintf(text,
                  sizeof(text),
                  "Theorem 1 says nothing here: L >= %.2g, allowed < %.2g%s",
                  largest,
                  allowed,
                  isAdam ? "; steps are Adam's" : "");
    return text;
}

void
PrintSplitTheory(std::ostream& out, const std::vector<SplitResult>& results)
{
    for (const auto& result : results)
    {
        for (size_t i = 0; i < result.runs.front().probes.size(); ++i)
        {
            Sample left;
            Sample printed;
            Sample corrected;
            uint32_t violations = 0;
            for (const auto& run : result.runs)
            {
                const auto& norms = run.probes[i].norms;
                left.Add(norms.globalSquare);
                printed.Add(norms.PrintedBound());
                corrected.Add(norms.CorrectedBound());
                violations += norms.globalSquare > norms.PrintedBound() ? 1 : 0;
            }
            char line[240];
            std::snprintf(
                line,
                sizeof(line),
                "Lemma 1 on %s after round %u: |grad F|^2 = %.3g; at most %.3g as printed "
                "(false in %u of %u runs), %.3g as corrected\n",
                result.taskName.c_str(),
                result.runs.front().probes[i].round,
                left.Mean(),
                printed.Mean(),
                violations,
                left.GetN(),
                corrected.Mean());
            out << line;
        }
    }
}

} // namespace fl
} // namespace ns3
