/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_VERSION_H
#define FL_VERSION_H

namespace ns3
{
namespace fl
{

/// The module's version: the topmost release in CHANGES.md, or the next one's with "-dev".
inline constexpr char VERSION[] = "0.1-dev";

} // namespace fl
} // namespace ns3

#endif /* FL_VERSION_H */
