/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MAPPED_FILE_H
#define FL_MAPPED_FILE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/**
 * @file
 * @ingroup fl
 * A file in memory, without a copy of it.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A regular file, mapped to be read. As with every mapping, who truncates the file in the meantime
 * ends the program: it is for files that are written once.
 */
class MappedFile
{
  public:
    /**
     * @param path the file
     * @throws InvalidInput if it is missing, can't be read, or is no regular file
     */
    explicit MappedFile(const std::string& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;            ///< not copied
    MappedFile& operator=(const MappedFile&) = delete; ///< not copied

    /// @return the first byte; null if the file is empty
    const uint8_t* GetBytes() const;
    /// @return size of the file [byte]
    size_t GetSize() const;
    /// @return all of it, as text
    std::string_view GetText() const;

  private:
    const uint8_t* m_bytes{nullptr}; //!< the first byte; null: nothing is mapped
    size_t m_size{0};                //!< of the file [byte]
};

} // namespace fl
} // namespace ns3

#endif /* FL_MAPPED_FILE_H */
