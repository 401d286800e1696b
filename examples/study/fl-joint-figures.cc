/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-joint-figures.h"

#include "ns3/fl-csv.h"
#include "ns3/fl-error.h"
#include "ns3/fl-plot-script.h"

#include <array>
#include <functional>

namespace ns3
{
namespace fl
{

namespace
{

/// w1 of the paper's five pairs.
constexpr std::array<double, 5> WEIGHTS{0.9, 0.7, 0.5, 0.3, 0.1};
/// Colours of the curves, by index of the weight or of the varied parameter.
constexpr std::array<const char*, 5> PALETTE{colours::BLUE,
                                             colours::SKY_BLUE,
                                             colours::GREEN,
                                             colours::ORANGE,
                                             colours::VERMILION};
/// Name of the curve that knows no weights.
constexpr char BENCHMARK[] = "benchmark";

/**
 * @param value a number
 * @return the shortest text that gives the same number again
 */
std::string
Text(double value)
{
    std::string text;
    AppendNumber(text, value);
    return text;
}

/**
 * @param first the first number
 * @param step from one to the next
 * @param count how many numbers, at least 0
 * @return first, first + step, ..., of that length
 */
std::vector<double>
Steps(double first, double step, uint32_t count)
{
    std::vector<double> values;
    for (uint32_t i = 0; i < count; ++i)
    {
        values.push_back(first + step * i);
    }
    return values;
}

/// Changes a parameter.
using Setter = std::function<void(JointDropOptions&, double)>;

/// What a figure varies along its horizontal axis.
struct Axis
{
    std::vector<double> values; //!< in SI units, or as in the options
    Setter set;                 //!< sets one
    std::string label;          //!< with unit
    std::string column;         //!< of the CSV
    double scale{1};            //!< from column to label
};

/// Puts a figure together.
class FigureBuilder
{
  public:
    /**
     * @param name of the figure in the paper, as "2"
     * @param base all parameters that the figure does not vary
     */
    FigureBuilder(const std::string& name, const JointDropOptions& base)
        : m_base(base)
    {
        m_figure.name = name;
    }

    /**
     * @param point parameters that drops are drawn from
     * @return the index of the new point, from 0
     */
    uint32_t AddPoint(const JointDropOptions& point)
    {
        m_figure.points.push_back(point);
        return static_cast<uint32_t>(m_figure.points.size() - 1);
    }

    /**
     * @param curve name and method
     * @return the index of the new curve, from 0
     */
    uint32_t AddCurve(const JointCurve& curve)
    {
        m_figure.curves.push_back(curve);
        return static_cast<uint32_t>(m_figure.curves.size() - 1);
    }

    /// Add a row.
    void AddRow(uint32_t curve, uint32_t point, bool compared = true)
    {
        m_figure.rows.push_back({curve, point, compared});
    }

    /**
     * Add a curve over the axis.
     * @param curve what
     * @param axis over what
     * @param set what else to set at each point
     * @param compared see JointFigureRow
     */
    void AddCurveOver(const JointCurve& curve,
                      const Axis& axis,
                      const std::function<void(JointDropOptions&)>& set,
                      bool compared = true)
    {
        const uint32_t index = AddCurve(curve);
        for (const double value : axis.values)
        {
            JointDropOptions point = m_base;
            set(point);
            axis.set(point, value);
            AddRow(index, AddPoint(point), compared);
        }
    }

    /**
     * Add the plots of energy and of time.
     * @param axis over what
     * @param over the axis, in the title's words
     * @param lines what is drawn, but for the column
     * @param logarithmic the vertical axes
     */
    void AddEnergyAndTime(const Axis& axis,
                          const std::string& over,
                          std::vector<JointLine> lines,
                          bool logarithmic)
    {
        for (auto& line : lines)
        {
            line.column = "energy_j_mean";
        }
        AddPanel("energy", "Energy over " + over, "energy of all devices [J]", axis, lines);
        m_figure.panels.back().logarithmic = logarithmic;
        for (auto& line : lines)
        {
            line.column = "time_s_mean";
        }
        AddPanel("time", "Time over " + over, "completion time [s]", axis, lines);
        m_figure.panels.back().logarithmic = logarithmic;
    }

    /// Add a plot.
    void AddPanel(const std::string& suffix,
                  const std::string& title,
                  const std::string& yLabel,
                  const Axis& axis,
                  const std::vector<JointLine>& lines)
    {
        const std::string name = m_figure.FileName() + (suffix.empty() ? "" : "-" + suffix);
        m_figure.panels.push_back(
            {name, title, axis.label, yLabel, axis.column, axis.scale, 1, false, lines});
    }

    /**
     * Add a plot of how far the lines are from the optimum; those of the optimum are left out.
     * @param title of the plot
     * @param axis over what
     * @param lines what is drawn, but for the column
     */
    void AddExcess(const std::string& title, const Axis& axis, std::vector<JointLine> lines)
    {
        std::vector<JointLine> others;
        for (auto& line : lines)
        {
            line.column = "excess_mean";
            if (line.curve.rfind("global", 0) != 0)
            {
                others.push_back(line);
            }
        }
        AddPanel("excess", title, "above the optimum [%]", axis, others);
        m_figure.panels.back().yScale = 100;
    }

    /// @return the plot that was added last
    JointPanel& LastPanel()
    {
        return m_figure.panels.back();
    }

    /// @return what the figure does not vary
    const JointDropOptions& GetBase() const
    {
        return m_base;
    }

    /// @return the figure
    JointFigure Finish()
    {
        return std::move(m_figure);
    }

  private:
    JointDropOptions m_base; //!< what is not varied
    JointFigure m_figure;    //!< so far
};

/// @return the limit of the transmit power, 5 to 12 dBm
Axis
PowerAxis()
{
    return {Steps(5, 1, 8),
            [](JointDropOptions& point, double value) { point.maxTxPowerDbm = value; },
            "highest transmit power [dBm]",
            "max_tx_power_dbm"};
}

/// @return the limit of the CPU frequency, 0.2 to 2 GHz (values in [Hz])
Axis
FrequencyAxis()
{
    // Of whole tenths, so that each is the number nearest to what stands on the axis.
    std::vector<double> values = Steps(2, 2, 10);
    for (auto& value : values)
    {
        value *= 1e8;
    }
    return {values,
            [](JointDropOptions& point, double value) { point.maxCpuHz = value; },
            "highest CPU frequency [GHz]",
            "max_cpu_hz",
            1e-9};
}

/// @return the number of devices, 20 to 80; 25,000 samples are shared out equally among them
Axis
DevicesAxis()
{
    // 25,000 samples, shared out equally.
    return {Steps(20, 10, 7),
            [](JointDropOptions& point, double value) {
                point.devices = static_cast<uint32_t>(value);
                point.samples = 25000 / value;
            },
            "devices",
            "devices"};
}

/// @return the radius of the cell, 50 m to 1.5 km (values in [m])
Axis
RadiusAxis()
{
    return {{50, 100, 250, 500, 750, 1000, 1250, 1500},
            [](JointDropOptions& point, double value) { point.radiusM = value; },
            "radius of the disc [km]",
            "radius_m",
            1e-3};
}

/// @return the number of passes over the local samples per round, 1 to 100
Axis
LocalIterationsAxis()
{
    return {{1, 10, 20, 40, 60, 80, 100},
            [](JointDropOptions& point, double value) { point.localIterations = value; },
            "local iterations per round",
            "local_iterations"};
}

/**
 * @param values deadlines of all 400 rounds together [s]
 * @return the deadline; what a point gets is its 400th part, of one round [s]
 */
Axis
DeadlineAxis(std::vector<double> values)
{
    return {std::move(values),
            [](JointDropOptions& point, double value) { point.roundDeadlineS = value / 400; },
            "deadline [s]",
            "deadline_s"};
}

/// Figures 2 to 4: five weights, and a benchmark where the paper has one.
JointFigure
WeightsFigure(FigureBuilder builder,
              const Axis& axis,
              const std::string& over,
              const std::string& method,
              const std::string& benchmark)
{
    std::vector<JointLine> lines;
    for (size_t i = 0; i < WEIGHTS.size(); ++i)
    {
        const std::string name = "w1 = " + Text(WEIGHTS[i]);
        builder.AddCurveOver({name, method}, axis, [i](JointDropOptions& point) {
            point.weightEnergy = WEIGHTS[i];
        });
        lines.push_back({name, name, "", {"linespoints", PALETTE[i], 1, 7}});
    }
    if (!benchmark.empty())
    {
        // It knows no weights.
        builder.AddCurveOver({BENCHMARK, benchmark}, axis, [](JointDropOptions&) {}, false);
        lines.push_back({BENCHMARK, BENCHMARK, "", {"linespoints", colours::BLACK, 2, 5}});
    }
    builder.AddEnergyAndTime(axis, over, lines, !benchmark.empty());
    return builder.Finish();
}

/// Figures 5 and 6: one curve for each value of another parameter.
JointFigure
ParameterFigure(FigureBuilder builder,
                const Axis& axis,
                const std::string& over,
                const std::string& method,
                const std::vector<double>& values,
                const Setter& set,
                const std::string& unit)
{
    std::vector<JointLine> lines;
    for (size_t i = 0; i < values.size(); ++i)
    {
        const std::string name = Text(values[i]) + " " + unit;
        builder.AddCurveOver({name, method}, axis, [&set, &values, i](JointDropOptions& point) {
            set(point, values[i]);
        });
        const size_t colour = values.size() > 3 ? i : 2 * i;
        lines.push_back({name, name, "", {"linespoints", PALETTE[colour], 1, 7}});
    }
    builder.AddEnergyAndTime(axis, over, lines, false);
    return builder.Finish();
}

/// What is compared under a deadline, as curve and as line.
struct DeadlineCurve
{
    JointCurve curve;   //!< what
    const char* colour; //!< how it looks
    uint32_t dash;      //!< dash type, as gnuplot numbers them
    uint32_t point;     //!< point type, as gnuplot numbers them
};

/// Only energy counts under a deadline.
void
EnergyOnly(JointDropOptions& point)
{
    point.weightEnergy = 1;
}

/// Figure 7: energy over a deadline.
JointFigure
DeadlineFigure(FigureBuilder builder)
{
    const std::vector<DeadlineCurve> curves{
        {{"global", "global"}, colours::BLUE, 1, 7},
        {{"paper", "paper"}, colours::SKY_BLUE, 2, 6},
        {{"scheme 1", "scheme1"}, colours::GREEN, 3, 4},
        {{"communication only", "communication-only"}, colours::ORANGE, 1, 5},
        {{"computation only", "computation-only"}, colours::VERMILION, 1, 9}};
    const Axis axis = DeadlineAxis({40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150});
    std::vector<JointLine> lines;
    for (const auto& entry : curves)
    {
        builder.AddCurveOver(entry.curve, axis, EnergyOnly);
        lines.push_back({entry.curve.name,
                         entry.curve.name,
                         "energy_j_mean",
                         {"linespoints", entry.colour, entry.dash, entry.point}});
    }
    builder.AddPanel("", "Energy under a deadline", "energy of all devices [J]", axis, lines);
    builder.LastPanel().logarithmic = true;
    builder.AddExcess("Energy under a deadline, above the optimum", axis, lines);
    builder.AddPanel("split",
                     "What the energy is spent on",
                     "energy of all devices [J]",
                     axis,
                     {{"global",
                       "global: uploads",
                       "energy_upload_j_mean",
                       {"linespoints", colours::BLUE, 1, 7}},
                      {"global",
                       "global: computation",
                       "energy_compute_j_mean",
                       {"linespoints", colours::BLUE, 2, 6}},
                      {"scheme 1",
                       "scheme 1: uploads",
                       "energy_upload_j_mean",
                       {"linespoints", colours::GREEN, 1, 7}},
                      {"scheme 1",
                       "scheme 1: computation",
                       "energy_compute_j_mean",
                       {"linespoints", colours::GREEN, 2, 6}}});
    builder.LastPanel().logarithmic = true;
    return builder.Finish();
}

/// Figure 8: energy over the highest power, under deadlines.
JointFigure
SchemesFigure(FigureBuilder builder)
{
    const std::vector<double> deadlines{80, 100, 150};
    const std::vector<DeadlineCurve> methods{{{"global", "global"}, "", 1, 7},
                                             {{"paper", "paper"}, "", 2, 6},
                                             {{"scheme 1", "scheme1"}, "", 3, 4}};
    const Axis axis = PowerAxis();
    std::vector<JointLine> lines;
    for (const auto& entry : methods)
    {
        for (size_t i = 0; i < deadlines.size(); ++i)
        {
            const double deadlineS = deadlines[i];
            const double totalS = deadlineS / 400 * builder.GetBase().rounds;
            JointCurve curve = entry.curve;
            curve.name += Describe(" ", totalS, " s");
            builder.AddCurveOver(curve, axis, [deadlineS](JointDropOptions& point) {
                EnergyOnly(point);
                point.roundDeadlineS = deadlineS / 400;
            });
            lines.push_back({curve.name,
                             curve.name,
                             "energy_j_mean",
                             {"linespoints", PALETTE[2 * i], entry.dash, entry.point}});
        }
    }
    builder.AddPanel("",
                     "Energy under deadlines over the highest transmit power",
                     "energy of all devices [J]",
                     axis,
                     lines);
    builder.AddExcess("Energy under deadlines, above the optimum", axis, lines);
    return builder.Finish();
}

/// What a method makes of energy and time, from all for energy to all for time.
JointFigure
TradeOffFigure(FigureBuilder builder)
{
    const std::vector<DeadlineCurve> curves{
        {{"global", "global"}, colours::BLUE, 1, 7},
        {{"paper (B/2N)", "paper"}, colours::SKY_BLUE, 2, 6},
        {{"paper (B/N)", "paper", 1}, colours::PURPLE, 3, 4},
        {{"communication only", "communication-only"}, colours::ORANGE, 1, 5},
        {{"computation only", "computation-only"}, colours::VERMILION, 1, 9}};
    const Axis weights{{0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02},
                       [](JointDropOptions& point, double value) { point.weightEnergy = value; },
                       "w1",
                       "weight_energy"};
    std::vector<JointLine> lines;
    for (const auto& entry : curves)
    {
        builder.AddCurveOver(entry.curve, weights, [](JointDropOptions&) {});
        lines.push_back({entry.curve.name,
                         entry.curve.name,
                         "energy_j_mean",
                         {"linespoints", entry.colour, entry.dash, entry.point}});
    }
    const std::vector<std::pair<JointCurve, uint32_t>> points{
        {{"equal shares", "equal"}, 8},
        {{"random frequency", "random-frequency"}, 10},
        {{"random power", "random-power"}, 12}};
    const uint32_t point = builder.AddPoint(builder.GetBase());
    for (const auto& [curve, symbol] : points)
    {
        builder.AddRow(builder.AddCurve(curve), point, false);
        lines.push_back(
            {curve.name, curve.name, "energy_j_mean", {"points", colours::BLACK, 1, symbol}});
    }
    builder.AddPanel("",
                     "Energy against time, w1 from 0.98 (right) to 0.02",
                     "energy of all devices [J]",
                     {{}, {}, "completion time [s]", "time_s_mean"},
                     lines);
    builder.LastPanel().logarithmic = true;
    builder.AddExcess("w1 E + w2 T above the optimum",
                      weights,
                      {lines.begin() + 1, lines.begin() + curves.size()});
    builder.LastPanel().logarithmic = true;
    return builder.Finish();
}

} // namespace

std::string
JointFigure::FileName() const
{
    return name.size() == 1 ? "figure-" + name : name;
}

const std::vector<std::string>&
JointFigureNames()
{
    static const std::vector<std::string> names{"2", "3", "4", "5", "6", "7", "8", "trade-off"};
    return names;
}

JointFigure
MakeJointFigure(const std::string& name, const JointDropOptions& base, const std::string& method)
{
    const FigureBuilder builder(name, base);
    if (name == "2")
    {
        return WeightsFigure(builder,
                             PowerAxis(),
                             "the highest transmit power",
                             method,
                             "random-frequency");
    }
    if (name == "3")
    {
        return WeightsFigure(builder,
                             FrequencyAxis(),
                             "the highest CPU frequency",
                             method,
                             "random-power");
    }
    if (name == "4")
    {
        return WeightsFigure(builder, DevicesAxis(), "the number of devices", method, "");
    }
    if (name == "5")
    {
        return ParameterFigure(
            builder,
            RadiusAxis(),
            "the radius",
            method,
            {20, 50, 80},
            [](JointDropOptions& point, double value) {
                point.devices = static_cast<uint32_t>(value);
            },
            "devices");
    }
    if (name == "6")
    {
        return ParameterFigure(
            builder,
            LocalIterationsAxis(),
            "local iterations and rounds",
            method,
            {50, 100, 200, 300, 400},
            [](JointDropOptions& point, double value) { point.rounds = value; },
            "rounds");
    }
    if (name == "7")
    {
        return DeadlineFigure(builder);
    }
    if (name == "8")
    {
        return SchemesFigure(builder);
    }
    if (name == "trade-off")
    {
        return TradeOffFigure(builder);
    }
    throw InvalidInput(Describe("figure '", name, "': must be one of 2 to 8, trade-off"));
}

} // namespace fl
} // namespace ns3
