/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-consensus.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Complain unless a number is positive and finite.
void
RequirePositive(const char* name, double value)
{
    if (!(value > 0 && std::isfinite(value)))
    {
        throw InvalidInput(Describe(name, " ", value, ": must be positive and finite"));
    }
}

/// Complain unless a vector has the length that it must have.
void
RequireLength(const char* name, Eigen::Index length, Eigen::Index expected)
{
    if (length != expected)
    {
        throw InvalidInput(Describe(name, " of ", length, " numbers: must have ", expected));
    }
}

} // namespace

Eigen::VectorXf
NormalisedGradient(const std::vector<TrainerShare>& trainers,
                   double totalSamples,
                   double learningRate,
                   size_t parameters)
{
    RequirePositive("samples of all", totalSamples);
    RequirePositive("learning rate", learningRate);
    const auto length = static_cast<Eigen::Index>(parameters);
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(length);
    for (const auto& trainer : trainers)
    {
        RequirePositive("a trainer's samples", trainer.samples);
        RequirePositive("a trainer's steps", trainer.steps);
        RequireLength("a trainer's update", trainer.update->size(), length);
        const double weight = trainer.samples / (totalSamples * trainer.steps * learningRate);
        sum -= weight * trainer.update->cast<double>();
    }
    return sum.cast<float>();
}

Eigen::VectorXf
NextValue(const Eigen::MatrixXd& weights, uint32_t server, const std::vector<ServerValue>& values)
{
    if (server >= weights.rows())
    {
        throw InvalidInput(Describe("server ", server, ": must be from 0 to ", weights.rows() - 1));
    }
    Eigen::VectorXd sum;
    auto value = values.begin();
    for (uint32_t from = 0; from < weights.cols(); ++from)
    {
        if (weights(server, from) == 0 && from != server)
        {
            continue;
        }
        if (value == values.end() || value->first != from)
        {
            throw InvalidInput(
                Describe("value of server ", from, ": is missing: must be with server ", server));
        }
        if (sum.size() == 0)
        {
            sum = Eigen::VectorXd::Zero(value->second->size());
        }
        RequireLength("a server's value", value->second->size(), sum.size());
        sum += weights(server, from) * value->second->cast<double>();
        ++value;
    }
    if (value != values.end())
    {
        throw InvalidInput(Describe("value of server ",
                                    value->first,
                                    ": must be of a neighbour of server ",
                                    server,
                                    ", once and in order"));
    }
    return sum.cast<float>();
}

void
TakeConsensusStep(Eigen::VectorXf& parameters,
                  const Eigen::VectorXf& value,
                  double learningRate,
                  double meanSteps,
                  double scale)
{
    RequireLength("a server's value", value.size(), parameters.size());
    const double factor = learningRate * meanSteps * scale;
    parameters = (parameters.cast<double>() - factor * value.cast<double>()).cast<float>();
}

} // namespace fl
} // namespace ns3
