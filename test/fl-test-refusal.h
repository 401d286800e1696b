/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_REFUSAL_H
#define FL_TEST_REFUSAL_H

#include "ns3/fl-error.h"

#include <string>

namespace ns3
{
namespace fl
{
namespace test
{

/**
 * @ingroup fl
 * @tparam Error what is to be thrown; Infeasible for what is sound, but does not fit
 * @param action what is to be refused
 * @return the message of the error that it throws; "accepted" if it throws nothing
 */
template <typename Error = InvalidInput, typename Action>
std::string
RefusalOf(Action action)
{
    try
    {
        action();
    }
    catch (const Error& error)
    {
        return error.what();
    }
    return "accepted";
}

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_REFUSAL_H */
