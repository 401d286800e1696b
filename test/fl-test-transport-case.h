/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_TRANSPORT_CASE_H
#define FL_TEST_TRANSPORT_CASE_H

#include "fl-test-federation.h"

#include <string>

/**
 * @file
 * @ingroup fl
 * A case of a federation that runs over each transport.
 */

namespace ns3
{
namespace fl
{
namespace test
{

/// A test that runs over each transport.
class TransportTestCase : public TestCase
{
  public:
    /**
     * @param name of the case, without the transport
     * @param transport its TypeId
     */
    TransportTestCase(const std::string& name, const std::string& transport)
        : TestCase(name + ", over " + transport.substr(transport.rfind(':') + 1)),
          m_transport(transport)
    {
    }

  protected:
    /// @return the setup over this transport
    FederationSetup MakeSetup() const
    {
        FederationSetup setup;
        setup.transport = m_transport;
        return setup;
    }

    /**
     * The model is FedAvg of what was merged, bit for bit.
     * @param run a federation whose rounds are over
     */
    void ExpectFedAvg(const TestFederation& run)
    {
        NS_TEST_EXPECT_MSG_EQ(
            AreSame(run.federation.coordinator->GetParameters(), run.ExpectedParameters()),
            true,
            "the model is FedAvg of what was merged, bit for bit");
    }

    /**
     * One bit of one packet was flipped in the first of three rounds, in what was sent to or by a
     * device: its order was refused, all others were carried out.
     * @param run the federation, three devices
     * @param flipper flipped the bit
     * @param device whose order it was
     */
    void ExpectRefusedOnce(const TestFederation& run, Ptr<BitFlipper> flipper, DeviceId device)
    {
        NS_TEST_EXPECT_MSG_EQ(flipper->flipped, 1, "one bit of one packet");
        NS_TEST_ASSERT_MSG_EQ(run.rounds.size(), 3, "the rounds go on");
        NS_TEST_EXPECT_MSG_EQ(run.rounds[0].received, 2, "without it");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(1, device), "refused", "whose it was");
        NS_TEST_EXPECT_MSG_EQ(run.StatusOf(2, device), "merged", "and is back");
    }

    std::string m_transport; //!< its TypeId
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_TRANSPORT_CASE_H */
