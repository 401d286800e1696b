/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-cell.h"

#include "ns3/double.h"

#include <memory>
#include <optional>

/**
 * @file
 * @ingroup fl
 * FdmaRadioControl: what it enforces, refuses and reports. The planned bands are 19 of 20 MHz.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

constexpr double PLANNED_HZ = 19e6;

/// A cell of a few devices, and plans for it.
class ControlTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    /// An order with an upload and, if asked for, a download.
    static WorkOrder MakeOrder(DeviceId device, const Grant& up, bool downloads = true)
    {
        WorkOrder order;
        order.device = device;
        if (downloads)
        {
            order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, 1e4, {}});
        }
        order.phases.emplace_back(Transfer{0, Direction::UPLINK, 1e4, up});
        return order;
    }

    static Grant Up(double startHz, double bandwidthHz, double txPowerW = 0.01)
    {
        return Grant{0, Direction::UPLINK, startHz, bandwidthHz, txPowerW};
    }

    static Grant Down(double startHz, double bandwidthHz, double txPowerW)
    {
        return Grant{0, Direction::DOWNLINK, startHz, bandwidthHz, txPowerW};
    }

    static double BandwidthOf(const TestCell& cell, uint32_t i, Direction direction)
    {
        return cell.Device(i)->GetGrant(direction).bandwidthHz;
    }

    void DoTeardown() override
    {
        Simulator::Destroy();
    }
};

/// Grants are enforced, and taken away by the next plan.
class ApplyTestCase : public ControlTestCase
{
  public:
    ApplyTestCase()
        : ControlTestCase("a plan's grants are enforced until the next plan")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(4, 100);
        Plan plan;
        plan.orders = {MakeOrder(3, Up(0, 1e6)),
                       MakeOrder(1, Up(1e6, 2e6)),
                       MakeOrder(0, Up(4e6, 3e6))};
        std::get<Transfer>(plan.orders[2].phases[0]).grant = Down(0, 9e6, 0.4);
        cell.control->Apply(plan);
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 3, Direction::UPLINK), 1e6, "uplink");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 1, Direction::UPLINK), 2e6, "uplink");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 0, Direction::UPLINK), 3e6, "uplink");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 2, Direction::UPLINK), 0, "has no order");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 0, Direction::DOWNLINK), 9e6, "as planned");
        // Two share what is left: 10 MHz and 0.6 W.
        for (const uint32_t i : {1, 3})
        {
            const Grant& share = cell.Device(i)->GetGrant(Direction::DOWNLINK);
            NS_TEST_EXPECT_MSG_EQ_TOL(share.bandwidthHz, 5e6, 1e-6, "default share");
            NS_TEST_EXPECT_MSG_EQ_TOL(share.txPowerW, 0.3, 1e-12, "default share");
        }
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 2, Direction::DOWNLINK), 0, "has no order");

        plan.orders = {MakeOrder(2, Up(0, PLANNED_HZ), false)};
        cell.control->Apply(plan);
        for (const uint32_t i : {0, 1, 3})
        {
            NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, i, Direction::UPLINK), 0, "taken away");
            NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, i, Direction::DOWNLINK), 0, "taken away");
        }
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 2, Direction::UPLINK), PLANNED_HZ, "the band");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 2, Direction::DOWNLINK), 0, "no download");
    }
};

/// Shares that fill the band but for round-off are no overlap and no excess.
class RoundOffTestCase : public ControlTestCase
{
  public:
    RoundOffTestCase()
        : ControlTestCase("round-off of shares that fill the band is forgiven")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t COUNT = 300;
        TestCell cell(COUNT, 100);
        Plan plan;
        double startHz = 0;
        double sum = 0;
        for (uint32_t i = 0; i < COUNT; ++i)
        {
            sum += 1.0 / (i + 1);
        }
        for (uint32_t i = 0; i < COUNT; ++i)
        {
            const double bandwidthHz = PLANNED_HZ / (i + 1) / sum;
            // Places that were computed in another order than the widths.
            plan.orders.push_back(MakeOrder(i, Up(startHz * (1 - 1e-13), bandwidthHz)));
            startHz += bandwidthHz * (1 + 1e-13);
        }
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { cell.control->Apply(plan); }), "", "accepted");
    }
};

/// All transfers of a device go on one grant.
class SharedGrantTestCase : public ControlTestCase
{
  public:
    SharedGrantTestCase()
        : ControlTestCase("transfers of a device share its grant")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(2, 100);
        Plan plan;
        plan.orders = {MakeOrder(0, Up(0, 2e6)),
                       MakeOrder(0, Up(0, 2e6)),
                       MakeOrder(1, Up(2e6, 3e6))};
        plan.orders[0].phases.push_back(plan.orders[0].phases.back());
        cell.control->Apply(plan);
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 0, Direction::UPLINK), 2e6, "one grant");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 1, Direction::UPLINK), 3e6, "beside it");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(cell, 0, Direction::DOWNLINK),
                              BandwidthOf(cell, 1, Direction::DOWNLINK),
                              "a device shares once");
        // Another power is another grant.
        plan.orders[1] = MakeOrder(0, Up(0, 2e6, 0.005));
        NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { cell.control->Apply(plan); }),
                              "device 0: has two uplink grants: one is allowed",
                              "refused");
    }
};

/// What does not fit is refused, by name, and nothing is applied.
class ControlRefusalTestCase : public ControlTestCase
{
  public:
    ControlRefusalTestCase()
        : ControlTestCase("grants that do not fit are refused")
    {
    }

  private:
    /// Try a plan after a good one; the good one must stay in force.
    template <typename Error = InvalidInput>
    void Expect(const std::vector<WorkOrder>& orders, const std::string& message)
    {
        Plan good;
        good.orders = {MakeOrder(0, Up(0, 123))};
        m_cell->control->Apply(good);
        Plan plan;
        plan.orders = orders;
        NS_TEST_EXPECT_MSG_EQ(RefusalOf<Error>([&] { m_cell->control->Apply(plan); }),
                              message,
                              "message");
        NS_TEST_EXPECT_MSG_EQ(BandwidthOf(*m_cell, 0, Direction::UPLINK), 123, "nothing applied");
    }

    /// An order with a download only.
    static WorkOrder MakeDownload(DeviceId device, const std::optional<Grant>& grant)
    {
        WorkOrder order;
        order.device = device;
        order.phases.emplace_back(Transfer{0, Direction::DOWNLINK, 1e4, grant});
        return order;
    }

    void DoRun() override
    {
        m_cell = std::make_unique<TestCell>(3, 100);
        CheckSingleGrants();
        CheckBands();
        CheckPowers();
        m_cell.reset();
    }

    void CheckSingleGrants()
    {
        Expect({MakeOrder(3, Up(0, 1e6))}, "device 3: not in the cell, which has 3 devices");
        Expect({MakeOrder(1, Up(0, 0))},
               "device 1: uplink grant's bandwidthHz = 0: must be finite and above 0");
        Expect({MakeOrder(1, Up(0, -5))},
               "device 1: uplink grant's bandwidthHz = -5: must be finite and above 0");
        Expect({MakeOrder(1, Up(0, ABSENT))},
               "device 1: uplink grant's bandwidthHz = nan: must be finite and above 0");
        Expect({MakeOrder(1, Up(0, 1, -0.1))},
               "device 1: uplink grant's txPowerW = -0.1: must be finite and at least 0");
        Expect({MakeOrder(1, Up(-1, 1))},
               "device 1: uplink grant's startHz = -1: must be finite and at least 0");
        Expect({MakeOrder(1, Grant{7, Direction::UPLINK, 0, 1, 0})},
               "device 1: uplink grant's cell = 7: must be 0");
        Expect({MakeOrder(1, Grant{0, Direction::DOWNLINK, 0, 1, 0})},
               "device 1: uplink grant's direction = 1: must be that of its transfer");
        Expect({MakeOrder(1, Up(0, 1e6)), MakeOrder(1, Up(1e6, 1e6))},
               "device 1: has two uplink grants: one is allowed");
    }

    void CheckBands()
    {
        Expect({MakeOrder(2, Up(0, 1e6)), MakeOrder(1, Up(9e5, 1e6))},
               "uplink grants of devices 2 and 1 overlap by 100000 Hz: sub-bands must be disjoint");
        Expect<Infeasible>(
            {MakeOrder(1, Up(18e6, 2e6))},
            "uplink grant of device 1 ends at 2e+07 Hz: 1e+06 Hz beyond the planned band of "
            "1.9e+07 Hz");
        Expect<Infeasible>(
            {MakeOrder(1, Up(0, 1e7)), MakeOrder(2, Up(1e7, 1e7))},
            "uplink grants take 2e+07 Hz in all: 1e+06 Hz more than the planned band of "
            "1.9e+07 Hz");
        Expect({MakeDownload(1, Down(0, 1e6, 0.1)), MakeDownload(2, Down(5e5, 1e6, 0.1))},
               "downlink grants of devices 1 and 2 overlap by 500000 Hz: sub-bands must be "
               "disjoint");
        Expect<Infeasible>(
            {MakeDownload(1, Down(0, PLANNED_HZ, 0.5)), MakeDownload(2, {})},
            "device 2: its download has no grant, and the plan's downlink grants leave no band "
            "or power for it");
    }

    void CheckPowers()
    {
        m_cell->Device(2)->SetAttribute("MaxTxPower", DoubleValue(0.25));
        Expect<Infeasible>(
            {MakeOrder(2, Up(0, 1e6, 0.375))},
            "device 2: uplink grant of 0.375 W: 0.125 W more than the device's MaxTxPower of "
            "0.25 W");
        Expect<Infeasible>(
            {MakeDownload(1, Down(0, 1e6, 0.75)), MakeDownload(2, Down(1e6, 1e6, 0.5))},
            "downlink grants take 1.25 W in all: 0.25 W more than the base station's "
            "StationTxPower of 1 W");
    }

    void DoTeardown() override
    {
        m_cell.reset();
        ControlTestCase::DoTeardown();
    }

    std::unique_ptr<TestCell> m_cell; ///< the cell
};

/// The report has what an optimizer needs.
class ReportTestCase : public ControlTestCase
{
  public:
    ReportTestCase()
        : ControlTestCase("report of gains, noise, bandwidth and power")
    {
    }

  private:
    void DoRun() override
    {
        TestCell cell(3, 100);
        cell.devices.Get(1)->GetObject<MobilityModel>()->SetPosition(Vector(0, 1000, 0));
        SystemState state;
        cell.control->Report(state);
        NS_TEST_EXPECT_MSG_EQ(cell.control->GetNDevices(), 3, "devices");
        NS_TEST_ASSERT_MSG_EQ(state.cells.size(), 1, "one cell");
        NS_TEST_EXPECT_MSG_EQ(state.cells[0].uplinkBandwidthHz, PLANNED_HZ, "uplink");
        NS_TEST_EXPECT_MSG_EQ(state.cells[0].downlinkBandwidthHz, PLANNED_HZ, "downlink");
        NS_TEST_EXPECT_MSG_EQ(state.cells[0].downlinkTxPowerW, 1, "power");
        const double noise = std::pow(10, -20.4);
        NS_TEST_EXPECT_MSG_EQ_TOL(state.cells[0].noiseWPerHz,
                                  noise,
                                  noise * 1e-12,
                                  "-174 dBm per Hz");
        // The path loss is 128.1 dB at 1 km, and 37.6 dB less at 100 m.
        for (const auto direction : {Direction::UPLINK, Direction::DOWNLINK})
        {
            const double far = std::pow(10, -12.81);
            const double near = std::pow(10, -9.05);
            NS_TEST_EXPECT_MSG_EQ_TOL(state.gains(0, 0, direction), near, near * 1e-12, "100 m");
            NS_TEST_EXPECT_MSG_EQ_TOL(state.gains(1, 0, direction), far, far * 1e-12, "1 km");
        }
    }
};

/// What is predicted for a plan is what happens, header and propagation aside.
class PredictionHoldsTestCase : public ControlTestCase
{
  public:
    PredictionHoldsTestCase()
        : ControlTestCase("predicted transfer times hold")
    {
    }

  private:
    void DoRun() override
    {
        constexpr uint32_t BYTES = 1486;
        constexpr uint32_t FRAMES = 100;
        constexpr double BITS = (BYTES + HEADER_BYTES) * 8 * FRAMES;
        TestCell cell(2, 100);
        Plan plan;
        plan.orders = {MakeOrder(0, Up(0, 4e6)), MakeOrder(1, Up(4e6, 1e6, 0.002))};
        for (auto& order : plan.orders)
        {
            for (auto& phase : order.phases)
            {
                std::get<Transfer>(phase).payloadBits = BITS;
            }
        }
        SystemState state;
        state.profiles.resize(2);
        cell.control->Report(state);
        const Outcome predicted = Predictor::Predict(state, plan, ShannonRateModel());
        cell.control->Apply(plan);
        std::vector<Arrival> down[2];
        std::vector<Arrival> up;
        TestCell::Record(cell.Station(), up);
        for (uint32_t i = 0; i < 2; ++i)
        {
            TestCell::Record(cell.Device(i), down[i]);
            cell.Send(i, Direction::DOWNLINK, FRAMES, BYTES);
            cell.Send(i, Direction::UPLINK, FRAMES, BYTES);
        }
        Simulator::Run();
        double lastUp[2] = {0, 0};
        for (const auto& arrival : up)
        {
            lastUp[arrival.from == cell.Device(1)->GetAddress()] = arrival.timeS;
        }
        const double delayS = 100 / 299792458.0;
        const double tolerance = (FRAMES + 2) * 1e-9; // ends of frames are rounded
        for (uint32_t i = 0; i < 2; ++i)
        {
            const auto& work = predicted.work[i];
            NS_TEST_EXPECT_MSG_EQ_TOL(lastUp[i], work.uploadS + delayS, tolerance, "upload");
            NS_TEST_EXPECT_MSG_EQ_TOL(down[i].back().timeS,
                                      work.downloadS + delayS,
                                      tolerance,
                                      "download");
            NS_TEST_EXPECT_MSG_EQ_TOL(cell.control->GetDataEnergyJ(i),
                                      work.radioEnergyJ,
                                      tolerance * 0.01,
                                      "radiated energy");
        }
    }
};

/// The suite.
class FlRadioControlTestSuite : public TestSuite
{
  public:
    FlRadioControlTestSuite()
        : TestSuite("fl-radio-control", TestSuite::Type::UNIT)
    {
        AddTestCase(new ApplyTestCase);
        AddTestCase(new RoundOffTestCase);
        AddTestCase(new SharedGrantTestCase);
        AddTestCase(new ControlRefusalTestCase);
        AddTestCase(new ReportTestCase);
        AddTestCase(new PredictionHoldsTestCase);
    }
};

FlRadioControlTestSuite g_flRadioControlTestSuite; ///< registers the suite

} // namespace
