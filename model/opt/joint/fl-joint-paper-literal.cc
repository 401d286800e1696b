/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-paper-literal.h"

#include "fl-joint-exponents.h"
#include "fl-joint-frequencies.h"
#include "fl-joint-ratios.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// A turn that changes time and energy by less than this, relative, is the last.
constexpr double TOLERANCE = 1e-9;
constexpr uint32_t MAX_TURNS = 100; //!< alternations between the two subproblems

/// A formula that has no value; what() says which.
class NoValue : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

/// The problem as the dual (17) sees it: f_n may be anything.
JointProblem
WithoutFrequencyRange(const JointProblem& problem)
{
    JointProblem result = problem;
    for (auto& device : result.devices)
    {
        device.minCpuHz = 0;
        device.maxCpuHz = HUGE_VAL;
    }
    return result;
}

/// Subproblem 1 by (16) to (18).
double
LiteralFrequencies(const JointProblem& problem, std::vector<JointShare>& shares)
{
    const bool priced = problem.weightTime > 0 || problem.roundDeadlineS;
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        if (device.cycles > 0 && problem.weightEnergy * device.capacitance == 0)
        {
            throw NoValue(Describe("(16) divides by w1 kappa, which is 0 for devices[", i, "]"));
        }
        if (problem.roundDeadlineS && *problem.roundDeadlineS <= shares[i].uploadS)
        {
            throw NoValue(Describe("(9a) has no f for devices[",
                                   i,
                                   "]: its upload takes ",
                                   shares[i].uploadS,
                                   " s, the deadline is ",
                                   *problem.roundDeadlineS,
                                   " s"));
        }
    }
    double roundS = 0;
    if (priced)
    {
        roundS = SolveFrequencies(WithoutFrequencyRange(problem), shares);
    }
    for (size_t i = 0; i < shares.size(); ++i)
    {
        const auto& device = problem.devices[i];
        auto& share = shares[i];
        // Without a price on time all lambda_n are 0, and so are the f_n before they are clipped.
        share.cpuHz = std::clamp(priced ? share.cpuHz : 0, device.minCpuHz, device.maxCpuHz);
        share.computeS = device.cycles > 0 ? device.cycles / share.cpuHz : 0;
        roundS = priced ? roundS : std::max(roundS, share.uploadS + share.computeS);
    }
    return roundS;
}

/// SP2_v2 by Theorem 2.
class TheoremTwo
{
  public:
    /**
     * @param problem a valid problem; must outlive this object
     * @param limitS by device, the longest upload [s]
     */
    TheoremTwo(const JointProblem& problem, const std::vector<double>& limitS)
        : m_problem(problem),
          m_ranges(UploadRanges(problem, limitS)),
          m_bandHz(limitS.size())
    {
    }

    /**
     * Set bandwidth and power of the devices that upload, for the ratios' parameters as they are.
     * @param parameters beta and nu, by device
     * @param shares by device; bandwidth, power and upload times are replaced
     * @return why there is no solution; empty if there is one
     */
    std::string operator()(const RatioParameters& parameters, std::vector<JointShare>& shares)
    {
        const auto ask = [&](double price, std::vector<double>& askedHz) {
            for (size_t i = 0; i < askedHz.size(); ++i)
            {
                askedHz[i] = Sends(i) ? m_ranges[i].BandAt(TightX(i, parameters, price)) : 0;
            }
        };
        GiveOutBand(m_problem.bandwidthHz, m_price, ask, m_bandHz);
        ShareRest(parameters);
        for (size_t i = 0; i < shares.size(); ++i)
        {
            if (Sends(i))
            {
                SetUpload(i, parameters, shares[i]);
            }
        }
        UpdateUploadTimes(m_problem, shares);
        for (size_t i = 0; i < shares.size(); ++i)
        {
            if (!std::isfinite(shares[i].uploadS))
            {
                return Describe("the rate of devices[", i, "] is 0 by Theorem 2");
            }
        }
        return "";
    }

  private:
    /**
     * @param i number of a device
     * @return whether it has something to upload
     */
    bool Sends(size_t i) const
    {
        return m_problem.devices[i].payloadBits > 0;
    }

    /// ln Lambda_n where tau_n > 0, by (A.4)
    double TightX(size_t i, const RatioParameters& parameters, double price) const
    {
        const double j =
            parameters.nu[i] * m_problem.devices[i].payloadBits * m_ranges[i].noisePerGain;
        return ExponentAtPrice(price / j);
    }

    /// ln Lambda_n where tau_n = 0, by (39); may be below 0
    double SlackX(size_t i, const RatioParameters& parameters) const
    {
        return std::log(parameters.beta[i] / (m_ranges[i].noisePerGain * m_ranges[i].nats));
    }

    /**
     * @param i number of a device that uploads
     * @param parameters beta and nu, by device
     * @return whether its upload lasts as long as is allowed (tau_n > 0) at the price of bandwidth
     */
    bool IsTight(size_t i, const RatioParameters& parameters) const
    {
        return TightX(i, parameters, m_price) > SlackX(i, parameters);
    }

    /// What devices with tau_n > 0 leave of the band, in equal parts for the others.
    void ShareRest(const RatioParameters& parameters)
    {
        double restHz = 0;
        std::vector<size_t> slack;
        for (size_t i = 0; i < m_bandHz.size(); ++i)
        {
            if (Sends(i) && !IsTight(i, parameters))
            {
                restHz += m_bandHz[i];
                slack.push_back(i);
            }
        }
        for (const auto i : slack)
        {
            m_bandHz[i] = restHz / static_cast<double>(slack.size());
        }
    }

    /**
     * Set the bandwidth and power of a device that uploads, the power clamped to its range.
     * @param i number of the device
     * @param parameters beta and nu, by device
     * @param share its bandwidth [Hz] and transmit power [W] are set
     */
    void SetUpload(size_t i, const RatioParameters& parameters, JointShare& share) const
    {
        const auto& device = m_problem.devices[i];
        const double x =
            IsTight(i, parameters) ? TightX(i, parameters, m_price) : SlackX(i, parameters);
        const double gamma = m_ranges[i].noisePerGain * m_bandHz[i] * std::expm1(x);
        share.bandwidthHz = m_bandHz[i];
        share.txPowerW = std::clamp(gamma, device.minTxPowerW, device.maxTxPowerW);
    }

    const JointProblem& m_problem;     //!< the problem
    std::vector<UploadRange> m_ranges; //!< by device
    std::vector<double> m_bandHz;      //!< by device [Hz]
    double m_price{1e-6};              //!< mu, from the last time
};

/// Subproblem 2 by Algorithm 1 and Theorem 2.
void
LiteralUploads(const JointProblem& problem, double roundS, std::vector<JointShare>& shares)
{
    std::vector<double> limitS(shares.size());
    for (size_t i = 0; i < shares.size(); ++i)
    {
        limitS[i] = roundS - shares[i].computeS;
        if (problem.devices[i].payloadBits > 0 && !(limitS[i] > 0))
        {
            throw NoValue(Describe("r_min of devices[",
                                   i,
                                   "] is d / (T - C / f), where T - C / f = ",
                                   limitS[i],
                                   " s"));
        }
    }
    if (CountSenders(problem) == 0)
    {
        return;
    }
    const auto outcome = SolveSumOfRatios(problem, TheoremTwo(problem, limitS), false, shares);
    if (!outcome.failure.empty())
    {
        throw NoValue(outcome.failure);
    }
}

/// What shares cost; those who are later than Subproblem 1's T violate it.
JointSolution
Evaluate(const JointProblem& problem, const std::vector<JointShare>& shares, double roundS)
{
    auto solution = EvaluateJoint(problem, shares);
    if (solution.timeS > problem.rounds * roundS)
    {
        JointProblem given = problem;
        given.roundDeadlineS = roundS;
        solution = EvaluateJoint(given, shares);
    }
    return solution;
}

/**
 * @param a the answer of one turn
 * @param b the answer of the turn before
 * @return whether two turns gave the same time and energy, within TOLERANCE
 */
bool
AreClose(const JointSolution& a, const JointSolution& b)
{
    return std::abs(a.timeS - b.timeS) <= TOLERANCE * b.timeS &&
           std::abs(a.energyJ - b.energyJ) <= TOLERANCE * b.energyJ;
}

} // namespace

JointSolution
SolveJointPaperLiteral(const JointProblem& problem, const JointOptions& options)
{
    auto shares = StartShares(problem, options.startBandShare);
    for (size_t i = 0; i < shares.size(); ++i)
    {
        shares[i].cpuHz = problem.devices[i].maxCpuHz;
    }
    auto last = EvaluateJoint(problem, shares);
    last.termination = "iteration limit";
    for (uint32_t turn = 1; turn <= MAX_TURNS; ++turn)
    {
        try
        {
            const double roundS = LiteralFrequencies(problem, shares);
            LiteralUploads(problem, roundS, shares);
            auto current = Evaluate(problem, shares, roundS);
            const bool done = AreClose(current, last);
            last = std::move(current);
            last.iterations = turn;
            last.termination = done ? "converged" : "iteration limit";
            if (done)
            {
                break;
            }
        }
        catch (const NoValue& reason)
        {
            last.status = SolveStatus::FAILED;
            last.iterations = turn;
            last.termination = reason.what();
            break;
        }
    }
    return last;
}

} // namespace fl
} // namespace ns3
