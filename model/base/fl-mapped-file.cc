/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-mapped-file.h"

#include "fl-error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

/// An open file, closed at the end of a scope.
struct FileDescriptor
{
    int number; //!< from open()

    ~FileDescriptor()
    {
        if (number >= 0)
        {
            close(number);
        }
    }
};

} // namespace

MappedFile::MappedFile(const std::string& path)
{
    const FileDescriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat status{};
    if (file.number < 0 || fstat(file.number, &status) != 0)
    {
        throw InvalidInput(
            Describe(path, ": cannot be read (", std::strerror(errno), "): must be a file"));
    }
    if (!S_ISREG(status.st_mode))
    {
        throw InvalidInput(Describe(path, ": is no file: must be a regular one"));
    }
    m_size = static_cast<size_t>(status.st_size);
    if (m_size == 0)
    {
        return;
    }
    void* bytes = mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE, file.number, 0);
    if (bytes == MAP_FAILED)
    {
        throw InvalidInput(Describe(path, ": cannot be mapped (", std::strerror(errno), ")"));
    }
    m_bytes = static_cast<const uint8_t*>(bytes);
}

MappedFile::~MappedFile()
{
    if (m_bytes)
    {
        munmap(const_cast<uint8_t*>(m_bytes), m_size);
    }
}

const uint8_t*
MappedFile::GetBytes() const
{
    return m_bytes;
}

size_t
MappedFile::GetSize() const
{
    return m_size;
}

std::string_view
MappedFile::GetText() const
{
    return {reinterpret_cast<const char*>(m_bytes), m_size};
}

} // namespace fl
} // namespace ns3
