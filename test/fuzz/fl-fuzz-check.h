/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_CHECK_H
#define FL_FUZZ_CHECK_H

#include "fl-fuzz-instance.h"

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What an answer of `./fl solve` must be, whatever the instance.
 */

namespace ns3
{
namespace fl
{
namespace fuzz
{

/// Something that must not be.
struct Fault
{
    std::string method; //!< whose
    std::string kind;   //!< faults of one method and kind are taken for one
    std::string detail; //!< numbers, a message
};

/// How often which method answered what, by magnitude of the instances.
class Statistics
{
  public:
    /// Count an answer. @param method whose @param status what it was
    void Count(const std::string& method, const std::string& status);
    /// @param os where one line per method goes
    void Print(std::ostream& os) const;

  private:
    std::map<std::string, std::map<std::string, uint64_t>> m_counts; //!< by method, by status
};

/**
 * Solve an instance of the joint problem by all methods.
 * @param text the instance, or what should be one
 * @param magnitude of ordinary instances more is expected
 * @param threads for methods that use several
 * @param statistics counts the answers
 * @return what is wrong
 */
std::vector<Fault> CheckInstance(const std::string& text,
                                 Magnitude magnitude,
                                 uint32_t threads,
                                 Statistics& statistics);

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_CHECK_H */
