/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CONFIGURATION_H
#define FL_CONFIGURATION_H

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace ns3
{
namespace fl
{

/// Version of what stands under `configuration` in summary.json. A program reads its own alone.
inline constexpr uint32_t CONFIGURATION_FORMAT = 1;

/**
 * @ingroup fl
 * What a program was told, in full: the part of summary.json from which a run can be repeated.
 */
struct Configuration
{
    std::string program;                                               //!< its name
    nlohmann::ordered_json options = nlohmann::ordered_json::object(); //!< values in their types
    /// Texts of ns-3's attributes and global values that were set, by name: TYPE::ATTRIBUTE
    nlohmann::ordered_json ns3Arguments = nlohmann::ordered_json::object();
    uint32_t seed{1}; //!< of all runs, from 1 on
    uint64_t run{1};  //!< number of the first run

    /// @return what stands under `configuration`: `format`, `options`, `ns3_arguments`, `rng_seed`,
    ///         `rng_run`
    nlohmann::ordered_json ToJson() const;
};

/**
 * @ingroup fl
 * Read a configuration, strictly: `program` and `configuration` must be there, and the latter must
 * have all its keys, in their types, and no others. Which options there are is the program's to
 * check.
 * @param file a run's summary.json
 * @return what it holds
 * @throws InvalidInput if the file can't be read, is no JSON, or is none of CONFIGURATION_FORMAT;
 *         the message names the file, the key and what must be there
 */
Configuration ReadConfiguration(const std::string& file);

} // namespace fl
} // namespace ns3

#endif /* FL_CONFIGURATION_H */
