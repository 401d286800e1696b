/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-cache-folder.h"

#include "fl-data-file.h"

#include "ns3/fl-error.h"

#include <filesystem>

namespace ns3
{
namespace fl
{

namespace
{

/// What exists already counts as whole, because it was renamed into place.
bool
IsFolder(const std::filesystem::path& path)
{
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

/// Make a folder or say why not.
void
MakeFolder(const std::filesystem::path& path)
{
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
    {
        throw InvalidInput(
            Describe("cache folder ", path.string(), ": cannot be made (", error.message(), ")"));
    }
}

/// Removes a folder that was not renamed away.
class TemporaryFolder
{
  public:
    /**
     * Make the folder.
     * @param path where
     * @throws InvalidInput if it cannot be made
     */
    explicit TemporaryFolder(const std::filesystem::path& path)
        : m_path(path)
    {
        MakeFolder(path);
    }

    ~TemporaryFolder()
    {
        std::error_code error;
        std::filesystem::remove_all(m_path, error);
    }

    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  private:
    std::filesystem::path m_path; //!< the folder
};

} // namespace

void
FillCacheFolder(const std::string& folder, const std::function<void(const std::string&)>& fill)
{
    if (IsFolder(folder))
    {
        return;
    }
    MakeFolder(std::filesystem::path(folder).parent_path());
    const std::string temporary = TemporaryNameBeside(folder);
    const TemporaryFolder guard(temporary);
    fill(temporary);
    std::error_code error;
    std::filesystem::rename(temporary, folder, error);
    // Another process may have been faster; its files are the same.
    if (error && !IsFolder(folder))
    {
        throw InvalidInput(
            Describe("cache folder ", folder, ": cannot be made (", error.message(), ")"));
    }
}

} // namespace fl
} // namespace ns3
