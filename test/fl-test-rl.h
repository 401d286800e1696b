/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_RL_H
#define FL_TEST_RL_H

#include "ns3/fl-environment.h"
#include "ns3/fl-random-stream.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Environments whose best policies are known.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// @return three units, four options, of which three are exclusive, and three parameters
inline ActionSpace
SmallSpace()
{
    ActionSpace space;
    space.units = 3;
    space.options = 4;
    space.parameters = 3;
    space.isExclusive = true;
    space.uses = {0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1};
    return space;
}

/// @return uniform numbers in [-1, 1)
/// @param count length of the vector
/// @param seed of the stream
inline Eigen::VectorXd
Numbers(Eigen::Index count, uint64_t seed)
{
    RandomStream random(seed);
    Eigen::VectorXd numbers(count);
    for (double& number : numbers)
    {
        number = random.Uniform(-1, 1);
    }
    return numbers;
}

/// A contextual bandit: of five options another one is best in each of four contexts.
class BanditEnvironment : public Environment
{
  public:
    BanditEnvironment()
    {
        m_space.options = OPTIONS;
        Begin(0);
    }

    const ActionSpace& Space() const override
    {
        return m_space;
    }

    uint32_t StateSize() const override
    {
        return CONTEXTS;
    }

    void Begin(uint64_t episode) override
    {
        m_random = RandomStream(71, episode);
        Next();
    }

    const Eigen::VectorXf& State() const override
    {
        return m_state;
    }

    double Step(const HybridAction& action) override
    {
        const double reward = Mean(action.options[0]) + 0.1 * m_random.Normal();
        m_regret += 1 - Mean(action.options[0]);
        Next();
        return reward;
    }

    /// @return sum of regrets so far
    double Regret() const
    {
        return m_regret;
    }

    /// @return mean regret of a step where options are drawn: means are 1, 3/4, 1/2, 1/4, 0
    static double RandomRegret()
    {
        return 0.5;
    }

  private:
    static constexpr uint32_t OPTIONS = 5;  ///< to choose from
    static constexpr uint32_t CONTEXTS = 4; ///< states

    /// @return mean reward of an option in the present context
    double Mean(uint32_t option) const
    {
        return 1 - 0.25 * ((option + m_context) % OPTIONS);
    }

    /// Draw a context.
    void Next()
    {
        m_context = static_cast<uint32_t>(m_random.Below(CONTEXTS));
        m_state.setZero(CONTEXTS);
        m_state[m_context] = 1;
    }

    ActionSpace m_space;       ///< what is decided
    RandomStream m_random{71}; ///< of the episode
    Eigen::VectorXf m_state;   ///< one context is 1
    uint32_t m_context{0};     ///< which
    double m_regret{0};        ///< so far
};

/**
 * A linear-quadratic problem: x' = A x + B u + w, reward -(x'Qx + R u^2). The best controller is u
 * = -K x, of Riccati's equation.
 */
class LinearQuadraticEnvironment : public Environment
{
  public:
    LinearQuadraticEnvironment()
    {
        m_space.parameters = 1;
        m_space.uses = {1};
        m_a << 0.8, 0.3, -0.2, 0.7;
        m_b << 0.3, 0.5;
        Begin(0);
    }

    const ActionSpace& Space() const override
    {
        return m_space;
    }

    uint32_t StateSize() const override
    {
        return 2;
    }

    void Begin(uint64_t episode) override
    {
        m_random = RandomStream(72, episode);
        m_x = Eigen::Vector2d(m_random.Uniform(-1, 1), m_random.Uniform(-1, 1));
        m_state = m_x.cast<float>();
    }

    const Eigen::VectorXf& State() const override
    {
        return m_state;
    }

    double Step(const HybridAction& action) override
    {
        const double u = LIMIT * std::clamp(static_cast<double>(action.parameters[0]), -1.0, 1.0);
        const double cost = Cost(u);
        m_x = m_a * m_x + m_b * u + 0.2 * Eigen::Vector2d(m_random.Normal(), m_random.Normal());
        m_state = m_x.cast<float>();
        return -cost;
    }

    /// @return the best controller's u, as an action's parameter
    double Best() const
    {
        return -m_gain.dot(m_x) / LIMIT;
    }

    /// Solve Riccati's equation for the mean cost of a step.
    void Solve()
    {
        Eigen::Matrix2d p = Eigen::Matrix2d::Identity();
        for (int i = 0; i < 1000; ++i)
        {
            const Eigen::RowVector2d bpa = m_b.transpose() * p * m_a;
            m_gain = bpa.transpose() / (R + m_b.dot(p * m_b));
            p = Eigen::Matrix2d::Identity() + m_a.transpose() * p * m_a -
                bpa.transpose() * m_gain.transpose();
        }
        // Of noise with covariance 0.04 I, the mean cost of a step is 0.04 trace(P).
        m_meanCost = 0.04 * p.trace();
    }

    /// @return the best mean cost of a step, after Solve()
    double MeanCost() const
    {
        return m_meanCost;
    }

  private:
    static constexpr double R = 0.2;     ///< price of u^2
    static constexpr double LIMIT = 2.5; ///< of u

    /// @return x'x + R u^2
    double Cost(double u) const
    {
        return m_x.squaredNorm() + R * u * u;
    }

    ActionSpace m_space;                             ///< what is decided
    RandomStream m_random{72};                       ///< of the episode
    Eigen::Matrix2d m_a;                             ///< A
    Eigen::Vector2d m_b;                             ///< B
    Eigen::Vector2d m_x{Eigen::Vector2d::Zero()};    ///< x
    Eigen::Vector2d m_gain{Eigen::Vector2d::Zero()}; ///< K
    Eigen::VectorXf m_state;                         ///< x as agents see it
    double m_meanCost{0};                            ///< see MeanCost()
};

/**
 * A problem whose optimum mixes both kinds of action: two units, of which one may have the slot
 * that is worth most, but only with the right parameter; with any other one staying at home looks
 * better.
 */
class HybridToyEnvironment : public Environment
{
  public:
    HybridToyEnvironment()
    {
        m_space.units = 2;
        m_space.options = 3;
        m_space.parameters = 2;
        m_space.isExclusive = true;
        m_space.uses = {0, 1, 1, 0, 1, 0};
        Begin(0);
    }

    const ActionSpace& Space() const override
    {
        return m_space;
    }

    uint32_t StateSize() const override
    {
        return 2;
    }

    void Begin(uint64_t episode) override
    {
        m_random = RandomStream(73, episode);
        Next();
    }

    const Eigen::VectorXf& State() const override
    {
        return m_state;
    }

    double Step(const HybridAction& action) override
    {
        double reward = 0;
        for (uint32_t unit = 0; unit < 2; ++unit)
        {
            const uint32_t option = action.options[unit];
            const uint32_t parameter = unit * 2 + (option == 0 ? 1 : 0);
            const double x =
                std::clamp(static_cast<double>(action.parameters[parameter]), -1.0, 1.0);
            const double miss = x - Target(unit, option);
            reward += Worth(unit, option) - miss * miss;
        }
        Next();
        return reward;
    }

    /// @return the best reward of the present state: by all choices, each with its best parameters
    double Best() const
    {
        double best = -1e9;
        for (uint32_t i = 0; i < 3; ++i)
        {
            for (uint32_t j = 0; j < 3; ++j)
            {
                if (i != j || i == 0)
                {
                    best = std::max(best, Worth(0, i) + Worth(1, j));
                }
            }
        }
        return best;
    }

  private:
    /// @return what an option is worth with its best parameter
    double Worth(uint32_t unit, uint32_t option) const
    {
        // Slot 2 is the best for both, more so for the one that the state names.
        static const double WORTH[] = {0.5, 0.3, 0.9};
        const bool isNamed = (m_state[0] > 0) == (unit == 0);
        return WORTH[option] + (isNamed && option == 2 ? 0.5 : 0);
    }

    /// @return an option's best parameter
    double Target(uint32_t unit, uint32_t option) const
    {
        if (option == 0)
        {
            return 0;
        }
        return 0.6 * static_cast<double>(m_state[1]) * (unit == 0 ? 1 : -1);
    }

    /// Draw a state.
    void Next()
    {
        m_state.resize(2);
        m_state[0] = m_random.Below(2) == 0 ? 1.0F : -1.0F;
        m_state[1] = static_cast<float>(m_random.Uniform(-1, 1));
    }

    ActionSpace m_space;       ///< what is decided
    RandomStream m_random{73}; ///< of the episode
    Eigen::VectorXf m_state;   ///< who gets more of slot 2, and targets
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_RL_H */
