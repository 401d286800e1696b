/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * Blockchain-based learning by formula: schemes, poisoning, detection, exclusion, the ledger.
 */

#include "fl-test-refusal.h"

#include "ns3/fl-bfl-loop.h"
#include "ns3/fl-ledger-file.h"
#include "ns3/fl-loss-gradient.h"
#include "ns3/fl-model-factory.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-partitioner.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>

using namespace ns3;
using namespace ns3::fl;
using fl::test::RefusalOf;

namespace
{

constexpr uint32_t DEVICES = 6;     ///< N of these tests
constexpr uint32_t SAMPLES = 40;    ///< of each device
constexpr double NOISE_SCALE = 0.3; ///< of poisoned models

/// @return what is learned here
const BflTask&
Task()
{
    static const BflTask task = [] {
        BflTask made;
        made.train =
            std::make_shared<const Dataset>(MakeSyntheticDigits(1, 0, DEVICES * SAMPLES, nullptr));
        made.test = std::make_shared<const Dataset>(MakeSyntheticDigits(2, 0, 100, nullptr));
        made.model = MakeModel("softmax", made.train->Dimension(), made.train->Classes());
        made.trainer.iteration = TrainerOptions::Iteration::STEP;
        made.trainer.localIterations = 4;
        made.trainer.batchSize = 10;
        made.trainer.learningRate = 0.1;
        made.parts = Partitioner::FromText("iid").Split(made.train->Labels(), DEVICES, 3);
        return made;
    }();
    return task;
}

/// @return options with little work for blocks @param scheme theirs
BflOptions
OptionsOf(BflScheme scheme)
{
    BflOptions options;
    options.scheme = scheme;
    options.realBits = 4;
    options.seed = 7;
    return options;
}

/// @return options with the paper's attack in round 2, after exchange 3 @param scheme theirs @param
/// attacker the server
BflOptions
AttackedOptions(BflScheme scheme, uint32_t attacker)
{
    BflOptions options = OptionsOf(scheme);
    options.attack.name = "noise";
    options.attack.scale = NOISE_SCALE;
    options.attack.attackers = {attacker};
    options.attack.rounds = {2};
    options.attack.exchange = 3;
    return options;
}

/// @return records of rounds @param loop the learning loop @param count number of rounds, at least
/// 1
std::vector<BflRound>
RoundsOf(BflLoop& loop, uint32_t count)
{
    std::vector<BflRound> rounds;
    for (uint32_t i = 0; i < count; ++i)
    {
        rounds.push_back(loop.RunRound());
    }
    return rounds;
}

/// Many exchanges are one server of all devices, and few are within the bound.
class BflSchemesTestCase : public TestCase
{
  public:
    BflSchemesTestCase()
        : TestCase("BFL: schemes without attack")
    {
    }

  private:
    void DoRun() override
    {
        BflOptions many = OptionsOf(BflScheme::CONSENSUS);
        many.exchanges = 60; // 0.7^60 = 5e-10
        BflLoop together(Task(), OptionsOf(BflScheme::CENTRAL));
        BflLoop apart(Task(), many);
        RoundsOf(together, 5);
        RoundsOf(apart, 5);
        NS_TEST_EXPECT_MSG_EQ_TOL((together.GetModel() - apart.GetModel()).cwiseAbs().maxCoeff(),
                                  0,
                                  1e-5,
                                  "consensus is one server of all");
        NS_TEST_EXPECT_MSG_GT((together.GetModel() - Task().model->InitialParameters(7)).norm(),
                              0.1,
                              "which learns");

        BflLoop few(Task(), OptionsOf(BflScheme::CONSENSUS));
        for (const auto& round : RoundsOf(few, 5))
        {
            NS_TEST_EXPECT_MSG_GT(round.consensusError, 0, "five exchanges do not agree");
            NS_TEST_EXPECT_MSG_LT(round.consensusError, round.errorBound, "within the bound");
        }
        // As (10) is printed the step is a third.
        BflOptions printed = many;
        printed.isScaled = false;
        BflLoop scaled(Task(), many);
        BflLoop shorter(Task(), printed);
        RoundsOf(scaled, 1);
        RoundsOf(shorter, 1);
        const Eigen::VectorXf start = Task().model->InitialParameters(7);
        NS_TEST_EXPECT_MSG_EQ_TOL(
            (scaled.GetModel() - start - 3 * (shorter.GetModel() - start)).cwiseAbs().maxCoeff(),
            0,
            1e-6,
            "a third");
        CheckOwnModels();
        CheckAdam();
    }

    /// A first step of Adam goes eta along each coordinate: m / sqrt(v) is the gradient's sign.
    void CheckAdam()
    {
        BflTask task = Task();
        task.isByAdam = true;
        task.trainer.learningRate = 0.01;
        task.trainer.localIterations = 1;
        task.trainer.batchSize = 1000; // all of a device's samples
        BflLoop one(task, OptionsOf(BflScheme::CENTRAL));
        one.RunRound();
        const auto length = one.GetModel().size();
        Eigen::ArrayXf expected = Eigen::ArrayXf::Zero(length);
        Eigen::ArrayXf least = Eigen::ArrayXf::Constant(length, 1);
        for (const auto& part : task.parts)
        {
            Eigen::VectorXf gradient;
            LossGradient(*task.model,
                         task.model->InitialParameters(7),
                         *task.train,
                         part,
                         gradient);
            expected -= 0.01F / DEVICES * gradient.array().sign();
            least = least.min(gradient.array().abs());
        }
        // Beside gradients above 1e-4 epsilon, 1e-8 / sqrt(1 - beta2), takes less than 0.4 % of
        // eta.
        const Eigen::ArrayXf error = (one.GetModel().array() - expected).abs();
        NS_TEST_EXPECT_MSG_GT((least > 1e-4F).count(), 1000, "there are many such");
        NS_TEST_EXPECT_MSG_LT((least > 1e-4F).select(error, 0).maxCoeff(),
                              4e-5,
                              "a step of Adam at each device, averaged");
        task.trainer = Task().trainer;
        task.trainer.learningRate = 0.01;
        BflLoop many(task, OptionsOf(BflScheme::CENTRAL));
        NS_TEST_EXPECT_MSG_GT(RoundsOf(many, 12).back().evaluation.accuracy, 0.5, "it learns");
    }

    void CheckOwnModels()
    {
        BflLoop alone(Task(), OptionsOf(BflScheme::INDEPENDENT));
        BflLoop leader(Task(), OptionsOf(BflScheme::LEADER));
        RoundsOf(alone, 1);
        const auto first = leader.RunRound();
        NS_TEST_EXPECT_MSG_EQ((alone.GetModel(0) == alone.GetModel(1)),
                              false,
                              "models of their own");
        NS_TEST_EXPECT_MSG_EQ((leader.GetModel() == alone.GetModel(first.leader)),
                              true,
                              "the leader's own aggregate is the global model");
        std::vector<uint32_t> leaders;
        for (const auto& round : RoundsOf(leader, 12))
        {
            leaders.push_back(round.leader);
        }
        for (uint32_t server = 0; server < 3; ++server)
        {
            // Random leaders: none is missing in 12 rounds but with probability (2/3)^12 = 0.8 %.
            NS_TEST_EXPECT_MSG_GT(std::count(leaders.begin(), leaders.end(), server), 0, server);
        }
    }
};

/// The paper's attack on the four schemes: who is hit, and by how much.
class BflPoisonTestCase : public TestCase
{
  public:
    BflPoisonTestCase()
        : TestCase("BFL: a poisoned server")
    {
    }

  private:
    /// @return root mean square of what the attack moved in round 2, over the noise's deviation
    /// @param scheme which @param attacker server @param [out] leader of the round
    double Moved(BflScheme scheme, uint32_t attacker, uint32_t& leader)
    {
        BflLoop clean(Task(), OptionsOf(scheme));
        BflLoop poisoned(Task(), AttackedOptions(scheme, attacker));
        RoundsOf(clean, 2);
        leader = RoundsOf(poisoned, 2).back().leader;
        const auto difference = poisoned.GetModel() - clean.GetModel();
        return difference.norm() / std::sqrt(static_cast<double>(difference.size())) / NOISE_SCALE;
    }

    void DoRun() override
    {
        // 7,850 normal numbers: their root mean square is within 5 / sqrt(2 * 7,850) = 4 % of 1.
        constexpr double TOLERANCE = 0.04;
        uint32_t leader = 0;
        NS_TEST_EXPECT_MSG_EQ_TOL(Moved(BflScheme::CENTRAL, 0, leader), 1, TOLERANCE, "all of it");
        // Two exchanges are left: the leader has the part (W^2)_(leader, attacker) of it.
        Eigen::Matrix3d weights;
        weights << 0.7, 0.3, 0, 0.3, 0.4, 0.3, 0, 0.3, 0.7;
        const Eigen::Matrix3d squared = weights * weights;
        for (uint32_t attacker = 0; attacker < 3; ++attacker)
        {
            const double moved = Moved(BflScheme::CONSENSUS, attacker, leader);
            NS_TEST_EXPECT_MSG_EQ_TOL(moved / squared(leader, attacker), 1, TOLERANCE, attacker);
            const double own = Moved(BflScheme::LEADER, attacker, leader);
            NS_TEST_EXPECT_MSG_EQ_TOL(own,
                                      (leader == attacker ? 1.0 : 0.0),
                                      TOLERANCE,
                                      "without consensus: the leader's alone");
        }
    }
};

/// Poison in an exchange is found by replay, always and at once; the rest of the round is as if the
/// attacker had never been there.
class BflReplayTestCase : public TestCase
{
  public:
    BflReplayTestCase()
        : TestCase("BFL: replay from the ledger, exclusion, the chain")
    {
    }

  private:
    void DoRun() override
    {
        for (uint32_t attacker = 0; attacker < 3; ++attacker)
        {
            BflOptions options = AttackedOptions(BflScheme::BLOCKCHAIN, attacker);
            options.exclusion = 2;
            options.exchanges = 60;
            BflLoop loop(Task(), options);
            BflLoop clean(Task(), OptionsOf(BflScheme::CENTRAL));
            const auto rounds = RoundsOf(loop, 4);
            RoundsOf(clean, 4);
            for (const auto& round : rounds)
            {
                const bool isExcluded = round.round == 2 || round.round == 3;
                NS_TEST_EXPECT_MSG_EQ(round.active.size(), (isExcluded ? 2U : 3U), round.round);
                NS_TEST_EXPECT_MSG_EQ(round.accused.size(), (round.round == 2 ? 1U : 0U), "alarm");
            }
            if (rounds[1].accused.empty())
            {
                continue; // which was noted above
            }
            NS_TEST_EXPECT_MSG_EQ(rounds[1].accused[0], attacker, "who it was");
            NS_TEST_EXPECT_MSG_EQ(rounds[1].exchanges[0], 3, "at once");
            NS_TEST_EXPECT_MSG_EQ((rounds[2].leader == attacker), false, "it does not lead");
            // All devices' gradients count, by other servers: what one server of all would have.
            NS_TEST_EXPECT_MSG_EQ_TOL((loop.GetModel() - clean.GetModel()).cwiseAbs().maxCoeff(),
                                      0,
                                      1e-5,
                                      "no trace of the attack");
            CheckCounts(loop.GetDetection());
            CheckChainOf(*loop.GetLedger());
        }
        CheckHomes();
        CheckReputation();
        CheckOwnGradient();
    }

    void CheckCounts(const DetectionCount& count)
    {
        NS_TEST_EXPECT_MSG_EQ(count.rounds, 4, "rounds");
        NS_TEST_EXPECT_MSG_EQ(count.GetPrecision(), 1, "precision");
        NS_TEST_EXPECT_MSG_EQ(count.GetRecall(), 1, "recall");
        NS_TEST_EXPECT_MSG_EQ(count.GetDelay(), 0, "delay");
    }

    void CheckChainOf(const BflLedger& ledger)
    {
        const auto report = CheckChain(EncodeChain(ledger.GetLedger().GetChain()));
        NS_TEST_EXPECT_MSG_EQ(report.fault, "", "what ./fl ledger verify checks");
        NS_TEST_EXPECT_MSG_EQ(report.blocks.size(), 5, "a block per round, and the first");
        // Round 2: 6 devices, 3 servers before and after exchanges 1 to 3, then 2 servers before
        // and after each of 60, and the model.
        NS_TEST_EXPECT_MSG_EQ(report.blocks[2]->transactions.size(), 6 + 3 * 4 + 2 * 61 + 1, "2");
        NS_TEST_EXPECT_MSG_GT(ledger.GetTimeS(), 0, "mining takes time");
    }

    /// Devices of an excluded server move, and come back.
    void CheckHomes()
    {
        BflOptions options = AttackedOptions(BflScheme::BLOCKCHAIN, 1);
        options.exclusion = 1;
        BflLoop loop(Task(), options);
        const auto usual = loop.GetHomes();
        RoundsOf(loop, 2);
        const auto moved = loop.GetHomes();
        for (uint32_t device = 0; device < DEVICES; ++device)
        {
            NS_TEST_EXPECT_MSG_EQ((moved[device] == 1), false, "nobody stays");
            NS_TEST_EXPECT_MSG_EQ((moved[device] == usual[device] || usual[device] == 1),
                                  true,
                                  "nobody else moves");
        }
        RoundsOf(loop, 1);
        NS_TEST_EXPECT_MSG_EQ((loop.GetHomes() == usual), true, "and back");
    }

    /// The leader is, of the servers with most blocks of their devices so far, the first.
    void CheckReputation()
    {
        BflOptions options = OptionsOf(BflScheme::BLOCKCHAIN);
        options.isByReputation = true;
        BflLoop loop(Task(), options);
        bool isOther = false;
        for (int i = 0; i < 12; ++i)
        {
            std::vector<int> mined(3, 0);
            for (const auto& block : loop.GetLedger()->GetLedger().GetChain())
            {
                if (block->header.miner.role == Participant::Role::DEVICE)
                {
                    mined[loop.GetHomes()[block->header.miner.id]]++;
                }
            }
            const auto most = std::max_element(mined.begin(), mined.end()) - mined.begin();
            const auto round = loop.RunRound();
            NS_TEST_EXPECT_MSG_EQ(round.leader, static_cast<uint32_t>(most), round.round);
            isOther = isOther || round.leader > 0;
        }
        NS_TEST_EXPECT_MSG_EQ(isOther, true, "it is not server 0 for ever");
    }

    /// What a server says of its own devices can't be replayed: its deviation is all there is.
    void CheckOwnGradient()
    {
        BflOptions options = AttackedOptions(BflScheme::BLOCKCHAIN, 1);
        options.attack.exchange = 0;
        BflLoop blind(Task(), options);
        NS_TEST_EXPECT_MSG_EQ(RoundsOf(blind, 2).back().accused.size(), 0, "replay finds nothing");
        NS_TEST_EXPECT_MSG_EQ(blind.GetDetection().GetRecall(), 0, "recall");

        std::vector<std::vector<double>> scores;
        for (uint64_t seed = 100; scores.size() < 120; ++seed)
        {
            BflOptions clean = OptionsOf(BflScheme::CONSENSUS);
            clean.seed = seed;
            BflLoop loop(Task(), clean);
            for (const auto& round : RoundsOf(loop, 10))
            {
                scores.push_back(round.scores);
            }
        }
        options.thresholds = CalibrateThresholds(scores, 0.05);
        options.detection = BflDetection::SCORE;
        BflLoop scored(Task(), options);
        const auto second = RoundsOf(scored, 2).back();
        NS_TEST_EXPECT_MSG_EQ((second.accused == std::vector<uint32_t>{1}),
                              true,
                              "its score tells");
        NS_TEST_EXPECT_MSG_EQ((second.exchanges == std::vector<uint32_t>{0}),
                              true,
                              "before any exchange");
        // Clean rounds that no threshold has seen: 100 rounds at 5 % or less; 13 or more of them
        // would come with probability 0.15 % at 5 %.
        DetectionCount count;
        for (uint64_t seed = 500; seed < 510; ++seed)
        {
            BflOptions clean = OptionsOf(BflScheme::BLOCKCHAIN);
            clean.seed = seed;
            clean.detection = BflDetection::SCORE;
            clean.thresholds = options.thresholds;
            clean.exclusion = 1;
            BflLoop loop(Task(), clean);
            RoundsOf(loop, 10);
            count.Add(loop.GetDetection());
        }
        NS_TEST_EXPECT_MSG_LT(count.falseAlarms, 13, "false alarms");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(count.GetRecall()), true, "nothing to be found");
    }
};

/// Devices that attack, and rules against them; the deviation score by hand; what is refused.
class BflRulesTestCase : public TestCase
{
  public:
    BflRulesTestCase()
        : TestCase("BFL: rules at servers and between them; refusals")
    {
    }

  private:
    /// @return accuracy after 12 rounds @param options what they are like
    static double AccuracyOf(const BflOptions& options)
    {
        BflLoop loop(Task(), options);
        return RoundsOf(loop, 12).back().evaluation.accuracy;
    }

    void DoRun() override
    {
        BflOptions options = OptionsOf(BflScheme::CENTRAL);
        const double clean = AccuracyOf(options);
        NS_TEST_EXPECT_MSG_GT(clean, 0.5, "it learns");
        options.attack.name = "sign-flip";
        options.attack.scale = 5;
        options.attack.isByServers = false;
        options.attack.attackers = {2};
        const double broken = AccuracyOf(options);
        NS_TEST_EXPECT_MSG_LT(broken, clean - 0.2, "one of six devices breaks the mean");
        options.deviceByzantine = 1;
        for (const auto& [name, text] : RobustRuleNames())
        {
            options.deviceRule = name;
            if (name != "mean")
            {
                NS_TEST_EXPECT_MSG_GT(AccuracyOf(options), broken + 0.15, name);
            }
        }
        options.deviceRule = "mean";
        options.attack.name = "label-flip";
        options.attack.scale = 0;
        options.attack.attackers = {0, 1, 2, 3};
        NS_TEST_EXPECT_MSG_LT(AccuracyOf(options), clean - 0.2, "flipped labels of four of six");
        CheckBetweenServers();
        CheckScores();
        CheckRefusals();
    }

    void CheckBetweenServers()
    {
        BflOptions options = OptionsOf(BflScheme::CONSENSUS);
        options.servers = 5;
        options.attack.name = "sign-flip";
        options.attack.scale = 10;
        options.attack.attackers = {4};
        const double broken = AccuracyOf(options);
        options.serverByzantine = 1;
        options.serverRule = "krum";
        NS_TEST_EXPECT_MSG_GT(AccuracyOf(options), broken + 0.15, "Krum of five servers");
    }

    void CheckScores()
    {
        // 1, 1 and 5: the mean of the others of 5 is 1, of 1 it is 3.
        const std::vector<Eigen::VectorXf> values{Eigen::VectorXf::Constant(1, 1),
                                                  Eigen::VectorXf::Constant(1, 1),
                                                  Eigen::VectorXf::Constant(1, 5)};
        const auto scores = DeviationScores(values);
        NS_TEST_EXPECT_MSG_EQ((scores == std::vector<double>{2.0 / 3, 2.0 / 3, 4}), true, "scores");
        // Two exchanges, alpha 0.2: 10 % each; of 9 rounds the ninth.
        std::vector<std::vector<double>> rounds;
        for (int i = 9; i > 0; --i)
        {
            rounds.push_back({1.0 * i, 10.0 * i});
        }
        NS_TEST_EXPECT_MSG_EQ((CalibrateThresholds(rounds, 0.2) == std::vector<double>{9, 90}),
                              true,
                              "thresholds");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { CalibrateThresholds(rounds, 0.1); }),
                              "9 clean rounds for a false-alarm rate of 0.1: must be at least 19",
                              "too few");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { CalibrateThresholds(rounds, 1); }),
                              "false-alarm rate 1: must be above 0 and below 1",
                              "rate");
    }

    /// Expect options to be refused. @param message how @param change is made to sound options
    void Refuse(const std::string& message, const std::function<void(BflOptions&)>& change)
    {
        BflOptions options = OptionsOf(BflScheme::CONSENSUS);
        change(options);
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { BflLoop(Task(), options); }), message, message);
    }

    void CheckRefusals()
    {
        Refuse("servers 7: must be from 1 to 6, the number of devices",
               [](BflOptions& o) { o.servers = 7; });
        Refuse("krum of 3 inputs, 1 of which may be anything: must have at least 5",
               [](BflOptions& o) {
                   o.serverRule = "krum";
                   o.serverByzantine = 1;
               });
        Refuse("server that attacks 3: must be from 0 to 2", [](BflOptions& o) {
            o.attack.name = "noise";
            o.attack.attackers = {3};
        });
        Refuse("exchange of the attack 6: must be at most 5, of which there are so many",
               [](BflOptions& o) {
                   o.attack.name = "noise";
                   o.attack.exchange = 6;
               });
        Refuse(
            "thresholds of the deviation score: number 0: must be 6, one before and one after each "
            "exchange",
            [](BflOptions& o) {
                o.scheme = BflScheme::BLOCKCHAIN;
                o.detection = BflDetection::SCORE;
            });
        Refuse("rule between servers median: must be mean, where servers do not agree",
               [](BflOptions& o) {
                   o.scheme = BflScheme::LEADER;
                   o.serverRule = "median";
               });
        Refuse("rounds of exclusion 0: must be at least 1", [](BflOptions& o) { o.exclusion = 0; });
        BflTask task = Task();
        task.parts[4].clear();
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { BflLoop(task, OptionsOf(BflScheme::CENTRAL)); }),
                              "device 4: 0 samples: must have at least 1",
                              "no data");
        task = Task();
        task.trainer.momentum = 0.5;
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { BflLoop(task, OptionsOf(BflScheme::CENTRAL)); }),
            "trainer: must take steps of SGD without momentum, of which (6) is the sum",
            "momentum");
    }
};

/// Suite of blockchain-based learning.
class BflTestSuite : public TestSuite
{
  public:
    BflTestSuite()
        : TestSuite("fl-bfl", Type::UNIT)
    {
        AddTestCase(new BflSchemesTestCase);
        AddTestCase(new BflPoisonTestCase);
        if (SodiumIsAvailable())
        {
            AddTestCase(new BflReplayTestCase);
        }
        AddTestCase(new BflRulesTestCase);
    }
};

BflTestSuite g_bflTestSuite; ///< registers the suite

} // namespace
