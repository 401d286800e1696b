/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-work-codec.h"

#include "ns3/fl-error.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Type of a phase, in the lowest bits of its first byte.
enum PhaseKind : uint8_t
{
    IDLE = 0,
    TRANSFER = 1,
    COMPUTE = 2
};

/// Flags of an order: forAggregation follows; its samples precede it in a DATA message.
constexpr uint8_t HAS_AGGREGATION = 1;
constexpr uint8_t SAMPLES_SENT = 2; //!< bit 1 of an order's flags
constexpr uint8_t HAS_SGD = 4;      //!< bit 2 of an order's flags: batch and learning rate follow
/// Flags of a transfer.
constexpr uint8_t IS_DOWNLINK = 1;
constexpr uint8_t HAS_GRANT = 2;  //!< bit 1 of a transfer's flags
constexpr uint8_t KIND_SHIFT = 2; //!< bits 2 to 4 of a transfer's flags: its PayloadKind
/// Bits of a phase's first byte.
constexpr uint8_t PHASE_MASK = 3; //!< bits 0 and 1: PhaseKind
constexpr uint8_t NODE_SHIFT = 2; //!< bit 2 of a computation's first byte: ComputeNode
constexpr uint8_t JOB_SHIFT = 3;  //!< bits 3 and 4 of a computation's first byte: ComputeJob
/// Flag of a grant.
constexpr uint8_t GRANT_IS_DOWNLINK = 1;

/**
 * @param value a number received
 * @return whether it is finite and at least 0, as durations, sizes and powers must be
 */
bool
IsQuantity(double value)
{
    return std::isfinite(value) && value >= 0;
}

/**
 * @param value a number received
 * @return whether it is finite and at least 0, or ABSENT
 */
bool
IsQuantityOrAbsent(double value)
{
    return std::isnan(value) || IsQuantity(value);
}

/**
 * @param isDownlink the flag IS_DOWNLINK or GRANT_IS_DOWNLINK
 * @return the direction
 */
Direction
ToDirection(bool isDownlink)
{
    return isDownlink ? Direction::DOWNLINK : Direction::UPLINK;
}

/**
 * Serialize a grant.
 * @param bytes the grant is appended
 * @param grant the grant
 */
void
AppendGrant(std::vector<uint8_t>& bytes, const Grant& grant)
{
    AppendNumber<uint8_t>(bytes, grant.direction == Direction::DOWNLINK ? GRANT_IS_DOWNLINK : 0);
    AppendNumber(bytes, grant.cell);
    AppendNumber(bytes, grant.startHz);
    AppendNumber(bytes, grant.bandwidthHz);
    AppendNumber(bytes, grant.txPowerW);
}

/**
 * Parse and validate a grant.
 * @param reader input; advanced past the grant
 * @param [out] grant the result
 * @return whether it is valid
 */
bool
ParseGrant(ByteReader& reader, Grant& grant)
{
    const auto flags = reader.Read<uint8_t>();
    grant.direction = ToDirection(flags & GRANT_IS_DOWNLINK);
    grant.cell = reader.Read<uint32_t>();
    grant.startHz = reader.Read<double>();
    grant.bandwidthHz = reader.Read<double>();
    grant.txPowerW = reader.Read<double>();
    return reader.IsGood() && flags <= GRANT_IS_DOWNLINK && IsQuantity(grant.startHz) &&
           IsQuantity(grant.bandwidthHz) && IsQuantity(grant.txPowerW);
}

/// Visitor of std::variant that serializes a phase.
struct PhaseWriter
{
    std::vector<uint8_t>& bytes; //!< the phase is appended

    /// @param idle the pause
    void operator()(const Idle& idle) const
    {
        AppendNumber<uint8_t>(bytes, IDLE);
        AppendNumber(bytes, idle.durationS);
    }

    /// @param transfer the transfer
    void operator()(const Transfer& transfer) const
    {
        AppendNumber<uint8_t>(bytes, TRANSFER);
        AppendNumber<uint8_t>(bytes,
                              (transfer.direction == Direction::DOWNLINK ? IS_DOWNLINK : 0) |
                                  (transfer.grant ? HAS_GRANT : 0) |
                                  static_cast<uint8_t>(transfer.kind) << KIND_SHIFT);
        AppendNumber(bytes, transfer.peer);
        AppendNumber(bytes, transfer.payloadBits);
        if (transfer.grant)
        {
            AppendGrant(bytes, *transfer.grant);
        }
    }

    /// @param compute the computation
    void operator()(const Compute& compute) const
    {
        AppendNumber<uint8_t>(bytes,
                              COMPUTE | static_cast<uint8_t>(compute.node) << NODE_SHIFT |
                                  static_cast<uint8_t>(compute.job) << JOB_SHIFT);
        AppendNumber(bytes, compute.cycles);
        AppendNumber(bytes, compute.cpuHz);
    }
};

/**
 * @param reader input, after the first byte
 * @param [out] transfer the result
 * @return whether it is valid
 */
bool
ParseTransfer(ByteReader& reader, Transfer& transfer)
{
    const auto flags = reader.Read<uint8_t>();
    transfer.direction = ToDirection(flags & IS_DOWNLINK);
    const auto kind = static_cast<uint8_t>(flags >> KIND_SHIFT);
    transfer.kind = static_cast<PayloadKind>(kind);
    transfer.peer = reader.Read<uint32_t>();
    transfer.payloadBits = reader.Read<double>();
    if (!reader.IsGood() || kind >= N_PAYLOAD_KINDS || !IsQuantity(transfer.payloadBits))
    {
        return false;
    }
    return !(flags & HAS_GRANT) || ParseGrant(reader, transfer.grant.emplace());
}

/**
 * @param reader input, after the first byte
 * @param first the first byte
 * @param [out] compute the result
 * @return whether it is valid
 */
bool
ParseCompute(ByteReader& reader, uint8_t first, Compute& compute)
{
    const auto job = static_cast<uint8_t>(first >> JOB_SHIFT);
    compute.node = static_cast<ComputeNode>((first >> NODE_SHIFT) & 1);
    compute.job = static_cast<ComputeJob>(job);
    compute.cycles = reader.Read<double>();
    compute.cpuHz = reader.Read<double>();
    return reader.IsGood() && job <= static_cast<uint8_t>(ComputeJob::OTHER) &&
           IsQuantity(compute.cycles) && IsQuantity(compute.cpuHz);
}

/**
 * @param reader input
 * @param [out] phase the result
 * @return whether it is valid
 */
bool
ParsePhase(ByteReader& reader, Phase& phase)
{
    const auto first = reader.Read<uint8_t>();
    switch (first & PHASE_MASK)
    {
    case IDLE: {
        auto& idle = phase.emplace<Idle>();
        idle.durationS = reader.Read<double>();
        return reader.IsGood() && first == IDLE && IsQuantity(idle.durationS);
    }
    case TRANSFER:
        return first == TRANSFER && ParseTransfer(reader, phase.emplace<Transfer>());
    case COMPUTE:
        return ParseCompute(reader, first, phase.emplace<Compute>());
    default:
        return false;
    }
}

/**
 * @param order a work order
 * @return whether it has hyperparameters of its own
 */
bool
HasSgd(const WorkOrder& order)
{
    return order.batch > 0 || order.learningRate > 0;
}

} // namespace

void
Append(std::vector<uint8_t>& bytes, const WorkOrder& order)
{
    if (order.phases.size() > MAX_PHASES)
    {
        throw InvalidInput(Describe("work order of device ",
                                    order.device,
                                    ": ",
                                    order.phases.size(),
                                    " phases: at most ",
                                    MAX_PHASES,
                                    " are allowed"));
    }
    AppendNumber<uint8_t>(bytes,
                          (order.forAggregation ? HAS_AGGREGATION : 0) |
                              (order.samplesSent && order.samples > 0 ? SAMPLES_SENT : 0) |
                              (HasSgd(order) ? HAS_SGD : 0));
    AppendNumber(bytes, order.device);
    AppendNumber(bytes, order.server);
    AppendNumber(bytes, order.task);
    AppendNumber(bytes, order.round);
    AppendNumber(bytes, order.baseVersion);
    AppendNumber(bytes, order.earliestStartS);
    if (order.forAggregation)
    {
        AppendNumber(bytes, *order.forAggregation);
    }
    AppendNumber(bytes, order.localIterations);
    AppendNumber(bytes, order.samples);
    if (HasSgd(order))
    {
        AppendNumber(bytes, order.batch);
        AppendNumber(bytes, order.learningRate);
    }
    AppendNumber(bytes, static_cast<uint8_t>(order.phases.size()));
    for (const auto& phase : order.phases)
    {
        std::visit(PhaseWriter{bytes}, phase);
    }
}

bool
Parse(ByteReader& reader, WorkOrder& order)
{
    const auto flags = reader.Read<uint8_t>();
    order.device = reader.Read<uint32_t>();
    order.server = reader.Read<uint32_t>();
    order.task = reader.Read<uint32_t>();
    order.round = reader.Read<uint32_t>();
    order.baseVersion = reader.Read<uint32_t>();
    order.earliestStartS = reader.Read<double>();
    order.forAggregation.reset();
    if (flags & HAS_AGGREGATION)
    {
        order.forAggregation = reader.Read<uint32_t>();
    }
    order.localIterations = reader.Read<uint32_t>();
    order.samples = reader.Read<uint32_t>();
    order.samplesSent = (flags & SAMPLES_SENT) != 0;
    order.batch = 0;
    order.learningRate = 0;
    if (flags & HAS_SGD)
    {
        order.batch = reader.Read<uint32_t>();
        order.learningRate = reader.Read<double>();
    }
    order.phases.resize(reader.Read<uint8_t>());
    if (!reader.IsGood() || flags > (HAS_AGGREGATION | SAMPLES_SENT | HAS_SGD) ||
        !IsQuantity(order.earliestStartS) || !IsQuantity(order.learningRate))
    {
        return false;
    }
    for (auto& phase : order.phases)
    {
        if (!ParsePhase(reader, phase))
        {
            return false;
        }
    }
    return true;
}

void
AppendExpectedUpload(std::vector<uint8_t>& bytes, double uploadS)
{
    AppendNumber(bytes, uploadS);
}

bool
ParseExpectedUpload(ByteReader& reader, double& uploadS)
{
    uploadS = reader.GetLeft() > 0 ? reader.Read<double>() : 0;
    return reader.IsGood() && IsQuantity(uploadS);
}

void
Append(std::vector<uint8_t>& bytes, const WorkReport& report)
{
    AppendNumber(bytes, report.samples);
    AppendNumber(bytes, report.iterations);
    AppendNumber(bytes, report.baseVersion);
    AppendNumber(bytes, report.loss);
    AppendNumber(bytes, report.startS);
    AppendNumber(bytes, report.idleS);
    AppendNumber(bytes, report.downloadS);
    AppendNumber(bytes, report.computeS);
    AppendNumber(bytes, report.computeEnergyJ);
    AppendNumber(bytes, report.uploadStartS);
}

bool
Parse(ByteReader& reader, WorkReport& report)
{
    report.samples = reader.Read<uint32_t>();
    report.iterations = reader.Read<uint32_t>();
    report.baseVersion = reader.Read<uint32_t>();
    report.loss = reader.Read<double>();
    report.startS = reader.Read<double>();
    report.idleS = reader.Read<double>();
    report.downloadS = reader.Read<double>();
    report.computeS = reader.Read<double>();
    report.computeEnergyJ = reader.Read<double>();
    report.uploadStartS = reader.Read<double>();
    return reader.IsGood() && !std::isinf(report.loss) && IsQuantityOrAbsent(report.startS) &&
           IsQuantityOrAbsent(report.idleS) && IsQuantityOrAbsent(report.downloadS) &&
           IsQuantityOrAbsent(report.computeS) && IsQuantityOrAbsent(report.computeEnergyJ) &&
           IsQuantityOrAbsent(report.uploadStartS);
}

void
Append(std::vector<uint8_t>& bytes, const Hello& hello)
{
    AppendNumber(bytes, hello.device);
    AppendNumber(bytes, hello.token);
}

bool
Parse(ByteReader& reader, Hello& hello)
{
    hello.device = reader.Read<uint32_t>();
    hello.token = reader.Read<uint64_t>();
    return reader.IsGood();
}

} // namespace fl
} // namespace ns3
