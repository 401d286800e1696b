/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-environment.h"

#include "ns3/fl-error.h"

namespace ns3
{
namespace fl
{

void
ActionSpace::Validate() const
{
    if (units == 0 || options == 0)
    {
        throw InvalidInput(Describe("action space: ",
                                    units,
                                    " units and ",
                                    options,
                                    " options: must be at least 1 each"));
    }
    if (uses.size() != size_t{options} * parameters)
    {
        throw InvalidInput(Describe("action space: uses has ",
                                    uses.size(),
                                    " entries: must have ",
                                    size_t{options} * parameters,
                                    ", one per option and parameter"));
    }
}

} // namespace fl
} // namespace ns3
