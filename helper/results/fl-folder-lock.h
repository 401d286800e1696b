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
 * A results folder that one run alone writes into, as long as this object lives.
 *
 * It is the folder itself that is locked (flock), by an open file of this process: nothing is left
 * in it, and nothing outlives the process, however that ends. Where a file system knows no such
 * locks, the folder is used without.
 */
class FolderLock
{
  public:
    /**
     * Create the folder, with those above it, if it is not there, and lock it.
     * @param folder the folder
     * @throws InvalidInput if it can't be created, is no folder, or is locked
     */
    explicit FolderLock(const std::filesystem::path& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int m_descriptor; //!< the open folder
};

} // namespace fl
} // namespace ns3

#endif /* FL_FOLDER_LOCK_H */
