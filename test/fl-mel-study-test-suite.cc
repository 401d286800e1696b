/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "../examples/study/fl-mel-claims.h"
#include "../examples/study/fl-mel-learning.h"
#include "../examples/study/fl-mel-study-options.h"
#include "fl-test-federation-parts.h"
#include "fl-test-refusal.h"

#include "ns3/fl-model-factory.h"
#include "ns3/test.h"

#include <cmath>

/**
 * @file
 * @ingroup fl
 * The study of task allocation for mobile edge learning.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// The study: shares of a smaller set of data, updates to an accuracy, learning, claims.
class StudyTestCase : public TestCase
{
  public:
    StudyTestCase()
        : TestCase("the study of the paper's figures")
    {
    }

  private:
    void DoRun() override
    {
        const auto shares = ScaleMelSamples({{1, 30000}, {2, 15000}, {3, 15000}}, 7);
        NS_TEST_EXPECT_MSG_EQ((shares == std::vector<uint32_t>{4, 1, 2}), true, "in proportion");
        NS_TEST_EXPECT_MSG_EQ(MelUpdatesTo({0.1, 0.5, 0.4, 0.9}, 0.45), 1, "the first one");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(MelUpdatesTo({0.1, 0.5}, 0.6)), true, "never");
        NS_TEST_EXPECT_MSG_EQ((ParseMelFigures("8,4,8") == std::vector<uint32_t>{4, 8}),
                              true,
                              "each once");
        NS_TEST_EXPECT_MSG_EQ(ParseMelFigures("all").size(), 5, "4 to 8");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { ParseMelFigures("4,9"); }),
                              "figure '9': must be one of 4 to 8",
                              "no such figure");
        CheckDrop();
        CheckLearning();
        CheckClaims();
    }

    /// The paper's setting: numbers from its Table 1, by hand.
    void CheckDrop()
    {
        RandomStream random(1);
        MelDropOptions options;
        options.radiusM = options.minDistanceM = 500; // all at 500 m
        options.energySpreadJ = 0;
        const auto problem = DrawMelDrop(options, random);
        NS_TEST_EXPECT_MSG_EQ(problem.learners.size(), 20, "K");
        NS_TEST_EXPECT_MSG_EQ(problem.minSamples, 300, "d_l");
        const auto& first = problem.learners[0];
        // 128 + 37.1 log10(0.5) dB; 23 dBm; -174 dBm/Hz over 5 MHz.
        const double lossDb = 128 + 37.1 * std::log10(0.5);
        const double snrDb = 23 - lossDb + 174 - 10 * std::log10(5e6);
        const double bps = 5e6 * std::log2(1 + std::pow(10, snrDb / 10));
        const auto near = [this](double value, double expected, const char* what) {
            NS_TEST_EXPECT_MSG_EQ_TOL(value, expected, 1e-9 * expected, what);
        };
        near(first.c2, 1123736 / 6e9, "C_m / f");
        near(first.c1, 784 * 8 / bps, "a sample");
        near(first.c0, 2 * 32 * 280440 / bps, "the model, down and up");
        near(first.g2, 1123736 * 6e9 * 1e-20, "mu C_m f");
        near(first.g0, std::pow(10, -0.7) * 32 * 280440 / bps, "the model up");
        NS_TEST_EXPECT_MSG_EQ(first.g1, 0, "no model parallelism");
        NS_TEST_EXPECT_MSG_EQ(first.energyJ, 10, "E");
        near(problem.learners[3].c2, 1123736 / 0.7e9, "in turn");
        options.radiusM = 5;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { DrawMelDrop(options, random); }),
                              "radiusM = 5: must be finite and at least the smallest distance, "
                              "500 m, which must be above 0",
                              "an empty disc");
        options.radiusM = 500;
        options.learners = 0;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { DrawMelDrop(options, random); }),
                              "learners = 0: must be at least 1, with at least one CPU frequency",
                              "nobody");
    }

    /// Learning is a function of its arguments, and without an allocation there is none.
    void CheckLearning()
    {
        LearningTask task;
        task.model = MakeModel("softmax", DIMENSION, CLASSES);
        task.train = MakeSamples(40, 1);
        task.test = MakeSamples(60, 2);
        const std::vector<MelWork> work{{5, 30000}, {4, 30000}};
        const auto accuracy = LearnMel(work, task, 4, 1);
        NS_TEST_EXPECT_MSG_EQ(accuracy.size(), 5, "with the initial model's");
        NS_TEST_EXPECT_MSG_GT(accuracy.back(), 0.9, "learned");
        NS_TEST_EXPECT_MSG_EQ((accuracy == LearnMel(work, task, 4, 1)), true, "the same again");
        const auto none = LearnMel({}, task, 4, 1);
        NS_TEST_EXPECT_MSG_EQ(none.size(), 5, "as many");
        NS_TEST_EXPECT_MSG_EQ(none.back(), accuracy.front(), "nothing is learned");
        const MelCase tight{0.01, 10, {"HU-Sync", "hu-sync", 0}};
        NS_TEST_EXPECT_MSG_EQ(AllocateMel(tight, MelDropOptions(), 1).feasible,
                              false,
                              "no allocation");
    }

    /// Claims are judged by what was found.
    void CheckClaims()
    {
        const auto result = [](const MelScheme& scheme, std::vector<double> accuracy) {
            MelResult made;
            made.what = {10, 10, scheme};
            MelRun run;
            run.feasible = true;
            run.iterations = 3;
            run.accuracy = std::move(accuracy);
            made.runs.assign(2, run);
            return made;
        };
        std::vector<MelResult> results{result({"HA-Sync", "ha-sync", 0}, {0.1, 0.5, 0.9, 0.95}),
                                       result({"HA-Asyn", "exact", 0}, {0.1, 0.5, 0.9, 0.95}),
                                       result({"HA-Asyn", "exact", 1}, {0.1, 0.7, 0.94, 1}),
                                       result({"HU-Sync", "hu-sync", 0}, {0.1, 0.2, 0.3, 0.4})};
        const auto claims = JudgeMelClaims(results, 3);
        const auto verdict = [&](size_t i, const std::string& expected) {
            NS_TEST_EXPECT_MSG_EQ(claims[i].verdict, expected, claims[i].claim);
        };
        verdict(0, "exceeded by 4.33 percentage points");
        NS_TEST_EXPECT_MSG_EQ(claims[0].measured,
                              "at most 33.3 +- 0 %: 2 instead of 3 at T = 10 s and E = 10 J with c "
                              "= 1",
                              "to 94 %");
        verdict(2, "not tested"); // to 95.5 %: one does not reach it
        NS_TEST_EXPECT_MSG_EQ(claims[2].measured, "not reached by all runs of both", "95.5 %");
        verdict(3, "not tested"); // to 97.3 %: T = 25 s is not there
        NS_TEST_EXPECT_MSG_EQ(claims[3].measured, "these limits were not run", "97.3 %");
        verdict(8, "exceeded by 8.33 percentage points");
        verdict(9, "holds beyond intervals"); // HA above HU
        verdict(11, "not tested");            // c = 8 is not there
        verdict(12, "met");                   // c = 0 coincides
        verdict(13, "not tested");            // T = 5 s is not there
        results[3].runs[0].accuracy.back() = 1;
        NS_TEST_EXPECT_MSG_EQ(JudgeMelClaims(results, 3)[9].verdict,
                              "holds within intervals",
                              "0.7 +- 3.8 against 0.95");
        results[3].runs[1].accuracy.back() = 1;
        NS_TEST_EXPECT_MSG_EQ(JudgeMelClaims(results, 3)[9].verdict,
                              "does not hold",
                              "HU above HA");
        results[3].what.cycleTimeS = 5;
        NS_TEST_EXPECT_MSG_EQ(JudgeMelClaims(results, 3)[13].verdict,
                              "missed by 2 cases",
                              "all fit at T = 5 s");
    }
};

/// The suite.
class FlMelStudyTestSuite : public TestSuite
{
  public:
    FlMelStudyTestSuite()
        : TestSuite("fl-mel-study", TestSuite::Type::UNIT)
    {
        AddTestCase(new StudyTestCase);
    }
};

FlMelStudyTestSuite g_flMelStudyTestSuite; ///< registers the suite

} // namespace
