/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Names the real data sets and their folders, and converts what needs it; run by ./fl data.
 *
 * Standard output gets the folder and nothing else; without --name a line per set.
 */

#include "ns3/fl-data-source.h"
#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-option-parser.h"

#include <iostream>
#include <string>

using namespace ns3::fl;

namespace
{

/// Print a line per set: its name, and where it is.
void
List()
{
    for (const auto& name : InstalledSets())
    {
        const std::string folder = FolderOfInstalledSet(name, CacheFolder());
        std::cout << name << ": "
                  << (folder.empty() ? "not installed (./fl data " + name + " does that)" : folder)
                  << "\n";
    }
}

/// Print one set's folder.
int
Locate(const std::string& name)
{
    const std::string folder = FolderOfInstalledSet(name, CacheFolder());
    if (folder.empty())
    {
        throw InvalidInput("--name=" + name + ": is not installed: must be, by ./fl data " + name);
    }
    std::cout << folder << "\n";
    return EXIT_DONE;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        std::string name;
        auto names = InstalledSets();
        names.insert(names.begin(), "");
        OptionParser parser("fl-data", "Real data sets that can be installed, and their folders");
        parser.Add("name", "of a set; none: list them all", name, OneOf(names));
        parser.Parse(argc, argv);
        if (!name.empty())
        {
            return Locate(name);
        }
        List();
        return int{EXIT_DONE};
    });
}
