/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-cell.h"

#include "ns3/basic-energy-source-helper.h"
#include "ns3/basic-energy-source.h"
#include "ns3/double.h"
#include "ns3/enum.h"
#include "ns3/fl-fdma-radio-energy-model.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-processor-energy-model.h"
#include "ns3/fl-processor-helper.h"
#include "ns3/fl-processor.h"
#include "ns3/nstime.h"

#include <memory>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Processors, and batteries that processors and radios draw from.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// A case that leaves nothing behind.
class DeviceTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    /// @return a processor of 2 GHz with kappa = 1e-28: 0.1 W at 1 GHz, 0.8 W at 2 GHz
    static Ptr<Processor> MakeProcessor()
    {
        const auto processor = CreateObject<Processor>();
        processor->SetAttribute("MaxFrequency", DoubleValue(2e9));
        processor->SetAttribute("EffectiveCapacitance", DoubleValue(1e-28));
        return processor;
    }

    void DoTeardown() override
    {
        Simulator::Destroy();
    }
};

/// Time and energy of jobs that run alone and together.
class ProcessorTestCase : public DeviceTestCase
{
  public:
    ProcessorTestCase()
        : DeviceTestCase("time and energy of jobs")
    {
    }

  private:
    void DoRun() override
    {
        const auto processor = MakeProcessor();
        processor->TraceConnectWithoutContext("ComputeBegin",
                                              MakeCallback(&ProcessorTestCase::OnBegin, this));
        processor->TraceConnectWithoutContext("ComputeEnd",
                                              MakeCallback(&ProcessorTestCase::OnEnd, this));
        double slowDone = 0;
        double fastDone = 0;
        const auto slow = processor->Run(2e9, 0.5e9, [&] { slowDone = NowS(); });
        const auto fast = processor->Run(1e9, 1e9, [&] { fastDone = NowS(); });
        NS_TEST_EXPECT_MSG_NE(slow, fast, "two jobs");
        NS_TEST_EXPECT_MSG_EQ(processor->GetFreeHz(), 0.5e9, "what is left");
        Simulator::Schedule(MilliSeconds(500), [&] {
            // kappa f^3: 0.0125 W and 0.1 W.
            NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetPowerW(), 0.1125, 1e-15, "power");
            NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetTotalEnergyJ(), 0.05625, 1e-15, "half-way");
            NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetJobEnergyJ(fast), 0.05, 1e-15, "half-way");
            NS_TEST_EXPECT_MSG_EQ(processor->IsRunning(fast), true, "still running");
        });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(fastDone, 1, "1e9 cycles at 1 GHz");
        NS_TEST_EXPECT_MSG_EQ(slowDone, 4, "2e9 cycles at 0.5 GHz");
        // kappa C f^2: 1e-28 * 2e9 * 0.25e18 and 1e-28 * 1e9 * 1e18.
        NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetTotalEnergyJ(), 0.05 + 0.1, 1e-15, "in all");
        NS_TEST_EXPECT_MSG_EQ(processor->IsRunning(fast), false, "over");
        NS_TEST_EXPECT_MSG_EQ(processor->GetJobEnergyJ(fast), 0, "over");
        NS_TEST_EXPECT_MSG_EQ(processor->GetPowerW(), 0, "idle");
        NS_TEST_EXPECT_MSG_EQ((m_begun == std::vector<uint64_t>{slow, fast}), true, "traced");
        NS_TEST_EXPECT_MSG_EQ((m_ended == std::vector<uint64_t>{fast, slow}), true, "traced");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_energyJ, 0.15, 1e-15, "traced");
    }

    static double NowS()
    {
        return Simulator::Now().GetSeconds();
    }

    void OnBegin(uint64_t job, double, double)
    {
        m_begun.push_back(job);
    }

    void OnEnd(uint64_t job, double, double energyJ)
    {
        m_ended.push_back(job);
        m_energyJ += energyJ;
    }

    std::vector<uint64_t> m_begun; ///< in their order
    std::vector<uint64_t> m_ended; ///< in their order
    double m_energyJ{0};           ///< as traced
};

/// A job that is cancelled has cost what it ran; the next one may begin when one is done.
class CancelTestCase : public DeviceTestCase
{
  public:
    CancelTestCase()
        : DeviceTestCase("cancelled jobs, and jobs in a row")
    {
    }

  private:
    void DoRun() override
    {
        const auto processor = MakeProcessor();
        bool done = false;
        const auto job = processor->Run(2e9, 2e9, [&] { done = true; });
        Simulator::Schedule(MilliSeconds(250), [&] {
            const double spentJ = processor->Cancel(job);
            NS_TEST_EXPECT_MSG_EQ_TOL(spentJ, 0.2, 1e-15, "a quarter of 0.8 J");
            NS_TEST_EXPECT_MSG_EQ(processor->Cancel(job), 0, "cancelled already");
        });
        double secondDone = 0;
        Simulator::Schedule(Seconds(2), [&] {
            processor->Run(2e9, 2e9, [&] {
                processor->Run(2e9, 2e9, [&] { secondDone = Simulator::Now().GetSeconds(); });
            });
        });
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(done, false, "never done");
        NS_TEST_EXPECT_MSG_EQ(secondDone, 4, "one after the other, at full frequency");
        NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetTotalEnergyJ(), 1.8, 1e-14, "in all");

        processor->SetAttribute("FrequencyExponent", DoubleValue(1));
        processor->SetAttribute("EffectiveCapacitance", DoubleValue(1e-20));
        processor->Run(1e9, 2e9, {});
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetTotalEnergyJ(), 1.8 + 0.02, 1e-14, "exponent 1");
    }
};

/// Two jobs that ask for three halves of the processor: each gets two thirds of what it asks for.
class SharedProcessorTestCase : public DeviceTestCase
{
  public:
    SharedProcessorTestCase()
        : DeviceTestCase("jobs that ask for more than MaxFrequency share it in proportion")
    {
    }

  private:
    void DoRun() override
    {
        // 2 GHz, 1e-28 J s^2. Alone the first one runs 1e9 of its 2e9 cycles until 0.5 s.
        const auto processor = MakeProcessor();
        double firstDone = 0;
        double secondDone = 0;
        const auto first =
            processor->Run(2e9, 2e9, [&] { firstDone = Simulator::Now().GetSeconds(); });
        Processor::JobId second = 0;
        Simulator::Schedule(MilliSeconds(500), [&] {
            second = processor->Run(2e9, 1e9, [&] { secondDone = Simulator::Now().GetSeconds(); });
            NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetJobHz(first), 4e9 / 3, 1e-3, "two thirds");
            NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetJobHz(second), 2e9 / 3, 1e-3, "a third");
            // Differences of numbers of 2e9, which have 2.4e-7 between them.
            NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetFreeHz(), 0, 1e-6, "all of it");
            // kappa f^3 each.
            NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetPowerW(), 0.8 * 9 / 27, 1e-12, "power");
        });
        Simulator::Run();
        // The first one's other 1e9 cycles at 4/3 GHz take 0.75 s; meanwhile the second one runs
        // 0.5e9, and the other 1.5e9 alone at 1 GHz.
        NS_TEST_EXPECT_MSG_EQ_TOL(firstDone, 1.25, 2e-9, "first");
        NS_TEST_EXPECT_MSG_EQ_TOL(secondDone, 1.25 + 1.5, 3e-9, "second");
        // kappa C f^2, piece by piece; events are rounded to 1 ns.
        const double firstJ = 0.1 * (4 + 16.0 / 9);
        const double secondJ = 0.1 * (0.5 * 4.0 / 9 + 1.5);
        NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetTotalEnergyJ(), firstJ + secondJ, 2e-9, "in all");
        NS_TEST_EXPECT_MSG_EQ(processor->GetJobHz(second), 0, "over");
    }
};

/// With Excess = Wait a job waits until those before it leave enough.
class WaitingProcessorTestCase : public DeviceTestCase
{
  public:
    WaitingProcessorTestCase()
        : DeviceTestCase("jobs that ask for more than MaxFrequency wait for their turn")
    {
    }

  private:
    void DoRun() override
    {
        // 2 GHz: the first one runs for 1 s, the second one waits for it and runs for 2 s, and the
        // third one, for which there would be room beside the first, does not overtake.
        const auto processor = MakeProcessor();
        processor->SetAttribute("Excess", EnumValue(Processor::WAIT));
        std::vector<double> doneS;
        const auto run = [&](double cycles, double hz) {
            return processor->Run(cycles, hz, [&] {
                doneS.push_back(Simulator::Now().GetSeconds());
            });
        };
        run(1.5e9, 1.5e9);
        const auto second = run(2e9, 1e9);
        const auto third = run(0.5e9, 0.5e9);
        const auto fourth = run(1e9, 2e9);
        NS_TEST_EXPECT_MSG_EQ(processor->GetJobHz(second), 0, "waits");
        NS_TEST_EXPECT_MSG_EQ(processor->GetJobHz(third), 0, "does not overtake");
        NS_TEST_EXPECT_MSG_EQ(processor->IsRunning(third), true, "but is not refused");
        NS_TEST_EXPECT_MSG_EQ(processor->GetFreeHz(), 0.5e9, "which nobody uses");
        Simulator::Schedule(MilliSeconds(500), [&] {
            NS_TEST_EXPECT_MSG_EQ(processor->Cancel(fourth), 0, "has not run");
        });
        Simulator::Run();
        NS_TEST_ASSERT_MSG_EQ(doneS.size(), 3, "all but the one that was cancelled");
        NS_TEST_EXPECT_MSG_EQ_TOL(doneS[0], 1, 1e-9, "alone");
        NS_TEST_EXPECT_MSG_EQ_TOL(doneS[1], 2, 2e-9, "the third one, beside the second");
        NS_TEST_EXPECT_MSG_EQ_TOL(doneS[2], 3, 2e-9, "the second one");
        // kappa C f^2 at the frequencies that were asked for; 1e-28 J s^2.
        const double energyJ = 0.1 * (1.5 * 2.25 + 2 + 0.5 * 0.25);
        NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetTotalEnergyJ(), energyJ, 1e-12, "in all");
    }
};

/// Jobs and attributes that are refused.
class ProcessorRefusalTestCase : public DeviceTestCase
{
  public:
    ProcessorRefusalTestCase()
        : DeviceTestCase("jobs and attributes that are refused")
    {
    }

  private:
    void DoRun() override
    {
        const auto processor = MakeProcessor();
        const auto run = [&](double cycles, double hz) {
            return RefusalOf([&] { processor->Run(cycles, hz, {}); });
        };
        NS_TEST_EXPECT_MSG_EQ(run(0, 1e9),
                              "ns3::fl::Processor: cycles = 0: must be finite and above 0",
                              "no cycles");
        NS_TEST_EXPECT_MSG_EQ(run(1, -1),
                              "ns3::fl::Processor: frequency = -1: must be finite and above 0 Hz",
                              "negative frequency");
        NS_TEST_EXPECT_MSG_EQ(run(1e9, 1.5e9), "", "fits");
        NS_TEST_EXPECT_MSG_EQ(run(1e9, 2.5e9),
                              "ns3::fl::Processor: frequency = 2.5e+09 Hz: must not exceed "
                              "MaxFrequency = 2e+09 Hz",
                              "too fast");
        NS_TEST_EXPECT_MSG_EQ(run(1e9, 2e9 * (1 + 1e-10)), "", "round-off is forgiven");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { processor->SetAttribute("MaxFrequency", DoubleValue(0)); }),
            "ns3::fl::Processor: MaxFrequency = 0: must be finite and above 0 Hz",
            "attribute");
        NS_TEST_EXPECT_MSG_EQ(
            RefusalOf([&] { processor->SetAttribute("EffectiveCapacitance", DoubleValue(-1)); }),
            "ns3::fl::Processor: EffectiveCapacitance = -1: must be finite and at least 0",
            "attribute");
        Simulator::Run();
    }
};

/// The helper makes processors of profiles.
class ProcessorHelperTestCase : public DeviceTestCase
{
  public:
    ProcessorHelperTestCase()
        : DeviceTestCase("processor helper")
    {
    }

  private:
    void DoRun() override
    {
        NodeContainer nodes(3);
        ProcessorHelper helper;
        helper.SetAttribute("MaxFrequency", DoubleValue(3e9));
        helper.Install(NodeContainer(nodes.Get(0), nodes.Get(1)));
        NS_TEST_EXPECT_MSG_EQ(nodes.Get(1)->GetObject<Processor>()->GetMaxHz(), 3e9, "attribute");
        DeviceProfile profile;
        profile.maxCpuHz = 1.25e9;
        profile.effectiveCapacitance = 3e-28;
        const auto processor = helper.Install(nodes.Get(2), profile);
        NS_TEST_EXPECT_MSG_EQ(nodes.Get(2)->GetObject<Processor>(), processor, "aggregated");
        NS_TEST_EXPECT_MSG_EQ(processor->GetMaxHz(), 1.25e9, "of the profile");
        processor->Run(1e9, 1e9, {});
        NS_TEST_EXPECT_MSG_EQ_TOL(processor->GetPowerW(), 0.3, 1e-15, "of the profile");
    }
};

/// A device with a battery, a processor and a radio.
class BatteryTestCase : public DeviceTestCase
{
  public:
    using DeviceTestCase::DeviceTestCase;

  protected:
    /// Build the cell; ns-3's battery calls itself empty at 10 % of its charge.
    void Build(double energyJ, Time interval)
    {
        m_cell = std::make_unique<TestCell>(1, 100);
        ProcessorHelper().Install(m_cell->devices);
        BasicEnergySourceHelper battery;
        battery.Set("BasicEnergySourceInitialEnergyJ", DoubleValue(energyJ));
        battery.Set("PeriodicEnergyUpdateInterval", TimeValue(interval));
        const auto sources = battery.Install(m_cell->devices);
        ProcessorHelper::InstallEnergyModels(sources);
        m_battery = DynamicCast<BasicEnergySource>(sources.Get(0));
        m_processor = m_cell->devices.Get(0)->GetObject<Processor>();
        m_processor->TraceConnectWithoutContext("SwitchedOff",
                                                MakeCallback(&BatteryTestCase::OnOff, this));
    }

    void OnOff()
    {
        ++m_offCount;
        m_offS = Simulator::Now().GetSeconds();
    }

    void DoTeardown() override
    {
        m_cell.reset();
        m_battery = nullptr;
        m_processor = nullptr;
        DeviceTestCase::DoTeardown();
    }

    std::unique_ptr<TestCell> m_cell; ///< the cell
    Ptr<BasicEnergySource> m_battery; ///< the device's
    Ptr<Processor> m_processor;       ///< the device's
    uint32_t m_offCount{0};           ///< how often the processor was switched off
    double m_offS{0};                 ///< when
};

/// The battery runs empty in mid-computation.
class DepletionTestCase : public BatteryTestCase
{
  public:
    DepletionTestCase()
        : BatteryTestCase("a battery that runs empty in mid-computation")
    {
    }

  private:
    void DoRun() override
    {
        // 0.9 of 2 J at 0.8 W last 2.25 s, of the 10 s that the job takes.
        Build(2, Seconds(1));
        bool done = false;
        Simulator::Schedule(Seconds(1), [&] {
            m_processor->Run(20e9, 2e9, [&] { done = true; });
            m_cell->Send(0, Direction::UPLINK, 3, 1000); // waits for a grant
        });
        Simulator::Schedule(Seconds(5), [&] {
            NS_TEST_EXPECT_MSG_EQ(m_processor->Run(1e9, 1e9, {}), 0, "no power, no job");
        });
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ(done, false, "the job is lost");
        NS_TEST_EXPECT_MSG_EQ(m_offCount, 1, "told once");
        // The model has the source look 1 ns after the moment; both are rounded.
        NS_TEST_EXPECT_MSG_EQ_TOL(m_offS, 3.25, 3e-9, "exactly then, between the battery's looks");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_processor->GetTotalEnergyJ(), 1.8, 3e-9, "paid for");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_battery->GetRemainingEnergy(), 0.2, 3e-9, "nothing more");
        NS_TEST_EXPECT_MSG_EQ(m_cell->Device(0)->IsLinkUp(), false, "the radio is off as well");
        NS_TEST_EXPECT_MSG_EQ(m_cell->Device(0)->GetNTxDrops(), 3, "what waited is counted");
    }
};

/// A battery that another load empties: as exact as ns-3's updates.
class SharedBatteryTestCase : public BatteryTestCase
{
  public:
    SharedBatteryTestCase()
        : BatteryTestCase("processor and radio share a battery")
    {
    }

  private:
    void DoRun() override
    {
        // 10 mW each for processor and radio.
        constexpr double POWER_W = 0.01;
        Build(0.02, MilliSeconds(100));
        m_processor->SetAttribute("EffectiveCapacitance", DoubleValue(1e-29));
        m_cell->SetGrant(0, Direction::UPLINK, 100, POWER_W);
        m_processor->Run(20e9, 1e9, {}); // 1e-29 * 1e27 = 10 mW
        m_cell->Send(0, Direction::UPLINK, 10, 1000);
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        // 0.9 of 20 mJ at 20 mW.
        NS_TEST_EXPECT_MSG_EQ_TOL(m_offS, 0.9, 0.1, "within the battery's update interval");
        // ns-3's battery rounds what it gives to whole nJ at each of some 300 looks.
        NS_TEST_EXPECT_MSG_EQ_TOL(m_cell->Device(0)->GetDataEnergyJ() +
                                      m_processor->GetTotalEnergyJ(),
                                  0.02 - m_battery->GetRemainingEnergy(),
                                  300 * 0.5e-9,
                                  "all that is used comes from the battery");
        NS_TEST_EXPECT_MSG_EQ(m_offCount, 1, "told once");
    }
};

/// A radio alone draws what it radiates, on data and control.
class RadioBatteryTestCase : public BatteryTestCase
{
  public:
    RadioBatteryTestCase()
        : BatteryTestCase("a radio draws what it radiates")
    {
    }

  private:
    void DoRun() override
    {
        Build(10, Seconds(1));
        m_cell->SetGrant(0, Direction::UPLINK, 1e5, 0.01);
        for (uint32_t i = 0; i < 20; ++i)
        {
            Simulator::Schedule(MilliSeconds(20) * i, [this] {
                m_cell->Send(0, Direction::UPLINK, 3, 1000);
                m_cell->Send(0, Direction::UPLINK, 3, 100);
            });
        }
        Simulator::Stop(Seconds(3));
        Simulator::Run();
        const auto device = m_cell->Device(0);
        NS_TEST_EXPECT_MSG_GT(device->GetDataEnergyJ(), 0, "data");
        NS_TEST_EXPECT_MSG_GT(device->GetControlEnergyJ(), 0, "control");
        // ns-3's battery rounds what it gives to whole nJ at each look; there are two looks per
        // frame at most, and one per second.
        NS_TEST_EXPECT_MSG_EQ_TOL(10 - m_battery->GetRemainingEnergy(),
                                  device->GetRadiatedEnergyJ(),
                                  (2 * 120 + 4) * 0.5e-9,
                                  "the battery's account");
        NS_TEST_EXPECT_MSG_EQ_TOL(m_battery->FindDeviceEnergyModels("ns3::fl::FdmaRadioEnergyModel")
                                      .Get(0)
                                      ->GetTotalEnergyConsumption(),
                                  device->GetRadiatedEnergyJ(),
                                  1e-12,
                                  "the model's account");
    }
};

/// A battery that is charged again: the device works again.
class RechargeTestCase : public BatteryTestCase
{
  public:
    RechargeTestCase()
        : BatteryTestCase("a battery that is charged again")
    {
    }

  private:
    void DoRun() override
    {
        Build(1, MilliSeconds(100));
        double done = 0;
        m_processor->Run(20e9, 2e9, {}); // 0.9 J at 0.8 W: 1.125 s
        Simulator::Schedule(Seconds(3), [&] { m_battery->SetInitialEnergy(100); });
        Simulator::Schedule(Seconds(4), [&] {
            NS_TEST_EXPECT_MSG_EQ(m_processor->IsOn(), true, "on again");
            NS_TEST_EXPECT_MSG_EQ(m_cell->Device(0)->IsLinkUp(), true, "on again");
            m_processor->Run(2e9, 2e9, [&] { done = Simulator::Now().GetSeconds(); });
        });
        Simulator::Stop(Seconds(10));
        Simulator::Run();
        NS_TEST_EXPECT_MSG_EQ_TOL(m_offS, 1.125, 3e-9, "empty");
        NS_TEST_EXPECT_MSG_EQ(done, 5, "works again");
    }
};

/// The suite.
class FlDeviceTestSuite : public TestSuite
{
  public:
    FlDeviceTestSuite()
        : TestSuite("fl-device", TestSuite::Type::UNIT)
    {
        AddTestCase(new ProcessorTestCase);
        AddTestCase(new CancelTestCase);
        AddTestCase(new SharedProcessorTestCase);
        AddTestCase(new WaitingProcessorTestCase);
        AddTestCase(new ProcessorRefusalTestCase);
        AddTestCase(new ProcessorHelperTestCase);
        AddTestCase(new DepletionTestCase);
        AddTestCase(new SharedBatteryTestCase);
        AddTestCase(new RadioBatteryTestCase);
        AddTestCase(new RechargeTestCase);
    }
};

FlDeviceTestSuite g_flDeviceTestSuite; ///< registers the suite

} // namespace
