/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#ifndef FL_NS3_COMPAT_H
#define FL_NS3_COMPAT_H

#include "ns3/attribute.h"
#include "ns3/callback.h"
#include "ns3/enum.h"
#include "ns3/event-id.h"
#include "ns3/ptr.h"
#include "ns3/simple-ref-count.h"

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

/**
 * @file
 * @ingroup fl
 * The one place that knows how ns-3 releases differ (3.35 to the newest). Each shim says what
 * changed and in which release; nothing else in this module tests for a version.
 */

/**
 * @ingroup fl
 * `override`, where Application::AssignStreams is virtual (since 3.42); nothing before. The header
 * asked for came to the network module in that release.
 */
#if __has_include("ns3/application-helper.h")
#define FL_ASSIGN_STREAMS_OVERRIDE override
#else
#define FL_ASSIGN_STREAMS_OVERRIDE
#endif

// Written where ns-3 was configured with --enable-build-version, as Debian's is.
#if __has_include("ns3/version-defines.h")
#include "ns3/version-defines.h"
#endif

namespace ns3
{

/// The energy classes moved into this namespace in 3.42; before that it does not exist.
namespace energy
{
}

/**
 * @ingroup fl
 * Federated learning over simulated wireless networks.
 */
namespace fl
{

// Lets our code write BasicEnergySource and mean ns3:: or ns3::energy::, whichever there is.
using namespace energy; // NOLINT(google-build-using-namespace)

/// Implementation details of the shims.
namespace compat
{

/**
 * Since 3.41 the accessor's first template argument is the enum type.
 *
 * @tparam E the enum type
 * @param [in] members pointers to a data member, or to a getter and a setter
 * @return the accessor
 */
template <typename E, typename... M>
auto
EnumAccessor(int, M... members) -> decltype(MakeEnumAccessor<E>(members...))
{
    return MakeEnumAccessor<E>(members...);
}

/**
 * Until 3.40 it has no such argument, and the enum must convert from and to int: unscoped.
 *
 * @param [in] members pointers to a data member, or to a getter and a setter
 * @return the accessor
 */
template <typename E, typename... M>
auto
EnumAccessor(long, M... members) -> decltype(MakeEnumAccessor(members...))
{
    return MakeEnumAccessor(members...);
}

/**
 * EventId::IsPending came in 3.42.
 *
 * @param [in] event the event
 * @return whether it is still to come
 */
template <typename T>
auto
IsPending(int, const T& event) -> decltype(event.IsPending())
{
    return event.IsPending();
}

/**
 * EventId::IsRunning means the same, and was removed in 3.46.
 *
 * @param [in] event the event
 * @return whether it is still to come
 */
template <typename T>
auto
IsPending(long, const T& event) -> decltype(event.IsRunning())
{
    return event.IsRunning();
}

/// Until 3.43 the durations of test cases are the unscoped TestCase::TestDuration ...
template <typename T, typename = void>
struct DurationOf
{
    using Type = typename T::TestDuration; ///< the enumeration
};

/// ... and since then TestCase::Duration.
template <typename T>
struct DurationOf<T, std::void_t<typename T::Duration>>
{
    using Type = typename T::Duration; ///< the enumeration
};

/// A function object that a callback can share, and compare by its address.
template <typename R, typename... Args>
struct Functor : public SimpleRefCount<Functor<R, Args...>>
{
    std::function<R(Args...)> function; ///< the function

    /**
     * @param [in] functor what to call
     * @param [in] args its arguments
     * @return its result
     */
    static R Call(Ptr<Functor> functor, Args... args)
    {
        return functor->function(args...);
    }
};

} // namespace compat

/**
 * @ingroup fl
 * Use in place of MakeEnumAccessor: `MakeFlEnumAccessor<E>(&C::m_member)`. The enumeration must be
 * unscoped, since before 3.41 ns-3 passes it as an int.
 *
 * @tparam E the enum type
 * @param [in] members pointers to a data member, or to a getter and a setter
 * @return the accessor
 */
template <typename E, typename... M>
Ptr<const AttributeAccessor>
MakeFlEnumAccessor(M... members)
{
    static_assert(std::is_convertible_v<E, int>, "ns-3 before 3.41 needs an unscoped enum");
    return compat::EnumAccessor<E>(0, members...);
}

/**
 * @ingroup fl
 * The attribute value that holds an E: EnumValue, or since 3.41 EnumValue<E>. To make one,
 * `EnumValue(e)` is right in all versions.
 */
template <typename E>
using FlEnumValue = decltype(EnumValue(std::declval<E>()));

/**
 * @ingroup fl
 * A callback from a lambda: `MakeFlCallback<void, uint32_t>([](uint32_t x) {...})`. Since 3.37 the
 * constructor of Callback takes one.
 *
 * @tparam R the type of the result
 * @tparam Args the types of the arguments
 * @param [in] function the lambda
 * @return the callback
 */
template <typename R, typename... Args>
Callback<R, Args...>
MakeFlCallback(std::common_type_t<std::function<R(Args...)>> function)
{
    // common_type: the types are not to be deduced from the argument, which is a lambda.
    auto functor = Create<compat::Functor<R, Args...>>();
    functor->function = std::move(function);
    return MakeBoundCallback(&compat::Functor<R, Args...>::Call, functor);
}

/**
 * @ingroup fl
 * @param [in] event an event
 * @return whether the event is scheduled and still to come
 */
inline bool
IsPending(const EventId& event)
{
    return compat::IsPending(0, event);
}

/**
 * @ingroup fl
 * @return ns-3's version ("3.37"), or "unknown" where it was built without saying so
 */
inline std::string
Ns3Version()
{
#ifdef NS3_VERSION_MAJOR
    return std::to_string(NS3_VERSION_MAJOR) + "." + std::to_string(NS3_VERSION_MINOR);
#else
    return "unknown";
#endif
}

/**
 * @ingroup fl
 * The durations of test cases: write `FlTestDuration<TestCase>::EXTENSIVE` as the last argument of
 * AddTestCase, and nothing for quick ones.
 */
template <typename T>
using FlTestDuration = typename compat::DurationOf<T>::Type;

} // namespace fl
} // namespace ns3

#endif /* FL_NS3_COMPAT_H */
