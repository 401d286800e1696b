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

/// Version of the member `configuration` of summary.json; other versions are refused.
inline constexpr uint32_t CONFIGURATION_FORMAT = 1;

/**
 * @ingroup fl
 * Complete configuration of a program: the part of summary.json from which a run can be repeated.
 */
struct Configuration
{
    std::string program;                                               //!< name of the program
    nlohmann::ordered_json options = nlohmann::ordered_json::object(); //!< values by option
    /// Attributes (TYPE::ATTRIBUTE) and global values of ns-3 that were set: text by name.
    nlohmann::ordered_json ns3Arguments = nlohmann::ordered_json::object();
    uint32_t seed{1}; //!< RngSeed of all runs, at least 1
    uint64_t run{1};  //!< RngRun of the first run

    /// @return the member `configuration`: `format`, `options`, `ns3_arguments`, `rng_seed`,
    ///         `rng_run`
    nlohmann::ordered_json ToJson() const;
};

/**
 * @ingroup fl
 * Read and validate a configuration: `program` and `configuration` must exist, and the latter must
 * have all of its keys, with values of their types, and no others. Names and values of options are
 * not checked.
 * @param file path of a run's summary.json
 * @return the configuration
 * @throws InvalidInput if the file cannot be read, is no JSON, or not of CONFIGURATION_FORMAT; the
 *         message names the file, the key and what is expected
 */
Configuration ReadConfiguration(const std::string& file);

} // namespace fl
} // namespace ns3

#endif /* FL_CONFIGURATION_H */
