/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-cell.h"

#include "ns3/double.h"
#include "ns3/fl-sub-band-map.h"
#include "ns3/uinteger.h"

#include <memory>

/**
 * @file
 * @ingroup fl
 * One device's grants changed alone: SubBandMap, and RadioControl's Update and Release.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// @return a grant
/// @param startHz lower edge [Hz]
/// @param bandwidthHz width [Hz]
/// @param txPowerW power [W]
/// @param direction uplink or downlink
Grant
MakeGrant(double startHz,
          double bandwidthHz,
          double txPowerW = 0.01,
          Direction direction = Direction::UPLINK)
{
    return Grant{0, direction, startHz, bandwidthHz, txPowerW};
}

/// The books: overlaps, replacement, total power.
class MapTestCase : public TestCase
{
  public:
    MapTestCase()
        : TestCase("sub-bands of devices: overlap, replacement, power")
    {
    }

  private:
    /**
     * @param device a device
     * @param startHz lower edge [Hz]
     * @param bandwidthHz width [Hz]
     * @return what is said of such a sub-band; "": nothing
     */
    std::string Replace(DeviceId device, double startHz, double bandwidthHz)
    {
        return RefusalOf(
            [&] { m_map.Replace(device, MakeGrant(startHz, bandwidthHz, 1), SLACK_HZ); });
    }

    void DoRun() override
    {
        NS_TEST_EXPECT_MSG_EQ(Replace(1, 100, 50), "", "the first one");
        NS_TEST_EXPECT_MSG_EQ(Replace(2, 150, 50), "", "beside it");
        NS_TEST_EXPECT_MSG_EQ(Replace(3, 300, 50), "", "apart");
        const std::string must = " Hz: sub-bands must be disjoint";
        const auto overlap = [&](DeviceId one, double hz) {
            return Describe("grants of devices ", one, " and 4 overlap by ", hz, must);
        };
        NS_TEST_EXPECT_MSG_EQ(Replace(4, 90, 20), overlap(1, 10), "from below");
        NS_TEST_EXPECT_MSG_EQ(Replace(4, 110, 10), overlap(1, 10), "within");
        NS_TEST_EXPECT_MSG_EQ(Replace(4, 190, 50), overlap(2, 10), "from above");
        NS_TEST_EXPECT_MSG_EQ(Replace(4, 150, 50), overlap(2, 50), "the same place");
        NS_TEST_EXPECT_MSG_EQ(Replace(4, 250, 200), overlap(3, 50), "around");
        NS_TEST_EXPECT_MSG_EQ(m_map.GetTotalPowerW(), 3, "nothing has changed");
        NS_TEST_EXPECT_MSG_EQ(m_map.Find(4).bandwidthHz, 0, "nothing has changed");
        // Round-off is no overlap, more than that is.
        NS_TEST_EXPECT_MSG_EQ(Replace(4, 200 - SLACK_HZ / 2, 100 + SLACK_HZ), "", "round-off");
        NS_TEST_EXPECT_MSG_EQ(Replace(4, 200 - 2 * SLACK_HZ, 50),
                              overlap(2, 2 * SLACK_HZ),
                              "more than round-off");

        // A device may overlap with what it had itself.
        NS_TEST_EXPECT_MSG_EQ(Replace(3, 310, 100), "", "moved");
        NS_TEST_EXPECT_MSG_EQ(m_map.Find(3).startHz, 310, "moved");
        NS_TEST_EXPECT_MSG_EQ(m_map.Find(3).bandwidthHz, 100, "wider");
        NS_TEST_EXPECT_MSG_EQ(m_map.GetTotalPowerW(), 4, "one of each device");
        NS_TEST_EXPECT_MSG_EQ(Replace(1, 300, 10), "", "where another one was");
        NS_TEST_EXPECT_MSG_EQ(Replace(5, 100, 50), "", "where it was");
        m_map.Replace(2, Grant(), SLACK_HZ);
        m_map.Replace(6, Grant(), SLACK_HZ); // had none
        NS_TEST_EXPECT_MSG_EQ(Replace(6, 150, 49), "", "where one was taken away");
        NS_TEST_EXPECT_MSG_EQ(m_map.GetTotalPowerW(), 5, "1, 3, 4, 5, 6");
        m_map.Clear();
        NS_TEST_EXPECT_MSG_EQ(m_map.GetTotalPowerW(), 0, "none");
        NS_TEST_EXPECT_MSG_EQ(Replace(9, 0, 1000), "", "all is free");
        TestManyReplacements();
    }

    /// Power is a sum that is updated, not computed anew: its round-off must not grow. Each of 4e5
    /// steps rounds to 2^-52 of 1 W or less, so that the sum is off by 1e-10 W at most.
    void TestManyReplacements()
    {
        m_map.Clear();
        constexpr uint32_t DEVICES = 7;
        for (uint32_t i = 0; i < 200000; ++i)
        {
            const DeviceId device = i % DEVICES;
            m_map.Replace(device, MakeGrant(100.0 * device, 100, 0.1 / (1 + i % 11)), SLACK_HZ);
        }
        double sumW = 0;
        for (DeviceId device = 0; device < DEVICES; ++device)
        {
            sumW += m_map.Find(device).txPowerW;
        }
        NS_TEST_EXPECT_MSG_EQ_TOL(m_map.GetTotalPowerW(), sumW, 1e-10, "the sum");
        for (DeviceId device = 0; device < DEVICES; ++device)
        {
            m_map.Replace(device, Grant(), SLACK_HZ);
        }
        NS_TEST_EXPECT_MSG_EQ(m_map.GetTotalPowerW(), 0, "nothing is left");
    }

    static constexpr double SLACK_HZ = 1e-3; ///< taken for round-off [Hz]
    SubBandMap m_map;                        ///< under test
};

/// An order with a download and an upload.
WorkOrder
MakeOrder(DeviceId device, const std::optional<Grant>& up, const std::optional<Grant>& down)
{
    WorkOrder order;
    order.device = device;
    order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, 1e4, down});
    order.phases.emplace_back(Transfer{0, Direction::UPLINK, 1e4, up});
    return order;
}

/// Update changes the grants of a plan's devices alone, and refuses what Apply refuses.
class UpdateTestCase : public TestCase
{
  public:
    UpdateTestCase()
        : TestCase("Update and Release change one device's grants, and refuse what does not fit")
    {
    }

  private:
    static Grant Down(double startHz, double bandwidthHz, double txPowerW = 0.25)
    {
        return MakeGrant(startHz, bandwidthHz, txPowerW, Direction::DOWNLINK);
    }

    void Update(const std::vector<WorkOrder>& orders)
    {
        Plan plan;
        plan.orders = orders;
        m_cell->control->Update(plan);
    }

    /// The grants of devices 0 and 1 are those of the beginning.
    void ExpectUnchanged()
    {
        for (const uint32_t i : {0, 1})
        {
            const auto& up = m_cell->Device(i)->GetGrant(Direction::UPLINK);
            const auto& down = m_cell->Device(i)->GetGrant(Direction::DOWNLINK);
            NS_TEST_EXPECT_MSG_EQ(up.startHz, 2e6 * i, "uplink of " << i);
            NS_TEST_EXPECT_MSG_EQ(up.bandwidthHz, 2e6, "uplink of " << i);
            NS_TEST_EXPECT_MSG_EQ(down.startHz, 3e6 * i, "downlink of " << i);
            NS_TEST_EXPECT_MSG_EQ(down.bandwidthHz, 3e6, "downlink of " << i);
            NS_TEST_EXPECT_MSG_EQ(down.txPowerW, 0.25, "downlink of " << i);
        }
        NS_TEST_EXPECT_MSG_EQ(m_cell->Device(2)->GetGrant(Direction::UPLINK).bandwidthHz, 0, "");
    }

    /**
     * @param orders of a plan
     * @param message what is said of it
     */
    template <typename Error = InvalidInput>
    void Expect(const std::vector<WorkOrder>& orders, const std::string& message)
    {
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<Error>([&] { Update(orders); }), message, "");
        ExpectUnchanged();
        // The books have not changed either: what is free is free, what is not is not.
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Update({MakeOrder(2, MakeGrant(4e6, 15e6), Down(6e6, 13e6, 0.5))}); }),
            "",
            "after " << message);
        m_cell->control->Release(2);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Update({MakeOrder(2, MakeGrant(1e6, 1e6), Down(6e6, 1e6))}); }),
            "grants of devices 0 and 2 overlap by 1e+06 Hz: sub-bands must be disjoint",
            "after " << message);
        ExpectUnchanged();
    }

    void DoRun() override
    {
        m_cell = std::make_unique<TestCell>(3, 100);
        NS_TEST_EXPECT_MSG_EQ(m_cell->control->CanUpdate(), true, "FDMA can");
        Update({MakeOrder(0, MakeGrant(0, 2e6), Down(0, 3e6))});
        Update({MakeOrder(1, MakeGrant(2e6, 2e6), Down(3e6, 3e6))});
        ExpectUnchanged();
        TestRefusals();
        TestSwap();
        m_cell->control->Release(0);
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            NS_TEST_EXPECT_MSG_EQ(m_cell->Device(0)->GetGrant(direction).bandwidthHz, 0, "taken");
            NS_TEST_EXPECT_MSG_GT(m_cell->Device(1)->GetGrant(direction).bandwidthHz, 0, "kept");
        }
        m_cell->control->Release(0); // has none: nothing happens
        // After a whole plan the books are those of the plan.
        Plan plan;
        plan.orders = {MakeOrder(1, MakeGrant(0, 4e6), {})};
        m_cell->control->Apply(plan);
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { Update({MakeOrder(2, MakeGrant(3e6, 2e6), Down(0, 1e6))}); }),
            "grants of devices 1 and 2 overlap by 1e+06 Hz: sub-bands must be disjoint",
            "by the plan");
        Update({MakeOrder(2, MakeGrant(4e6, 2e6), Down(0, 1e6))});
        m_cell.reset();
    }

    void TestRefusals()
    {
        const auto free = MakeGrant(4e6, 1e6);
        const auto freeDown = Down(6e6, 1e6);
        Expect({MakeOrder(3, free, freeDown)}, "device 3: not in the cell, which has 3 devices");
        Expect({MakeOrder(2, MakeGrant(4e6, 0), freeDown)},
               "device 2: uplink grant's bandwidthHz = 0: must be finite and above 0");
        Expect({MakeOrder(2, MakeGrant(-1, 1), freeDown)},
               "device 2: uplink grant's startHz = -1: must be finite and at least 0");
        Expect({MakeOrder(2, Grant{7, Direction::UPLINK, 4e6, 1, 0}, freeDown)},
               "device 2: uplink grant's cell = 7: must be 0");
        Expect({MakeOrder(2, free, free)},
               "device 2: downlink grant's direction = 0: must be that of its transfer");
        Expect({MakeOrder(2, free, freeDown), MakeOrder(2, MakeGrant(5e6, 1e6), freeDown)},
               "device 2: has two uplink grants: one is allowed");
        Expect<Infeasible>({MakeOrder(2, MakeGrant(18e6, 2e6), freeDown)},
                           "uplink grant of device 2 ends at 2e+07 Hz: 1e+06 Hz beyond the planned "
                           "band of 1.9e+07 Hz");
        Expect({MakeOrder(2, MakeGrant(3e6, 2e6), freeDown)},
               "grants of devices 1 and 2 overlap by 1e+06 Hz: sub-bands must be disjoint");
        Expect({MakeOrder(2, free, Down(5e6, 2e6))},
               "grants of devices 1 and 2 overlap by 1e+06 Hz: sub-bands must be disjoint");
        // The first of two orders is not carried out either.
        Expect({MakeOrder(0, MakeGrant(7e6, 1e6), Down(9e6, 1e6)),
                MakeOrder(2, MakeGrant(2e6, 1e6), freeDown)},
               "grants of devices 1 and 2 overlap by 1e+06 Hz: sub-bands must be disjoint");
        m_cell->Device(2)->SetAttribute("MaxTxPower", DoubleValue(0.25));
        Expect<Infeasible>({MakeOrder(2, MakeGrant(4e6, 1e6, 0.375), freeDown)},
                           "device 2: uplink grant of 0.375 W: 0.125 W more than the device's "
                           "MaxTxPower of 0.25 W");
        // Together with those that the others hold.
        Expect<Infeasible>({MakeOrder(2, free, Down(6e6, 1e6, 0.75))},
                           "downlink grants take 1.25 W in all: 0.25 W more than the base "
                           "station's StationTxPower of 1 W");
        // Apply has a default for this; it would take from the others.
        Expect({MakeOrder(2, free, {})},
               "device 2: downlink transfer without a grant: must have one where one device's "
               "grants are updated");
        Expect({MakeOrder(2, {}, freeDown)},
               "device 2: uplink transfer without a grant: must have one where one device's "
               "grants are updated");
    }

    /// Two devices of one plan may change places.
    void TestSwap()
    {
        Update({MakeOrder(0, MakeGrant(2e6, 2e6), Down(3e6, 3e6)),
                MakeOrder(1, MakeGrant(0, 2e6), Down(0, 3e6))});
        for (const uint32_t i : {0, 1})
        {
            NS_TEST_EXPECT_MSG_EQ(m_cell->Device(i)->GetGrant(Direction::UPLINK).startHz,
                                  2e6 * (1 - i),
                                  "that of the other one");
        }
    }

    void DoTeardown() override
    {
        m_cell.reset();
        Simulator::Destroy();
    }

    std::unique_ptr<TestCell> m_cell; ///< the cell
};

/// A radio that can only apply whole plans, by the defaults of RadioControl.
class WholePlanRadio : public RadioControl
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::WholePlanRadio").SetParent<RadioControl>();
        return tid;
    }

  private:
    void DoApply(const Plan&) override
    {
    }

    void DoReport(SystemState& state) const override
    {
        state.cells.assign(1, CellState());
        state.cells[0].uplinkBandwidthHz = 5;
        state.gains = GainTable(2, 1);
    }

    std::unique_ptr<const RateModel> DoMakeRateModel(const SystemState&,
                                                     const Plan&,
                                                     const TransportProfile&) const override
    {
        return nullptr;
    }

    uint32_t DoGetNDevices() const override
    {
        return 2;
    }

    double DoGetLinkHeaderBytes() const override
    {
        return 0;
    }

    double DoGetQueuedBits(DeviceId) const override
    {
        return 0;
    }

    double DoGetRadiatedEnergyJ(DeviceId) const override
    {
        return 0;
    }
};

/// What a radio does that has only Apply.
class WholePlanTestCase : public TestCase
{
  public:
    WholePlanTestCase()
        : TestCase("a radio that cannot update one device's grants says so")
    {
    }

  private:
    void DoRun() override
    {
        const auto radio = CreateObject<WholePlanRadio>();
        NS_TEST_EXPECT_MSG_EQ(radio->CanUpdate(), false, "it cannot");
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { radio->Update(Plan()); }),
                              "ns3::fl::test::WholePlanRadio cannot change the grants of one "
                              "device: a whole plan must be applied",
                              "and says so");
        radio->Release(0); // nothing happens
        SystemState state;
        radio->Report(1, state);
        NS_TEST_ASSERT_MSG_EQ(state.cells.size(), 1, "the whole report");
        NS_TEST_EXPECT_MSG_EQ(state.cells[0].uplinkBandwidthHz, 5, "the whole report");
    }
};

/// One device is reported as all of them are.
class ReportDeviceTestCase : public TestCase
{
  public:
    ReportDeviceTestCase()
        : TestCase("report of one device")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(3, 100);
        SystemState state;
        cell.control->Report(state);
        const double before = state.gains(0, 0, Direction::UPLINK);
        for (const uint32_t i : {0, 1})
        {
            cell.devices.Get(i)->GetObject<MobilityModel>()->SetPosition(Vector(200 + i, 0, 0));
        }
        SystemState whole;
        cell.control->Report(whole);
        cell.control->Report(1, state);
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            NS_TEST_EXPECT_MSG_EQ(state.gains(1, 0, direction),
                                  whole.gains(1, 0, direction),
                                  "the device's present gain");
            NS_TEST_EXPECT_MSG_EQ(state.gains(0, 0, direction), before, "others as before");
        }
        NS_TEST_EXPECT_MSG_EQ(state.cells[0].uplinkBandwidthHz,
                              whole.cells[0].uplinkBandwidthHz,
                              "the bands");
    }

    void DoTeardown() override
    {
        Simulator::Destroy();
    }
};

/// The suite.
class SubBandMapTestSuite : public TestSuite
{
  public:
    SubBandMapTestSuite()
        : TestSuite("fl-sub-band-map", TestSuite::Type::UNIT)
    {
        AddTestCase(new MapTestCase);
        AddTestCase(new UpdateTestCase);
        AddTestCase(new WholePlanTestCase);
        AddTestCase(new ReportDeviceTestCase);
    }
};

SubBandMapTestSuite g_subBandMapTestSuite; //!< registers itself

} // namespace
