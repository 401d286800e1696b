/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-folder-lock.h"

#include "fl-output-file.h"

#include "ns3/fl-error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace ns3
{
namespace fl
{

FolderLock::FolderLock(const std::filesystem::path& folder)
{
    CreateFolder(folder);
    // Closed in a child that becomes another program, which would keep the lock otherwise.
    m_descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (m_descriptor < 0)
    {
        throw InvalidInput(Describe("results folder ",
                                    folder.string(),
                                    ": can't be opened: ",
                                    std::strerror(errno),
                                    "; must be a folder that can be read and written to (--out)"));
    }
    if (flock(m_descriptor, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
    {
        close(m_descriptor);
        throw InvalidInput(Describe("results folder ",
                                    folder.string(),
                                    ": another run is writing into it; must be a folder that no "
                                    "other run uses, or wait for that one to end (--out)"));
    }
}

FolderLock::~FolderLock()
{
    close(m_descriptor);
}

} // namespace fl
} // namespace ns3
