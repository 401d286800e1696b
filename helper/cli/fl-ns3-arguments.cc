/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ns3-arguments.h"

#include "ns3/attribute.h"
#include "ns3/fl-error.h"
#include "ns3/global-value.h"
#include "ns3/string.h"
#include "ns3/type-id.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ns3
{
namespace fl
{

namespace
{

/// What CommandLine prints and ends the program after.
const std::vector<std::string> REQUESTS = {"PrintHelp",
                                           "help",
                                           "PrintVersion",
                                           "version",
                                           "PrintGroups",
                                           "PrintTypeIds",
                                           "PrintGlobals",
                                           "PrintGroup",
                                           "PrintAttributes"};

/// @param names to search @param name which @return whether it is one of them
bool
Contains(const std::vector<std::string>& names, const std::string& name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

/**
 * @param name what the user wrote
 * @param known what would have been right
 * @return a hint at the known name that is nearest to it; empty if none is near
 */
std::string
DidYouMean(const std::string& name, const std::vector<std::string>& known)
{
    const std::string nearest = NearestName(name, known);
    return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

/**
 * Check a value in a process of its own: many of ns-3's values abort, and some throw, on text that
 * they can't read ("abc" as a Time, "1x" as an integer). Does not return: exit status 0 if the
 * value is accepted, else 1.
 * @param checker of the attribute or global value
 * @param value as text
 */
[[noreturn]] void
TryValueAndExit(const AttributeChecker& checker, const std::string& value)
{
    const rlimit noCore{0, 0};
    setrlimit(RLIMIT_CORE, &noCore);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    bool accepted = false;
    try
    {
        accepted = checker.CreateValidValue(StringValue(value)) != nullptr;
    }
    catch (...)
    {
    }
    _exit(accepted ? 0 : 1);
}

/**
 * @param checker of the attribute or global value
 * @param value as text
 * @return whether ns-3 can read it as the checker's type and finds it in range; tried in a child
 *        process, so that ns-3 may abort
 */
bool
Accepts(const AttributeChecker& checker, const std::string& value)
{
    // A stream reads "-1" as the largest unsigned number.
    if (checker.GetValueTypeName() == "ns3::UintegerValue" && value.find('-') != std::string::npos)
    {
        return false;
    }
    const pid_t child = fork();
    if (child == 0)
    {
        TryValueAndExit(checker, value);
    }
    if (child < 0)
    {
        return checker.CreateValidValue(StringValue(value)) != nullptr;
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/**
 * @param name of the argument, without dashes
 * @param checker of the attribute or global value
 * @param value as text
 * @throws InvalidInput if the checker does not accept it; it says which type there must be
 */
void
CheckValue(const std::string& name, const AttributeChecker& checker, const std::string& value)
{
    if (!Accepts(checker, value))
    {
        throw InvalidInput(Describe("--",
                                    name,
                                    "=",
                                    value,
                                    ": must be a ",
                                    checker.GetValueTypeName(),
                                    checker.HasUnderlyingTypeInformation()
                                        ? " (" + checker.GetUnderlyingTypeInformation() + ")"
                                        : ""));
    }
}

/**
 * @param name of the argument, without dashes; unless it is that of a GlobalValue, all is well
 * @param value as text
 * @throws InvalidInput if the global value can't take it, or it is a seed that ns-3's generator
 *        can't
 */
void
CheckGlobal(const std::string& name, const std::string& value)
{
    for (auto global = GlobalValue::Begin(); global != GlobalValue::End(); ++global)
    {
        if ((*global)->GetName() == name)
        {
            CheckValue(name, *(*global)->GetChecker(), value);
        }
    }
    // The generator's smaller modulus; ns-3 aborts beyond it, and on 0, at the first stream.
    constexpr uint64_t LARGEST_SEED = 4294944442;
    if (name == "RngSeed" && (std::stoull(value) == 0 || std::stoull(value) > LARGEST_SEED))
    {
        throw InvalidInput(
            Describe("--RngSeed=", value, ": must be a whole number from 1 to ", LARGEST_SEED));
    }
}

/// @return names of all registered TypeIds, as "ns3::fl::Client"
std::vector<std::string>
TypeNames()
{
    std::vector<std::string> names;
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        names.push_back(TypeId::GetRegistered(i).GetName());
    }
    return names;
}

/**
 * @param argument as the user wrote it, without dashes, for messages
 * @param typeName name of a TypeId
 * @return that TypeId
 * @throws InvalidInput if none is registered by that name; it names the nearest one
 */
TypeId
FindType(const std::string& argument, const std::string& typeName)
{
    TypeId type;
    if (!TypeId::LookupByNameFailSafe(typeName, &type))
    {
        throw InvalidInput(Describe("--",
                                    argument,
                                    ": there is no type ",
                                    typeName,
                                    DidYouMean(typeName, TypeNames()),
                                    " (--PrintTypeIds lists all)"));
    }
    return type;
}

/// The attribute of that name in the type itself (ns-3 sets no inherited one), or none.
bool
FindAttribute(TypeId type, const std::string& name, TypeId::AttributeInformation& info)
{
    for (size_t i = 0; i < type.GetAttributeN(); ++i)
    {
        info = type.GetAttribute(i);
        if (info.name == name)
        {
            return true;
        }
    }
    return false;
}

/**
 * Does not return.
 * @param argument as the user wrote it, without dashes, for messages
 * @param type that was meant to have the attribute
 * @param attribute name of one that it does not have itself
 * @throws InvalidInput always: which ancestor has the attribute, or which name is the nearest one
 */
[[noreturn]] void
ThrowNoAttribute(const std::string& argument, TypeId type, const std::string& attribute)
{
    std::vector<std::string> names;
    for (TypeId ancestor = type;; ancestor = ancestor.GetParent())
    {
        for (size_t i = 0; i < ancestor.GetAttributeN(); ++i)
        {
            if (ancestor.GetAttribute(i).name == attribute)
            {
                throw InvalidInput(Describe("--",
                                            argument,
                                            ": is inherited; set it as --",
                                            ancestor.GetAttributeFullName(i)));
            }
            names.push_back(ancestor.GetAttribute(i).name);
        }
        if (ancestor.GetParent() == ancestor)
        {
            break;
        }
    }
    throw InvalidInput(Describe("--",
                                argument,
                                ": ",
                                type.GetName(),
                                " has no attribute ",
                                attribute,
                                DidYouMean(attribute, names),
                                " (--PrintAttributes=",
                                type.GetName(),
                                " lists all)"));
}

/**
 * @param name of the argument, without dashes: TYPE::ATTRIBUTE
 * @param value as text
 * @throws InvalidInput if there is no such type or attribute, the attribute can't be set at
 *        construction, or it can't take the value
 */
void
CheckAttribute(const std::string& name, const std::string& value)
{
    const size_t colons = name.rfind("::");
    const TypeId type = FindType(name, name.substr(0, colons));
    const std::string attribute = name.substr(colons + 2);
    TypeId::AttributeInformation info;
    if (!FindAttribute(type, attribute, info))
    {
        ThrowNoAttribute(name, type, attribute);
    }
    if (!(info.flags & TypeId::ATTR_CONSTRUCT))
    {
        throw InvalidInput(Describe("--", name, "=", value, ": can't be set, only read"));
    }
    CheckValue(name, *info.checker, value);
}

/**
 * @param name of a group of TypeIds, as "Fl"
 * @throws InvalidInput if no registered type is in it; it names the nearest group
 */
void
CheckGroup(const std::string& name)
{
    std::vector<std::string> groups;
    for (uint16_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        groups.push_back(TypeId::GetRegistered(i).GetGroupName());
    }
    if (!Contains(groups, name))
    {
        throw InvalidInput(Describe("--PrintGroup=",
                                    name,
                                    ": there is no such group",
                                    DidYouMean(name, groups),
                                    " (--PrintGroups lists all)"));
    }
}

} // namespace

std::vector<std::string>
Ns3GlobalNames()
{
    std::vector<std::string> names;
    for (auto global = GlobalValue::Begin(); global != GlobalValue::End(); ++global)
    {
        names.push_back((*global)->GetName());
    }
    return names;
}

bool
IsNs3Argument(const std::string& name)
{
    return Contains(REQUESTS, name) || IsNs3Setting(name);
}

bool
IsNs3Setting(const std::string& name)
{
    return name.find("::") != std::string::npos || Contains(Ns3GlobalNames(), name);
}

void
CheckNs3Argument(const std::string& name, const std::string& value)
{
    if (name == "PrintAttributes")
    {
        FindType(name + "=" + value, value);
    }
    else if (name == "PrintGroup")
    {
        CheckGroup(value);
    }
    else if (name.find("::") != std::string::npos)
    {
        CheckAttribute(name, value);
    }
    else
    {
        CheckGlobal(name, value);
    }
}

std::string
NearestName(const std::string& name, const std::vector<std::string>& known)
{
    std::string nearest;
    // Beyond a third of its letters a name is another word, not a slip.
    size_t fewest = std::max<size_t>(2, name.size() / 3) + 1;
    std::vector<size_t> row;
    for (const auto& candidate : known)
    {
        // Levenshtein's distance, one row of the table at a time.
        row.resize(candidate.size() + 1);
        for (size_t j = 0; j <= candidate.size(); ++j)
        {
            row[j] = j;
        }
        for (size_t i = 1; i <= name.size(); ++i)
        {
            size_t diagonal = row[0];
            row[0] = i;
            for (size_t j = 1; j <= candidate.size(); ++j)
            {
                const size_t replaced = diagonal + (name[i - 1] != candidate[j - 1]);
                diagonal = row[j];
                row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
            }
        }
        if (row.back() < fewest)
        {
            fewest = row.back();
            nearest = candidate;
        }
    }
    return nearest;
}

} // namespace fl
} // namespace ns3
