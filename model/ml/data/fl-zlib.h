/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ZLIB_H
#define FL_ZLIB_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * gzip (RFC 1952) in memory, and its checksum. The only place that knows zlib, which is optional.
 */

namespace ns3
{
namespace fl
{

/// @return whether this was built with zlib
bool GzipIsAvailable();

/**
 * @param bytes a file's contents
 * @return whether they begin with the magic number of gzip
 */
bool IsGzip(const std::vector<uint8_t>& bytes);

/**
 * @param bytes gzipped data, of one or more members, or a zlib stream (RFC 1950)
 * @param name name of the file, for messages
 * @return decompressed data
 * @throws InvalidInput if the data are truncated or damaged, more than 4 GiB when unpacked, or if
 *         this was built without zlib
 */
std::vector<uint8_t> Gunzip(const std::vector<uint8_t>& bytes, const std::string& name);

/**
 * @param bytes data to be compressed
 * @param name name of the file, for messages
 * @return gzipped data, without a time stamp and so reproducible
 * @throws InvalidInput if this was built without zlib
 */
std::vector<uint8_t> Gzip(const std::vector<uint8_t>& bytes, const std::string& name);

/**
 * CRC-32 (IEEE 802.3, reflected): any single flipped bit changes it. By zlib or, without it, more
 * slowly by Boost.
 * @param data the bytes
 * @param size number of bytes
 * @param crc CRC-32 of the preceding bytes, to be continued; 0: none
 * @return the checksum
 */
uint32_t Crc32(const uint8_t* data, size_t size, uint32_t crc = 0);

} // namespace fl
} // namespace ns3

#endif /* FL_ZLIB_H */
