/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-blockchain-report.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-plot-script.h"

#include <algorithm>
#include <chrono>
#include <iomanip>

namespace ns3
{
namespace fl
{

namespace
{

/// @return name of a partition @param isIid which
const char*
PartitionName(bool isIid)
{
    return isIid ? "iid" : "non-iid";
}

/// Columns of a sample: its mean and interval. @param [in,out] row they are added @param sample
/// values
void
AddSample(CsvRow& row, const Sample& sample)
{
    row.Add(sample.Mean()).Add(sample.Ci95());
}

/// @return text up to the first space, and behind it @param text with a space
std::pair<std::string, std::string>
Halves(const std::string& text)
{
    const auto space = text.find(' ');
    return {text.substr(0, space), space == std::string::npos ? "" : text.substr(space + 1)};
}

/// @return whether a figure is of attacks @param figure its name
bool
IsAttack(const std::string& figure)
{
    return figure == "11" || figure == "12";
}

/// @return names of a figure's curves @param figure its name @param data all
std::vector<std::string>
CurvesOf(const std::string& figure, const BlockchainData& data)
{
    std::vector<std::string> curves;
    for (const auto& one : data.cases)
    {
        if (one.figure == figure &&
            std::find(curves.begin(), curves.end(), one.curve) == curves.end())
        {
            curves.push_back(one.curve);
        }
    }
    return curves;
}

/// @return figure-NAME.csv @param figure name @param data all
std::string
CurvesCsv(const std::string& figure, const BlockchainData& data)
{
    std::string text = "partition,curve,round,accuracy_mean,accuracy_ci95,loss_mean,loss_ci95\n";
    CsvRow row;
    for (size_t i = 0; i < data.cases.size(); ++i)
    {
        const auto& one = data.cases[i];
        for (uint32_t round = 0; one.figure == figure && round < one.rounds; ++round)
        {
            row.Add(PartitionName(one.isIid)).Add(one.curve.c_str()).Add(round + 1);
            AddSample(row, data.results[i].accuracy[round]);
            AddSample(row, data.results[i].loss[round]);
            text += row.Finish();
        }
    }
    return text;
}

/// @return figure-NAME-summary.csv @param figure name @param data all
std::string
SummaryCsv(const std::string& figure, const BlockchainData& data)
{
    std::string text = "partition,curve,runs,final_accuracy_mean,final_accuracy_ci95,drop_mean,"
                       "drop_ci95,attacks,found,false_alarms,error_over_bound\n";
    CsvRow row;
    for (size_t i = 0; i < data.cases.size(); ++i)
    {
        const auto& one = data.cases[i];
        const auto& result = data.results[i];
        if (one.figure == figure)
        {
            row.Add(PartitionName(one.isIid)).Add(one.curve.c_str());
            row.Add(result.finalAccuracy.GetN());
            AddSample(row, result.finalAccuracy);
            AddSample(row, result.drop);
            row.Add(result.detection.attacks).Add(result.detection.found);
            row.Add(result.detection.falseAlarms).Add(result.errorRatio.Mean());
            text += row.Finish();
        }
    }
    return text;
}

/// Write a file. @param path where to @param text all of it
void
WriteFile(const std::filesystem::path& path, const std::string& text)
{
    OutputFile file(path);
    file.Write(text);
    file.Publish();
}

} // namespace

const BlockchainResult*
BlockchainData::Find(const std::string& figure,
                     const std::string& curve,
                     bool isIid,
                     size_t task) const
{
    for (size_t i = 0; i < cases.size(); ++i)
    {
        const auto& one = cases[i];
        if (one.figure == figure && one.curve == curve && one.isIid == isIid && one.task == task)
        {
            return &results[i];
        }
    }
    return nullptr;
}

std::vector<RuleCost>
MeasureRules(size_t parameters, uint32_t count)
{
    RandomStream random(1);
    std::vector<Eigen::VectorXf> values(count);
    std::vector<RobustInput> inputs;
    for (auto& value : values)
    {
        value = Eigen::VectorXf::NullaryExpr(
            static_cast<Eigen::Index>(parameters),
            [&random](Eigen::Index) { return static_cast<float>(random.Normal()); });
        inputs.push_back({&value, 1});
    }
    RobustOptions options;
    options.byzantine = count >= 7 ? 2 : 0;
    std::vector<RuleCost> costs;
    for (const auto& [name, text] : RobustRuleNames())
    {
        const auto rule = MakeRobustRule(name, options);
        double best = std::numeric_limits<double>::infinity();
        for (int repeat = 0; repeat < 5; ++repeat)
        {
            const auto start = std::chrono::steady_clock::now();
            rule->Combine(inputs);
            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            best = std::min(best, took.count());
        }
        costs.push_back({name, best});
    }
    return costs;
}

void
WriteCurves(const std::filesystem::path& folder,
            const std::string& figure,
            const BlockchainData& data,
            std::vector<std::string>& scripts)
{
    const std::string name = "figure-" + figure;
    WriteFile(folder / (name + ".csv"), CurvesCsv(figure, data));
    WriteFile(folder / (name + "-summary.csv"), SummaryCsv(figure, data));
    const size_t task = figure == "4" || figure == "11" ? 0 : 1;
    for (const bool isIid : {true, false})
    {
        for (const std::string quantity : {"accuracy", "loss"})
        {
            const bool isAccuracy = quantity == "accuracy";
            if (!isAccuracy && (figure == "6" || IsAttack(figure)))
            {
                continue;
            }
            PlotScript script(name + "-" + PartitionName(isIid) + "-" + quantity,
                              data.tasks[task].name + ", " + (isIid ? "IID" : "not IID"),
                              "round",
                              isAccuracy ? "accuracy [%]" : "loss [nat]");
            script.KeyBeside();
            for (const auto& curve : CurvesOf(figure, data))
            {
                const std::string scale = isAccuracy ? "100*" : "";
                script.Curve(
                    {name + ".csv",
                     PlotRowsWith("partition", PartitionName(isIid)) + " && " +
                         PlotRowsWith("curve", curve),
                     {PlotColumn("round"), "(" + scale + PlotColumn(quantity + "_mean") + ")"}},
                    curve,
                    {"lines"});
            }
            script.Write(folder, scripts);
        }
    }
}

std::string
DetectionCsv(const BlockchainData& data)
{
    std::string text = "task,partition,method,attack,rounds,attacks,found,false_alarms,precision,"
                       "recall,delay_exchanges,drop_mean,drop_ci95,final_accuracy_mean,"
                       "final_accuracy_ci95\n";
    CsvRow row;
    for (size_t i = 0; i < data.cases.size(); ++i)
    {
        const auto& one = data.cases[i];
        if (one.figure == "detection")
        {
            const auto [method, attack] = Halves(one.curve);
            const auto& count = data.results[i].detection;
            row.Add(data.tasks[one.task].name.c_str()).Add(PartitionName(one.isIid));
            row.Add(method.c_str()).Add(attack.c_str());
            row.Add(count.rounds).Add(count.attacks).Add(count.found).Add(count.falseAlarms);
            row.Add(count.GetPrecision()).Add(count.GetRecall()).Add(count.GetDelay());
            AddSample(row, data.results[i].drop);
            AddSample(row, data.results[i].finalAccuracy);
            text += row.Finish();
        }
    }
    return text;
}

std::string
RobustCsv(const BlockchainData& data)
{
    std::string text = "attackers,rule,attack,runs,accuracy_mean,accuracy_ci95,attacks,found,"
                       "false_alarms\n";
    CsvRow row;
    for (const auto& place : RobustPlaces())
    {
        for (size_t i = 0; i < data.cases.size(); ++i)
        {
            if (data.cases[i].figure == place.name)
            {
                const auto [rule, attack] = Halves(data.cases[i].curve);
                const auto& result = data.results[i];
                row.Add(place.name.c_str()).Add(rule.c_str()).Add(attack.c_str());
                row.Add(result.finalAccuracy.GetN());
                AddSample(row, result.finalAccuracy);
                row.Add(result.detection.attacks).Add(result.detection.found);
                row.Add(result.detection.falseAlarms);
                text += row.Finish();
            }
        }
    }
    return text;
}

namespace
{

/// Print the table of rules and attacks. @param out where to @param data all
void
PrintRobust(std::ostream& out, const BlockchainData& data)
{
    for (const auto& place : RobustPlaces())
    {
        out << "Accuracy [%] by rule and attack, attackers: " << place.name << "\n  "
            << std::setw(17) << " ";
        for (const auto& [attack, text] : PoisonAttackNames())
        {
            out << std::setw(14) << attack;
        }
        std::string last;
        for (size_t i = 0; i < data.cases.size(); ++i)
        {
            const auto& one = data.cases[i];
            if (one.figure != place.name)
            {
                continue;
            }
            const std::string rule = Halves(one.curve).first;
            if (rule != last)
            {
                out << "\n  " << std::left << std::setw(17) << rule << std::right;
                last = rule;
            }
            out << std::setw(14) << 100 * data.results[i].finalAccuracy.Mean();
        }
        out << "\n";
    }
}

/// Print what was detected. @param out where to @param data all
void
PrintDetection(std::ostream& out, const BlockchainData& data)
{
    out << "Detection from the ledger: attacks found of all, false alarms of all rounds, delay\n";
    for (size_t i = 0; i < data.cases.size(); ++i)
    {
        const auto& one = data.cases[i];
        const auto& count = data.results[i].detection;
        if (one.figure == "detection")
        {
            out << "  " << std::left << std::setw(28) << data.tasks[one.task].name << std::setw(8)
                << PartitionName(one.isIid) << std::setw(20) << one.curve << std::right
                << count.found << " of " << count.attacks << ", " << count.falseAlarms << " of "
                << count.rounds << ", ";
            if (count.found > 0)
            {
                out << count.GetDelay() << " exchanges\n";
            }
            else
            {
                out << "-\n";
            }
        }
    }
}

} // namespace

void
PrintFigure(std::ostream& out, const std::string& figure, const BlockchainData& data)
{
    out << std::fixed << std::setprecision(1);
    if (figure == "robust")
    {
        PrintRobust(out, data);
    }
    else if (figure == "detection")
    {
        PrintDetection(out, data);
    }
    else
    {
        out << "Figure " << figure << (IsAttack(figure) ? ": drop at attacked rounds and a" : ": a")
            << "ccuracy of the last rounds [%]\n";
        for (size_t i = 0; i < data.cases.size(); ++i)
        {
            const auto& one = data.cases[i];
            const auto& result = data.results[i];
            if (one.figure == figure)
            {
                out << "  " << std::left << std::setw(8) << PartitionName(one.isIid)
                    << std::setw(20) << one.curve << std::right;
                if (IsAttack(figure))
                {
                    out << std::setw(6) << 100 * result.drop.Mean() << " +- " << std::setw(4)
                        << 100 * result.drop.Ci95() << "  ";
                }
                out << std::setw(6) << 100 * result.finalAccuracy.Mean() << " +- "
                    << 100 * result.finalAccuracy.Ci95() << "\n";
            }
        }
    }
    out << std::defaultfloat << std::setprecision(6);
}

void
PrintCosts(std::ostream& out, const std::vector<RuleCost>& costs)
{
    out << "Time to combine ten models [ms]:";
    for (const auto& cost : costs)
    {
        out << " " << cost.rule << " " << ShortNumber(1e3 * cost.seconds);
    }
    out << "\n";
}

} // namespace fl
} // namespace ns3
