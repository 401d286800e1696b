/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_STREAM_H
#define FL_AGENT_STREAM_H

#include "ns3/fl-bytes.h"
#include "ns3/fl-gradient-step.h"

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Agents to and from bytes.
 */

namespace ns3
{
namespace fl
{

/// Appends what agents consist of to bytes, little endian.
class AgentWriter
{
  public:
    /// Append a number. @param value the number
    template <typename T>
    void Number(T value)
    {
        AppendNumber(m_bytes, value);
    }

    /// Append a text. @param text of less than 2^32 bytes
    void Text(const std::string& text);
    /// Append numbers, and how many there are. @param values the numbers
    void Vector(const Eigen::VectorXf& values);
    /// Append an optimizer's memory. @param step the optimizer
    void Step(const GradientStep& step);

    /// @return all bytes so far
    const std::vector<uint8_t>& Bytes() const
    {
        return m_bytes;
    }

  private:
    std::vector<uint8_t> m_bytes; //!< see Bytes()
};

/// Reads them back. What does not fit is refused by InvalidInput.
class AgentReader
{
  public:
    /// @param data the first byte @param size number of bytes
    AgentReader(const uint8_t* data, size_t size)
        : m_reader(data, size)
    {
    }

    /// @return the next number
    /// @throws InvalidInput if there are too few bytes
    template <typename T>
    T Number()
    {
        const T value = m_reader.Read<T>();
        RequireGood();
        return value;
    }

    /// @return the next text @throws InvalidInput if there are too few bytes
    std::string Text();
    /**
     * Read numbers.
     * @param what for messages
     * @param [out] values as many as there are to be
     * @throws InvalidInput if there are others, or one is not finite
     */
    void Vector(const char* what, Eigen::Ref<Eigen::VectorXf> values);
    /**
     * Read an optimizer's memory.
     * @param what for messages
     * @param size of what it optimizes
     * @param [out] step goes on as the one that was saved
     * @throws InvalidInput if it is of another size, or a number is not finite
     */
    void Step(const char* what, Eigen::Index size, GradientStep& step);

    /// @return bytes that were not read
    size_t Left() const
    {
        return m_reader.GetLeft();
    }

  private:
    /// @throws InvalidInput if there were too few bytes
    void RequireGood() const;

    ByteReader m_reader; //!< of the bytes
};

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_STREAM_H */
