/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_METHOD_CHECKER_H
#define FL_FUZZ_METHOD_CHECKER_H

#include "fl-fuzz-check.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{
namespace fuzz
{

/// Solves one instance by all methods of its problem, one after the other, and checks the answers.
class MethodChecker
{
  public:
    /**
     * @param problem name of the problem, as of `./fl solve`
     * @param text the instance; must outlive this object
     * @param magnitude of its numbers: ordinary ones must not be refused
     * @param statistics counts the answers; must outlive this object
     */
    MethodChecker(const std::string& problem,
                  const std::string& text,
                  Magnitude magnitude,
                  Statistics& statistics);
    virtual ~MethodChecker() = default;

    /// Solve by all methods, in the order of the problem's list. @return the faults found
    std::vector<Fault> Run();

  protected:
    /// Note a fault of the present method.
    /// @param kind faults of one method and kind are taken for one
    /// @param detail numbers, a message
    void Blame(const std::string& kind, const std::string& detail);

    const std::string m_problem; //!< name of the problem
    const std::string& m_text;   //!< the instance
    Magnitude m_magnitude;       //!< of its numbers
    std::string m_method;        //!< present method

  private:
    /**
     * Check an answer of the present method.
     * @param answer as printed
     * @param exitCode of the program
     */
    virtual void Look(const nlohmann::ordered_json& answer, int exitCode) = 0;
    /// @param message of InvalidInput
    /// @return whether the present method may refuse a valid instance so; false by default
    virtual bool MayRefuse(const std::string& message) const;
    /// Solve by the present method.
    void Solve();
    /// @param status of an answer, which is counted
    void Count(const std::string& status);

    Statistics& m_statistics;    //!< counts answers
    std::vector<Fault> m_faults; //!< found so far
};

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_METHOD_CHECKER_H */
