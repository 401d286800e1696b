/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-offload.h"

#include "ns3/fl-offload-methods.h"
#include "ns3/fl-solve-instance.h"
#include "ns3/test.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

/**
 * @file
 * @ingroup fl
 * Offloading to several edge servers: golden instances, enumeration, relations between answers,
 * limits.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// Draws of method random.
OffloadOptions
RandomOptions(RandomStream& random)
{
    OffloadOptions options;
    options.uniform = [&random] { return random.Uniform(); };
    return options;
}

/// Golden instances, through ./fl solve's reader and printer, by all methods.
class GoldenTestCase : public TestCase
{
  public:
    /// @param name without .json
    explicit GoldenTestCase(const std::string& name)
        : TestCase("golden " + name),
          m_name(name)
    {
    }

  private:
    void DoRun() override
    {
        const auto path = CreateDataDirFilename("golden/" + m_name + ".json");
        const auto text = ReadJsonText(path);
        m_instance = nlohmann::json::parse(text);
        const auto expected = nlohmann::json::parse(
            ReadJsonText(CreateDataDirFilename("golden/" + m_name + ".expected.json")));
        const double best = expected["objective"];
        const double tolerance = expected["rel_tol"];
        for (const auto& method : OffloadMethods())
        {
            const auto answer = Solve(text, path, {method.name, 1, 1});
            const double objective = answer["objective"];
            const double bound = answer["lower_bound"];
            NS_TEST_EXPECT_MSG_EQ_TOL(Recomputed(answer) / objective, 1, 1e-9, method.name);
            NS_TEST_EXPECT_MSG_GT(objective, best * (1 - tolerance), "not below the optimum");
            NS_TEST_EXPECT_MSG_LT(bound, best * (1 + tolerance), "nor a bound above it");
            if (method.name == "exact")
            {
                NS_TEST_EXPECT_MSG_EQ_TOL(objective / best, 1, tolerance, "the optimum");
                NS_TEST_EXPECT_MSG_EQ(answer["status"].get<std::string>(), "optimal", "proved");
                NS_TEST_EXPECT_MSG_GT(bound, best * (1 - tolerance), "by its bound");
            }
            else
            {
                const double free = expected["lower_bound_free"];
                NS_TEST_EXPECT_MSG_EQ_TOL(bound / free, 1, 1e-9, "without interference");
            }
        }
        Compare(Solve(text, path, {"local", 1, 1}), "objective", expected["all_local"]);
        Compare(Solve(text, path, {"blind", 1, 1}), "objective", expected["interference_blind"]);
        SolveRequest tight{"search", 1, 1};
        tight.hasTightBound = true;
        Compare(Solve(text, path, tight), "lower_bound", expected["lower_bound_lp"]);
        NS_TEST_EXPECT_MSG_EQ_TOL(Solve(text, path, {"exact", 1, 1})["mining_s"].get<double>(),
                                  expected["mining_s"].get<double>(),
                                  1e-12,
                                  "mining");
    }

    /// @return the answer
    nlohmann::json Solve(const std::string& text,
                         const std::string& path,
                         const SolveRequest& request)
    {
        const auto report = SolveInstance(FindSolveProblem("offload"), text, path, request);
        NS_TEST_EXPECT_MSG_EQ(report.exitCode, 0, report.reason);
        return nlohmann::json::parse(report.ToText());
    }

    /// Two solvers agree.
    void Compare(const nlohmann::json& answer, const char* key, double expected)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(answer[key].get<double>() / expected, 1, 1e-6, key);
    }

    /// @return the objective from what is decided alone; limits are checked on the way
    double Recomputed(const nlohmann::json& answer)
    {
        const auto& mining = m_instance["mining"];
        const double block = mining["block_hashes"];
        double sum = m_instance["consensus_s"];
        for (size_t n = 0; n < answer["devices"].size(); ++n)
        {
            const auto& device = m_instance["devices"][n];
            const auto& is = answer["devices"][n];
            const double cycles = device["cycles"];
            const double restJ = device["energy_budget_j"].get<double>() -
                                 block * mining["joule_per_hash"].get<double>();
            sum += mining["forks"].get<double>() * (block / is["hash_rate_hps"].get<double>() +
                                                    mining["propagation_s"].get<double>());
            if (is["mode"] == "local")
            {
                const double hz = is["cpu_hz"];
                const double kappa = device["effective_capacitance"];
                sum += cycles / hz + m_instance["model_bits"].get<double>() /
                                         device["upload_rate_bps"].get<double>();
                NS_TEST_EXPECT_MSG_LT_OR_EQ(kappa * hz * hz * cycles, restJ * (1 + 1e-9), "28h");
                continue;
            }
            const size_t m = is["server"];
            const size_t g = is["sub_channel"];
            double noise = m_instance["noise_w"][g];
            for (size_t j = 0; j < answer["devices"].size(); ++j)
            {
                const auto& other = answer["devices"][j];
                if (other["mode"] == "offload" && other["sub_channel"] == g && other["server"] != m)
                {
                    noise +=
                        other["power_w"].get<double>() * m_instance["gain"][j][m][g].get<double>();
                }
            }
            const double powerW = is["power_w"];
            const double snr = powerW * m_instance["gain"][n][m][g].get<double>() / noise;
            const double offloadS =
                device["data_bits"].get<double>() /
                (m_instance["bandwidth_hz"][g].get<double>() * std::log2(1 + snr));
            NS_TEST_EXPECT_MSG_LT_OR_EQ(powerW * offloadS, restJ * (1 + 1e-9), "28h");
            sum += offloadS + cycles / m_instance["servers"][m]["cpu_hz"].get<double>();
        }
        return sum;
    }

    std::string m_name;        //!< without .json
    nlohmann::json m_instance; //!< as read
};

/// Small random instances against enumeration.
class EnumerationTestCase : public TestCase
{
  public:
    EnumerationTestCase()
        : TestCase("1,000 instances against enumeration, both objectives")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(41);
        size_t searched = 0;
        for (int k = 0; k < 1000; ++k)
        {
            auto problem = DrawSmallOffload(random, k % 20 == 0 ? 6 : 5);
            for (const auto objective : {OffloadObjective::SUM, OffloadObjective::MAKESPAN})
            {
                problem.objective = objective;
                OffloadColumns columns(problem);
                const double best = OffloadEnumeration(columns).Run();
                for (const auto& method : OffloadMethods())
                {
                    const auto answer = SolveOffload(method.name, problem, RandomOptions(random));
                    Check(answer, best, method.name);
                    searched +=
                        method.name == "search" && answer.value.learnS < best * (1 + 1e-8) ? 1 : 0;
                }
            }
        }
        NS_TEST_EXPECT_MSG_GT(searched, 1900, "the search finds it nearly always");
    }

    /// An answer is feasible, its bound is one, and exact is exact.
    void Check(const OffloadSolution& answer, double best, const std::string& method)
    {
        NS_TEST_EXPECT_MSG_LT_OR_EQ(WorstOffloadResidual(answer.residuals).second,
                                    OFFLOAD_FEASIBILITY_TOLERANCE,
                                    method);
        NS_TEST_EXPECT_MSG_GT(answer.value.learnS, best * (1 - 1e-8), method);
        const double otherS = answer.value.objective - answer.value.learnS;
        NS_TEST_EXPECT_MSG_LT(answer.lowerBound - otherS, best * (1 + 1e-8), method);
        if (method == "exact")
        {
            NS_TEST_EXPECT_MSG_EQ_TOL(answer.value.learnS / best, 1, 1e-8, "the optimum");
            NS_TEST_EXPECT_MSG_EQ(ToString(answer.status), std::string("optimal"), "proved");
        }
    }
};

/// More of anything never hurts; the order of things does not matter.
class RelationsTestCase : public TestCase
{
  public:
    RelationsTestCase()
        : TestCase("more of a resource, another order")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(42);
        for (int k = 0; k < 60; ++k)
        {
            auto problem = DrawSmallOffload(random, 6);
            problem.objective = k % 2 ? OffloadObjective::MAKESPAN : OffloadObjective::SUM;
            m_best = SolveOffload("exact", problem).value.objective;
            CheckMore(problem, random);
            CheckOrder(problem, random);
        }
    }

    /// The optimum does not rise.
    void NoWorse(const OffloadProblem& more, const char* what)
    {
        NS_TEST_EXPECT_MSG_LT(SolveOffload("exact", more).value.objective,
                              m_best * (1 + 1e-8),
                              what);
    }

    /// One thing after the other becomes more.
    void CheckMore(const OffloadProblem& problem, RandomStream& random)
    {
        const size_t n = random.Below(problem.devices.size());
        auto more = problem;
        more.devices[n].maxTxPowerW *= 3;
        NoWorse(more, "power");
        more = problem;
        more.devices[n].energyBudgetJ += 1;
        NoWorse(more, "energy");
        more = problem;
        more.devices[n].maxCpuHz *= 2;
        NoWorse(more, "CPU of a device");
        more = problem;
        more.devices[n].uploadRateBps *= 2;
        NoWorse(more, "rate of uploads");
        more = problem;
        more.servers[random.Below(problem.servers.size())].cpuHz *= 2;
        NoWorse(more, "CPU of a server");
        more = problem;
        more.mining.maxHashRateHps *= 2;
        NoWorse(more, "hash rate");
        more = problem;
        more.noiseW[random.Below(problem.noiseW.size())] /= 2;
        NoWorse(more, "less noise");
    }

    /// The answer is the same but for the order.
    void CheckOrder(const OffloadProblem& problem, RandomStream& random)
    {
        const auto order = [&random](size_t count) {
            std::vector<size_t> numbers(count);
            std::iota(numbers.begin(), numbers.end(), size_t{0});
            random.Shuffle(numbers);
            return numbers;
        };
        const auto devices = order(problem.devices.size());
        const auto servers = order(problem.servers.size());
        const auto channels = order(problem.bandwidthHz.size());
        auto other = problem;
        other.gains.clear();
        for (size_t n = 0; n < devices.size(); ++n)
        {
            other.devices[n] = problem.devices[devices[n]];
            for (const size_t m : servers)
            {
                for (const size_t g : channels)
                {
                    other.gains.push_back(problem.Gain(devices[n], m, g));
                }
            }
        }
        for (size_t m = 0; m < servers.size(); ++m)
        {
            other.servers[m] = problem.servers[servers[m]];
        }
        const auto answer = SolveOffload("exact", problem);
        const auto moved = SolveOffload("exact", other);
        NS_TEST_EXPECT_MSG_EQ_TOL(moved.value.objective / m_best, 1, 1e-8, "the optimum");
        if (problem.objective == OffloadObjective::MAKESPAN)
        {
            // Who is not among the last may be anywhere.
            return;
        }
        for (size_t n = 0; n < devices.size(); ++n)
        {
            const auto& slot = answer.decisions[devices[n]].slot;
            const auto& place = moved.decisions[n].slot;
            NS_TEST_EXPECT_MSG_EQ(place.has_value(), slot.has_value(), "the same mode");
            if (place && slot)
            {
                NS_TEST_EXPECT_MSG_EQ(servers[place->server], slot->server, "the same server");
                NS_TEST_EXPECT_MSG_EQ(channels[place->subChannel],
                                      slot->subChannel,
                                      "the same sub-channel");
            }
        }
    }

    double m_best{0}; //!< the optimum
};

/// What is known beforehand.
class LimitsTestCase : public TestCase
{
  public:
    LimitsTestCase()
        : TestCase("limits and variants")
    {
    }

  private:
    void DoRun() override
    {
        RandomStream random(43);
        OffloadDrop drop;
        drop.devices = 6;
        drop.servers = 2;
        drop.subChannels = 2;
        const auto problem = DrawOffload(drop, random);
        CheckNoPower(problem);
        CheckOneCell(drop, random);
        CheckNoise(problem);
        CheckPool(problem);
        CheckMakespan(problem);
        CheckGrid(drop);
        CheckTime();
    }

    /// @return how many offload
    size_t Offloading(const OffloadSolution& answer)
    {
        size_t count = 0;
        for (const auto& decision : answer.decisions)
        {
            count += decision.slot ? 1 : 0;
        }
        return count;
    }

    /// Without power, or gain, all stay at home.
    void CheckNoPower(OffloadProblem problem)
    {
        const double localS = SolveOffload("local", problem).value.objective;
        auto deaf = problem;
        std::fill(deaf.gains.begin(), deaf.gains.end(), 0);
        for (auto& device : problem.devices)
        {
            device.maxTxPowerW = 1e-20;
        }
        for (const auto* method : {"exact", "search", "blind"})
        {
            for (const auto* quiet : {&problem, &deaf})
            {
                const auto answer = SolveOffload(method, *quiet);
                NS_TEST_EXPECT_MSG_EQ(Offloading(answer), 0, "nobody offloads");
                NS_TEST_EXPECT_MSG_EQ_TOL(answer.value.objective, localS, 1e-12 * localS, method);
            }
        }
        RandomStream random(44);
        NS_TEST_EXPECT_MSG_EQ(Offloading(SolveOffload("random", deaf, RandomOptions(random))),
                              0,
                              "nor can they");
        NS_TEST_EXPECT_MSG_EQ(Offloading(SolveOffload("all", deaf)), 0, "nor can they");
    }

    /// One cell has no interference; one sub-channel is taken once per cell.
    void CheckOneCell(OffloadDrop drop, RandomStream& random)
    {
        drop.servers = 1;
        const auto one = DrawOffload(drop, random);
        const auto exact = SolveOffload("exact", one);
        const auto blind = SolveOffload("blind", one);
        NS_TEST_EXPECT_MSG_EQ_TOL(exact.value.objective / blind.value.objective, 1, 1e-9, "same");
        NS_TEST_EXPECT_MSG_EQ(ToString(blind.status), std::string("optimal"), "by its own bound");
        drop.servers = 3;
        drop.subChannels = 1;
        NS_TEST_EXPECT_MSG_LT_OR_EQ(Offloading(SolveOffload("all", DrawOffload(drop, random))),
                                    3,
                                    "one per cell");
    }

    /// So much noise that nobody offloads, and so little that interference is all.
    void CheckNoise(OffloadProblem problem)
    {
        auto loud = problem;
        auto silent = problem;
        for (size_t g = 0; g < problem.noiseW.size(); ++g)
        {
            loud.noiseW[g] *= 1e12;
            silent.noiseW[g] *= 1e-14;
        }
        NS_TEST_EXPECT_MSG_EQ(Offloading(SolveOffload("exact", loud)), 0, "noise");
        const auto answer = SolveOffload("exact", silent);
        NS_TEST_EXPECT_MSG_EQ(ToString(answer.status), std::string("optimal"), "interference");
        NS_TEST_EXPECT_MSG_GT(Offloading(answer), 1, "some offload");
    }

    /// A pool that binds is shared equally.
    void CheckPool(OffloadProblem problem)
    {
        const auto without = SolveOffload("exact", problem);
        problem.mining.hashPoolHps = 1e13;
        NS_TEST_EXPECT_MSG_EQ(SolveOffload("exact", problem).value.miningS,
                              without.value.miningS,
                              "a pool that does not bind");
        problem.mining.hashPoolHps = 3e12;
        const auto answer = SolveOffload("exact", problem);
        NS_TEST_EXPECT_MSG_EQ_TOL(answer.decisions[0].hashRateHps, 5e11, 1, "equal shares");
        NS_TEST_EXPECT_MSG_EQ_TOL(answer.value.miningS,
                                  6 * 3 * (0.1 + problem.mining.propagationS),
                                  1e-9,
                                  "(27)");
        auto decisions = answer.decisions;
        decisions[0].hashRateHps *= 1.01;
        NS_TEST_EXPECT_MSG_EQ_TOL(CheckOffload(problem, decisions).at("28g"),
                                  0.01 / 6,
                                  1e-9,
                                  "more than the pool has");
    }

    /// Of what overlaps the longest counts.
    void CheckMakespan(OffloadProblem problem)
    {
        problem.objective = OffloadObjective::MAKESPAN;
        const auto answer = SolveOffload("exact", problem);
        double offloadS = 0;
        double workS = 0;
        std::vector<double> serverS(2, 0);
        for (size_t n = 0; n < 6; ++n)
        {
            const auto& outcome = answer.value.outcomes[n];
            offloadS = std::max(offloadS, outcome.offloadS);
            workS = std::max(workS, outcome.computeS + outcome.uploadS);
            if (const auto& slot = answer.decisions[n].slot)
            {
                serverS[slot->server] += outcome.executeS;
            }
        }
        workS = std::max({workS, serverS[0], serverS[1]});
        NS_TEST_EXPECT_MSG_EQ_TOL(answer.value.learnS, offloadS + workS, 1e-12, "two parts");
        NS_TEST_EXPECT_MSG_EQ_TOL(answer.value.miningS,
                                  3 * (0.05 + problem.mining.propagationS),
                                  1e-12,
                                  "all mine at once");
        problem.objective = OffloadObjective::SUM;
        NS_TEST_EXPECT_MSG_GT(SolveOffload("exact", problem).value.objective,
                              answer.value.objective,
                              "less than the sum");
    }

    /// W each, or W / G each.
    void CheckGrid(OffloadDrop drop)
    {
        RandomStream one(45);
        RandomStream two(45);
        const auto wide = DrawOffload(drop, one);
        drop.isGrid = true;
        const auto grid = DrawOffload(drop, two);
        NS_TEST_EXPECT_MSG_EQ(wide.bandwidthHz[1], 20e6, "W");
        NS_TEST_EXPECT_MSG_EQ(grid.bandwidthHz[1], 10e6, "W / G");
        NS_TEST_EXPECT_MSG_EQ_TOL(wide.noiseW[0] / grid.noiseW[0], 2, 1e-12, "noise, too");
        NS_TEST_EXPECT_MSG_LT(SolveOffload("exact", wide).value.objective,
                              SolveOffload("exact", grid).value.objective,
                              "more band");
    }

    /// When time is over there is an answer with a bound.
    void CheckTime()
    {
        RandomStream random(46);
        auto problem = DrawOffload({}, random);
        OffloadOptions options;
        options.seconds = 1e-3;
        for (const auto objective : {OffloadObjective::SUM, OffloadObjective::MAKESPAN})
        {
            problem.objective = objective;
            const auto answer = SolveOffload("exact", problem, options);
            NS_TEST_EXPECT_MSG_EQ(ToString(answer.status), std::string("feasible"), "feasible");
            NS_TEST_EXPECT_MSG_EQ(answer.termination, "time is over after 0.001 s", "why");
            NS_TEST_EXPECT_MSG_GT(answer.Gap(), 1e-6, "with a gap");
            NS_TEST_EXPECT_MSG_LT(answer.Gap(), 1, "and a bound");
        }
    }
};

/// The suite.
class FlOffloadTestSuite : public TestSuite
{
  public:
    FlOffloadTestSuite()
        : TestSuite("fl-offload", TestSuite::Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        for (const auto* name : {"offload-n4-m2", "offload-n8-energy", "offload-n8-m3"})
        {
            AddTestCase(new GoldenTestCase(name));
        }
        AddTestCase(new EnumerationTestCase);
        AddTestCase(new RelationsTestCase);
        AddTestCase(new LimitsTestCase);
    }
};

FlOffloadTestSuite g_flOffloadTestSuite; ///< registers the suite

} // namespace
