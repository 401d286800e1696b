/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FUZZ_WATCH_H
#define FL_FUZZ_WATCH_H

#include <string>

namespace ns3
{
namespace fl
{
namespace fuzz
{

/**
 * @ingroup fl
 * Ends the process, with the instance written to a file, if a case crashes or hangs.
 */
class Watch
{
  public:
    /**
     * @param file where the instance goes
     * @param limitS what takes more time of all processors together hangs [s]
     */
    Watch(const std::string& file, double limitS);

    /// A case begins. @param text the instance; it must stay where it is
    void Begin(const std::string& text);
    /// It is over.
    void End();
    /// @param method whose turn it is, for the message
    static void Note(const std::string& method);

  private:
    double m_limitS; //!< [s]
};

} // namespace fuzz
} // namespace fl
} // namespace ns3

#endif /* FL_FUZZ_WATCH_H */
