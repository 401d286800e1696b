/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-power.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

namespace
{

/// The method gives up after so many steps.
constexpr uint32_t MOST_STEPS = 40;
/// Least distance from a limit that a step leaves, of the distance before.
constexpr double KEEP = 0.005;

/// phi(s) = 1 / ln(1 + e^s), by logarithms.
struct Phi
{
    double ln; //!< ln phi
    double d;  //!< its first derivative by s
    double dd; //!< its second derivative
};

/// @return phi and derivatives
/// @param s ln SINR
Phi
PhiOf(double s)
{
    if (s < -37)
    {
        // 1 + e^s is 1 to a double.
        return {-s, -1, 0};
    }
    const double u = std::exp(s);
    const double nats = std::log1p(u);
    const double share = u / (1 + u);
    const double q = share / nats;
    return {-std::log(nats), -q, std::max(0.0, q * (q - 1 + share))};
}

} // namespace

double
LargestOffloadPowerW(double unitS, double gainPerW, double budgetJ)
{
    const double ratio = budgetJ * gainPerW / unitS;
    // x / ln(1 + x) = ratio has a solution only above 1, and one that is not lost in rounding only
    // well above it.
    if (!(ratio > 1 + 1e-9))
    {
        return 0;
    }
    // Newton from above: x - ratio ln(1 + x) is convex, and not negative where x is 2 ratio
    // ln(1 + ratio), since (1 + ratio)^2 >= 1 + 2 ratio ln(1 + ratio). From further off, as from
    // ratio^2, a large ratio is lost in rounding.
    double x = 2 * ratio * std::log1p(ratio);
    for (int i = 0; i < 200; ++i)
    {
        const double next = x - (x - ratio * std::log1p(x)) / (1 - ratio / (1 + x));
        if (!(next < x * (1 - 1e-15)))
        {
            break;
        }
        x = next;
    }
    // What rounding adds must not break the budget.
    return x / gainPerW * (1 - 1e-14);
}

OffloadPower::OffloadPower(size_t most)
    : m_most(most),
      m_links(most),
      m_gains(most * most),
      m_top(most),
      m_y(most),
      m_try(most),
      m_power(most),
      m_shares(most * most),
      m_states(most),
      m_keep(most),
      m_slopes(most * most),
      m_pull(most),
      m_gradient(most),
      m_step(most),
      m_boxStep(most),
      m_budgetStep(most),
      m_matrix(most * most)
{
}

void
OffloadPower::Begin(size_t count)
{
    m_count = count;
}

double
OffloadPower::PowerW(size_t i) const
{
    // Of the present point rounding must not be above the limit.
    return std::min(m_links[i].maxPowerW, std::exp(m_y[i]));
}

double
OffloadPower::BudgetPrice(size_t i) const
{
    return m_states[i].isBudgeted ? m_states[i].budgetPrice : 0;
}

double
OffloadPower::PowerPrice(size_t i) const
{
    return m_states[i].boxPrice;
}

bool
OffloadPower::Solve()
{
    m_steps = 0;
    Prepare();
    if (m_count == 1)
    {
        m_y[0] = m_top[0];
        m_costS = m_boundS = m_scaleS;
        m_states[0].boxPrice = m_states[0].budgetPrice = 0;
        return true;
    }
    m_boundS = m_scaleS;
    if (!Start())
    {
        m_costS = std::numeric_limits<double>::infinity();
        return false;
    }
    Iterate();
    if (!(m_costS - m_boundS <= 2 * GOAL * m_costS))
    {
        Start();
        Follow();
    }
    return m_costS - m_boundS <= 2 * GOAL * m_costS;
}

void
OffloadPower::Prepare()
{
    m_scaleS = 0;
    for (size_t i = 0; i < m_count; ++i)
    {
        m_top[i] = std::log(m_links[i].maxPowerW);
        m_states[i].leastS =
            m_links[i].unitS / std::log1p(m_links[i].maxPowerW * m_gains[i * m_most + i]);
        m_scaleS += m_states[i].leastS;
    }
    for (size_t i = 0; i < m_count; ++i)
    {
        m_states[i].leastS /= m_scaleS;
        m_states[i].lnBudget = std::log(m_links[i].budgetJ / m_scaleS);
    }
    if (m_count == 1)
    {
        return;
    }
    // Energy rises with all powers.
    Look(m_top);
    m_limits = m_count;
    for (size_t i = 0; i < m_count; ++i)
    {
        m_states[i].isBudgeted = Budget(i, m_top[i]) > 0;
        m_limits += m_states[i].isBudgeted ? 1 : 0;
    }
}

void
OffloadPower::Look(const std::vector<double>& y)
{
    for (size_t i = 0; i < m_count; ++i)
    {
        m_power[i] = std::exp(y[i]);
    }
    double sum = 0;
    for (size_t i = 0; i < m_count; ++i)
    {
        const double* gains = &m_gains[i * m_most];
        double* shares = &m_shares[i * m_most];
        double disturbance = 1;
        for (size_t j = 0; j < m_count; ++j)
        {
            shares[j] = j == i ? 0 : gains[j] * m_power[j];
            disturbance += shares[j];
        }
        for (size_t j = 0; j < m_count; ++j)
        {
            shares[j] /= disturbance;
        }
        const auto phi = PhiOf(std::log(gains[i] * m_power[i] / disturbance));
        auto& state = m_states[i];
        state.psi = phi.ln + std::log(m_links[i].unitS / m_scaleS);
        state.dPsi = phi.d;
        state.ddPsi = phi.dd;
        state.part = std::exp(state.psi);
        sum += state.part;
    }
    for (size_t i = 0; i < m_count; ++i)
    {
        m_states[i].part /= sum;
    }
    m_lnCost = std::log(sum);
}

double
OffloadPower::Complementarity() const
{
    double sum = 0;
    for (size_t i = 0; i < m_count; ++i)
    {
        const auto& state = m_states[i];
        sum += state.boxPrice * (m_top[i] - m_y[i]);
        sum += state.isBudgeted ? -state.budgetPrice * Budget(i, m_y[i]) : 0;
    }
    return sum;
}

void
OffloadPower::Gradient()
{
    std::fill_n(m_pull.begin(), m_count, 0);
    for (size_t i = 0; i < m_count; ++i)
    {
        double* slopes = &m_slopes[i * m_most];
        const double* shares = &m_shares[i * m_most];
        const auto& state = m_states[i];
        for (size_t j = 0; j < m_count; ++j)
        {
            slopes[j] = state.dPsi * ((j == i ? 1 : 0) - shares[j]);
            m_pull[j] += state.part * slopes[j];
        }
    }
    for (size_t j = 0; j < m_count; ++j)
    {
        m_gradient[j] = m_pull[j] + m_states[j].boxPrice;
    }
    for (size_t i = 0; i < m_count; ++i)
    {
        if (m_states[i].isBudgeted)
        {
            const double price = m_states[i].budgetPrice;
            for (size_t j = 0; j < m_count; ++j)
            {
                m_gradient[j] += price * m_slopes[i * m_most + j];
            }
            m_gradient[i] += price;
        }
    }
}

double
OffloadPower::Residual(double centre) const
{
    double sum = 0;
    for (size_t i = 0; i < m_count; ++i)
    {
        const auto& state = m_states[i];
        const double box = state.boxPrice * (m_top[i] - m_y[i]) - centre;
        sum += m_gradient[i] * m_gradient[i] + box * box;
        if (state.isBudgeted)
        {
            const double budget = -state.budgetPrice * Budget(i, m_y[i]) - centre;
            sum += budget * budget;
        }
    }
    return sum;
}

void
OffloadPower::SetUp(double centre)
{
    // Of the logarithm of a sum: minus the square of its gradient.
    for (size_t j = 0; j < m_count; ++j)
    {
        for (size_t k = 0; k <= j; ++k)
        {
            m_matrix[j * m_most + k] = -m_pull[j] * m_pull[k];
        }
        const double slack = m_top[j] - m_y[j];
        m_matrix[j * m_most + j] += m_states[j].boxPrice / slack;
        m_step[j] = -m_pull[j] - centre / slack;
    }
    for (size_t i = 0; i < m_count; ++i)
    {
        const auto& state = m_states[i];
        const double* shares = &m_shares[i * m_most];
        const double* slopes = &m_slopes[i * m_most];
        const double weight = state.part + (state.isBudgeted ? state.budgetPrice : 0);
        const double curve = weight * state.ddPsi;
        const double bend = -weight * state.dPsi;
        for (size_t j = 0; j < m_count; ++j)
        {
            const double rise = (j == i ? 1 : 0) - shares[j];
            double* row = &m_matrix[j * m_most];
            for (size_t k = 0; k <= j; ++k)
            {
                row[k] += curve * rise * ((k == i ? 1 : 0) - shares[k]) -
                          bend * shares[j] * shares[k] + state.part * slopes[j] * slopes[k];
            }
            row[j] += bend * shares[j];
        }
        if (!state.isBudgeted)
        {
            continue;
        }
        const double slack = -Budget(i, m_y[i]);
        const double stiffness = state.budgetPrice / slack;
        for (size_t j = 0; j < m_count; ++j)
        {
            const double rise = slopes[j] + (j == i ? 1 : 0);
            m_step[j] -= centre / slack * rise;
            for (size_t k = 0; k <= j; ++k)
            {
                m_matrix[j * m_most + k] += stiffness * rise * (slopes[k] + (k == i ? 1 : 0));
            }
        }
    }
}

void
OffloadPower::Factorize()
{
    for (size_t j = 0; j < m_count; ++j)
    {
        double* row = &m_matrix[j * m_most];
        for (size_t k = 0; k <= j; ++k)
        {
            const double* other = &m_matrix[k * m_most];
            double sum = row[k];
            for (size_t l = 0; l < k; ++l)
            {
                sum -= row[l] * other[l];
            }
            // The matrix is positive definite but for rounding.
            row[k] = k == j ? std::sqrt(std::max(sum, 1e-14)) : sum / other[k];
        }
        for (size_t l = 0; l < j; ++l)
        {
            m_step[j] -= row[l] * m_step[l];
        }
        m_step[j] /= row[j];
    }
    for (size_t j = m_count; j-- > 0;)
    {
        for (size_t l = j + 1; l < m_count; ++l)
        {
            m_step[j] -= m_matrix[l * m_most + j] * m_step[l];
        }
        m_step[j] /= m_matrix[j * m_most + j];
    }
}

double
OffloadPower::LongestStep(double centre)
{
    double length = 1;
    const auto keep = [&length](double value, double change) {
        if (change < 0)
        {
            length = std::min(length, -(1 - KEEP) * value / change);
        }
    };
    for (size_t i = 0; i < m_count; ++i)
    {
        const auto& state = m_states[i];
        const double slack = m_top[i] - m_y[i];
        m_boxStep[i] = centre / slack - state.boxPrice + state.boxPrice * m_step[i] / slack;
        keep(state.boxPrice, m_boxStep[i]);
        keep(slack, -m_step[i]);
        if (!state.isBudgeted)
        {
            continue;
        }
        double rise = m_step[i];
        for (size_t j = 0; j < m_count; ++j)
        {
            rise += m_slopes[i * m_most + j] * m_step[j];
        }
        const double budget = -Budget(i, m_y[i]);
        m_budgetStep[i] = centre / budget - state.budgetPrice + state.budgetPrice * rise / budget;
        keep(state.budgetPrice, m_budgetStep[i]);
    }
    return length;
}

double
OffloadPower::Advance(double centre)
{
    const double before = Residual(centre);
    double length = LongestStep(centre);
    std::copy_n(m_states.begin(), m_count, m_keep.begin());
    std::copy_n(m_y.begin(), m_count, m_try.begin());
    for (int k = 0; k < 40; ++k, length /= 2)
    {
        for (size_t i = 0; i < m_count; ++i)
        {
            m_y[i] = m_try[i] + length * m_step[i];
            m_states[i].boxPrice = m_keep[i].boxPrice + length * m_boxStep[i];
            m_states[i].budgetPrice = m_keep[i].budgetPrice + length * m_budgetStep[i];
        }
        Look(m_y);
        bool within = true;
        for (size_t i = 0; i < m_count; ++i)
        {
            const double before = m_try[i] + m_keep[i].psi - m_states[i].lnBudget;
            within &= !m_states[i].isBudgeted || Budget(i, m_y[i]) < KEEP * before;
        }
        if (!within)
        {
            continue;
        }
        Gradient();
        if (Residual(centre) <= (1 - 0.01 * length) * before)
        {
            return length;
        }
    }
    std::copy_n(m_keep.begin(), m_count, m_states.begin());
    std::copy_n(m_try.begin(), m_count, m_y.begin());
    Look(m_y);
    Gradient();
    return 0;
}

double
OffloadPower::Gap() const
{
    double gap = 0;
    const double cost = std::exp(m_lnCost);
    for (size_t i = 0; i < m_count; ++i)
    {
        const auto& state = m_states[i];
        const double slack = m_top[i] - m_y[i];
        // A multiplier may be anything: the one of the power takes what it can of the gradient.
        const double price = std::max(0.0, state.boxPrice - m_gradient[i]);
        const double left = m_gradient[i] - state.boxPrice + price;
        gap += price * slack;
        gap += state.isBudgeted ? -state.budgetPrice * Budget(i, m_y[i]) : 0;
        if (left > 0)
        {
            // Nobody who costs less has a power below this.
            const double mostS = cost - 1 + state.leastS;
            const double ratio = m_links[i].unitS / m_scaleS / mostS;
            const double least = (ratio > 30 ? ratio : std::log(std::expm1(ratio))) -
                                 std::log(m_gains[i * m_most + i]);
            gap += left * std::max(0.0, m_y[i] - least);
        }
    }
    return gap;
}

void
OffloadPower::Conclude(double gap)
{
    m_costS = m_scaleS * std::exp(m_lnCost);
    m_boundS = std::max(m_scaleS, m_costS * std::exp(-gap));
}

void
OffloadPower::SetPrices(double centre)
{
    for (size_t i = 0; i < m_count; ++i)
    {
        auto& state = m_states[i];
        state.boxPrice = centre / (m_top[i] - m_y[i]);
        state.budgetPrice = state.isBudgeted ? -centre / Budget(i, m_y[i]) : 0;
    }
    Gradient();
}

void
OffloadPower::Iterate()
{
    SetPrices(FIRST_CENTRE);
    double gap = std::numeric_limits<double>::infinity();
    double centring = 0.1;
    while (m_steps < MOST_STEPS)
    {
        const double sum = Complementarity();
        if (sum < GOAL)
        {
            gap = Gap();
            if (gap <= GOAL)
            {
                break;
            }
        }
        const double centre = centring * std::max(sum, 1e-3 * GOAL) / static_cast<double>(m_limits);
        SetUp(centre);
        Factorize();
        ++m_steps;
        const double length = Advance(centre);
        if (length == 0)
        {
            gap = Gap();
            break;
        }
        centring = std::clamp((1 - length) * (1 - length), 0.01, 0.5);
    }
    Conclude(gap);
}

} // namespace fl
} // namespace ns3
