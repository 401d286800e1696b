/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-blockchain-report.h"

#include "ns3/fl-error.h"

#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// Precision of numbers that the paper has with one digit after the point [percentage point].
constexpr double DROP_PRECISION = 0.05;
/// Precision of numbers that the paper has in whole percent.
constexpr double GAIN_PRECISION = 0.5;

/// @return a mean in percent; NaN without data @param sample from 0 to 1, or null
double
Percent(const Sample* sample)
{
    return sample ? 100 * sample->Mean() : std::numeric_limits<double>::quiet_NaN();
}

/// @return a sample with its interval, in percent @param sample or null
std::string
PercentText(const Sample* sample)
{
    return sample ? Describe(ShortNumber(100 * sample->Mean()),
                             " +- ",
                             ShortNumber(100 * sample->Ci95()),
                             " %")
                  : "";
}

/**
 * @param data all
 * @param figure where the curve is shown
 * @param curve its name
 * @param isIid partition
 * @param task index
 * @return accuracies of the curve's last rounds; null: not run
 */
const Sample*
FinalOf(const BlockchainData& data,
        const std::string& figure,
        const std::string& curve,
        bool isIid,
        size_t task)
{
    const auto* result = data.Find(figure, curve, isIid, task);
    return result ? &result->finalAccuracy : nullptr;
}

/**
 * Add a claim of an order of two curves.
 * @param [in,out] claims it is added
 * @param text the claim
 * @param paper what the paper reports
 * @param above sample that is claimed to be larger, or null
 * @param below the other one, or null
 */
void
AddOrder(std::vector<Claim>& claims,
         const std::string& text,
         const std::string& paper,
         const Sample* above,
         const Sample* below)
{
    OrderCount order;
    if (above && below)
    {
        order.Add(*above, *below);
    }
    Claim claim = order.ToClaim(text, paper, ClaimedOrder::ABOVE);
    if (above && below)
    {
        claim.measured = PercentText(above) + " against " + PercentText(below);
    }
    claims.push_back(claim);
}

/// Claims of figures 4 to 6. @param data all @param [in,out] claims they are added
void
AddLearningClaims(const BlockchainData& data, std::vector<Claim>& claims)
{
    const std::string figures[] = {"4", "5"};
    for (size_t task = 0; task < 2; ++task)
    {
        for (const bool isIid : {true, false})
        {
            const std::string& figure = figures[task];
            const std::string where = figure + (isIid ? " IID: " : " not IID: ");
            const auto* ours = FinalOf(data, figure, "consensus", isIid, task);
            const auto* leader = FinalOf(data, figure, "without consensus", isIid, task);
            const auto* alone = FinalOf(data, figure, "traditional FL", isIid, task);
            const bool hasNumbers = figure == "5" && isIid;
            if (hasNumbers)
            {
                const double gains[] = {Percent(ours) - Percent(leader),
                                        Percent(ours) - Percent(alone)};
                claims.push_back({where + "consensus above BFL without consensus",
                                  "8 %",
                                  ours ? ShortNumber(gains[0]) + " %" : "",
                                  JudgeNumber(8, GAIN_PRECISION, gains[0], "%")});
                claims.push_back({where + "consensus above traditional FL",
                                  "14 %",
                                  ours ? ShortNumber(gains[1]) + " %" : "",
                                  JudgeNumber(14, GAIN_PRECISION, gains[1], "%")});
            }
            AddOrder(claims, where + "consensus beats BFL without", "higher", ours, leader);
            AddOrder(claims, where + "BFL without beats traditional FL", "higher", leader, alone);
        }
    }
    for (const bool isIid : {true, false})
    {
        const std::string where = std::string("6") + (isIid ? " IID: " : " not IID: ");
        const auto* few = FinalOf(data, "6", "phi = 5", isIid, 1);
        const auto* more = FinalOf(data, "6", "phi = 10", isIid, 1);
        const auto* most = FinalOf(data, "6", "phi = 15", isIid, 1);
        AddOrder(claims, where + "10 exchanges beat 5", "higher", more, few);
        AddOrder(claims, where + "15 exchanges beat 10", "higher", most, more);
    }
}

/// Claims of figures 11 and 12. @param data all @param [in,out] claims they are added
void
AddAttackClaims(const BlockchainData& data, std::vector<Claim>& claims)
{
    const struct
    {
        const char* figure;
        size_t task;
        double drops[4]; //!< in percent
    } figures[] = {{"11", 0, {3.7, 7.6, 16.9, 32.1}}, {"12", 1, {2.67, 5.6, 6.8, 16.7}}};

    const char* schemes[] = {"with blockchain",
                             "without blockchain",
                             "without consensus",
                             "traditional FL"};
    for (const auto& [figure, task, drops] : figures)
    {
        const Sample* before = nullptr;
        for (size_t i = 0; i < std::size(schemes); ++i)
        {
            const auto* result = data.Find(figure, schemes[i], true, task);
            const Sample* drop = result ? &result->drop : nullptr;
            const bool isFitted = task == 0 && i + 1 == std::size(schemes);
            claims.push_back({std::string(figure) + " IID: drop of " + schemes[i] +
                                  (isFitted ? " (the attack was fitted to this)" : ""),
                              ShortNumber(drops[i]) + " %",
                              PercentText(drop),
                              JudgeNumber(drops[i], DROP_PRECISION, Percent(drop), "%")});
            if (i > 0)
            {
                AddOrder(claims,
                         std::string(figure) + " IID: " + schemes[i] + " drops by more than " +
                             schemes[i - 1],
                         "more",
                         drop,
                         before);
            }
            before = drop;
        }
    }
}

/// Does the ledger add anything over a median? @param data all @param [in,out] claims they are
/// added
void
AddLedgerClaims(const BlockchainData& data, std::vector<Claim>& claims)
{
    for (const auto& place : RobustPlaces())
    {
        for (const std::string attack : {"noise", "sign-flip", "alie"})
        {
            const std::string other = place.exchange > 0 ? "mean" : "median";
            AddOrder(claims,
                     "ours: " + attack + " by " + place.name + ": ledger beats " + other,
                     "-",
                     FinalOf(data, place.name, std::string(LEDGER_RULE) + " " + attack, true, 0),
                     FinalOf(data, place.name, other + " " + attack, true, 0));
        }
    }
}

/// @return result of a scheme at a point; null: not trained @param data of a figure @param curve
/// its name @param x the point
const AgentResult*
AgentAt(const AgentFigureData& data, const std::string& curve, double x)
{
    for (size_t i = 0; i < data.cases.size(); ++i)
    {
        if (data.cases[i].curve == curve && (data.cases[i].x == x || !data.figure.isTrained))
        {
            return &data.results[i];
        }
    }
    return nullptr;
}

/**
 * Claims of a figure of latency.
 * @param data of the figure; null: not run
 * @param figure its name
 * @param x point at which the paper has percentages
 * @param paper these, below ddpg, a2c, ac and dqn
 * @param [in,out] claims they are added
 */
void
AddLatencyClaims(const AgentFigureData* data,
                 const std::string& figure,
                 double x,
                 const double (&paper)[4],
                 std::vector<Claim>& claims)
{
    const char* others[] = {"ddpg", "a2c", "ac", "dqn"};
    for (size_t i = 0; i < std::size(others); ++i)
    {
        const auto* ours = data ? AgentAt(*data, "parameterized", x) : nullptr;
        const auto* other = data ? AgentAt(*data, others[i], x) : nullptr;
        const double below = ours && other
                                 ? 100 * (1 - ours->latencyS.Mean() / other->latencyS.Mean())
                                 : std::numeric_limits<double>::quiet_NaN();
        claims.push_back({figure + ": ours below " + others[i] + " at " + ShortNumber(x),
                          ShortNumber(paper[i]) + " %",
                          ours && other ? ShortNumber(below) + " %" : "",
                          JudgeNumber(paper[i], GAIN_PRECISION, below, "%")});
    }
}

/**
 * A claim of a figure of rewards.
 * @param data of the figure; null: not run
 * @param above scheme with the larger one
 * @param below the other scheme
 * @param text the claim
 * @param [in,out] claims it is added
 */
void
AddRewardClaim(const AgentFigureData* data,
               const std::string& above,
               const std::string& below,
               const std::string& text,
               std::vector<Claim>& claims)
{
    OrderCount order;
    if (data)
    {
        order.Add(AgentAt(*data, above, 0)->lastReward, AgentAt(*data, below, 0)->lastReward);
    }
    Claim claim = order.ToClaim(text, "higher", ClaimedOrder::ABOVE);
    if (data)
    {
        claim.measured = Describe(ShortNumber(AgentAt(*data, above, 0)->lastReward.Mean()),
                                  " against ",
                                  ShortNumber(AgentAt(*data, below, 0)->lastReward.Mean()));
    }
    claims.push_back(claim);
}

/**
 * Claim that the paper's scheme has the lowest latency at each point.
 * @param data of the figure; null: not run
 * @param figure its name
 * @param [in,out] claims it is added
 */
void
AddLowestClaim(const AgentFigureData* data, const std::string& figure, std::vector<Claim>& claims)
{
    OrderCount order;
    for (size_t i = 0; data && i < data->figure.points.size(); ++i)
    {
        const double x = data->figure.points[i];
        const AgentResult* best = nullptr;
        for (const auto& curve : data->figure.curves)
        {
            const auto* result = AgentAt(*data, curve, x);
            if (curve != "parameterized" && result &&
                (!best || result->latencyS.Mean() < best->latencyS.Mean()))
            {
                best = result;
            }
        }
        order.Add(best->latencyS, AgentAt(*data, "parameterized", x)->latencyS);
        if (!data->figure.isTrained)
        {
            break; // all other points only move a constant
        }
    }
    claims.push_back(order.ToClaim(figure + ": ours has the lowest latency",
                                   "at all points",
                                   ClaimedOrder::ABOVE));
}

/**
 * Claim that more power brings less above 20 dBm than below.
 * @param data of figure 10a; null: not run
 * @param [in,out] claims it is added
 */
void
AddFlatClaim(const AgentFigureData* data, std::vector<Claim>& claims)
{
    double gains[2] = {std::numeric_limits<double>::quiet_NaN(),
                       std::numeric_limits<double>::quiet_NaN()};
    for (int i = 0; data && i < 2; ++i)
    {
        gains[i] = AgentAt(*data, "parameterized", 10 + 10 * i)->latencyS.Mean() -
                   AgentAt(*data, "parameterized", 20 + 10 * i)->latencyS.Mean();
    }
    claims.push_back(
        {"10a: ours flattens above 20 dBm",
         "yes",
         data ? Describe(ShortNumber(gains[0]),
                         " s less up to 20; then ",
                         ShortNumber(gains[1]),
                         " s")
              : "",
         !data ? VERDICT_NOT_TESTED : (gains[1] < gains[0] ? VERDICT_WITHIN : VERDICT_NOT)});
}

/**
 * What any method can gain over all local at N = 100, by the bound without interference.
 * @param data of figure 9a; null: not run
 * @param [in,out] claims it is added
 */
void
AddCeilingClaim(const AgentFigureData* data, std::vector<Claim>& claims)
{
    constexpr double DEVICES = 100;
    constexpr double CLAIMED = 38;
    double boundS = std::numeric_limits<double>::quiet_NaN();
    double localS = boundS;
    for (size_t i = 0; data && i < data->references.size(); ++i)
    {
        const auto& reference = data->references[i];
        if (reference.x == DEVICES)
        {
            boundS = reference.name == "bound" ? reference.latencyS.Mean() : boundS;
            localS = reference.name == "local" ? reference.latencyS.Mean() : localS;
        }
    }
    const double ceiling = 100 * (1 - boundS / localS);
    claims.push_back({"9a: what any method can gain over all local at 100 (reading of T_prop: "
                      "--propagation)",
                      "38 % over dqn",
                      data ? "at most " + ShortNumber(ceiling) + " %" : "",
                      !data
                          ? VERDICT_NOT_TESTED
                          : (ceiling >= CLAIMED ? "possible" : "not over one that is not worse")});
}

/// Claims of figures 7 to 10. @param agents those that were run @param [in,out] claims they are
/// added
void
AddAgentClaims(const std::vector<AgentFigureData>& agents, std::vector<Claim>& claims)
{
    const auto find = [&agents](const std::string& name) -> const AgentFigureData* {
        for (const auto& data : agents)
        {
            if (data.figure.name == name)
            {
                return &data;
            }
        }
        return nullptr;
    };
    AddRewardClaim(find("7"), "actor 0.003", "actor 0.001", "7: 0.003 beats 0.001", claims);
    AddRewardClaim(find("7"), "actor 0.003", "actor 0.005", "7: 0.003 beats 0.005", claims);
    AddRewardClaim(find("8a"), "parameterized", "relaxed", "8a: ours beats relaxed", claims);
    AddRewardClaim(find("8a"),
                   "parameterized",
                   "approximated",
                   "8a: ours beats approximated",
                   claims);
    AddRewardClaim(find("8b"), "parameterized", "ddpg", "8b: ours beats DDPG", claims);
    AddRewardClaim(find("8b"), "ddpg", "a2c", "8b: DDPG beats A2C", claims);
    AddLatencyClaims(find("9a"), "9a", 100, {11, 13, 25, 38}, claims);
    AddCeilingClaim(find("9a"), claims);
    AddLatencyClaims(find("10b"), "10b", 25, {7, 8, 17, 60}, claims);
    for (const char* figure : {"9a", "9b", "10a", "10b", "10c"})
    {
        AddLowestClaim(find(figure), figure, claims);
    }
    AddFlatClaim(find("10a"), claims);
}

} // namespace

std::vector<Claim>
BlockchainClaims(const BlockchainData& data, const std::vector<AgentFigureData>& agents)
{
    std::vector<Claim> claims;
    AddLearningClaims(data, claims);
    AddAttackClaims(data, claims);
    AddLedgerClaims(data, claims);
    AddAgentClaims(agents, claims);
    return claims;
}

} // namespace fl
} // namespace ns3
