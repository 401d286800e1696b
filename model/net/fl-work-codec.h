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
 * What stands in front of a message's payload: the order that begins, the report that ends it, and
 * who a client or a server is. Little endian, some 150 bytes for a usual order.
 *
 * A phase begins with a byte whose bits 0 and 1 say what it is: 0 a pause, 1 a transfer, 2 a
 * computation. A computation's bit 2 is its ComputeNode, bits 3 and 4 are its ComputeJob. The next
 * byte of a transfer has the direction in bit 0 (1: downlink), in bit 1 whether a grant follows,
 * and in bits 2 to 4 the PayloadKind. All other bits must be 0.
 *
 * Append() writes; Parse() reads what came from outside, returns false for anything short, out of
 * range or not finite, and leaves its argument unspecified then. Several bodies may follow one
 * another.
 */

namespace ns3
{
namespace fl
{

/// More phases than this in one order are refused.
inline constexpr std::size_t MAX_PHASES = 255;

/// Who a client is, in HELLO; or a server, where the header has the flag SERVER.
struct Hello
{
    DeviceId device{0}; //!< which device; of a server: its number
    uint64_t token{0};  //!< to be shown again when it comes back, so that nobody takes its place
};

/// What a client tells about its work, in UPDATE. Absent values are ABSENT (NaN).
struct WorkReport
{
    uint32_t samples{0};           //!< samples trained on
    uint32_t iterations{0};        //!< local iterations done
    uint32_t baseVersion{0};       //!< version of the model it started from
    double loss{ABSENT};           //!< training loss
    double startS{ABSENT};         //!< simulated time at which the order began for it [s]
    double idleS{ABSENT};          //!< pauses taken [s]
    double downloadS{ABSENT};      //!< from each payload's first byte to its last, in all [s]
    double computeS{ABSENT};       //!< computing at the device, in all [s]
    double computeEnergyJ{ABSENT}; //!< [J]
    double uploadStartS{ABSENT};   //!< simulated time at which the update was sent [s]
};

/**
 * @ingroup fl
 * @param bytes grows by the order
 * @param order what to write
 * @throws InvalidInput if it has more than MAX_PHASES phases
 */
void Append(std::vector<uint8_t>& bytes, const WorkOrder& order);
/**
 * @ingroup fl
 * @param bytes grows by the report
 * @param report what to write
 */
void Append(std::vector<uint8_t>& bytes, const WorkReport& report);
/**
 * @ingroup fl
 * @param bytes grows by the body
 * @param hello what to write
 */
void Append(std::vector<uint8_t>& bytes, const Hello& hello);

/**
 * @ingroup fl
 * All numbers must be finite, and durations, sizes, cycles, frequencies, bandwidths and powers not
 * negative; kinds, nodes and jobs must be known ones.
 * @param reader where to read
 * @param [out] order the result
 * @return whether it is valid
 */
bool Parse(ByteReader& reader, WorkOrder& order);
/**
 * @ingroup fl
 * Behind an order, where the device's transport should know it: how long its upload, or the longest
 * of several, is predicted to take.
 * @param bytes grows by it
 * @param uploadS finite and not negative [s]
 */
void AppendExpectedUpload(std::vector<uint8_t>& bytes, double uploadS);
/**
 * @ingroup fl
 * @param reader where to read, after the order
 * @param [out] uploadS the result [s]; 0 where nothing follows the order
 * @return whether it is valid
 */
bool ParseExpectedUpload(ByteReader& reader, double& uploadS);
/**
 * @ingroup fl
 * Durations and energies must be ABSENT, or finite and not negative; the loss must not be infinite.
 * @param reader where to read
 * @param [out] report the result
 * @return whether it is valid
 */
bool Parse(ByteReader& reader, WorkReport& report);
/**
 * @ingroup fl
 * @param reader where to read
 * @param [out] hello the result
 * @return whether it is valid
 */
bool Parse(ByteReader& reader, Hello& hello);

} // namespace fl
} // namespace ns3

#endif /* FL_WORK_CODEC_H */
