/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-multitask-claims.h"

#include "fl-multitask-report.h"

#include "ns3/fl-error.h"
#include "ns3/fl-plan.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace ns3
{
namespace fl
{

namespace
{

/// Indices of tasks.
using Tasks = std::vector<size_t>;
/// Names of curves.
using Names = std::vector<std::string>;

/// Number of SVHN's task.
constexpr size_t SVHN = 0;
/// Number of MNIST's task.
constexpr size_t MNIST = 1;
/// Number of Fashion-MNIST's task.
constexpr size_t FASHION = 2;

/// Curves of a group, compared with each other.
class Comparison
{
  public:
    /// @param curves all @param group name of a group @param tasks numbers of tasks
    Comparison(const std::vector<MultitaskResult>& curves, std::string group, Tasks tasks)
        : m_curves(curves),
          m_group(std::move(group)),
          m_tasks(std::move(tasks))
    {
    }

    /// @return whether the group was drawn
    bool IsDrawn() const
    {
        return std::any_of(m_curves.begin(), m_curves.end(), [&](const auto& curve) {
            return curve.group == m_group;
        });
    }

    /// @param name of a curve @return it; null if it was not drawn
    const MultitaskResult* Find(const std::string& name) const
    {
        const auto found = std::find_if(m_curves.begin(), m_curves.end(), [&](const auto& curve) {
            return curve.group == m_group && curve.curve.name == name;
        });
        return found == m_curves.end() ? nullptr : &*found;
    }

    /// @param ones curves @param others curves @param tasks numbers of tasks
    /// @return how the late accuracy of each of ones compares with that of each of others
    OrderCount Accuracy(const Names& ones, const Names& others, const Tasks& tasks) const
    {
        OrderCount count;
        ForPairs(ones, others, [&](const MultitaskResult& one, const MultitaskResult& other) {
            for (const auto j : tasks)
            {
                count.Add(one.LateAccuracy(j), other.LateAccuracy(j));
            }
        });
        return count;
    }

    /// The same for all tasks.
    OrderCount Accuracy(const Names& ones, const Names& others) const
    {
        return Accuracy(ones, others, m_tasks);
    }

    /// @param ones curves @param others curves
    /// @return how much more energy each of ones needs than each of others, task by task, to the
    /// accuracies that both reach in all runs
    OrderCount Energy(const Names& ones, const Names& others) const
    {
        OrderCount count;
        ForPairs(ones, others, [&](const MultitaskResult& one, const MultitaskResult& other) {
            for (const auto j : m_tasks)
            {
                for (uint32_t i = 0; i < MultitaskTargets::COUNT; ++i)
                {
                    const auto mine = one.EnergyTo(j, MultitaskTargets::At(i));
                    const auto theirs = other.EnergyTo(j, MultitaskTargets::At(i));
                    if (mine.GetN() == one.runs.size() && theirs.GetN() == other.runs.size())
                    {
                        count.Add(mine, theirs);
                    }
                }
            }
        });
        return count;
    }

    /// @param name of a curve @param others curves @param task number of a task
    /// @return by how much its late accuracy is above the best of the others; ABSENT if one is
    /// missing
    double Gain(const std::string& name, const Names& others, size_t task) const
    {
        double best = 0;
        for (const auto& other : others)
        {
            const auto* curve = Find(other);
            best = curve ? std::fmax(best, curve->LateAccuracy(task).Mean()) : ABSENT;
        }
        const auto* own = Find(name);
        return own ? own->LateAccuracy(task).Mean() - best : ABSENT;
    }

  private:
    /// Call body for each pair that was drawn.
    void ForPairs(
        const Names& ones,
        const Names& others,
        const std::function<void(const MultitaskResult&, const MultitaskResult&)>& body) const
    {
        for (const auto& one : ones)
        {
            for (const auto& other : others)
            {
                if (Find(one) && Find(other))
                {
                    body(*Find(one), *Find(other));
                }
            }
        }
    }

    const std::vector<MultitaskResult>& m_curves; //!< all
    std::string m_group;                          //!< name of the group
    Tasks m_tasks;                                //!< all
};

/// What all schemes of figures 5, 6, 13 and 14 are compared with.
const Names OTHERS{"DMA-FL-NS", "FedAsync", "FedAvg-Full", "FedAvg-Partial"};

/// Add the claims about energy that figures 6 and 14 share. @param figure its number @param group
/// its curves @param [in,out] claims gets them
void
AddEnergyClaims(const std::string& figure, const Comparison& group, std::vector<Claim>& claims)
{
    const std::string name = "figure " + figure + ": ";
    claims.push_back(
        group
            .Energy({"DMA-FL-NR", "DMA-FL-NS", "FedAsync", "FedAvg-Full", "FedAvg-Partial"},
                    {"DMA-FL"})
            .ToClaim(name + "DMA-FL needs least energy to an accuracy",
                     "significantly less",
                     ClaimedOrder::ABOVE));
    claims.push_back(
        group.Energy({"FedAvg-Full", "FedAvg-Partial"}, {"DMA-FL-NR", "DMA-FL-NS", "FedAsync"})
            .ToClaim(name + "asynchronous baselines need less than synchronous ones",
                     "outperform",
                     ClaimedOrder::ABOVE));
    claims.push_back(group.Energy({"DMA-FL-NR", "FedAsync"}, {"DMA-FL", "DMA-FL-NS"})
                         .ToClaim(name + "DMA-FL and DMA-FL-NS need less than the other two",
                                  "better trade-off",
                                  ClaimedOrder::ABOVE));
}

/// Add the claims of figures 5 and 6.
void
AddDirichletClaims(const Comparison& group, std::vector<Claim>& claims)
{
    claims.push_back(group.Accuracy({"DMA-FL"}, OTHERS)
                         .ToClaim("figure 5: DMA-FL is above all others but DMA-FL-NR",
                                  "on all tasks",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy({"DMA-FL-NR"}, OTHERS)
                         .ToClaim("figure 5: DMA-FL-NR is above all others but DMA-FL",
                                  "on all tasks",
                                  ClaimedOrder::ABOVE));
    const double svhn = 100 * group.Gain("DMA-FL", OTHERS, SVHN);
    const double rest =
        100 * std::fmax(group.Gain("DMA-FL", OTHERS, MNIST), group.Gain("DMA-FL", OTHERS, FASHION));
    claims.push_back({"figure 5: DMA-FL gains most on SVHN",
                      "most substantial",
                      Describe(ShortNumber(svhn),
                               " points over the best other; at most ",
                               ShortNumber(rest),
                               " on the other tasks"),
                      std::isnan(svhn - rest)   ? VERDICT_NOT_TESTED
                      : svhn > 0 && svhn > rest ? VERDICT_WITHIN
                                                : VERDICT_NOT});
    claims.push_back(group.Accuracy({"DMA-FL-NR"}, {"DMA-FL-NS"})
                         .ToClaim("figure 5: DMA-FL-NR is above DMA-FL-NS",
                                  "better convergence",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy({"DMA-FL-NR"}, {"DMA-FL"}, {MNIST})
                         .ToClaim("figure 5: DMA-FL-NR is slightly above DMA-FL on MNIST",
                                  "even outperforming it for MNIST",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy({"DMA-FL-NR"}, {"DMA-FL"}, {SVHN})
                         .ToClaim("figure 5: DMA-FL-NR is slightly above DMA-FL on SVHN",
                                  "marginal advantage",
                                  ClaimedOrder::ABOVE));
    AddEnergyClaims("6", group, claims);
}

/// Add the claims of figures 7a and 7b.
void
AddImportanceClaims(const Comparison& group, const Tasks& tasks, std::vector<Claim>& claims)
{
    const Names emphasised{"SVHN emphasised", "MNIST emphasised", "Fashion-MNIST emphasised"};
    OrderCount accuracy;
    OrderCount energy;
    const auto* regular = group.Find("all regular");
    for (const auto j : tasks)
    {
        const auto* own = group.Find(emphasised[j]);
        if (!own || !regular)
        {
            continue;
        }
        accuracy.Add(own->LateAccuracy(j), regular->LateAccuracy(j));
        const size_t points = std::min(own->CountPoints(j), regular->CountPoints(j));
        if (points > 0)
        {
            energy.Add(own->DeviceJ(j, points - 1), regular->DeviceJ(j, points - 1));
        }
    }
    claims.push_back(accuracy.ToClaim("figure 7a: an emphasised task is more accurate",
                                      "significantly boosted",
                                      ClaimedOrder::ABOVE));
    claims.push_back(
        energy.ToClaim("figure 7b: it takes more energy", "the price", ClaimedOrder::ABOVE));
}

/// What the paper has synchronous learning need in figure 12.
struct PaperEnergy
{
    size_t task;     //!< number of the task
    double accuracy; //!< 0 to 1
    double energyKj; //!< [kJ]
};

/// Figure 12's caption.
constexpr PaperEnergy PAPER_ENERGIES[] = {{SVHN, 0.65, 146.98},
                                          {MNIST, 0.70, 11.70},
                                          {FASHION, 0.70, 28.29}};

/// Add the claims of figures 11 and 12.
void
AddVariedClaims(const Comparison& group,
                const std::vector<std::string>& taskNames,
                std::vector<Claim>& claims)
{
    claims.push_back(group.Accuracy({"DMA-FL"}, {"asynchronous"})
                         .ToClaim("figure 11: DMA-FL is above asynchronous learning",
                                  "on all tasks",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy({"DMA-FL"}, {"synchronous"}, {SVHN})
                         .ToClaim("figure 11: DMA-FL is above synchronous learning on SVHN",
                                  "boosted dramatically",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy({"synchronous"}, {"DMA-FL"}, {MNIST, FASHION})
                         .ToClaim("figure 11: it is below it on the other two",
                                  "synchronous achieves higher accuracy",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy({"synchronous"}, {"asynchronous"})
                         .ToClaim("figure 11: synchronous is above asynchronous learning",
                                  "on all tasks",
                                  ClaimedOrder::ABOVE));
    for (const auto& paper : PAPER_ENERGIES)
    {
        const auto* curve = group.Find("synchronous");
        const auto energyJ = curve ? curve->EnergyTo(paper.task, paper.accuracy) : Sample();
        const size_t runs = curve ? curve->runs.size() : 0;
        const bool all = runs > 0 && energyJ.GetN() == runs;
        const double measured = all ? 1e-3 * energyJ.Mean() : ABSENT;
        claims.push_back({Describe("figure 12: energy of synchronous learning to ",
                                   100 * paper.accuracy,
                                   " % on ",
                                   taskNames[paper.task]),
                          Describe(paper.energyKj, " kJ"),
                          all ? Describe(ShortNumber(measured), " kJ")
                              : Describe("reached in ", energyJ.GetN(), " of ", runs, " runs"),
                          JudgeNumber(paper.energyKj, 0.005, measured, "kJ")});
    }
    claims.push_back(group.Energy({"asynchronous", "synchronous"}, {"DMA-FL"})
                         .ToClaim("figure 12: DMA-FL needs least energy to an accuracy",
                                  "less than both",
                                  ClaimedOrder::ABOVE));
}

/// Add the claims of figures 13 and 14.
void
AddTwoLabelClaims(const Comparison& group, std::vector<Claim>& claims)
{
    claims.push_back(group.Accuracy({"DMA-FL"}, OTHERS, {SVHN})
                         .ToClaim("figure 13: DMA-FL is above the baselines on SVHN",
                                  "significantly",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy({"DMA-FL"}, OTHERS, {MNIST})
                         .ToClaim("figure 13: DMA-FL is above them on MNIST",
                                  "marginally",
                                  ClaimedOrder::ABOVE));
    claims.push_back(group.Accuracy(OTHERS, {"DMA-FL"}, {FASHION})
                         .ToClaim("figure 13: none is above DMA-FL on Fashion-MNIST",
                                  "comparable",
                                  ClaimedOrder::NOT_ABOVE));
    AddEnergyClaims("14", group, claims);
}

/// A quantity of a task in a plan.
using PlanFigure = std::function<double(const MultitaskPlanRun&, size_t task)>;

/// How a quantity changes along sweeps.
class Trend
{
  public:
    /// @param sweeps all @param prefix of their names, as "figure-9"
    Trend(const std::vector<MultitaskSweepResult>& sweeps, const std::string& prefix)
    {
        for (const auto& sweep : sweeps)
        {
            if (sweep.sweep.name.compare(0, prefix.size(), prefix) == 0 &&
                (sweep.sweep.name.size() == prefix.size() ||
                 sweep.sweep.name.size() == prefix.size() + 1))
            {
                m_sweeps.push_back(&sweep);
            }
        }
    }

    /// @return whether there are any
    bool IsDrawn() const
    {
        return !m_sweeps.empty();
    }

    /**
     * @param figure what is compared: at the last value with plans and at the first
     * @param own of the task that is varied; else of the others
     * @param tasks number of tasks
     * @param falls whether the first is to be above
     * @return the comparison
     */
    OrderCount Count(const PlanFigure& figure, bool own, size_t tasks, bool falls) const
    {
        OrderCount count;
        for (size_t s = 0; s < m_sweeps.size(); ++s)
        {
            for (size_t j = 0; j < tasks; ++j)
            {
                if ((j == s) == own)
                {
                    const auto get = [&](const MultitaskPlanRun& run) { return figure(run, j); };
                    const auto [first, last] = Ends(*m_sweeps[s], get);
                    falls ? count.Add(first, last) : count.Add(last, first);
                }
            }
        }
        return count;
    }

  private:
    /// @param sweep with plans @param get of a plan
    /// @return at the first and the last value that has plans
    static std::pair<Sample, Sample> Ends(const MultitaskSweepResult& sweep,
                                          const std::function<double(const MultitaskPlanRun&)>& get)
    {
        std::pair<Sample, Sample> ends;
        for (size_t v = 0; v < sweep.runs.size(); ++v)
        {
            const auto sample = sweep.Over(v, get);
            if (sample.GetN() > 0)
            {
                ends.first = ends.first.GetN() > 0 ? ends.first : sample;
                ends.second = sample;
            }
        }
        return ends;
    }

    std::vector<const MultitaskSweepResult*> m_sweeps; //!< by varied task
};

/// @param run a plan @param task number of a task @return its part of all iterations
double
IterationShare(const MultitaskPlanRun& run, size_t task)
{
    double all = 0;
    for (const auto& of : run.tasks)
    {
        all += of.iterations;
    }
    return run.tasks[task].iterations / all;
}

/// Add the claims of figures 8 to 10.
void
AddSweepClaims(const std::vector<MultitaskSweepResult>& sweeps,
               size_t tasks,
               std::vector<Claim>& claims)
{
    const PlanFigure compute = [](const auto& run, size_t j) { return run.tasks[j].computeS; };
    const PlanFigure idle = [](const auto& run, size_t j) { return run.tasks[j].idleS; };
    const Trend eighth(sweeps, "figure-8");
    if (eighth.IsDrawn())
    {
        claims.push_back(eighth.Count(IterationShare, true, tasks, false)
                             .ToClaim("figure 8: a task's share of iterations rises with its "
                                      "importance",
                                      "in each case",
                                      ClaimedOrder::ABOVE));
    }
    for (const auto& [prefix, what, figure] : {std::tuple("figure-9", "computing time", compute),
                                               std::tuple("figure-10", "idle time", idle)})
    {
        const Trend trend(sweeps, prefix);
        if (trend.IsDrawn())
        {
            const std::string number = std::string(prefix).substr(7);
            claims.push_back(
                trend.Count(figure, true, tasks, true)
                    .ToClaim(
                        Describe("figure ", number, ": a task's ", what, " falls with its drift"),
                        "for all tasks",
                        ClaimedOrder::ABOVE));
            claims.push_back(trend.Count(figure, false, tasks, false)
                                 .ToClaim(Describe("figure ", number, ": that of the others rises"),
                                          "longer",
                                          ClaimedOrder::ABOVE));
        }
    }
}

/// A remark of section V-B2 as a claim.
struct Remark
{
    const char* sweep; //!< name of the sweep
    const char* claim; //!< in words
    PlanFigure figure; //!< what changes
    bool falls;        //!< whether it falls with the parameter
};

/// Add the remarks of section V-B2.
void
AddRemarkClaims(const std::vector<MultitaskSweepResult>& sweeps, std::vector<Claim>& claims)
{
    const PlanFigure cpu = [](const auto& run, size_t) { return run.cpuHz; };
    const PlanFigure batch = [](const auto& run, size_t j) { return run.tasks[j].batch; };
    const PlanFigure iterations = [](const auto& run, size_t j) { return run.tasks[j].iterations; };
    const PlanFigure distance = [](const auto& run, size_t) { return run.distanceM; };
    const PlanFigure last = [](const auto& run, size_t j) { return run.lastS[j]; };
    const PlanFigure energy = [](const auto& run, size_t j) { return run.deviceJ[j]; };
    const Remark remarks[] = {
        {"remark-gamma", "larger gamma: higher CPU frequencies", cpu, false},
        {"remark-gamma", "larger gamma: larger minibatches", batch, false},
        {"remark-c2", "larger c2: lower CPU frequencies", cpu, true},
        {"remark-c2", "larger c2: smaller minibatches", batch, true},
        {"remark-c2", "larger c2: fewer SGD steps", iterations, true},
        {"remark-c3", "larger c3: devices closer to the base station", distance, true},
        {"remark-qoe", "shorter T_j: the task is done sooner", last, false},
        {"remark-loss", "larger initial loss: more energy for the task", energy, false}};
    for (const auto& remark : remarks)
    {
        const Trend trend(sweeps, remark.sweep);
        if (trend.IsDrawn())
        {
            claims.push_back(trend.Count(remark.figure, true, 1, remark.falls)
                                 .ToClaim(std::string("section V-B2: ") + remark.claim,
                                          "remark",
                                          ClaimedOrder::ABOVE));
        }
    }
}

} // namespace

std::vector<Claim>
JudgeMultitaskClaims(const std::vector<MultitaskResult>& curves,
                     const std::vector<MultitaskSweepResult>& sweeps,
                     const std::vector<std::string>& taskNames)
{
    Tasks tasks(taskNames.size());
    std::iota(tasks.begin(), tasks.end(), 0);
    std::vector<Claim> claims;
    const Comparison dirichlet(curves, "dirichlet", tasks);
    if (dirichlet.IsDrawn())
    {
        AddDirichletClaims(dirichlet, claims);
    }
    const Comparison importance(curves, "importance", tasks);
    if (importance.IsDrawn())
    {
        AddImportanceClaims(importance, tasks, claims);
    }
    AddSweepClaims(sweeps, tasks.size(), claims);
    const Comparison varied(curves, "varied", tasks);
    if (varied.IsDrawn())
    {
        AddVariedClaims(varied, taskNames, claims);
    }
    const Comparison twoLabels(curves, "two-labels", tasks);
    if (twoLabels.IsDrawn())
    {
        AddTwoLabelClaims(twoLabels, claims);
    }
    AddRemarkClaims(sweeps, claims);
    return claims;
}

} // namespace fl
} // namespace ns3
