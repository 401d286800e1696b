/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "ns3/fl-solve-instance.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

/**
 * @file
 * @ingroup fl
 * `./fl solve` on golden instances, by all methods.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// The joint problem's golden instances, looked at with code that shares nothing with the solvers.
class JointGoldenTestCase : public TestCase
{
  public:
    /// @param name of the instance, without .json
    explicit JointGoldenTestCase(const std::string& name)
        : TestCase("golden " + name),
          m_name(name)
    {
    }

  private:
    void DoRun() override
    {
        const auto path = CreateDataDirFilename("golden/" + m_name + ".json");
        const std::string text = ReadJsonText(path);
        const auto expected = nlohmann::json::parse(
            ReadJsonText(CreateDataDirFilename("golden/" + m_name + ".expected.json")));
        m_instance = nlohmann::json::parse(text);
        for (const auto& [method, description] : FindSolveProblem("joint").methods())
        {
            if (method == "scheme1" && !m_instance.contains("round_deadline_s"))
            {
                continue;
            }
            const auto report =
                SolveInstance(FindSolveProblem("joint"), text, path, {method, 1, 1});
            const auto answer = nlohmann::json::parse(report.ToText());
            const std::string status = answer.at("status");
            if (status == "optimal" || status == "feasible")
            {
                CheckFeasible(answer, method);
                NS_TEST_EXPECT_MSG_GT_OR_EQ(answer["objective"].get<double>(),
                                            expected["objective"].get<double>() *
                                                (1 - expected["rel_tol"].get<double>()),
                                            method << " is not better than the optimum");
            }
            if (method == "global")
            {
                CheckOptimal(answer, expected);
            }
        }
    }

    /// The global solver's answer is the expected one, and proves it.
    void CheckOptimal(const nlohmann::json& answer, const nlohmann::json& expected)
    {
        const double best = expected["objective"];
        NS_TEST_EXPECT_MSG_EQ(answer["status"].get<std::string>(), "optimal", "proved");
        NS_TEST_EXPECT_MSG_EQ_TOL(answer["objective"].get<double>(),
                                  best,
                                  expected["rel_tol"].get<double>() * best,
                                  "the optimum");
        // What the method promises.
        NS_TEST_EXPECT_MSG_LT_OR_EQ(answer["gap"].get<double>(), 1e-9, "the gap");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(answer["lower_bound"].get<double>(),
                                    best * (1 + expected["rel_tol"].get<double>()),
                                    "the bound is one");
    }

    /// Shares meet all constraints, and times and costs follow from them.
    void CheckFeasible(const nlohmann::json& answer, const std::string& method)
    {
        // The methods' own tolerance of feasibility; sums of ten numbers round off far below it.
        constexpr double TOLERANCE = 1e-9;
        const auto& devices = m_instance["devices"];
        NS_TEST_ASSERT_MSG_EQ(answer["devices"].size(), devices.size(), "all devices");
        double usedHz = 0;
        double slowestS = 0;
        double energyJ = 0;
        for (size_t i = 0; i < devices.size(); ++i)
        {
            const auto& device = devices[i];
            const auto& share = answer["devices"][i];
            const double hz = share["bandwidth_hz"];
            const double powerW = share["power_w"];
            const double cpuHz = share["cpu_hz"];
            CheckRange(powerW, device["power_w"], method + ": power");
            CheckRange(cpuHz, device["cpu_hz"], method + ": frequency");
            const double snr = device["gain"].get<double>() * powerW /
                               (m_instance["noise_w_per_hz"].get<double>() * hz);
            const double uploadS =
                device["payload_bits"].get<double>() * std::log(2.0) / (hz * std::log1p(snr));
            const double cycles = m_instance["local_iterations"].get<double>() *
                                  device["samples"].get<double>() *
                                  device["cycles_per_sample"].get<double>();
            NS_TEST_EXPECT_MSG_EQ_TOL(share["upload_s"].get<double>(),
                                      uploadS,
                                      TOLERANCE * uploadS,
                                      method << ": upload time of device " << i);
            NS_TEST_EXPECT_MSG_EQ_TOL(share["compute_s"].get<double>(),
                                      cycles / cpuHz,
                                      TOLERANCE * cycles / cpuHz,
                                      method << ": compute time of device " << i);
            usedHz += hz;
            slowestS = std::max(slowestS, uploadS + cycles / cpuHz);
            energyJ +=
                powerW * uploadS + device["capacitance"].get<double>() * cycles * cpuHz * cpuHz;
        }
        NS_TEST_EXPECT_MSG_LT_OR_EQ(usedHz,
                                    m_instance["bandwidth_hz"].get<double>() * (1 + TOLERANCE),
                                    method << ": bandwidth");
        const double rounds = m_instance["rounds"];
        CheckCost(answer,
                  "time_s",
                  rounds * m_instance.value("round_deadline_s", slowestS),
                  method);
        CheckCost(answer, "energy_j", rounds * energyJ, method);
        CheckCost(answer,
                  "objective",
                  m_instance["weight_energy"].get<double>() * answer["energy_j"].get<double>() +
                      m_instance["weight_time"].get<double>() * answer["time_s"].get<double>(),
                  method);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(rounds * slowestS,
                                    answer["time_s"].get<double>() * (1 + TOLERANCE),
                                    method << ": deadline");
    }

    /// A value lies in a range.
    void CheckRange(double value, const nlohmann::json& range, const std::string& what)
    {
        const double slack = 1e-9 * range[1].get<double>();
        NS_TEST_EXPECT_MSG_GT_OR_EQ(value, range[0].get<double>() - slack, what);
        NS_TEST_EXPECT_MSG_LT_OR_EQ(value, range[1].get<double>() + slack, what);
    }

    /// A printed number is what it should be, but for rounding errors of sums over the devices.
    void CheckCost(const nlohmann::json& answer,
                   const char* key,
                   double value,
                   const std::string& method)
    {
        NS_TEST_EXPECT_MSG_EQ_TOL(answer[key].get<double>(),
                                  value,
                                  1e-9 * value,
                                  method << ": " << key);
    }

    std::string m_name;        //!< without .json
    nlohmann::json m_instance; //!< the instance
};

/// The scheduling problem's golden instances.
class ScheduleGoldenTestCase : public TestCase
{
  public:
    /// @param name of the instance, without .json
    explicit ScheduleGoldenTestCase(const std::string& name)
        : TestCase("golden " + name),
          m_name(name)
    {
    }

  private:
    void DoRun() override
    {
        const auto path = CreateDataDirFilename("golden/" + m_name + ".json");
        const std::string text = ReadJsonText(path);
        const auto expected = nlohmann::json::parse(
            ReadJsonText(CreateDataDirFilename("golden/" + m_name + ".expected.json")));
        m_instance = nlohmann::json::parse(text);
        const double best = expected["objective"];
        for (const auto& [method, description] : FindSolveProblem("schedule").methods())
        {
            const auto report =
                SolveInstance(FindSolveProblem("schedule"), text, path, {method, 1, 1});
            NS_TEST_EXPECT_MSG_EQ(report.exitCode, EXIT_DONE, method);
            const auto answer = nlohmann::json::parse(report.ToText());
            CheckAnswer(answer, method);
            // The file's numbers are right to rounding, of sums of 20.
            NS_TEST_EXPECT_MSG_LT_OR_EQ(answer["objective"].get<double>(),
                                        best * (1 + TOLERANCE),
                                        method << " is not better than the optimum");
            if (method == "exact" || method == "paper")
            {
                const auto& wanted = method == "exact" ? expected : expected["paper"];
                NS_TEST_EXPECT_MSG_EQ_TOL(answer["objective"].get<double>(),
                                          wanted["objective"].get<double>(),
                                          best * TOLERANCE,
                                          method);
                NS_TEST_EXPECT_MSG_EQ(answer["selected"], wanted["selected"], method);
            }
            if (method == "exact")
            {
                NS_TEST_EXPECT_MSG_EQ(answer["status"].get<std::string>(), "optimal", "proved");
                NS_TEST_EXPECT_MSG_LT_OR_EQ(answer["gap"].get<double>(), TOLERANCE, "the gap");
                NS_TEST_EXPECT_MSG_GT_OR_EQ(answer["upper_bound"].get<double>(),
                                            answer["objective"].get<double>(),
                                            "the bound");
                NS_TEST_EXPECT_MSG_EQ_TOL(answer["delay_s"].get<double>(),
                                          expected["delay_s"].get<double>(),
                                          TOLERANCE * expected["delay_s"].get<double>(),
                                          "the delay");
            }
        }
    }

    /// Bandwidths fit into the band, and delay and objective follow from them.
    void CheckAnswer(const nlohmann::json& answer, const std::string& method)
    {
        const auto& gains = m_instance["gain_over_noise_hz"];
        NS_TEST_ASSERT_MSG_EQ(answer["devices"].size(), gains.size(), "all devices");
        double usedHz = 0;
        double delayS = 0;
        size_t selected = 0;
        for (size_t i = 0; i < gains.size(); ++i)
        {
            const auto& device = answer["devices"][i];
            const double hz = device["bandwidth_hz"];
            NS_TEST_EXPECT_MSG_EQ(device["selected"].get<bool>(), (hz > 0), method);
            if (hz > 0)
            {
                ++selected;
                usedHz += hz;
                const double rate = hz * std::log1p(gains[i].get<double>() / hz) / std::log(2.0);
                delayS = std::max(delayS, m_instance["payload_bits"].get<double>() / rate);
            }
        }
        NS_TEST_EXPECT_MSG_EQ(answer["selected"].get<size_t>(), selected, method << ": the count");
        NS_TEST_EXPECT_MSG_LT_OR_EQ(usedHz,
                                    m_instance["bandwidth_hz"].get<double>() * (1 + TOLERANCE),
                                    method << ": bandwidth");
        NS_TEST_EXPECT_MSG_EQ_TOL(answer["delay_s"].get<double>(),
                                  delayS,
                                  TOLERANCE * delayS,
                                  method << ": delay");
        const double cost = m_instance["queue_weight"].get<double>() * delayS;
        NS_TEST_EXPECT_MSG_EQ_TOL(answer["objective"].get<double>(),
                                  static_cast<double>(selected) - cost,
                                  TOLERANCE * (static_cast<double>(selected) + cost),
                                  method << ": objective");
    }

    static constexpr double TOLERANCE = 1e-12; //!< rounding of sums of 20, cancellation included
    std::string m_name;                        //!< without .json
    nlohmann::json m_instance;                 //!< the instance
};

/// The task allocation's golden instances, looked at with code that shares nothing with the
/// solvers.
class MelGoldenTestCase : public TestCase
{
  public:
    /// @param name of the instance, without .json
    explicit MelGoldenTestCase(const std::string& name)
        : TestCase("golden " + name),
          m_name(name)
    {
    }

  private:
    void DoRun() override
    {
        const auto path = CreateDataDirFilename("golden/" + m_name + ".json");
        const std::string text = ReadJsonText(path);
        const auto expected = nlohmann::json::parse(
            ReadJsonText(CreateDataDirFilename("golden/" + m_name + ".expected.json")));
        const auto instance = nlohmann::json::parse(text);
        const double best = expected["objective"];
        for (const auto& [method, description] : FindSolveProblem("mel").methods())
        {
            const auto report = SolveInstance(FindSolveProblem("mel"), text, path, {method, 1, 1});
            const auto answer = nlohmann::json::parse(report.ToText());
            const auto status = answer.at("status").get<std::string>();
            NS_TEST_EXPECT_MSG_EQ(report.exitCode, EXIT_DONE, method << " has an answer");
            CheckFeasible(instance, answer, method);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(answer["objective"].get<double>(), best, method);
            NS_TEST_EXPECT_MSG_GT_OR_EQ(answer["upper_bound"].get<double>(), best, method);
            NS_TEST_EXPECT_MSG_EQ(status,
                                  (answer["gap"].get<double>() > 0 ? "feasible" : "optimal"),
                                  method << " says what is proved");
            if (method == "exact")
            {
                NS_TEST_EXPECT_MSG_EQ(answer["objective"].get<double>(), best, "the optimum");
                NS_TEST_EXPECT_MSG_EQ(status, "optimal", "proved");
            }
        }
    }

    /// The answer meets all constraints, and its objective is the mean.
    void CheckFeasible(const nlohmann::json& instance,
                       const nlohmann::json& answer,
                       const std::string& method)
    {
        // What the module's limits are met to, and rounding errors of the three terms.
        constexpr double TOLERANCE = 2e-12;
        const auto& learners = instance["learners"];
        NS_TEST_ASSERT_MSG_EQ(answer["learners"].size(), learners.size(), "all learners");
        int64_t samples = 0;
        int64_t sum = 0;
        std::vector<int64_t> taus;
        for (size_t k = 0; k < learners.size(); ++k)
        {
            const auto tau = answer["learners"][k]["iterations"].get<int64_t>();
            const auto d = answer["learners"][k]["samples"].get<int64_t>();
            const auto cost = [&](const char* square, const char* linear, const char* fixed) {
                return learners[k][square].get<double>() * static_cast<double>(tau * d) +
                       learners[k][linear].get<double>() * static_cast<double>(d) +
                       learners[k][fixed].get<double>();
            };
            NS_TEST_EXPECT_MSG_LT_OR_EQ(cost("c2", "c1", "c0"),
                                        instance["cycle_time_s"].get<double>() * (1 + TOLERANCE),
                                        method << ": time of learner " << k);
            NS_TEST_EXPECT_MSG_LT_OR_EQ(cost("g2", "g1", "g0"),
                                        learners[k]["energy_j"].get<double>() * (1 + TOLERANCE),
                                        method << ": energy of learner " << k);
            NS_TEST_EXPECT_MSG_GT_OR_EQ(d, instance["min_samples"].get<int64_t>(), method);
            samples += d;
            sum += tau;
            taus.push_back(tau);
        }
        const auto [least, most] = std::minmax_element(taus.begin(), taus.end());
        NS_TEST_EXPECT_MSG_LT_OR_EQ(*most - *least,
                                    instance["staleness"].get<int64_t>(),
                                    method << ": staleness");
        NS_TEST_EXPECT_MSG_EQ(samples, instance["samples"].get<int64_t>(), method << ": samples");
        NS_TEST_EXPECT_MSG_EQ(answer["objective"].get<double>(),
                              static_cast<double>(sum) / static_cast<double>(learners.size()),
                              method << ": objective");
    }

    std::string m_name; //!< without .json
};

/// Every pair of files in the folder is of a kind that is checked.
class GoldenFolderTestCase : public TestCase
{
  public:
    /// @param names of the instances that are checked
    explicit GoldenFolderTestCase(const std::vector<std::string>& names)
        : TestCase("all golden files are looked at"),
          m_names(names)
    {
    }

  private:
    void DoRun() override
    {
        size_t found = 0;
        for (const auto& entry :
             std::filesystem::directory_iterator(CreateDataDirFilename("golden")))
        {
            const std::string name = entry.path().filename().string();
            const std::string ending = ".expected.json";
            if (name.size() <= ending.size() ||
                name.compare(name.size() - ending.size(), ending.size(), ending) != 0)
            {
                continue;
            }
            ++found;
            const std::string stem = name.substr(0, name.size() - ending.size());
            NS_TEST_EXPECT_MSG_EQ(std::count(m_names.begin(), m_names.end(), stem),
                                  1,
                                  stem << " is checked");
        }
        NS_TEST_EXPECT_MSG_EQ(found, m_names.size(), "they are there");
    }

    std::vector<std::string> m_names; //!< of the instances that are checked
};

/// The suite.
class FlSolveGoldenTestSuite : public TestSuite
{
  public:
    FlSolveGoldenTestSuite()
        : TestSuite("fl-solve-golden", TestSuite::Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        const std::vector<std::string> joint{"joint-n10-w05", "joint-n10-w09", "joint-n8-fminbind"};
        for (const auto& name : joint)
        {
            AddTestCase(new JointGoldenTestCase(name));
        }
        const std::vector<std::string> mel{"mel-k4-c0", "mel-k4-c1", "mel-k4-c3", "mel-k4-c5"};
        for (const auto& name : mel)
        {
            AddTestCase(new MelGoldenTestCase(name));
        }
        const std::vector<std::string> schedule{"schedule-0", "schedule-1", "schedule-2"};
        for (const auto& name : schedule)
        {
            AddTestCase(new ScheduleGoldenTestCase(name));
        }
        std::vector<std::string> all(joint);
        all.insert(all.end(), schedule.begin(), schedule.end());
        all.insert(all.end(), mel.begin(), mel.end());
        // Suite fl-dma-solve looks at these.
        all.insert(all.end(), {"dma-budgets-4x2", "dma-enum-2x2", "dma-medium-6x3"});
        // Suite fl-offload looks at these.
        all.insert(all.end(), {"offload-n4-m2", "offload-n8-energy", "offload-n8-m3"});
        AddTestCase(new GoldenFolderTestCase(all));
    }
};

FlSolveGoldenTestSuite g_flSolveGoldenTestSuite; ///< registers the suite

} // namespace
