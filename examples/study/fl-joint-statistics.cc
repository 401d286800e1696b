/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-statistics.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-thread-pool.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/// A method's answer for one drop, in figures.
struct RowAnswer
{
    bool feasible{false};          //!< whether there is one
    bool optimal{false};           //!< whether that is proved
    double energyJ{ABSENT};        //!< E [J]
    double computeEnergyJ{ABSENT}; //!< its part for computation [J]
    double timeS{ABSENT};          //!< T [s]
    double objective{ABSENT};      //!< w1 E + w2 T
    double excess{ABSENT};         //!< over the optimum, relative
};

/**
 * @param problem what was solved
 * @param solution a share for each of its devices
 * @return energy of computation [J], of all rounds and devices: the sum of capacitance * cycles *
 *        f^2
 */
double
ComputeEnergyJ(const JointProblem& problem, const JointSolution& solution)
{
    double energyJ = 0;
    for (size_t i = 0; i < problem.devices.size(); ++i)
    {
        const auto& device = problem.devices[i];
        const double cpuHz = solution.shares[i].cpuHz;
        energyJ += device.capacitance * device.cycles * cpuHz * cpuHz;
    }
    return problem.rounds * energyJ;
}

/// All rows of a figure for one drop.
class DropSolver
{
  public:
    /**
     * @param figure what to solve; must outlive this
     * @param seed of the study; a drop's channels and a method's draws have streams of their own
     * @param drop index of the drop, from 0
     */
    DropSolver(const JointFigure& figure, uint64_t seed, uint32_t drop)
        : m_figure(figure),
          m_seed(seed),
          m_drop(drop),
          m_problems(figure.points.size()),
          m_optima(figure.points.size())
    {
    }

    /**
     * @param progress gets 1 per row; may be null
     * @return by row
     */
    std::vector<RowAnswer> Solve(WorkProgress* progress)
    {
        std::vector<RowAnswer> answers;
        answers.reserve(m_figure.rows.size());
        for (const auto& row : m_figure.rows)
        {
            answers.push_back(SolveRow(row));
            if (progress)
            {
                progress->Add();
            }
        }
        return answers;
    }

  private:
    /**
     * @param point index of a point of the figure
     * @return the drop with that point's parameters; drawn when it is first asked for
     */
    const JointProblem& Problem(uint32_t point)
    {
        if (!m_problems[point])
        {
            RandomStream random(m_seed, 2ULL * m_drop);
            m_problems[point] = DrawJointDrop(m_figure.points[point], random);
        }
        return *m_problems[point];
    }

    /**
     * @param point index of a point of the figure
     * @return the objective of method "global" there, ABSENT if nothing is feasible; solved once
     * @throws std::runtime_error if the method fails
     */
    double Optimum(uint32_t point)
    {
        if (!m_optima[point])
        {
            m_optima[point] = Answer({"", "global"}, Problem(point)).objective;
        }
        return *m_optima[point];
    }

    /**
     * @param curve method, and where it starts
     * @param problem a drop
     * @return what the method finds, without the excess; infeasible: a gap in the curve
     * @throws std::runtime_error if the method fails, which is neither an answer nor infeasibility
     */
    RowAnswer Answer(const JointCurve& curve, const JointProblem& problem) const
    {
        RandomStream random(m_seed, 2ULL * m_drop + 1);
        JointOptions options;
        options.startBandShare = curve.startBandShare;
        options.uniform = [&random] { return random.Uniform(); };
        RowAnswer answer;
        try
        {
            const auto solution = SolveJoint(curve.method, problem, options);
            if (solution.status == SolveStatus::FAILED)
            {
                throw std::runtime_error(Describe("drop ",
                                                  m_drop + 1,
                                                  ": method ",
                                                  curve.method,
                                                  " has no answer: ",
                                                  solution.termination));
            }
            if (solution.status != SolveStatus::INFEASIBLE)
            {
                answer = {true,
                          solution.status == SolveStatus::OPTIMAL,
                          solution.energyJ,
                          ComputeEnergyJ(problem, solution),
                          solution.timeS,
                          solution.objective};
            }
        }
        catch (const Infeasible&)
        {
            // A gap in the curve.
        }
        return answer;
    }

    /**
     * @param row a curve at a point
     * @return the method's answer; with its excess over the optimum, if the row is compared
     * @throws std::runtime_error if a method fails
     */
    RowAnswer SolveRow(const JointFigureRow& row)
    {
        const auto& curve = m_figure.curves[row.curve];
        auto answer = Answer(curve, Problem(row.point));
        if (!row.compared)
        {
            return answer;
        }
        if (curve.method == "global")
        {
            m_optima[row.point] = answer.objective;
        }
        answer.excess = answer.objective / Optimum(row.point) - 1;
        return answer;
    }

    const JointFigure& m_figure;                         //!< what to solve
    uint64_t m_seed;                                     //!< of all drops
    uint32_t m_drop;                                     //!< which
    std::vector<std::optional<JointProblem>> m_problems; //!< by point
    std::vector<std::optional<double>> m_optima;         //!< by point; ABSENT: infeasible
};

/// Answers by drop, and in there by row.
using Answers = std::vector<std::vector<RowAnswer>>;

/**
 * @param answers by drop and row
 * @param rows number of rows
 * @return statistics by row: numbers of feasible and optimal drops, mean and minimum of the excess
 *         over the optimum; without means of energy and time
 */
std::vector<JointRowStatistics>
CountAnswers(const Answers& answers, size_t rows)
{
    std::vector<JointRowStatistics> statistics(rows);
    for (const auto& drop : answers)
    {
        for (size_t i = 0; i < rows; ++i)
        {
            auto& row = statistics[i];
            ++row.drops;
            row.feasible += drop[i].feasible;
            row.optimal += drop[i].optimal;
            row.excess.Add(drop[i].excess);
            row.smallestExcess = std::fmin(row.smallestExcess, drop[i].excess);
        }
    }
    return statistics;
}

/**
 * @param row with its counts
 * @return whether it gets means: 90 % of the drops at least are feasible there
 */
bool
IsAveraged(const JointRowStatistics& row)
{
    return 10ULL * row.feasible >= 9ULL * row.drops;
}

/**
 * @param drop answers by row
 * @param statistics counts by row
 * @return whether the drop is feasible in all rows that get means, so that these are of the same
 *        drops
 */
bool
IsCommon(const std::vector<RowAnswer>& drop, const std::vector<JointRowStatistics>& statistics)
{
    for (size_t i = 0; i < drop.size(); ++i)
    {
        if (IsAveraged(statistics[i]) && !drop[i].feasible)
        {
            return false;
        }
    }
    return true;
}

/// Add one drop to a row's means.
void
AddAnswer(JointRowStatistics& row, const RowAnswer& answer)
{
    row.energyJ.Add(answer.energyJ);
    row.computeEnergyJ.Add(answer.computeEnergyJ);
    row.uploadEnergyJ.Add(answer.energyJ - answer.computeEnergyJ);
    row.timeS.Add(answer.timeS);
    row.objective.Add(answer.objective);
}

/// Add the columns that say what a point is.
void
AddPoint(CsvRow& row, const JointDropOptions& point)
{
    row.Add(point.devices)
        .Add(point.radiusM)
        .Add(point.maxTxPowerDbm)
        .Add(point.maxCpuHz)
        .Add(point.samples)
        .Add(point.localIterations)
        .Add(point.rounds)
        .Add(point.weightEnergy)
        // Of all rounds; whole microseconds, as they were meant.
        .Add(point.roundDeadlineS ? std::round(1e6 * *point.roundDeadlineS * point.rounds) / 1e6
                                  : ABSENT);
}

} // namespace

const char JOINT_FIGURE_HEADER[] =
    "curve,method,devices,radius_m,max_tx_power_dbm,max_cpu_hz,samples,local_iterations,rounds,"
    "weight_energy,deadline_s,drops,feasible,optimal,averaged,energy_j_mean,energy_j_ci95,"
    "energy_upload_j_mean,energy_upload_j_ci95,energy_compute_j_mean,energy_compute_j_ci95,"
    "time_s_mean,time_s_ci95,objective_mean,objective_ci95,excess_mean,excess_ci95,"
    "smallest_excess\n";

std::vector<JointRowStatistics>
SolveJointFigure(const JointFigure& figure,
                 uint32_t drops,
                 uint64_t seed,
                 ThreadPool& pool,
                 WorkProgress* progress)
{
    Answers answers(drops);
    pool.ParallelFor(drops, [&](size_t drop) {
        answers[drop] = DropSolver(figure, seed, static_cast<uint32_t>(drop)).Solve(progress);
    });
    auto statistics = CountAnswers(answers, figure.rows.size());
    for (const auto& drop : answers)
    {
        const bool common = IsCommon(drop, statistics);
        for (size_t i = 0; common && i < drop.size(); ++i)
        {
            if (IsAveraged(statistics[i]))
            {
                AddAnswer(statistics[i], drop[i]);
            }
        }
    }
    return statistics;
}

std::string
JointFigureCsv(const JointFigure& figure, const std::vector<JointRowStatistics>& statistics)
{
    std::string text = JOINT_FIGURE_HEADER;
    CsvRow row;
    for (size_t i = 0; i < figure.rows.size(); ++i)
    {
        const auto& of = statistics[i];
        const auto& curve = figure.curves[figure.rows[i].curve];
        row.Add(curve.name.c_str()).Add(curve.method.c_str());
        AddPoint(row, figure.points[figure.rows[i].point]);
        row.Add(of.drops).Add(of.feasible).Add(of.optimal).Add(of.energyJ.GetN());
        for (const auto* sample :
             {&of.energyJ, &of.uploadEnergyJ, &of.computeEnergyJ, &of.timeS, &of.objective})
        {
            row.Add(sample->Mean()).Add(sample->Ci95());
        }
        row.Add(of.excess.Mean()).Add(of.excess.Ci95()).Add(of.smallestExcess);
        text += row.Finish();
    }
    return text;
}

} // namespace fl
} // namespace ns3
