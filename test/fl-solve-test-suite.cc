/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-refusal.h"

#include "ns3/fl-joint-json.h"
#include "ns3/fl-json-reader.h"
#include "ns3/fl-solve-instance.h"
#include "ns3/test.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

/**
 * @file
 * @ingroup fl
 * What `./fl solve` reads and prints. How it is called, and each error with its exit code, is in
 * shell/solve.sh.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What the JSON readers accept, and what not.
class ReaderTestCase : public TestCase
{
  public:
    ReaderTestCase()
        : TestCase("strict JSON")
    {
    }

  private:
    void DoRun() override
    {
        const auto json = ParseJson(
            "{\"a\": [1, -2.5e3, 0.1], \"b\": {\"c\": [{\"d\": [0, 7.0]}]}, \"e\": \"\\u00e4\"}",
            "here");
        const JsonReader root(json);
        NS_TEST_EXPECT_MSG_EQ(root.Get("a").GetSize(), 3, "an array");
        NS_TEST_EXPECT_MSG_EQ(root.Get("a").At(1).GetNumber(), -2500, "a number");
        NS_TEST_EXPECT_MSG_EQ(root.Get("a").At(2).GetNumber(), 0.1, "to the last bit");
        const auto inner = root.Get("b").Get("c").At(0).Get("d");
        NS_TEST_EXPECT_MSG_EQ(inner.GetPlace(), "b.c[0].d", "the place");
        NS_TEST_EXPECT_MSG_EQ(inner.At(1).GetPlace(), "b.c[0].d[1]", "the place");
        NS_TEST_EXPECT_MSG_EQ(inner.At(1).GetWhole(7, 7), 7, "a whole number with a point");
        NS_TEST_EXPECT_MSG_EQ(inner.GetRange().second, 7, "a range");
        NS_TEST_EXPECT_MSG_EQ(root.Has("f"), false, "not there");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { inner.At(1).GetWhole(8, 9); }),
                              "b.c[0].d[1] = 7.0: must be a whole number from 8 to 9",
                              "too small");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { root.Get("a").At(1).GetNonNegative(); }),
                              "a[1] = -2500.0: must be a number of at least 0",
                              "negative");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { root.Get("e").GetNumber(); }),
                              "e = \"\\u00e4\": must be a number",
                              "a text");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { root.RequireKeys({"a", "b"}, {"f"}); }),
                              "e = \"\\u00e4\": unknown key: must be one of a, b, f",
                              "unknown key");
        CheckOrder();
        CheckKeys();
        CheckCounts();
        CheckDepth();
    }

    /// Entries may be asked for in any order.
    void CheckOrder()
    {
        const auto json = ParseJson("{\"a\": [[1, 2], {\"x\": [3]}, 4, []], \"b\": 5}", "here");
        const JsonReader root(json);
        const auto array = root.Get("a");
        NS_TEST_EXPECT_MSG_EQ(array.At(2).GetNumber(), 4, "behind containers");
        NS_TEST_EXPECT_MSG_EQ(array.At(0).At(1).GetNumber(), 2, "backwards");
        NS_TEST_EXPECT_MSG_EQ(array.At(3).GetSize(), 0, "the last");
        NS_TEST_EXPECT_MSG_EQ(array.At(1).Get("x").At(0).GetNumber(), 3, "in the middle");
        NS_TEST_EXPECT_MSG_EQ(root.Get("b").GetNumber(), 5, "the last");
        NS_TEST_EXPECT_MSG_EQ(root.Has("a"), true, "the first");
        NS_TEST_EXPECT_MSG_EQ(root.Has("x"), false, "within");
    }

    /// A key may be in several objects, in each once.
    void CheckKeys()
    {
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { ParseJson(R"({"a": [{"a": {"a": 1}}, {"a": 2}], "b": {}})", "here"); }),
            "accepted",
            "in several objects");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { ParseJson(R"({"b": {"a": {"a": 1}, "c": 2, "a": 3}})", "here"); }),
            "here: b: key \"a\" is given twice: must be given once",
            "around an object that has it too");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([] { ParseJson(R"([1, [{"a": [2]}, {"b": 1, "b": 2}]])", "here"); }),
            "here: [1][1]: key \"b\" is given twice: must be given once",
            "within arrays");
        // A zero byte in a name does not end it.
        const auto json = ParseJson("{\"a\\u0000b\": 1, \"ab\": 2}", "here");
        const JsonReader root(json);
        NS_TEST_EXPECT_MSG_EQ(root.Has("a"), false, "longer");
        NS_TEST_EXPECT_MSG_EQ(root.Has("abc"), false, "shorter");
        NS_TEST_EXPECT_MSG_EQ(root.Get("ab").GetNumber(), 2, "the same");
    }

    /// Whole numbers at the ends of what the types hold.
    void CheckCounts()
    {
        constexpr uint64_t MOST = std::numeric_limits<uint64_t>::max();
        const auto json = ParseJson("[18446744073709551615, 18446744073709551616, -0.0, -1, 1e308, "
                                    "9007199254740992.0, 9007199254740994.0, -0]",
                                    "here");
        const JsonReader root(json);
        NS_TEST_EXPECT_MSG_EQ(root.At(0).GetWhole(0, MOST), MOST, "the most");
        NS_TEST_EXPECT_MSG_EQ(root.At(2).GetWhole(0, MOST), 0, "-0.0 is 0");
        NS_TEST_EXPECT_MSG_EQ(root.At(5).GetWhole(0, MOST), uint64_t{1} << 53, "2^53");
        NS_TEST_EXPECT_MSG_EQ(root.At(7).GetWhole(0, MOST), 0, "-0 is 0");
        for (const size_t i : {1, 3, 4, 6})
        {
            NS_TEST_EXPECT_MSG_NE(RefusalOf([&] { root.At(i).GetWhole(0, MOST); }),
                                  "accepted",
                                  "entry " << i);
        }
    }

    /// Depth is limited before it costs stack.
    void CheckDepth()
    {
        const std::string open(MAX_JSON_DEPTH, '[');
        const std::string close(MAX_JSON_DEPTH, ']');
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { ParseJson(open + close, "here"); }),
                              "accepted",
                              "as deep as allowed");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { ParseJson("[" + open + close + "]", "here"); }),
            "here: arrays and objects lie in each other deeper than 8: must not exceed that depth",
            "one deeper");
        NS_TEST_EXPECT_MSG_NE(RefusalOf([] { ParseJson(std::string(5000000, '['), "here"); }),
                              "accepted",
                              "much deeper");
    }
};

/// Answers as JSON: absent numbers, violations, all digits.
class AnswerTestCase : public TestCase
{
  public:
    AnswerTestCase()
        : TestCase("answers as JSON")
    {
    }

  private:
    void DoRun() override
    {
        JointSolution solution;
        solution.termination = "gave up";
        NS_TEST_EXPECT_MSG_EQ(ToText(solution),
                              "{\n \"iterations\": 0,\n \"termination\": \"gave up\",\n "
                              "\"devices\": []\n}",
                              "nothing is known");

        solution.status = SolveStatus::INFEASIBLE;
        solution.objective = 0.1;
        solution.shares.resize(1);
        solution.shares[0].cpuHz = 1e9 / 3;
        solution.shares[0].uploadS = std::numeric_limits<double>::infinity();
        solution.violation.txPowerW = 0.25;
        solution.prices = JointPrices{1e-320, {0.5, ABSENT}};
        const auto json = nlohmann::json::parse(ToText(solution));
        NS_TEST_EXPECT_MSG_EQ(json["devices"][0]["cpu_hz"].get<double>(), 1e9 / 3, "all digits");
        NS_TEST_EXPECT_MSG_EQ(json["devices"][0]["upload_s"].is_null(), true, "not finite");
        NS_TEST_EXPECT_MSG_EQ(json["violation"]["power_w"].get<double>(), 0.25, "violation");
        NS_TEST_EXPECT_MSG_EQ(json["lambda"].get<double>(), 1e-320, "all digits");
        NS_TEST_EXPECT_MSG_EQ(json["mu"][1].is_null(), true, "absent");
        NS_TEST_EXPECT_MSG_EQ(json.contains("lower_bound"), false, "absent");
        NS_TEST_EXPECT_MSG_EQ(json.contains("gap"), false, "no gap without a bound");
        solution.status = SolveStatus::FEASIBLE;
        NS_TEST_EXPECT_MSG_EQ(nlohmann::json::parse(ToText(solution)).contains("violation"),
                              false,
                              "nothing is broken");
    }

    /// @return what is printed of an answer
    /// @param solution the answer
    static std::string ToText(const JointSolution& solution)
    {
        std::ostringstream text;
        JsonStream json(text);
        json.OpenObject();
        WriteJointSolution(solution, json);
        json.CloseObject();
        return text.str();
    }
};

/// What is printed value by value is what nlohmann-json prints of the whole.
class StreamTestCase : public TestCase
{
  public:
    StreamTestCase()
        : TestCase("JSON printed as it is made")
    {
    }

  private:
    void DoRun() override
    {
        nlohmann::ordered_json whole;
        std::ostringstream text;
        JsonStream json(text);
        json.OpenObject();
        whole["text"] = "a \"quoted\" \\ line\n\u00e4";
        json.Member("text", whole["text"].get<std::string>());
        whole["none"] = nlohmann::ordered_json::object();
        json.Key("none");
        json.OpenObject();
        json.CloseObject();
        whole["flags"] = {true, false};
        json.Key("flags");
        json.OpenArray();
        json.Value(true);
        json.Value(false);
        json.CloseArray();
        whole["counts"] = {0, -1, std::numeric_limits<uint64_t>::max()};
        json.Key("counts");
        json.OpenArray();
        json.Value(0);
        json.Value(int64_t{-1});
        json.Value(std::numeric_limits<uint64_t>::max());
        json.CloseArray();
        // More than is gathered before it is printed.
        json.Key("numbers");
        json.OpenArray();
        for (const double value : Numbers())
        {
            whole["numbers"].push_back({{"value", value}});
            json.OpenObject();
            json.Member("value", value);
            json.CloseObject();
        }
        json.CloseArray();
        whole["last"] = 0.5;
        json.MemberIfFinite("absent", std::numeric_limits<double>::infinity());
        json.MemberIfFinite("last", 0.5);
        json.CloseObject();
        NS_TEST_EXPECT_MSG_EQ(text.str(), whole.dump(1), "byte for byte");
    }

    /// @return numbers of all kinds and magnitudes
    static std::vector<double> Numbers()
    {
        std::vector<double> numbers{0.0,
                                    -0.0,
                                    1,
                                    -1.5,
                                    1e15,
                                    1e16,
                                    1e-5,
                                    5e-324,
                                    std::numeric_limits<double>::max(),
                                    std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::quiet_NaN()};
        double value = 1.0 / 3;
        for (int i = 0; i < 10000; ++i)
        {
            numbers.push_back(value);
            value = value < 1e300 ? value * 1.2345 : 1e-300 / 3;
        }
        return numbers;
    }
};

/// The largest of some numbers: a kind of problem that registers itself, as an own one does.
struct ToyProblem
{
    std::vector<double> numbers; //!< some
};

/// Its answer.
struct ToySolution
{
    SolveStatus status{SolveStatus::FAILED}; //!< what it is worth
    std::string termination;                 //!< why the method ended
    double largest{0};                       //!< the largest number
};

/// A method of it.
struct ToyMethod
{
    std::string name;        //!< as typed
    std::string description; //!< one line
};

/// @return the only method
std::vector<ToyMethod>
ToyMethods()
{
    return {{"scan", "looks at each number"}};
}

const SolveProblemRegistration g_toy(MakeSolveProblem<ToyProblem, ToySolution>(
    {"toy", "the largest of some numbers", "scan", &MethodNames<&ToyMethods>},
    [](const JsonDocument& document) {
        const JsonReader reader(document);
        reader.RequireKeys({"numbers"});
        ToyProblem problem;
        for (size_t i = 0; i < reader.Get("numbers").GetSize(); ++i)
        {
            problem.numbers.push_back(reader.Get("numbers").At(i).GetNumber());
        }
        return problem;
    },
    [](const ToyProblem& problem, const SolveRequest&) {
        if (problem.numbers.empty())
        {
            throw Infeasible("numbers: none is the largest", {{"min_numbers", 1.0}});
        }
        if (problem.numbers[0] < 0)
        {
            return ToySolution{SolveStatus::FAILED, "negative numbers confuse it", 0};
        }
        return ToySolution{SolveStatus::OPTIMAL,
                           "all were looked at",
                           *std::max_element(problem.numbers.begin(), problem.numbers.end())};
    },
    [](const ToySolution& solution, JsonStream& json) {
        json.Member("largest", solution.largest);
        json.Member("termination", solution.termination);
    })); ///< makes the toy known

/// A kind of problem that registered itself goes all the way from text to answer.
class RegistrationTestCase : public TestCase
{
  public:
    RegistrationTestCase()
        : TestCase("a kind of problem that registers itself")
    {
    }

  private:
    void DoRun() override
    {
        const auto& toy = FindSolveProblem("toy");
        const auto report = SolveInstance(toy, "{\"numbers\": [3, 4.5, 1]}", "here", {});
        NS_TEST_EXPECT_MSG_EQ(report.exitCode, EXIT_DONE, "answered");
        auto answer = nlohmann::ordered_json::parse(report.ToText());
        NS_TEST_EXPECT_MSG_GT_OR_EQ(answer["solve_s"].get<double>(), 0, "timed");
        answer.erase("solve_s");
        NS_TEST_EXPECT_MSG_EQ(answer.dump(),
                              "{\"status\":\"optimal\",\"method\":\"scan\",\"largest\":4.5,"
                              "\"termination\":\"all were looked at\"}",
                              "the answer");
        const auto none = SolveInstance(toy, "{\"numbers\": []}", "here", {"scan"});
        NS_TEST_EXPECT_MSG_EQ(none.exitCode, EXIT_INFEASIBLE, "no answer");
        NS_TEST_EXPECT_MSG_EQ(nlohmann::ordered_json::parse(none.ToText()).dump(),
                              "{\"status\":\"infeasible\",\"method\":\"scan\",\"reason\":"
                              "\"numbers: none is the largest\",\"min_numbers\":1.0}",
                              "says why");
        const auto failed = SolveInstance(toy, "{\"numbers\": [-1]}", "here", {"toy-scan"});
        NS_TEST_EXPECT_MSG_EQ(failed.exitCode, EXIT_FAILED, "failed");
        NS_TEST_EXPECT_MSG_EQ(failed.reason,
                              "method scan failed: negative numbers confuse it",
                              "says why");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { SolveInstance(toy, "{\"numbers\": [true]}", "here", {}); }),
            "here: numbers[0] = true: must be a number",
            "a bad instance");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { SolveInstance(toy, "{}", "here", {"other"}); }),
                              "--method=other: must be one of scan",
                              "no such method");
        bool taken = false;
        try
        {
            SolveProblemRegistration again(toy);
        }
        catch (const std::logic_error&)
        {
            taken = true;
        }
        NS_TEST_EXPECT_MSG_EQ(taken, true, "a name is taken once");
    }
};

/// What the table of problems says, holds.
class TableTestCase : public TestCase
{
  public:
    TableTestCase()
        : TestCase("table of problems")
    {
    }

  private:
    void DoRun() override
    {
        for (const auto& [name, problem] : SolveProblems())
        {
            NS_TEST_EXPECT_MSG_EQ(name, problem.name, "listed under its name");
            const auto methods = problem.methods();
            const bool known = std::any_of(methods.begin(), methods.end(), [&](const auto& method) {
                return method.first == problem.defaultMethod;
            });
            NS_TEST_EXPECT_MSG_EQ(known, true, problem.name << " has its default method");
            NS_TEST_EXPECT_MSG_EQ(&FindSolveProblem(problem.name), &problem, "is found");
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([] { FindSolveProblem("nonesuch"); }).find("unknown"),
                              0,
                              "is not there");
    }
};

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
class FlSolveTestSuite : public TestSuite
{
  public:
    FlSolveTestSuite()
        : TestSuite("fl-solve", TestSuite::Type::UNIT)
    {
        SetDataDir(NS_TEST_SOURCEDIR);
        AddTestCase(new ReaderTestCase);
        AddTestCase(new AnswerTestCase);
        AddTestCase(new StreamTestCase);
        AddTestCase(new TableTestCase);
        AddTestCase(new RegistrationTestCase);
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
        AddTestCase(new GoldenFolderTestCase(all));
    }
};

FlSolveTestSuite g_flSolveTestSuite; ///< registers the suite

} // namespace
