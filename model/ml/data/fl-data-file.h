/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATA_FILE_H
#define FL_DATA_FILE_H

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Whole files to and from memory. Files and folders appear whole or not at all.
 */

namespace ns3
{
namespace fl
{

/**
 * Read a file, and decompress it if it is gzipped (by its magic number).
 * @param path path of the file
 * @return its contents
 * @throws InvalidInput if it is missing or can't be read or unpacked
 */
std::vector<uint8_t> ReadDataFile(const std::string& path);

/**
 * Write a file under a temporary name beside it, and rename it when all is written. A name that
 * ends in .gz is gzipped.
 * @param path path of the file; an existing one is replaced
 * @param bytes its contents
 * @throws InvalidInput if the folder is missing or can't be written to
 * @throws std::runtime_error if writing fails half-way, as on a full disk; nothing is left then
 */
void WriteDataFile(const std::string& path, const std::vector<uint8_t>& bytes);

/**
 * @param path a name
 * @return a name beside it that no other process and no other call uses
 */
std::string TemporaryNameBeside(const std::string& path);

} // namespace fl
} // namespace ns3

#endif /* FL_DATA_FILE_H */
