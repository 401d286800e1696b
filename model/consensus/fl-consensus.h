/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CONSENSUS_H
#define FL_CONSENSUS_H

#include <Eigen/Core>
#include <cstdint>
#include <utility>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The arithmetic of consensus between edge servers: D. C. Nguyen, S. Hosseinalipour, D. J. Love,
 * P. N. Pathirana, C. G. Brinton, "Latency optimization for blockchain-empowered federated learning
 * in multi-server edge computing", (6) to (12). Sums are taken in double in a fixed order and
 * rounded once, so that whoever knows the addends gets the same bits: what a server has published
 * can be computed again.
 */

namespace ns3
{
namespace fl
{

/// What a trainer, a device or a server, contributes to a round.
struct TrainerShare
{
    const Eigen::VectorXf* update; //!< w_e - w_0, what its training changed, shape (parameters)
    double samples;                //!< D_y, positive
    uint32_t steps;                //!< e_y, steps of SGD, at least 1
};

/**
 * (8): a server's normalised gradient, A_m = sum_y D_y / (D e_y) C_y, where C_y = (w_0 - w_e) / eta
 * adds up a trainer's gradients. It is FedNova's (J. Wang et al., "Tackling the objective
 * inconsistency problem in heterogeneous federated optimization", 2020).
 * @param trainers those of the server, itself included where it trains; without any A_m is 0
 * @param totalSamples D, over all servers, positive
 * @param learningRate eta, positive
 * @param parameters length of the model's parameters
 * @return A_m, shape (parameters)
 * @throws InvalidInput if a number is out of range or a length is another one
 */
Eigen::VectorXf NormalisedGradient(const std::vector<TrainerShare>& trainers,
                                   double totalSamples,
                                   double learningRate,
                                   size_t parameters);

/// A server's value, as its neighbours have it.
using ServerValue = std::pair<uint32_t, const Eigen::VectorXf*>;

/**
 * (9): a server's next value, x_m(l+1) = sum over itself and its neighbours of W_mm' x_m'(l).
 * @param weights W, shape (M, M)
 * @param server m
 * @param values of the server itself and all its neighbours, ascending by number
 * @return x_m(l+1), shape (parameters)
 * @throws InvalidInput if a value is missing, one too many, or of another length
 */
Eigen::VectorXf NextValue(const Eigen::MatrixXd& weights,
                          uint32_t server,
                          const std::vector<ServerValue>& values);

/**
 * (11), (12): the step of the global model, w <- w - eta (sum_y D_y e_y / D) scale x.
 * @param [in,out] parameters w, shape (parameters)
 * @param value x, the leader's after the last exchange, shape (parameters)
 * @param learningRate eta
 * @param meanSteps sum_y D_y e_y / D, over all trainers of all servers
 * @param scale M, since exchanges end at the mean of what (8) adds up; 1: as the paper prints (10)
 * @throws InvalidInput if the lengths differ
 */
void TakeConsensusStep(Eigen::VectorXf& parameters,
                       const Eigen::VectorXf& value,
                       double learningRate,
                       double meanSteps,
                       double scale);

} // namespace fl
} // namespace ns3

#endif /* FL_CONSENSUS_H */
