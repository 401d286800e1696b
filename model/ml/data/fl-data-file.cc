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

/// Write all, or say why not; closing counts, because a full disk may show only then.
bool
WriteAndClose(File file, const std::vector<uint8_t>& bytes)
{
    errno = 0;
    bool ok = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
    int error = errno;
    if (ok)
    {
        ok = std::fclose(file.release()) == 0;
        error = errno;
    }
    file.reset();
    errno = error;
    return ok;
}

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

void
WriteDataFile(const std::string& path, const std::vector<uint8_t>& bytes)
{
    const std::string temporary = TemporaryNameBeside(path);
    const std::vector<uint8_t> packed =
        AsksForGzip(path) ? Gzip(bytes, path) : std::vector<uint8_t>();
    File file(std::fopen(temporary.c_str(), "wb"));
    if (!file)
    {
        throw InvalidInput(Describe(path, ": cannot be written (", std::strerror(errno), ")"));
    }
    std::string reason;
    if (!WriteAndClose(std::move(file), AsksForGzip(path) ? packed : bytes))
    {
        reason = std::strerror(errno);
    }
    std::error_code error;
    if (reason.empty())
    {
        std::filesystem::rename(temporary, path, error);
        reason = error ? error.message() : "";
    }
    if (!reason.empty())
    {
        std::filesystem::remove(temporary, error);
        throw std::runtime_error(Describe(path, ": cannot be written (", reason, ")"));
    }
}

std::string
TemporaryNameBeside(const std::string& path)
{
    static std::atomic<uint32_t> count{0};
    static const uint32_t process = std::random_device{}();
    return Describe(path, ".part-", process, "-", count++);
}

} // namespace fl
} // namespace ns3
