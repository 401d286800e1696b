/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_FEDERATION_PARTS_H
#define FL_TEST_FEDERATION_PARTS_H

#include "ns3/error-model.h"
#include "ns3/fl-dataset.h"
#include "ns3/fl-optimizer.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-system-state.h"
#include "ns3/ipv4-header.h"
#include "ns3/packet.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What a small federation for tests is made of: samples, an optimizer that plans what a test says,
 * an error model that flips a bit.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// The TypeIds of both transports, to run a test over each.
inline const std::vector<std::string> TRANSPORTS{"ns3::fl::TcpTransport",
                                                 "ns3::fl::DatagramTransport"};
/// Where the server listens.
constexpr uint16_t SERVER_PORT = 9000;
/// Features of a sample; twice as many as classes.
constexpr uint32_t DIMENSION = 6;
/// Classes.
constexpr uint32_t CLASSES = 3;

/**
 * @param samples number of samples, at least 1
 * @param seed of the noise
 * @return samples of the classes in turn: a feature of its own for each class, and noise
 */
inline std::shared_ptr<const Dataset>
MakeSamples(uint32_t samples, uint64_t seed)
{
    RandomStream random(seed);
    Eigen::MatrixXf features(DIMENSION, samples);
    std::vector<uint8_t> labels(samples);
    for (uint32_t i = 0; i < samples; ++i)
    {
        labels[i] = static_cast<uint8_t>(i % CLASSES);
        for (uint32_t j = 0; j < DIMENSION; ++j)
        {
            features(j, i) = static_cast<float>(random.Uniform(-0.3, 0.3));
        }
        features(labels[i], i) += 1;
    }
    return std::make_shared<const Dataset>(std::move(features),
                                           std::move(labels),
                                           CLASSES,
                                           ImageShape{1, 2, DIMENSION / 2});
}

/// Whom to ask, as a test says; nobody where it says nothing.
class ScriptedOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::ScriptedOptimizer")
                                .SetParent<Optimizer>()
                                .AddConstructor<ScriptedOptimizer>();
        return tid;
    }

    std::function<Plan(const SystemState&)> script; //!< what to plan
    std::vector<Outcome> observed;                  //!< what it was told

  private:
    Plan DoPlan(const SystemState& state) override
    {
        return script ? script(state) : Plan();
    }

    void DoObserve(const Outcome& outcome) override
    {
        observed.push_back(outcome);
    }
};

/// An optimizer whose horizon is what a test says.
class ScriptedHorizon : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::ScriptedHorizon")
                                .SetParent<Optimizer>()
                                .AddConstructor<ScriptedHorizon>();
        return tid;
    }

    std::vector<WorkOrder> orders;           //!< of the horizon
    std::function<void(uint32_t)> onHorizon; //!< called with how many were asked for before
    uint32_t nAsked{0};                      //!< how many horizons were asked for

  private:
    Plan DoPlan(const SystemState& /* state */) override
    {
        return {};
    }

    bool DoPlansHorizon() const override
    {
        return true;
    }

    Plan DoPlanHorizon(const std::vector<const SystemState*>& /* tasks */) override
    {
        if (onHorizon)
        {
            onHorizon(nAsked);
        }
        ++nAsked;
        Plan plan;
        plan.orders = orders;
        return plan;
    }
};

/// Flips a bit of one packet among those that a test is after, and lets all pass: ns-3's
/// own checksums are off by default, so that what is damaged arrives.
class BitFlipper : public ErrorModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::BitFlipper").SetParent<ErrorModel>();
        return tid;
    }

    Ipv4Address from;       //!< only packets from there,
    Ipv4Address to;         //!< and to there
    uint32_t minBytes{200}; //!< smaller ones are acknowledgements
    uint32_t countdown{1};  //!< which packet, from 1
    uint32_t fromEnd{1};    //!< which byte, counted from the packet's end
    uint32_t flipped{0};    //!< how many were

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        Ipv4Header header;
        packet->PeekHeader(header);
        if (packet->GetSize() < minBytes || header.GetSource() != from ||
            header.GetDestination() != to || countdown == 0 || --countdown > 0)
        {
            return false;
        }
        std::vector<uint8_t> bytes(packet->GetSize());
        packet->CopyData(bytes.data(), bytes.size());
        bytes.at(bytes.size() - fromEnd) ^= 1;
        packet->RemoveAtStart(packet->GetSize());
        packet->AddAtEnd(Create<Packet>(bytes.data(), bytes.size()));
        ++flipped;
        return false;
    }

    void DoReset() override
    {
    }
};

/**
 * @param seconds what a device's training of one round takes [s]
 * @param only the device that takes so long; none: all
 * @return the profiles' changes, for FederationSetup::profile: at 1 GHz, with two local iterations
 */
inline std::function<void(DeviceProfile&, DeviceId)>
ComputingFor(double seconds, std::optional<DeviceId> only = {})
{
    return [seconds, only](DeviceProfile& profile, DeviceId device) {
        if (!only || *only == device)
        {
            profile.cyclesPerSample = seconds * 1e9 / (2.0 * profile.samples);
        }
    };
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_FEDERATION_PARTS_H */
