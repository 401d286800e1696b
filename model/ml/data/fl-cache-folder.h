/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CACHE_FOLDER_H
#define FL_CACHE_FOLDER_H

#include <functional>
#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Make a folder with files in it, unless it is there. It appears whole or not at all; of two
 * processes that race, one wins and both can read. So its name must say all that its files depend
 * on.
 * @param folder its path; folders above it are made
 * @param fill writes the files into the folder that it is given
 * @throws InvalidInput if the folder cannot be made, and whatever `fill` throws
 */
void FillCacheFolder(const std::string& folder,
                     const std::function<void(const std::string&)>& fill);

} // namespace fl
} // namespace ns3

#endif /* FL_CACHE_FOLDER_H */
