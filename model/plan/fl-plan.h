/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLAN_H
#define FL_PLAN_H

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What an optimizer decides: grants, work orders, plans. Plain data in SI units and seconds, shared
 * by all layers.
 */

namespace ns3
{
namespace fl
{

/// "Not known", "not planned": written as an empty field in result files.
inline constexpr double ABSENT = std::numeric_limits<double>::quiet_NaN();

/// Index of a device: its position in the order in which devices were installed.
using DeviceId = uint32_t;

/// The direction of a link, seen from the device.
enum class Direction : uint8_t
{
    UPLINK,
    DOWNLINK
};

/// A link's resources: a private sub-band and the power on it.
struct Grant
{
    uint32_t cell{0};                       //!< the cell (base station) that gives it
    Direction direction{Direction::UPLINK}; //!< which of the paired bands
    double startHz{0};     //!< offset of the sub-band from the lower edge of the planned band [Hz]
    double bandwidthHz{0}; //!< width of the sub-band [Hz]
    double txPowerW{0};    //!< total transmit power over the sub-band [W]
};

/// A pause.
struct Idle
{
    double durationS{0}; //!< [s]
};

/// What a transfer carries.
enum class PayloadKind : uint8_t
{
    MODEL,       //!< parameters of the global model
    UPDATE,      //!< parameters after local training
    SAMPLES,     //!< training data
    ACTIVATIONS, //!< output of the layers on one node, input of those on the other
    GRADIENTS    //!< the loss function's gradient with respect to activations
};

/// @return the name used in result files, in lower case
/// @param kind what a transfer carries
const char* ToString(PayloadKind kind);

/// A payload that crosses the air.
struct Transfer
{
    uint32_t peer{0};                       //!< the server at the other end
    Direction direction{Direction::UPLINK}; //!< from or to the device
    double payloadBits{0};                  //!< size of the encoded message [bit]
    std::optional<Grant> grant;             //!< what it is sent on; none: the radio's default
    PayloadKind kind{PayloadKind::MODEL};   //!< what is carried
};

/// Which end of the order's link computes.
enum class ComputeNode : uint8_t
{
    DEVICE, //!< the device
    SERVER  //!< the node of the order's server
};

/// What a computation is.
enum class ComputeJob : uint8_t
{
    TRAIN,    //!< local training, from model to update
    FORWARD,  //!< from samples to activations
    BACKWARD, //!< from gradients to an update
    OTHER     //!< only time and energy count
};

/// A computation on a node's Processor.
struct Compute
{
    double cycles{0};                      //!< CPU cycles in all
    double cpuHz{0};                       //!< frequency to run at [Hz]
    ComputeNode node{ComputeNode::DEVICE}; //!< where
    ComputeJob job{ComputeJob::TRAIN};     //!< what
};

/// One step of a work order.
using Phase = std::variant<Idle, Transfer, Compute>;

/**
 * What one device is to do for one task: a program of phases that are carried out one after the
 * other. A device may hold several orders at once, of different tasks or servers; (server, task,
 * round) tells them apart.
 */
struct WorkOrder
{
    DeviceId device{0};                     //!< who
    uint32_t server{0};                     //!< for which server
    uint32_t task{0};                       //!< for which learning task
    uint32_t round{0};                      //!< round (or aggregation) that the order belongs to
    uint32_t baseVersion{0};                //!< version of the global model it starts from
    double earliestStartS{0};               //!< not before this simulated time [s]
    std::optional<uint32_t> forAggregation; //!< the aggregation it is planned for, if any
    uint32_t localIterations{1};            //!< passes over the samples in local training
    uint32_t samples{0};                    //!< samples to train on; 0: all that the device has
    bool samplesSent{false};                //!< the server sends these samples, before the model
    std::vector<Phase> phases;              //!< in order

    /// @return the first phase of type T (for Transfer: in that direction), or null
    /// @param direction uplink or downlink
    const Transfer* FindTransfer(Direction direction) const;
    /// @return the first computation, or null
    const Compute* FindCompute() const;
    /// @return the sum of all pauses [s]
    double IdleS() const;
};

/**
 * Decisions over a horizon: one round, or many periods of many tasks.
 */
struct Plan
{
    std::vector<WorkOrder> orders; //!< at most one per (device, task, round)
    double objective{ABSENT};      //!< value of the optimizer's objective, for one round
    double bound{ABSENT};          //!< proven bound on it
    std::string termination;       //!< why the solver stopped
};

} // namespace fl
} // namespace ns3

#endif /* FL_PLAN_H */
