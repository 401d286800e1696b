/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_POISON_ATTACK_H
#define FL_POISON_ATTACK_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-random-stream.h"

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What attackers, devices or servers, do to what they send. x is what an honest one would send: an
 * update or a gradient.
 *
 * Attackers know each other and, as the publications on `alie` and `inner-product` have it, what
 * all honest ones send in the round.
 */
class PoisonAttack
{
  public:
    /**
     * @param name one of PoisonAttackNames()
     * @param scale its strength, positive and finite; 0: as PoisonAttackNames() says
     * @throws InvalidInput if there is no such attack or the scale is out of range
     */
    explicit PoisonAttack(const std::string& name, double scale = 0);

    /// @return its name
    const std::string& GetName() const;
    /// @return its strength; of `alie` with 0 see AlieDeviations()
    double GetScale() const;
    /// @return whether it is made on labels, before training; Apply() then changes nothing
    bool ChangesLabels() const;
    /// @return whether it is made of what honest ones send, of whom there must be one
    bool NeedsHonest() const;

    /**
     * @param [in,out] values what all n send, honestly at first, of one length; of attackers
     * replaced
     * @param attackers indices of those, ascending
     * @param random where noise comes from, attacker after attacker
     * @throws InvalidInput if an index is out of range, or nobody is honest where one is needed
     */
    void Apply(std::vector<Eigen::VectorXf>& values,
               const std::vector<uint32_t>& attackers,
               RandomStream& random) const;

  private:
    std::string m_name; //!< which attack
    double m_scale;     //!< its strength
};

/**
 * @return names of the attacks, each with a line about it:
 *         `none`; `noise`, x - s q with q ~ N(0, I) (Nguyen et al., section V-E: w -= s q at a
 * model); `gaussian`, s q in place of x (C. Xie, O. Koyejo, I. Gupta, "Generalized
 * Byzantine-tolerant SGD", 2018; s = 1); `sign-flip`, -s x (s = 1); `label-flip`, label y becomes C
 * - 1 - y; `alie`, mean - s deviation of the honest ones by coordinate (G. Baruch, M. Baruch, Y.
 *         Goldberg, "A little is enough", NeurIPS 2019); `inner-product`, -s times the honest mean
 *         (C. Xie, O. Koyejo, I. Gupta, "Fall of empires", UAI 2019; s = 0.5)
 */
std::vector<std::pair<std::string, std::string>> PoisonAttackNames();

/**
 * @param count n, of all
 * @param attackers f, less than n
 * @return z of "A little is enough": the largest number of deviations at which the honest ones that
 *         are farther from the mean than the attackers make, with these, a majority:
 *         Phi(z) = (n - f - s) / (n - f), s = floor(n / 2 + 1) - f; at least 0
 */
double AlieDeviations(uint32_t count, uint32_t attackers);

/**
 * Add noise to a model as Nguyen et al. do.
 * @param [in,out] value becomes value - scale q, q ~ N(0, I)
 * @param scale of the noise
 * @param random where it comes from
 */
void AddNoise(Eigen::VectorXf& value, double scale, RandomStream& random);

/**
 * @param dataset with C classes
 * @param samples indices of some of its samples
 * @return copies of these, in their order, with label C - 1 - y in place of y
 * @throws InvalidInput if an index is out of range
 */
Dataset FlipLabels(const Dataset& dataset, const std::vector<uint32_t>& samples);

} // namespace fl
} // namespace ns3

#endif /* FL_POISON_ATTACK_H */
