/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "ns3/callback.h"
#include "ns3/enum.h"
#include "ns3/event-id.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/nstime.h"
#include "ns3/object.h"
#include "ns3/simulator.h"
#include "ns3/test.h"

using namespace ns3;

namespace
{

/// An object with an enum attribute, to try the accessor on.
class EnumHolder : public Object
{
  public:
    /// The attribute's values.
    enum Mode
    {
        FIRST,
        SECOND
    };

    /**
     * @return the TypeId
     */
    static TypeId GetTypeId()
    {
        static TypeId tid =
            TypeId("ns3::fl::test::EnumHolder")
                .SetParent<Object>()
                .AddConstructor<EnumHolder>()
                .AddAttribute(
                    "Mode",
                    "One of two",
                    EnumValue(EnumHolder::FIRST),
                    fl::MakeFlEnumAccessor<EnumHolder::Mode>(&EnumHolder::m_mode),
                    MakeEnumChecker(EnumHolder::FIRST, "first", EnumHolder::SECOND, "second"));
        return tid;
    }

    Mode m_mode; ///< the attribute
};

/// The version shims do on this ns-3 what they say.
class CompatTestCase : public TestCase
{
  public:
    CompatTestCase()
        : TestCase("version shims")
    {
    }

  private:
    void DoRun() override
    {
        auto holder = CreateObject<EnumHolder>();
        NS_TEST_EXPECT_MSG_EQ(holder->m_mode, EnumHolder::FIRST, "initial value");
        holder->SetAttribute("Mode", EnumValue(EnumHolder::SECOND));
        NS_TEST_EXPECT_MSG_EQ(holder->m_mode, EnumHolder::SECOND, "value was set");
        fl::FlEnumValue<EnumHolder::Mode> value;
        holder->GetAttribute("Mode", value);
        NS_TEST_EXPECT_MSG_EQ(value.Get(), EnumHolder::SECOND, "value is read back");

        uint32_t sum = 0;
        Callback<bool, const uint32_t&> add =
            fl::MakeFlCallback<bool, const uint32_t&>([&sum](const uint32_t& x) {
                sum += x;
                return sum > 5;
            });
        NS_TEST_EXPECT_MSG_EQ(add(2), false, "a lambda is called");
        NS_TEST_EXPECT_MSG_EQ(add(4), true, "and has its state");

        EventId event = Simulator::Schedule(Seconds(1), [] {});
        NS_TEST_EXPECT_MSG_EQ(fl::IsPending(event), true, "scheduled");
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(fl::IsPending(event), false, "has happened");
        Simulator::Destroy();
    }
};

/// Tests of the module as a whole.
class FlTestSuite : public TestSuite
{
  public:
    FlTestSuite()
        : TestSuite("fl", TestSuite::Type::UNIT)
    {
        AddTestCase(new CompatTestCase);
    }
};

FlTestSuite g_flTestSuite; ///< registers the suite

} // namespace
