/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WORK_CODEC_H
#define FL_WORK_CODEC_H

#include "ns3/fl-bytes.h"
#include "ns3/fl-plan.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Encoding of the prefixes of messages: work orders (WORK), reports (UPDATE), registrations
 * (HELLO). Little endian, doubles as IEEE 754 binary64; about 150 bytes for an order of download,
 * computation and upload.
 *
 * A phase begins with a byte whose bits 0 and 1 are its type: 0 Idle, 1 Transfer, 2 Compute. Bit 2
 * of a Compute is its ComputeNode, bits 3 and 4 are its ComputeJob. The second byte of a Transfer
 * has the direction in bit 0 (1: downlink), in bit 1 whether a grant follows, and in bits 2 to 4
 * the PayloadKind. All other bits must be 0.
 *
 * Append() serializes. Parse() validates, as its input comes from the network: it returns false for
 * anything too short, out of range or not finite, and then leaves its argument unspecified. Several
 * structures may follow one another in one prefix.
 */

namespace ns3
{
namespace fl
{

/// Maximum number of phases of a work order on the wire: MessageHeader::step has 8 bits.
inline constexpr std::size_t MAX_PHASES = 255;

/// Registration in HELLO, of a client; or of a server if the header has the flag SERVER.
struct Hello
{
    DeviceId device{0}; //!< the client's DeviceId; or the server's number
    uint64_t token{0};  //!< identifies the client, the same at each reconnection: a HELLO of a
                        //!< registered device with another token is refused
};

/// A client's measurements of one work order, in UPDATE. Unknown values are ABSENT (NaN).
struct WorkReport
{
    uint32_t samples{0};      //!< samples trained on
    uint32_t iterations{0};   //!< local iterations done
    uint32_t baseVersion{0};  //!< version of the global model that training started from
    double loss{ABSENT};      //!< training loss
    double startS{ABSENT};    //!< arrival of the first byte of WORK, simulated time [s]
    double idleS{ABSENT};     //!< total duration of Idle phases [s]
    double downloadS{ABSENT}; //!< total over downloads, each from first to last byte received [s]
    double computeS{ABSENT};  //!< total duration of computations at the device [s]
    double computeEnergyJ{ABSENT}; //!< energy of computations at the device [J]
    double uploadStartS{
        ABSENT}; //!< simulated time at which the update was passed to the session [s]
};

/**
 * @ingroup fl
 * Serialize a work order.
 * @param bytes the order is appended
 * @param order the order
 * @throws InvalidInput if it has more than MAX_PHASES phases
 */
void Append(std::vector<uint8_t>& bytes, const WorkOrder& order);
/**
 * @ingroup fl
 * Serialize a report.
 * @param bytes the report is appended
 * @param report the report
 */
void Append(std::vector<uint8_t>& bytes, const WorkReport& report);
/**
 * @ingroup fl
 * Serialize a registration.
 * @param bytes the registration is appended
 * @param hello the registration
 */
void Append(std::vector<uint8_t>& bytes, const Hello& hello);

/**
 * @ingroup fl
 * Parse and validate a work order. All numbers must be finite; durations, sizes, cycles,
 * frequencies, bandwidths and powers at least 0; kinds, nodes and jobs must be enumerators.
 * @param reader input; advanced past the order
 * @param [out] order the result
 * @return whether it is valid
 */
bool Parse(ByteReader& reader, WorkOrder& order);
/**
 * @ingroup fl
 * Append, after a work order, the predicted duration of its longest uplink transfer, from which the
 * device's transport derives its first timeout (Transport::GetFirstTimeout).
 * @param bytes 8 bytes are appended
 * @param uploadS predicted duration, finite and at least 0 [s]
 */
void AppendExpectedUpload(std::vector<uint8_t>& bytes, double uploadS);
/**
 * @ingroup fl
 * Parse what AppendExpectedUpload() wrote.
 * @param reader input, after the order
 * @param [out] uploadS predicted duration; 0 if nothing follows the order [s]
 * @return whether it is finite and at least 0
 */
bool ParseExpectedUpload(ByteReader& reader, double& uploadS);
/**
 * @ingroup fl
 * Parse and validate a report. Times, durations and energies must be ABSENT, or finite and at least
 * 0; the loss must not be infinite.
 * @param reader input; advanced past the report
 * @param [out] report the result
 * @return whether it is valid
 */
bool Parse(ByteReader& reader, WorkReport& report);
/**
 * @ingroup fl
 * Parse a registration.
 * @param reader input; advanced past the registration
 * @param [out] hello the result
 * @return whether there were enough bytes
 */
bool Parse(ByteReader& reader, Hello& hello);

} // namespace fl
} // namespace ns3

#endif /* FL_WORK_CODEC_H */
