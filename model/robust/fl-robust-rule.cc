/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-robust-rule.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/// The weighted mean: no protection at all.
class MeanRule : public RobustRule
{
  public:
    using RobustRule::RobustRule;

    std::string GetName() const override
    {
        return "mean";
    }

  private:
    Eigen::VectorXd DoCombine(const std::vector<RobustInput>& inputs,
                              const Eigen::VectorXf* /* start */) const override
    {
        Eigen::VectorXd sum = Eigen::VectorXd::Zero(inputs.front().value->size());
        double weights = 0;
        for (const auto& input : inputs)
        {
            sum += input.weight * input.value->cast<double>();
            weights += input.weight;
        }
        return sum / weights;
    }
};

/**
 * @param inputs at least as many
 * @param chosen indices, at least one
 * @return the mean of those chosen
 */
Eigen::VectorXd
MeanOf(const std::vector<RobustInput>& inputs, const std::vector<size_t>& chosen)
{
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(inputs.front().value->size());
    for (const size_t i : chosen)
    {
        sum += inputs[i].value->cast<double>();
    }
    return sum / static_cast<double>(chosen.size());
}

/// Krum, and the mean of the inputs of the smallest scores (Multi-Krum).
class KrumRule : public RobustRule
{
  public:
    /// @param options constants @param isMulti whether it averages several
    KrumRule(const RobustOptions& options, bool isMulti)
        : RobustRule(options),
          m_isMulti(isMulti)
    {
    }

    std::string GetName() const override
    {
        return m_isMulti ? "multi-krum" : "krum";
    }

  private:
    size_t DoGetLeastCount() const override
    {
        const size_t least = 2 * static_cast<size_t>(GetOptions().byzantine) + 3;
        return m_isMulti ? std::max<size_t>(least, GetOptions().selected) : least;
    }

    Eigen::VectorXd DoCombine(const std::vector<RobustInput>& inputs,
                              const Eigen::VectorXf* /* start */) const override
    {
        const auto scores = KrumScores(inputs, GetOptions().byzantine);
        std::vector<size_t> order(inputs.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&scores](size_t a, size_t b) {
            return scores[a] < scores[b];
        });
        const size_t many = GetOptions().selected > 0 ? GetOptions().selected
                                                      : inputs.size() - GetOptions().byzantine;
        order.resize(m_isMulti ? many : 1);
        return MeanOf(inputs, order);
    }

    const bool m_isMulti; //!< whether it averages several
};

/// By coordinate, the middle.
class MedianRule : public RobustRule
{
  public:
    using RobustRule::RobustRule;

    std::string GetName() const override
    {
        return "median";
    }

  private:
    Eigen::VectorXd DoCombine(const std::vector<RobustInput>& inputs,
                              const Eigen::VectorXf* /* start */) const override
    {
        return CoordinateMedian(inputs);
    }
};

/// By coordinate, the mean without the f smallest and the f largest (Yin et al., 2018).
class TrimmedMeanRule : public RobustRule
{
  public:
    using RobustRule::RobustRule;

    std::string GetName() const override
    {
        return "trimmed-mean";
    }

  private:
    size_t DoGetLeastCount() const override
    {
        return 2 * static_cast<size_t>(GetOptions().byzantine) + 1;
    }

    Eigen::VectorXd DoCombine(const std::vector<RobustInput>& inputs,
                              const Eigen::VectorXf* /* start */) const override
    {
        const size_t trimmed = GetOptions().byzantine;
        std::vector<float> sorted(inputs.size());
        Eigen::VectorXd result(inputs.front().value->size());
        for (Eigen::Index i = 0; i < result.size(); ++i)
        {
            std::transform(inputs.begin(), inputs.end(), sorted.begin(), [i](const auto& input) {
                return (*input.value)[i];
            });
            std::sort(sorted.begin(), sorted.end());
            const double sum = std::accumulate(sorted.begin() + static_cast<long>(trimmed),
                                               sorted.end() - static_cast<long>(trimmed),
                                               0.0);
            result[i] = sum / static_cast<double>(sorted.size() - 2 * trimmed);
        }
        return result;
    }
};

/**
 * The point with the smallest weighted sum of distances to the inputs (K. Pillutla, S. Kakade, Z.
 * Harchaoui, "Robust aggregation for federated learning", 2022), by the iteration of E. Weiszfeld
 * (1937), which does not meet the optimum where that is an input: whether the nearest one is, is
 * looked at (Y. Vardi, C.-H. Zhang, "The multivariate L1-median and associated data depth", 2000).
 *
 * With mean distance F and its gradient g, F(y) - F* <= |g| |y - y*|, and |y - y*| <= F(y) + F* <=
 * 2 F(y) by the triangle inequality. So 2 |g| bounds how far F(y) is above F*, relative to F(y),
 * and is what is held against the tolerance.
 */
class GeometricMedianRule : public RobustRule
{
  public:
    using RobustRule::RobustRule;

    std::string GetName() const override
    {
        return "geometric-median";
    }

  private:
    /// What the inputs do to a point.
    struct Pull
    {
        Eigen::VectorXd sum;   //!< of the inputs elsewhere, each by its weight over its distance
        double factors{0};     //!< sum of these factors
        double here{0};        //!< weight of the inputs at the point
        double total{0};       //!< weight of all
        size_t nearest{0};     //!< index of the nearest input
        Eigen::VectorXd force; //!< minus the gradient of the sum over the inputs elsewhere
    };

    /// @return terms of Weiszfeld's step at a point @param inputs valid @param point x
    static Pull PullOn(const std::vector<RobustInput>& inputs, const Eigen::VectorXd& point)
    {
        Pull pull;
        pull.sum = Eigen::VectorXd::Zero(point.size());
        double least = std::numeric_limits<double>::infinity();
        for (size_t i = 0; i < inputs.size(); ++i)
        {
            const auto& input = inputs[i];
            const double distance = (input.value->cast<double>() - point).norm();
            pull.total += input.weight;
            if (distance < least)
            {
                least = distance;
                pull.nearest = i;
            }
            if (distance == 0)
            {
                pull.here += input.weight;
                continue;
            }
            pull.sum += input.weight / distance * input.value->cast<double>();
            pull.factors += input.weight / distance;
        }
        pull.force = pull.sum - pull.factors * point;
        return pull;
    }

    Eigen::VectorXd DoCombine(const std::vector<RobustInput>& inputs,
                              const Eigen::VectorXf* /* start */) const override
    {
        Eigen::VectorXd point = CoordinateMedian(inputs);
        std::vector<bool> isTried(inputs.size(), false);
        for (uint32_t i = 0; i < GetOptions().iterations; ++i)
        {
            const Pull pull = PullOn(inputs, point);
            if (!isTried[pull.nearest])
            {
                isTried[pull.nearest] = true;
                const Eigen::VectorXd there = inputs[pull.nearest].value->cast<double>();
                const Pull held = PullOn(inputs, there);
                if (held.force.norm() <= held.here)
                {
                    return there;
                }
            }
            if (2 * pull.force.norm() <= GetOptions().tolerance * pull.total)
            {
                return point;
            }
            // An input that is left, as it is not the optimum, holds back for its weight.
            const double step = 1 - pull.here / pull.force.norm();
            point = step * (pull.sum / pull.factors) + (1 - step) * point;
        }
        throw std::runtime_error(Describe("geometric-median of ",
                                          inputs.size(),
                                          " inputs: not within ",
                                          GetOptions().tolerance,
                                          " after ",
                                          GetOptions().iterations,
                                          " iterations"));
    }
};

/**
 * v <- v + mean of clip(x_i - v, tau), from the last round's result on (S. P. Karimireddy, L. He,
 * M. Jaggi, "Learning from history for Byzantine robust optimization", ICML 2021).
 */
class CentredClippingRule : public RobustRule
{
  public:
    using RobustRule::RobustRule;

    std::string GetName() const override
    {
        return "centred-clipping";
    }

  private:
    /// @return the median Euclidean distance of the inputs from a point @param inputs valid @param
    /// point x
    static double MedianDistance(const std::vector<RobustInput>& inputs,
                                 const Eigen::VectorXd& point)
    {
        std::vector<double> distances;
        for (const auto& input : inputs)
        {
            distances.push_back((input.value->cast<double>() - point).norm());
        }
        std::sort(distances.begin(), distances.end());
        return (distances[(distances.size() - 1) / 2] + distances[distances.size() / 2]) / 2;
    }

    Eigen::VectorXd DoCombine(const std::vector<RobustInput>& inputs,
                              const Eigen::VectorXf* start) const override
    {
        Eigen::VectorXd centre = start ? start->cast<double>() : CoordinateMedian(inputs);
        const double radius =
            GetOptions().clipRadius > 0 ? GetOptions().clipRadius : MedianDistance(inputs, centre);
        for (uint32_t i = 0; i < GetOptions().clipSteps; ++i)
        {
            Eigen::VectorXd sum = Eigen::VectorXd::Zero(centre.size());
            for (const auto& input : inputs)
            {
                const Eigen::VectorXd difference = input.value->cast<double>() - centre;
                const double distance = difference.norm();
                sum += (distance > radius ? radius / distance : 1) * difference;
            }
            centre += sum / static_cast<double>(inputs.size());
        }
        return centre;
    }
};

/// Complain about an input that no rule takes.
void
RequireSound(const RobustInput& input, size_t index, Eigen::Index length)
{
    const auto refuse = [index](const auto&... what) {
        throw InvalidInput(Describe("input ", index, ": ", what...));
    };
    if (input.value->size() != length)
    {
        refuse(input.value->size(), " numbers: must have ", length, ", as the first one");
    }
    if (!AllFinite(*input.value))
    {
        refuse("has a number that is not finite: all must be");
    }
    if (!(input.weight > 0 && std::isfinite(input.weight)))
    {
        refuse("weight ", input.weight, ": must be positive and finite");
    }
}

} // namespace

void
RobustOptions::Validate() const
{
    const auto require = [](bool ok, const char* name, double value, const char* allowed) {
        if (!ok)
        {
            throw InvalidInput(Describe(name, " ", value, ": must be ", allowed));
        }
    };
    require(tolerance > 0 && tolerance < 1, "tolerance", tolerance, "above 0 and below 1");
    require(iterations > 0, "iterations", iterations, "at least 1");
    require(clipRadius >= 0 && std::isfinite(clipRadius),
            "radius of clipping",
            clipRadius,
            "at least 0 and finite");
    require(clipSteps > 0, "steps of clipping", clipSteps, "at least 1");
}

RobustRule::RobustRule(const RobustOptions& options)
    : m_options(options)
{
    options.Validate();
}

const RobustOptions&
RobustRule::GetOptions() const
{
    return m_options;
}

size_t
RobustRule::DoGetLeastCount() const
{
    return 1;
}

void
RobustRule::RequireCount(size_t count) const
{
    const size_t least = DoGetLeastCount();
    if (count < least)
    {
        throw InvalidInput(Describe(GetName(),
                                    " of ",
                                    count,
                                    " inputs, ",
                                    m_options.byzantine,
                                    " of which may be anything: must have at least ",
                                    least));
    }
}

Eigen::VectorXf
RobustRule::Combine(const std::vector<RobustInput>& inputs, const Eigen::VectorXf* start) const
{
    RequireCount(inputs.size());
    const auto length = inputs.front().value->size();
    for (size_t i = 0; i < inputs.size(); ++i)
    {
        RequireSound(inputs[i], i, length);
    }
    if (start && (start->size() != length || !AllFinite(*start)))
    {
        throw InvalidInput(
            Describe("start of ", start->size(), " numbers: must have ", length, ", all finite"));
    }
    return DoCombine(inputs, start).cast<float>();
}

std::vector<std::pair<std::string, std::string>>
RobustRuleNames()
{
    return {{"mean", "weighted mean: no protection"},
            {"krum", "the input that is nearest to its n - f - 2 nearest others"},
            {"multi-krum", "mean of the n - f inputs that krum likes best"},
            {"median", "middle of each coordinate"},
            {"trimmed-mean", "mean of each coordinate without its f smallest and f largest values"},
            {"geometric-median", "point with the smallest sum of distances to all inputs"},
            {"centred-clipping", "mean of what is clipped to a ball around the last result"}};
}

std::unique_ptr<const RobustRule>
MakeRobustRule(const std::string& name, const RobustOptions& options)
{
    if (name == "mean")
    {
        return std::make_unique<MeanRule>(options);
    }
    if (name == "krum" || name == "multi-krum")
    {
        return std::make_unique<KrumRule>(options, name == "multi-krum");
    }
    if (name == "median")
    {
        return std::make_unique<MedianRule>(options);
    }
    if (name == "trimmed-mean")
    {
        return std::make_unique<TrimmedMeanRule>(options);
    }
    if (name == "geometric-median")
    {
        return std::make_unique<GeometricMedianRule>(options);
    }
    if (name == "centred-clipping")
    {
        return std::make_unique<CentredClippingRule>(options);
    }
    std::string known;
    for (const auto& rule : RobustRuleNames())
    {
        known += (known.empty() ? "" : ", ") + rule.first;
    }
    throw InvalidInput("rule '" + name + "': must be one of " + known);
}

Eigen::VectorXd
CoordinateMedian(const std::vector<RobustInput>& inputs)
{
    const size_t upper = inputs.size() / 2;
    std::vector<float> values(inputs.size());
    Eigen::VectorXd median(inputs.front().value->size());
    for (Eigen::Index i = 0; i < median.size(); ++i)
    {
        std::transform(inputs.begin(), inputs.end(), values.begin(), [i](const auto& input) {
            return (*input.value)[i];
        });
        const auto middle = values.begin() + static_cast<long>(upper);
        std::nth_element(values.begin(), middle, values.end());
        median[i] = *middle;
        if (values.size() % 2 == 0)
        {
            median[i] = (median[i] + *std::max_element(values.begin(), middle)) / 2;
        }
    }
    return median;
}

std::vector<double>
KrumScores(const std::vector<RobustInput>& inputs, uint32_t byzantine)
{
    const size_t count = inputs.size();
    Eigen::MatrixXd squares =
        Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(count), static_cast<Eigen::Index>(count));
    for (size_t i = 0; i < count; ++i)
    {
        for (size_t j = 0; j < i; ++j)
        {
            const auto row = static_cast<Eigen::Index>(i);
            const auto column = static_cast<Eigen::Index>(j);
            squares(row, column) = squares(column, row) =
                (inputs[i].value->cast<double>() - inputs[j].value->cast<double>()).squaredNorm();
        }
    }
    std::vector<double> scores;
    for (size_t i = 0; i < count; ++i)
    {
        std::vector<double> others;
        for (size_t j = 0; j < count; ++j)
        {
            if (j != i)
            {
                others.push_back(
                    squares(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)));
            }
        }
        std::sort(others.begin(), others.end());
        others.resize(count - byzantine - 2);
        scores.push_back(std::accumulate(others.begin(), others.end(), 0.0));
    }
    return scores;
}

} // namespace fl
} // namespace ns3
