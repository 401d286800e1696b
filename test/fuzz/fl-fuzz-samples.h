/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_SAMPLES_H
#define FL_FUZZ_SAMPLES_H

#include <string>
#include <vector>

namespace ns3
{
namespace fl
{
namespace fuzz
{

/// A reader of files, and a sound file for it.
struct FuzzReader
{
    std::string name;                             //!< under --reader
    std::string (*make)(const std::string& path); //!< @return a sound file; the path is free to use
    void (*read)(const std::string& path);        //!< reads all of a file
};

/// @return all readers
const std::vector<FuzzReader>& FuzzReaders();

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_SAMPLES_H */
