/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-joint-statistics.h"
#include "../examples/study/fl-joint-study-options.h"
#include "fl-test-refusal.h"

#include "ns3/fl-random-stream.h"
#include "ns3/fl-thread-pool.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <sstream>

/**
 * @file
 * @ingroup fl
 * Figures averaged over drops: what the means are of, and what the figures hold. The options and
 * the files of the program are looked at by test/shell/joint-energy-time.sh.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

constexpr uint32_t DROPS = 20;
constexpr uint64_t SEED = 7;

/// @return a drop of a point, as SolveJointFigure() documents it: the same at all points
JointProblem
Drop(uint32_t drop, const JointDropOptions& point)
{
    RandomStream random(SEED, 2ULL * drop);
    return DrawJointDrop(point, random);
}

/// @return a small cell
JointDropOptions
Cell()
{
    JointDropOptions cell;
    cell.devices = 6;
    return cell;
}

/// @return by drop, the shortest round that there is [s], ascending
std::vector<double>
ShortestRounds()
{
    JointDropOptions cell = Cell();
    cell.weightEnergy = 0;
    std::vector<double> roundsS;
    for (uint32_t drop = 0; drop < DROPS; ++drop)
    {
        roundsS.push_back(SolveJoint("global", Drop(drop, cell)).timeS / cell.rounds);
    }
    std::sort(roundsS.begin(), roundsS.end());
    return roundsS;
}

/// A figure with a free round, a deadline that one drop misses, and one that five miss.
struct DeadlineFigure
{
    JointFigure figure; //!< three points, four rows
    double tardyS;      //!< the deadline that one drop misses [s]

    DeadlineFigure()
    {
        const auto roundsS = ShortestRounds();
        tardyS = std::sqrt(roundsS[DROPS - 2] * roundsS[DROPS - 1]);
        figure.name = "test";
        figure.curves = {{"a", "global"}, {"b", "paper", 1}};
        figure.points.assign(3, Cell());
        figure.points[1].roundDeadlineS = tardyS;
        figure.points[2].roundDeadlineS = std::sqrt(roundsS[DROPS - 6] * roundsS[DROPS - 5]);
        figure.rows = {{0, 0}, {0, 1}, {0, 2}, {1, 0}};
    }
};

/**
 * Means are over the drops that all rows answer, but for rows that answer less than nine tenths;
 * numbers by a loop of the test's own. Sums are taken in another order: 1e-12.
 */
class MeansTestCase : public TestCase
{
  public:
    MeansTestCase()
        : TestCase("What means are of")
    {
    }

  private:
    void DoRun() override
    {
        const DeadlineFigure deadlines;
        const auto& figure = deadlines.figure;
        ThreadPool pool(2);
        const auto rows = SolveJointFigure(figure, DROPS, SEED, pool);
        const uint32_t feasible[]{20, 19, 15, 20};
        const uint32_t averaged[]{19, 19, 0, 19};
        const uint32_t proved[]{20, 19, 15, 0};
        for (size_t i = 0; i < rows.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(rows[i].drops, DROPS, "drops of row " << i);
            NS_TEST_EXPECT_MSG_EQ(rows[i].feasible, feasible[i], "feasible of row " << i);
            NS_TEST_EXPECT_MSG_EQ(rows[i].energyJ.GetN(), averaged[i], "averaged of row " << i);
            NS_TEST_EXPECT_MSG_EQ(rows[i].optimal, proved[i], "proved, row " << i);
        }
        CheckMeans(figure, rows, deadlines.tardyS);
        NS_TEST_EXPECT_MSG_EQ(std::isnan(rows[2].energyJ.Mean()), true, "no mean in a gap");
        CheckGap(JointFigureCsv(figure, rows));
    }

    void CheckMeans(const JointFigure& figure,
                    const std::vector<JointRowStatistics>& rows,
                    double tardyS)
    {
        double energyJ = 0;
        double timeS = 0;
        double computeJ = 0;
        double excess = 0;
        double smallest = INFINITY;
        JointOptions wholeBand;
        wholeBand.startBandShare = 1;
        for (uint32_t drop = 0; drop < DROPS; ++drop)
        {
            const auto problem = Drop(drop, figure.points[0]);
            const auto best = SolveJoint("global", problem);
            const double ratio = SolveJoint("paper", problem, wholeBand).objective / best.objective;
            excess += (ratio - 1) / DROPS;
            smallest = std::min(smallest, ratio - 1);
            JointProblem fastest = problem;
            fastest.weightEnergy = 0;
            fastest.weightTime = 1;
            if (SolveJoint("global", fastest).timeS / problem.rounds > tardyS)
            {
                continue;
            }
            energyJ += best.energyJ / 19;
            timeS += best.timeS / 19;
            for (size_t i = 0; i < problem.devices.size(); ++i)
            {
                const auto& device = problem.devices[i];
                computeJ += problem.rounds * device.capacitance * device.cycles *
                            best.shares[i].cpuHz * best.shares[i].cpuHz / 19;
            }
        }
        const auto& row = rows[0];
        NS_TEST_EXPECT_MSG_EQ_TOL(row.energyJ.Mean(), energyJ, 1e-12 * energyJ, "energy");
        NS_TEST_EXPECT_MSG_EQ_TOL(row.timeS.Mean(), timeS, 1e-12 * timeS, "time");
        NS_TEST_EXPECT_MSG_EQ_TOL(row.computeEnergyJ.Mean(), computeJ, 1e-12 * energyJ, "compute");
        NS_TEST_EXPECT_MSG_EQ_TOL(row.uploadEnergyJ.Mean(),
                                  energyJ - computeJ,
                                  1e-12 * energyJ,
                                  "uploads");
        NS_TEST_EXPECT_MSG_EQ_TOL(rows[3].excess.Mean(), excess, 1e-12, "excess of all drops");
        NS_TEST_EXPECT_MSG_EQ_TOL(rows[3].smallestExcess, smallest, 1e-12, "smallest excess");
        NS_TEST_EXPECT_MSG_GT(excess, 0, "the paper's algorithm is no optimum");
    }

    void CheckGap(const std::string& csv)
    {
        std::istringstream lines(csv);
        std::string line;
        for (int i = 0; i < 4; ++i)
        {
            std::getline(lines, line);
        }
        NS_TEST_EXPECT_MSG_NE(line.find(",20,15,15,0,,,,,,,,,,,0,0,0"),
                              std::string::npos,
                              "a gap in the CSV: " << line);
    }
};

/// The numbers do not depend on who works.
class ThreadsTestCase : public TestCase
{
  public:
    ThreadsTestCase()
        : TestCase("Figures do not depend on the number of threads, and do on the seed")
    {
    }

  private:
    void DoRun() override
    {
        JointDropOptions cell = Cell();
        const auto figure = MakeJointFigure("2", cell, "global");
        ThreadPool none(0);
        ThreadPool three(3);
        const auto a = JointFigureCsv(figure, SolveJointFigure(figure, 5, SEED, none));
        const auto b = JointFigureCsv(figure, SolveJointFigure(figure, 5, SEED, three));
        const auto c = JointFigureCsv(figure, SolveJointFigure(figure, 5, SEED + 1, three));
        NS_TEST_EXPECT_MSG_EQ(a, b, "threads");
        NS_TEST_EXPECT_MSG_NE(a, c, "seed");
    }
};

/// What figures hold, of the paper's section VII.
class FiguresTestCase : public TestCase
{
  public:
    FiguresTestCase()
        : TestCase("Figures and their names")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto& name : JointFigureNames())
        {
            CheckFigure(MakeJointFigure(name, {}, "global"));
        }
        const auto four = MakeJointFigure("4", {}, "paper");
        NS_TEST_EXPECT_MSG_EQ(four.curves.front().method, "paper", "method");
        for (const auto& point : four.points)
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(point.samples * point.devices, 25000, 1e-9, "samples");
        }
        JointDropOptions half;
        half.rounds = 200;
        for (const auto& point : MakeJointFigure("7", half, "global").points)
        {
            NS_TEST_EXPECT_MSG_EQ(point.weightEnergy, 1, "only energy counts");
            NS_TEST_EXPECT_MSG_EQ((*point.roundDeadlineS >= 0.1 && *point.roundDeadlineS <= 0.375),
                                  true,
                                  "a round's deadline stays");
        }
        NS_TEST_EXPECT_MSG_EQ(ParseJointFigures("trade-off,8,3,8").size(), 3, "each once");
        NS_TEST_EXPECT_MSG_EQ(ParseJointFigures("trade-off,8,3,8").front(), "3", "in order");
        for (const char* text : {"", "1", "3,", "all,3"})
        {
            const auto refusal = RefusalOf([&] { ParseJointFigures(text); });
            NS_TEST_EXPECT_MSG_NE(refusal.find("must be one of"),
                                  std::string::npos,
                                  "figures '" << text << "': " << refusal);
        }
    }

    void CheckFigure(const JointFigure& figure)
    {
        NS_TEST_EXPECT_MSG_EQ(figure.panels.empty(), false, figure.name);
        for (const auto& row : figure.rows)
        {
            NS_TEST_ASSERT_MSG_LT(row.curve, figure.curves.size(), figure.name);
            NS_TEST_ASSERT_MSG_LT(row.point, figure.points.size(), figure.name);
        }
        for (const auto& panel : figure.panels)
        {
            for (const auto& line : panel.lines)
            {
                const bool known = std::any_of(
                    figure.curves.begin(),
                    figure.curves.end(),
                    [&line](const JointCurve& curve) { return curve.name == line.curve; });
                NS_TEST_EXPECT_MSG_EQ(known, true, "no curve " << line.curve);
                const auto column = "," + line.column + ",";
                NS_TEST_EXPECT_MSG_NE(std::string(JOINT_FIGURE_HEADER).find(column),
                                      std::string::npos,
                                      "no column " << line.column);
            }
        }
        for (const auto& curve : figure.curves)
        {
            NS_TEST_EXPECT_MSG_EQ(curve.name.find(','), std::string::npos, curve.name);
        }
    }
};

/// The suite.
class JointStudyTestSuite : public TestSuite
{
  public:
    JointStudyTestSuite()
        : TestSuite("fl-joint-study", Type::UNIT)
    {
        AddTestCase(new MeansTestCase);
        AddTestCase(new ThreadsTestCase);
        AddTestCase(new FiguresTestCase);
    }
};

JointStudyTestSuite g_jointStudyTestSuite; //!< registers the suite

} // namespace
