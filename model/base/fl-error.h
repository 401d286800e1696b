/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_ERROR_H
#define FL_ERROR_H

#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Invalid input of a user or of another node (an argument, a file, a plan, a message).
 *
 * The message is one line that names the thing, the value and what is allowed. Programs print it
 * on standard error and exit with code 2.
 */
class InvalidInput : public std::invalid_argument
{
  public:
    using std::invalid_argument::invalid_argument;
};

/**
 * @ingroup fl
 * An optimization problem without a feasible solution. The message has the limit that cannot be met
 * and the nearest feasible one. Programs exit with code 3.
 */
class Infeasible : public std::runtime_error
{
  public:
    /// Values by name.
    using Limits = std::vector<std::pair<std::string, double>>;

    using std::runtime_error::runtime_error;

    /**
     * @param message one line
     * @param limits see GetLimits()
     */
    Infeasible(const std::string& message, Limits limits)
        : std::runtime_error(message),
          m_limits(std::move(limits))
    {
    }

    /// @return for programs: by name, the nearest value of each limit that is feasible with all
    /// other
    ///         limits unchanged, NaN if there is none; may be empty
    const Limits& GetLimits() const
    {
        return m_limits;
    }

  private:
    Limits m_limits; //!< by name
};

/**
 * @ingroup fl
 * Concatenate values into one message, as `Describe("bandwidth ", b, " Hz: must be positive")`.
 * @param parts anything that can be written to a stream
 * @return the text; of a double six significant digits, a stream's default
 */
template <typename... Parts>
std::string
Describe(const Parts&... parts)
{
    std::ostringstream text;
    (text << ... << parts);
    return text.str();
}

} // namespace fl
} // namespace ns3

#endif /* FL_ERROR_H */
