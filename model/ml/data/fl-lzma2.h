/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LZMA2_H
#define FL_LZMA2_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Unpack raw LZMA2 (I. Pavlov, "LZMA specification", 2015; chunks as in the XZ Embedded sources),
 * as R has it in its lazy-load files. Written here since it is little, and since one small data set
 * is no reason to depend on another library.
 *
 * @param bytes chunks, up to the one that ends them
 * @param size number of bytes
 * @param unpackedSize number of bytes that it unpacks to
 * @param name for messages
 * @return what it unpacks to
 * @throws InvalidInput if it is damaged, truncated, or unpacks to another number of bytes
 */
std::vector<uint8_t> UnpackLzma2(const uint8_t* bytes,
                                 size_t size,
                                 size_t unpackedSize,
                                 const std::string& name);

} // namespace fl
} // namespace ns3

#endif /* FL_LZMA2_H */
