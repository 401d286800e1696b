/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ROBUST_RULE_H
#define FL_ROBUST_RULE_H

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/// A vector that a rule is to combine with others.
struct RobustInput
{
    const Eigen::VectorXf* value; //!< update, gradient or model, shape (parameters); not copied
    double weight{1};             //!< for example its samples; positive and finite
};

/// Constants of the rules.
struct RobustOptions
{
    /// f, how many inputs may be anything: of krum, multi-krum and trimmed-mean
    uint32_t byzantine{0};
    uint32_t selected{0}; //!< m, inputs that multi-krum averages; 0: n - f
    /// of geometric-median: how far the sum of distances may be above the least one, relatively
    double tolerance{1e-6};
    uint32_t iterations{10000}; //!< of geometric-median, at most
    double clipRadius{0};       //!< tau of centred-clipping; 0: the median distance to the start
    uint32_t clipSteps{3};      //!< steps of centred-clipping, at least 1

    /// @throws InvalidInput that names the option, its value and what is allowed
    void Validate() const;
};

/**
 * @ingroup fl
 * Combines vectors into one that a few arbitrary vectors among them cannot move at will.
 *
 * Weights count in mean and geometric-median alone: a weight is what a sender says of itself, and
 * the other rules give each input one vote. No result depends on the order of the inputs but by
 * rounding; ties of krum go to the input that comes first. Sums are taken in double.
 */
class RobustRule
{
  public:
    /// @param options constants @throws InvalidInput if they are not valid
    explicit RobustRule(const RobustOptions& options);
    virtual ~RobustRule() = default;
    RobustRule(const RobustRule&) = delete;
    RobustRule& operator=(const RobustRule&) = delete;

    /**
     * @param inputs at least as many as RequireCount() wants, of one length
     * @param start where centred-clipping begins, for example what it gave in the round before;
     * null: the coordinate median. The other rules do without
     * @return what they are combined to, shape (parameters)
     * @throws InvalidInput if there are too few, lengths differ, a number is not finite, or a
     *         weight is not positive
     * @throws std::runtime_error if geometric-median does not converge
     */
    Eigen::VectorXf Combine(const std::vector<RobustInput>& inputs,
                            const Eigen::VectorXf* start = nullptr) const;
    /**
     * @param count n, number of inputs
     * @throws InvalidInput if the rule promises nothing for so few; the message names rule, n, f
     * and the fewest that it takes
     */
    void RequireCount(size_t count) const;
    /// @return its name, as MakeRobustRule() takes it
    virtual std::string GetName() const = 0;
    /// @return its constants
    const RobustOptions& GetOptions() const;

  private:
    /// @return the fewest inputs for which the rule promises anything
    virtual size_t DoGetLeastCount() const;
    /// Combine valid inputs. @param inputs valid @param start see Combine() @return the result
    virtual Eigen::VectorXd DoCombine(const std::vector<RobustInput>& inputs,
                                      const Eigen::VectorXf* start) const = 0;

    const RobustOptions m_options; //!< constants
};

/// @return names of the rules, each with a line about it: mean, krum, multi-krum, median,
///         trimmed-mean, geometric-median, centred-clipping
std::vector<std::pair<std::string, std::string>> RobustRuleNames();

/**
 * @param name one of RobustRuleNames()
 * @param options constants
 * @return the rule
 * @throws InvalidInput if there is no such rule, or the constants are not valid
 */
std::unique_ptr<const RobustRule> MakeRobustRule(const std::string& name,
                                                 const RobustOptions& options = {});

/**
 * @param inputs at least one, of one length
 * @return by coordinate the middle value, or the mean of the two in the middle (D. Yin, Y. Chen,
 *         K. Ramchandran, P. Bartlett, "Byzantine-robust distributed learning", ICML 2018)
 */
Eigen::VectorXd CoordinateMedian(const std::vector<RobustInput>& inputs);

/**
 * @param inputs n of one length, at least f + 3
 * @param byzantine f
 * @return by input, its score: the sum of squared distances to the n - f - 2 nearest others (P.
 *         Blanchard, E. El Mhamdi, R. Guerraoui, J. Stainer, "Machine learning with adversaries:
 *         Byzantine tolerant gradient descent", NeurIPS 2017)
 */
std::vector<double> KrumScores(const std::vector<RobustInput>& inputs, uint32_t byzantine);

} // namespace fl
} // namespace ns3

#endif /* FL_ROBUST_RULE_H */
