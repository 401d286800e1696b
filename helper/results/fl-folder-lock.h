/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FOLDER_LOCK_H
#define FL_FOLDER_LOCK_H

#include <filesystem>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Exclusive lock of a results folder, held for the lifetime of this object.
 *
 * The folder itself is locked (flock(2)) by an open descriptor of this process, so that there is no
 * lock file, and the lock ends with the process in any case. On file systems without such locks the
 * folder is not locked.
 */
class FolderLock
{
  public:
    /**
     * Create the folder and its parents if they do not exist, and lock it.
     * @param folder path of the folder
     * @throws InvalidInput if it cannot be created, is no folder, or is locked already
     */
    explicit FolderLock(const std::filesystem::path& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int m_descriptor; //!< descriptor of the folder
};

} // namespace fl
} // namespace ns3

#endif /* FL_FOLDER_LOCK_H */
