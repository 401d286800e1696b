/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTION_H
#define FL_OPTION_H

#include "fl-option-help.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace ns3
{
namespace fl
{

/// One option, its type forgotten.
struct ParserOption
{
    OptionHelp shown;    //!< by --help
    std::string name;    //!< without dashes
    std::string text;    //!< the default as text, for CommandLine
    std::string bare;    //!< value when written without one; empty: needs one
    std::string allowed; //!< completes "must be ..."
    bool isGiven{false}; //!< on the command line, so far
    std::function<bool(const std::string&)> set; //!< parse, test, keep; false: not allowed
    std::function<bool(const nlohmann::ordered_json&)> setJson; //!< the same, of a JSON value
    std::function<std::string()> written;                       //!< the value as one writes it
    std::function<nlohmann::ordered_json()> toJson;             //!< the value in its type
};

} // namespace fl
} // namespace ns3

#endif /* FL_OPTION_H */
