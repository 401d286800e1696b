/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_METHOD_NAME_H
#define FL_METHOD_NAME_H

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A method's two names: `exact` among the methods of a problem, `mel-exact` among all optimizers.
 */

namespace ns3
{
namespace fl
{

/**
 * The name of a method among those of its problem.
 * @param problem joint, mel or schedule
 * @param byDefault its default method; the name of the problem alone means this one, too
 * @param name a method's name with or without the problem's in front
 * @return the name without it; any other name as it is
 */
inline std::string
PlainMethodName(const std::string& problem, const std::string& byDefault, const std::string& name)
{
    if (name == problem)
    {
        return byDefault;
    }
    const std::string prefix = problem + "-";
    return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
}

/**
 * @tparam Method has a member `name`
 * @param methods of a problem
 * @return their names
 */
template <typename Method>
std::vector<std::string>
NamesOf(const std::vector<Method>& methods)
{
    std::vector<std::string> names;
    for (const auto& method : methods)
    {
        names.push_back(method.name);
    }
    return names;
}

} // namespace fl
} // namespace ns3

#endif /* FL_METHOD_NAME_H */
