/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-output-file.h"

#include "ns3/fl-error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

/// Enough to make a system call cheap beside what it writes.
constexpr size_t BUFFER_BYTES = 1 << 16;

} // namespace

OutputFile::OutputFile(const std::filesystem::path& path)
    : m_path(path),
      m_partial(path.string() + ".partial")
{
    std::error_code error;
    if (std::filesystem::is_directory(m_path, error))
    {
        throw InvalidInput(Describe("result file ", m_path.string(), ": a folder is in its place"));
    }
    m_descriptor = open(m_partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (m_descriptor < 0)
    {
        throw InvalidInput(Describe("result file ",
                                    m_path.string(),
                                    ": can't be created: ",
                                    std::strerror(errno),
                                    "; must be in a folder that can be written to (--out)"));
    }
    m_exists = true;
    m_buffer.reserve(BUFFER_BYTES);
}

OutputFile::~OutputFile()
{
    Remove();
}

void
OutputFile::Write(std::string_view text)
{
    m_buffer.append(text);
    if (m_buffer.size() >= BUFFER_BYTES)
    {
        Flush();
    }
}

void
OutputFile::Flush()
{
    size_t done = 0;
    while (done < m_buffer.size())
    {
        const ssize_t written = write(m_descriptor, m_buffer.data() + done, m_buffer.size() - done);
        if (written < 0 && errno != EINTR)
        {
            Fail(errno);
        }
        done += written > 0 ? written : 0;
    }
    m_buffer.clear();
}

void
OutputFile::Close()
{
    if (m_descriptor < 0)
    {
        return;
    }
    Flush();
    // A full or broken disk may show only here. What knows no fsync (a pipe) says EINVAL.
    if (fsync(m_descriptor) < 0 && errno != EINVAL && errno != EROFS)
    {
        Fail(errno);
    }
    const int result = close(m_descriptor);
    m_descriptor = -1;
    if (result < 0)
    {
        Fail(errno);
    }
}

void
OutputFile::Publish()
{
    Close();
    if (rename(m_partial.c_str(), m_path.c_str()) < 0)
    {
        Fail(errno);
    }
    m_exists = false;
}

void
OutputFile::Remove()
{
    if (m_descriptor >= 0)
    {
        close(m_descriptor);
        m_descriptor = -1;
    }
    if (m_exists)
    {
        unlink(m_partial.c_str());
        m_exists = false;
    }
}

void
OutputFile::Fail(int error)
{
    Remove();
    m_buffer.clear();
    throw std::runtime_error(Describe("result file ",
                                      m_path.string(),
                                      ": can't be written: ",
                                      std::strerror(error),
                                      "; what there was of it is removed"));
}

const std::filesystem::path&
OutputFile::GetPath() const
{
    return m_path;
}

const std::filesystem::path&
OutputFile::GetPartialPath() const
{
    return m_partial;
}

void
CreateFolder(const std::filesystem::path& folder)
{
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
    {
        throw InvalidInput(Describe("results folder ",
                                    folder.string(),
                                    ": can't be created: ",
                                    error ? error.message() : "a file is in its place",
                                    "; must be a folder that can be written to (--out)"));
    }
}

} // namespace fl
} // namespace ns3
