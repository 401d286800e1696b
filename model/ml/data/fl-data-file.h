/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATA_FILE_H
#define FL_DATA_FILE_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
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
 * @ingroup fl
 * Writes a file piece by piece under a temporary name beside it. It gets its own name by Publish();
 * without it nothing is left.
 */
class DataFileWriter
{
  public:
    /**
     * @param path path of the file; an existing one is replaced
     * @throws InvalidInput if the folder is missing or can't be written to
     */
    explicit DataFileWriter(const std::string& path);
    ~DataFileWriter();
    DataFileWriter(const DataFileWriter&) = delete;
    DataFileWriter& operator=(const DataFileWriter&) = delete;

    /**
     * @param bytes the next ones
     * @param size number of bytes
     * @throws std::runtime_error if they can't be written, as on a full disk
     */
    void Write(const uint8_t* bytes, size_t size);
    /**
     * All is written.
     * @throws std::runtime_error if it can't be, as on a full disk
     */
    void Publish();

  private:
    std::string m_path;         //!< of the file
    std::string m_temporary;    //!< beside it
    std::FILE* m_file{nullptr}; //!< of that name; null when it was closed
};

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

/**
 * @param folder of data files
 * @param name of one of them
 * @return the path under which it is there, plain or as name.gz; empty: it is not
 */
std::string FindDataFile(const std::string& folder, const std::string& name);

/**
 * @param folder of data files
 * @param name of one of them
 * @param contents what the folder must hold, for the message
 * @return as FindDataFile()
 * @throws InvalidInput if it is not there
 */
std::string RequireDataFile(const std::string& folder,
                            const std::string& name,
                            const std::string& contents);

} // namespace fl
} // namespace ns3

#endif /* FL_DATA_FILE_H */
