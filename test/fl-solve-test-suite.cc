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

/// The suite.
class FlSolveTestSuite : public TestSuite
{
  public:
    FlSolveTestSuite()
        : TestSuite("fl-solve", TestSuite::Type::UNIT)
    {
        AddTestCase(new ReaderTestCase);
        AddTestCase(new AnswerTestCase);
        AddTestCase(new StreamTestCase);
        AddTestCase(new TableTestCase);
        AddTestCase(new RegistrationTestCase);
    }
};

FlSolveTestSuite g_flSolveTestSuite; ///< registers the suite

} // namespace
