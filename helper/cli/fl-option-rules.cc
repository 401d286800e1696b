/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-option-rules.h"

namespace ns3
{
namespace fl
{

void
RequireAbsence(OptionParser& parser,
               const std::vector<std::string>& names,
               const std::string& other,
               const std::function<bool()>& when,
               const std::string& why)
{
    for (const auto& name : names)
    {
        parser.AddRule(name, [&parser, name, other, when, why]() -> std::string {
            return parser.IsChanged(name) && when()
                       ? "be left out with " + parser.Written(other) + ": " + why
                       : "";
        });
    }
}

} // namespace fl
} // namespace ns3
