/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"

#include "ns3/fl-availability.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-plan.h"
#include "ns3/fl-system-state.h"
#include "ns3/string.h"
#include "ns3/test.h"

#include <cmath>
#include <filesystem>
#include <fstream>

/**
 * @file
 * @ingroup fl
 * When devices are there at all.
 */

using namespace ns3;
using namespace ns3::fl;
using namespace ns3::fl::test;

namespace
{

/// What is read from a trace of availability, and what is refused.
class TraceFileTestCase : public TestCase
{
  public:
    TraceFileTestCase()
        : TestCase("trace of availability")
    {
    }

  private:
    /// @return the name of a file with this content
    std::string Write(const std::string& content)
    {
        const std::string path = CreateTempDirFilename("availability.csv");
        std::ofstream(path) << content;
        return path;
    }

    void ReadAll()
    {
        const auto changes = Availability::ReadTrace(Write("time_s,device,available\n"
                                                           "# a remark\n"
                                                           "\n"
                                                           "5,1,0\r\n"
                                                           " \r\n"
                                                           "2.5, 0 ,0\n"
                                                           "5,1,1\n"
                                                           "0,2,0"),
                                                     3);
        NS_TEST_ASSERT_MSG_EQ(changes.size(), 4, "header, remarks and empty lines are skipped");
        const std::vector<std::string> expected{"0 2 0", "2.5 0 0", "5 1 0", "5 1 1"};
        for (size_t i = 0; i < expected.size(); ++i)
        {
            NS_TEST_EXPECT_MSG_EQ(
                Describe(changes[i].timeS, ' ', changes[i].device, ' ', changes[i].available),
                expected[i],
                "in the order of time, then of the file");
        }
        NS_TEST_EXPECT_MSG_EQ(Availability::ReadTrace(Write(""), 3).size(), 0, "nothing happens");
    }

    void Refuse()
    {
        for (const std::string line : {"1,0",
                                       "1,0,1,1",
                                       "1;0;1",
                                       "-1,0,1",
                                       "nan,0,1",
                                       "1e10,0,1",
                                       "1e999,0,1",
                                       "1,3,1",
                                       "1,-1,1",
                                       "1,0.5,1",
                                       "1,0,2",
                                       "1,0,0.5",
                                       "1,0,yes",
                                       "now,0,1"})
        {
            const std::string path = Write("time_s,device,available\n0,0,0\n" + line + "\n");
            const std::string error = RefusalOf([&path] { Availability::ReadTrace(path, 3); });
            NS_TEST_EXPECT_MSG_EQ(error,
                                  "availability trace '" + path + "', line 3: '" + line +
                                      "': must be time_s,device,available with time_s in "
                                      "0..9e+09, device in 0..2 and available 0 or 1",
                                  "names file, line, value and what is allowed");
        }
        const std::string folder = CreateTempDirFilename("folder");
        std::filesystem::create_directories(folder);
        for (const auto& path : {CreateTempDirFilename("none.csv"), folder})
        {
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&path] { Availability::ReadTrace(path, 3); }),
                                  "availability trace '" + path + "': cannot be read",
                                  "no such file");
        }
    }

    void Follow()
    {
        auto availability = CreateObject<Availability>();
        availability->SetAttribute("TraceFile",
                                   StringValue(Write("0,2,0\n2.5,0,0\n5,1,0\n5,0,1\n7,1,1\n")));
        std::vector<std::string> told;
        availability->Start(3, MakeFlCallback<void, DeviceId, bool>([&](DeviceId device, bool is) {
                                told.push_back(
                                    Describe(Simulator::Now().GetSeconds(), ' ', device, ' ', is));
                            }));
        uint32_t traced = 0;
        availability->TraceConnectWithoutContext(
            "Change",
            MakeFlCallback<void, DeviceId, bool>([&](DeviceId, bool) { ++traced; }));
        Simulator::Run();
        const std::vector<std::string> expected{"0 2 0", "2.5 0 0", "5 1 0", "5 0 1", "7 1 1"};
        NS_TEST_EXPECT_MSG_EQ((told == expected), true, "each change at its time");
        NS_TEST_EXPECT_MSG_EQ(traced, 5, "and traced");
        availability->Dispose();
        Simulator::Destroy();
    }

    void DoRun() override
    {
        ReadAll();
        Refuse();
        Follow();
    }
};

/// The random on-off process.
class OnOffTestCase : public TestCase
{
  public:
    OnOffTestCase()
        : TestCase("random on-off process")
    {
    }

  private:
    /// What a process did.
    struct Told
    {
        std::string text;                      //!< all of it
        std::vector<std::vector<double>> onS;  //!< durations, by device [s]
        std::vector<std::vector<double>> offS; //!< durations, by device [s]
    };

    /// Let a process run.
    static Told Run(uint32_t devices,
                    double seconds,
                    const std::string& onTime,
                    const std::string& offTime,
                    int64_t stream)
    {
        auto availability = CreateObject<Availability>();
        availability->SetAttribute("OnTime", StringValue(onTime));
        if (!offTime.empty())
        {
            availability->SetAttribute("OffTime", StringValue(offTime));
        }
        availability->AssignStreams(stream);
        Told told;
        told.onS.resize(devices);
        told.offS.resize(devices);
        std::vector<double> sinceS(devices, 0);
        availability->Start(
            devices,
            MakeFlCallback<void, DeviceId, bool>([&](DeviceId device, bool isAvailable) {
                const double nowS = Simulator::Now().GetSeconds();
                told.text += Describe(nowS, ' ', device, ' ', isAvailable, '\n');
                // Now on: it was off until now.
                auto& durations = isAvailable ? told.offS : told.onS;
                durations[device].push_back(nowS - sinceS[device]);
                sinceS[device] = nowS;
            }));
        Simulator::Stop(Seconds(seconds));
        Simulator::Run();
        availability->Dispose();
        Simulator::Destroy();
        return told;
    }

    void DoRun() override
    {
        const std::string two = "ns3::ConstantRandomVariable[Constant=2]";
        const std::string three = "ns3::ConstantRandomVariable[Constant=3]";
        NS_TEST_EXPECT_MSG_EQ(Run(2, 8, two, three, 1).text,
                              "2 0 0\n2 1 0\n5 0 1\n5 1 1\n7 0 0\n7 1 0\n",
                              "on for 2 s, off for 3 s");
        NS_TEST_EXPECT_MSG_EQ(Run(2, 100, two, "", 1).text, "", "always there without OffTime");

        const std::string on = "ns3::ExponentialRandomVariable[Mean=60]";
        const std::string off = "ns3::ExponentialRandomVariable[Mean=20]";
        const auto first = Run(50, 10000, on, off, 3);
        NS_TEST_EXPECT_MSG_EQ(Run(50, 10000, on, off, 3).text, first.text, "a function of streams");
        NS_TEST_EXPECT_MSG_NE(Run(50, 10000, on, off, 5).text, first.text, "of nothing else");
        for (const auto& [durations, meanS] :
             {std::make_pair(first.onS, 60.0), std::make_pair(first.offS, 20.0)})
        {
            double sumS = 0;
            double count = 0;
            for (const auto& device : durations)
            {
                for (const double seconds : device)
                {
                    sumS += seconds;
                    ++count;
                }
            }
            // An exponential's deviation is its mean. Durations that the end cuts off are missing,
            // long ones more often: of some 125 per device one, which is less than 2 % in all.
            NS_TEST_EXPECT_MSG_GT(count, 5000, "enough of them");
            NS_TEST_EXPECT_MSG_EQ_TOL(sumS / count,
                                      meanS,
                                      meanS * (5 / std::sqrt(count) + 0.02),
                                      "of the mean asked for");
        }

        for (const std::string bad : {"0", "-1"})
        {
            const std::string variable = "ns3::ConstantRandomVariable[Constant=" + bad + "]";
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Run(1, 10, variable, two, 1); }),
                                  "ns3::fl::Availability: OnTime = " + bad +
                                      " s was drawn: must be above 0 and at most 9e+09",
                                  "no such duration");
            Simulator::Destroy();
            NS_TEST_EXPECT_MSG_EQ(RefusalOf([&] { Run(1, 10, two, variable, 1); }),
                                  "ns3::fl::Availability: OffTime = " + bad +
                                      " s was drawn: must be above 0 and at most 9e+09",
                                  "no such duration");
            Simulator::Destroy();
        }
    }
};

/// A federation whose devices come and go as a trace says.
class FollowTestCase : public TestCase
{
  public:
    FollowTestCase()
        : TestCase("a federation follows a trace of availability")
    {
    }

  private:
    void DoRun() override
    {
        const std::string path = CreateTempDirFilename("availability.csv");
        std::ofstream(path) << "0,2,0\n1.5,0,0\n2.5,2,1\n3.5,0,1\n";
        FederationSetup setup;
        setup.rounds = 6;
        setup.profile = [](DeviceProfile& profile, DeviceId) {
            profile.cyclesPerSample = 0.5e9 / profile.samples; // 1 s of computation
        };
        setup.configure = [](FederationHelper& helper) {
            helper.SetCoordinatorAttribute("JoinTimeout", TimeValue(Seconds(0.1)));
        };
        TestFederation run(setup);
        auto availability = CreateObject<Availability>();
        availability->SetAttribute("TraceFile", StringValue(path));
        availability->Start(3,
                            MakeFlCallback<void, DeviceId, bool>([&run](DeviceId device, bool is) {
                                run.federation.clients[device]->SetAvailable(is);
                            }));
        run.Run();
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 6, "all rounds ended");
        // Rounds begin at 0.1, 1.1 ... s.
        const std::vector<std::string> first{"merged", "lost", "", "", "merged", "merged"};
        const std::vector<std::string> third{"", "", "", "merged", "merged", "merged"};
        for (uint32_t round = 1; round <= 6; ++round)
        {
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 0), first[round - 1], "round " << round);
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 1), "merged", "is always there");
            NS_TEST_EXPECT_MSG_EQ(run.StatusOf(round, 2), third[round - 1], "round " << round);
        }
        availability->Dispose();
    }
};

/// The suite.
class FlAvailabilityTestSuite : public TestSuite
{
  public:
    FlAvailabilityTestSuite()
        : TestSuite("fl-availability", TestSuite::Type::UNIT)
    {
        AddTestCase(new TraceFileTestCase);
        AddTestCase(new OnOffTestCase);
        AddTestCase(new FollowTestCase);
    }
};

FlAvailabilityTestSuite g_flAvailabilityTestSuite; ///< registers the suite

} // namespace
