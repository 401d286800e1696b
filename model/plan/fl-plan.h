/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLAN_H
#define FL_PLAN_H

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The decisions of an optimizer: grants, work orders, plans. Plain data in SI units, shared by all
 * layers.
 */

namespace ns3
{
namespace fl
{

/// Value of a quantity that is not known or not applicable: quiet NaN, so it must be tested with
/// std::isnan. An empty field in result files.
inline constexpr double ABSENT = std::numeric_limits<double>::quiet_NaN();

/// Index of a device, from 0, in the order of installation.
using DeviceId = uint32_t;

/// Direction of a link.
enum class Direction : uint8_t
{
    UPLINK,  //!< from the device to the base station or server
    DOWNLINK //!< to the device
};

/// Radio resources of one link: a sub-band that no other link of the cell uses (FDMA), and the
/// transmit power on it.
struct Grant
{
    uint32_t cell{0};                       //!< index of the cell (base station), from 0
    Direction direction{Direction::UPLINK}; //!< uplink or downlink band of the cell
    double startHz{0};     //!< lower edge of the sub-band above that of the data band [Hz]
    double bandwidthHz{0}; //!< width of the sub-band, at least 0 [Hz]
    double txPowerW{0};    //!< transmit power, integrated over the sub-band, at least 0 [W]
};

/// Phase in which the device does nothing.
struct Idle
{
    double durationS{0}; //!< duration, at least 0 [s]
};

/// Content of a transfer.
enum class PayloadKind : uint8_t
{
    MODEL,       //!< parameters of the global model
    UPDATE,      //!< parameters after local training
    SAMPLES,     //!< training data
    ACTIVATIONS, //!< split learning: output of the cut layer in the forward pass
    GRADIENTS,   //!< split learning: gradient of the loss by what the peer sent
    FEATURES     //!< split learning: output of the server's part of the model
};

/// Number of enumerators of PayloadKind.
inline constexpr std::size_t N_PAYLOAD_KINDS = static_cast<std::size_t>(PayloadKind::FEATURES) + 1;

/// @return the name used in result files, in lower case
/// @param kind content of a transfer
const char* ToString(PayloadKind kind);

/// Phase in which a payload is transferred between the device and a server.
struct Transfer
{
    uint32_t peer{0};                       //!< number of the server
    Direction direction{Direction::UPLINK}; //!< from the device (uplink) or to it
    double payloadBits{0};                //!< encoded size without message header, at least 0 [bit]
    std::optional<Grant> grant;           //!< radio resources; none: see TransferGrants
    PayloadKind kind{PayloadKind::MODEL}; //!< content
};

/// Node that carries out a computation.
enum class ComputeNode : uint8_t
{
    DEVICE, //!< the order's device
    SERVER  //!< the node of the order's server
};

/// Purpose of a computation.
enum class ComputeJob : uint8_t
{
    TRAIN,    //!< training, from model to update; at a server on samples that the device sent
    FORWARD,  //!< from samples to activations
    BACKWARD, //!< from gradients to an update
    OTHER     //!< no effect but time and energy
};

/// Phase in which a node's Processor computes.
struct Compute
{
    double cycles{0};                      //!< CPU cycles, at least 0
    double cpuHz{0};                       //!< CPU frequency, above 0 [Hz]
    ComputeNode node{ComputeNode::DEVICE}; //!< node that computes
    ComputeJob job{ComputeJob::TRAIN};     //!< purpose
};

/// One phase of a work order.
using Phase = std::variant<Idle, Transfer, Compute>;

/**
 * Work of one device for one learning task: a sequence of phases, carried out one after the other.
 * A device may have several active orders at once, of different tasks or servers; (server, task,
 * round) identifies an order of a device.
 */
struct WorkOrder
{
    DeviceId device{0};       //!< the device that carries it out
    uint32_t server{0};       //!< number of the server that issues it
    uint32_t task{0};         //!< number of the learning task
    uint32_t round{0};        //!< round (or aggregation) of the order, from 1
    uint32_t baseVersion{0};  //!< version of the global model that training starts from
    double earliestStartS{0}; //!< earliest start, simulated time [s]
    std::optional<uint32_t> forAggregation; //!< aggregation that its update is planned for
    uint32_t localIterations{1};            //!< iterations of local training, each over all samples
    uint32_t samples{0};                    //!< number of samples to train on; 0: all of the device
    /// Samples per step of SGD, and local iterations are such steps; 0: both are the task's.
    uint32_t batch{0};
    double learningRate{0};    //!< learning rate; 0: the task's
    bool samplesSent{false};   //!< whether the server sends these samples first (DATA)
    std::vector<Phase> phases; //!< phases, in order of execution

    /// @return total size of the transfers in a direction, without headers [bit]
    /// @param direction uplink or downlink
    double TransferBits(Direction direction) const;
    /// @return total duration of the Idle phases [s]
    double IdleS() const;
};

/**
 * Decisions over a planning horizon: one round, or many periods of many tasks.
 */
struct Plan
{
    std::vector<WorkOrder> orders; //!< at most one per (device, task, round)
    double objective{ABSENT}; //!< value of the optimizer's objective in the unit of its problem
    double bound{ABSENT};     //!< proven bound of the objective's optimum, same unit
    std::string termination;  //!< termination status of the solver, in words
};

} // namespace fl
} // namespace ns3

#endif /* FL_PLAN_H */
