/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-data-file.h"

#include "fl-zlib.h"

#include "ns3/fl-error.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>

namespace ns3
{
namespace fl
{

namespace
{

/// Closes what it holds.
struct FileCloser
{
    /**
     * Close the file.
     * @param file an open file; errors are not reported, as files are only read
     */
    void operator()(std::FILE* file) const
    {
        std::fclose(file);
    }
};

/// A file that is closed when forgotten.
using File = std::unique_ptr<std::FILE, FileCloser>;

/**
 * @param path the file's path
 * @return whether a name ends in .gz
 */
bool
AsksForGzip(const std::string& path)
{
    return path.size() > 3 && path.compare(path.size() - 3, 3, ".gz") == 0;
}

} // namespace

std::vector<uint8_t>
ReadDataFile(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
    {
        throw InvalidInput(Describe(path, ": is a folder: must be a file"));
    }
    File file(std::fopen(path.c_str(), "rb"));
    if (!file)
    {
        throw InvalidInput(Describe(path, ": cannot be read (", std::strerror(errno), ")"));
    }
    const auto size = std::filesystem::file_size(path, error);
    std::vector<uint8_t> bytes(error ? 0 : size);
    if (error || std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
    {
        throw InvalidInput(Describe(path, ": cannot be read to its end"));
    }
    return IsGzip(bytes) ? Gunzip(bytes, path) : bytes;
}

DataFileWriter::DataFileWriter(const std::string& path)
    : m_path(path),
      m_temporary(TemporaryNameBeside(path)),
      m_file(std::fopen(m_temporary.c_str(), "wb"))
{
    if (!m_file)
    {
        throw InvalidInput(Describe(path, ": cannot be written (", std::strerror(errno), ")"));
    }
}

DataFileWriter::~DataFileWriter()
{
    if (m_file)
    {
        std::fclose(m_file);
    }
    // Nothing is there any more if it was renamed.
    std::error_code error;
    std::filesystem::remove(m_temporary, error);
}

void
DataFileWriter::Write(const uint8_t* bytes, size_t size)
{
    errno = 0;
    if (std::fwrite(bytes, 1, size, m_file) != size)
    {
        throw std::runtime_error(
            Describe(m_path, ": cannot be written (", std::strerror(errno), ")"));
    }
}

void
DataFileWriter::Publish()
{
    errno = 0;
    // A full disk may show only when the file is closed.
    std::string reason = std::fclose(m_file) == 0 ? "" : std::strerror(errno);
    m_file = nullptr;
    std::error_code error;
    if (reason.empty())
    {
        std::filesystem::rename(m_temporary, m_path, error);
        reason = error ? error.message() : "";
    }
    if (!reason.empty())
    {
        throw std::runtime_error(Describe(m_path, ": cannot be written (", reason, ")"));
    }
}

void
WriteDataFile(const std::string& path, const std::vector<uint8_t>& bytes)
{
    const std::vector<uint8_t> packed =
        AsksForGzip(path) ? Gzip(bytes, path) : std::vector<uint8_t>();
    const std::vector<uint8_t>& all = AsksForGzip(path) ? packed : bytes;
    DataFileWriter file(path);
    file.Write(all.data(), all.size());
    file.Publish();
}

std::string
TemporaryNameBeside(const std::string& path)
{
    static std::atomic<uint32_t> count{0};
    static const uint32_t process = std::random_device{}();
    return Describe(path, ".part-", process, "-", count++);
}

std::string
FindDataFile(const std::string& folder, const std::string& name)
{
    for (const char* packed : {"", ".gz"})
    {
        const auto path = std::filesystem::path(folder) / (name + packed);
        std::error_code error;
        if (std::filesystem::exists(path, error))
        {
            return path.string();
        }
    }
    return "";
}

std::string
RequireDataFile(const std::string& folder, const std::string& name, const std::string& contents)
{
    const std::string path = FindDataFile(folder, name);
    if (path.empty())
    {
        throw InvalidInput(
            Describe("data folder ", folder, ": ", name, " is missing: must hold ", contents));
    }
    return path;
}

} // namespace fl
} // namespace ns3
