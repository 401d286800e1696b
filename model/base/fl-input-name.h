/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_INPUT_NAME_H
#define FL_INPUT_NAME_H

#include <string>

/**
 * @file
 * @ingroup fl
 * Names of a solver's inputs in messages: the same limit is a member of a struct to who calls from
 * C++, and a key to who wrote a file.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * As long as an object of this class lives, messages of the same thread name keys of JSON in place
 * of members of structs. Whoever solves what stands in a file makes one. Objects may be nested.
 */
class KeysInMessages
{
  public:
    KeysInMessages();
    ~KeysInMessages();
    KeysInMessages(const KeysInMessages&) = delete;
    KeysInMessages& operator=(const KeysInMessages&) = delete;
};

/**
 * @ingroup fl
 * @param key of JSON, as `in_flight.ready_s` or `cpu_hz[0]`
 * @param field member that holds it; empty: the key in the spelling of C++, as `inFlight.readyS`
 * @return the key while KeysInMessages are wanted, else the member
 */
std::string Named(const std::string& key, const std::string& field = "");

} // namespace fl
} // namespace ns3

#endif /* FL_INPUT_NAME_H */
