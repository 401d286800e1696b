/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-poison-attack.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Epsilon of "Fall of empires" where nothing else is asked for: it is below 1 in that paper's
/// attacks on Krum and the median, which take a small one for honest.
constexpr double USUAL_INNER_PRODUCT = 0.5;

/// @return the strength of an attack where none is given @param name of the attack
double
UsualScale(const std::string& name)
{
    if (name == "alie")
    {
        return 0;
    }
    return name == "inner-product" ? USUAL_INNER_PRODUCT : 1;
}

/// Mean and deviation of the honest ones.
struct HonestMoments
{
    Eigen::ArrayXd mean;      //!< by coordinate
    Eigen::ArrayXd deviation; //!< by coordinate, with the number of values in the denominator
};

/// @return moments of the honest ones @param values of all @param attackers ascending
HonestMoments
MomentsOf(const std::vector<Eigen::VectorXf>& values, const std::vector<uint32_t>& attackers)
{
    const auto count = static_cast<double>(values.size() - attackers.size());
    const auto length = values.front().size();
    Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(length);
    Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(length);
    const auto each = [&](const auto& take) {
        for (uint32_t i = 0; i < values.size(); ++i)
        {
            if (!std::binary_search(attackers.begin(), attackers.end(), i))
            {
                take(values[i].cast<double>().array());
            }
        }
    };
    each([&](const auto& value) { sum += value; });
    const Eigen::ArrayXd mean = sum / count;
    each([&](const auto& value) { squares += (value - mean).square(); });
    return {mean, (squares / count).sqrt()};
}

} // namespace

std::vector<std::pair<std::string, std::string>>
PoisonAttackNames()
{
    return {{"none", "nothing"},
            {"noise", "the paper's: normal noise is added"},
            {"gaussian", "normal noise in place of what is learned"},
            {"sign-flip", "the opposite of what is learned"},
            {"label-flip", "labels are mirrored before training"},
            {"alie", "a little is enough: the honest mean, less some deviations"},
            {"inner-product", "a part of the honest mean, with the other sign"}};
}

PoisonAttack::PoisonAttack(const std::string& name, double scale)
    : m_name(name),
      m_scale(scale > 0 ? scale : UsualScale(name))
{
    std::string known;
    for (const auto& attack : PoisonAttackNames())
    {
        known += (known.empty() ? "" : ", ") + attack.first;
        if (attack.first != name)
        {
            continue;
        }
        if (!(scale >= 0 && std::isfinite(scale)))
        {
            throw InvalidInput(
                Describe("strength ", scale, " of ", name, ": must be at least 0 and finite"));
        }
        return;
    }
    throw InvalidInput("attack '" + name + "': must be one of " + known);
}

const std::string&
PoisonAttack::GetName() const
{
    return m_name;
}

double
PoisonAttack::GetScale() const
{
    return m_scale;
}

bool
PoisonAttack::ChangesLabels() const
{
    return m_name == "label-flip";
}

bool
PoisonAttack::NeedsHonest() const
{
    return m_name == "alie" || m_name == "inner-product";
}

void
PoisonAttack::Apply(std::vector<Eigen::VectorXf>& values,
                    const std::vector<uint32_t>& attackers,
                    RandomStream& random) const
{
    if (m_name == "none" || ChangesLabels() || attackers.empty())
    {
        return;
    }
    const auto count = static_cast<uint32_t>(values.size());
    if (attackers.back() >= count || (NeedsHonest() && attackers.size() >= count))
    {
        throw InvalidInput(Describe(attackers.size(),
                                    " attackers by ",
                                    m_name,
                                    ", the last one number ",
                                    attackers.back(),
                                    ": must be from 0 to ",
                                    count - 1,
                                    NeedsHonest() ? ", and fewer than all" : ""));
    }
    HonestMoments moments;
    if (NeedsHonest())
    {
        moments = MomentsOf(values, attackers);
    }
    for (const uint32_t i : attackers)
    {
        auto& value = values[i];
        if (m_name == "noise")
        {
            AddNoise(value, m_scale, random);
        }
        else if (m_name == "gaussian")
        {
            value.setZero();
            AddNoise(value, m_scale, random);
        }
        else if (m_name == "sign-flip")
        {
            value *= -static_cast<float>(m_scale);
        }
        else if (m_name == "alie")
        {
            const double z = m_scale > 0
                                 ? m_scale
                                 : AlieDeviations(count, static_cast<uint32_t>(attackers.size()));
            value = (moments.mean - z * moments.deviation).cast<float>();
        }
        else
        {
            value = (-m_scale * moments.mean).cast<float>();
        }
    }
}

double
AlieDeviations(uint32_t count, uint32_t attackers)
{
    const double honest = count - attackers;
    const double needed = std::floor(count / 2.0 + 1) - attackers;
    const double share = (honest - needed) / honest;
    if (share <= 0.5)
    {
        return 0;
    }
    // With attackers in the majority no honest one is needed, and no distance is too large; as far
    // as one of the honest ones goes is then enough.
    return boost::math::quantile(boost::math::normal(), std::min(share, 1 - 0.5 / honest));
}

void
AddNoise(Eigen::VectorXf& value, double scale, RandomStream& random)
{
    for (Eigen::Index i = 0; i < value.size(); ++i)
    {
        value[i] -= static_cast<float>(scale * random.Normal());
    }
}

Dataset
FlipLabels(const Dataset& dataset, const std::vector<uint32_t>& samples)
{
    const Dataset some = dataset.Subset(samples);
    std::vector<uint8_t> labels = some.Labels();
    for (auto& label : labels)
    {
        label = static_cast<uint8_t>(some.Classes() - 1 - label);
    }
    return Dataset(some.Features(), std::move(labels), some.Classes(), some.Shape(), "flipped");
}

} // namespace fl
} // namespace ns3
