/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TEST_RADIO_H
#define FL_TEST_RADIO_H

#include "fl-test-cell.h"
#include "fl-test-rounding.h"

#include "ns3/propagation-loss-model.h"

#include <map>

/**
 * @file
 * @ingroup fl
 * What the tests of the FDMA cell's PHY share.
 *
 * Unless a test says otherwise devices are 100 m away, where the default path loss is
 * 15.3 + 37.6 * 2 = 90.5 dB, and have 1 MHz at 10 mW: the signal-to-noise ratio is
 * 10^-2 * 10^-9.05 / (10^-20.4 * 10^6) = 10^3.35, and r = 1e6 * log2(1 + 10^3.35) = 11.13 Mbit/s.
 */

namespace ns3
{
namespace fl
{
namespace test
{

inline constexpr double DISTANCE_M = 100;

inline constexpr double BANDWIDTH_HZ = 1e6;

inline constexpr double POWER_W = 0.01;

/// Propagation over DISTANCE_M, at the speed that ns-3's delay model has by default.
inline constexpr double DELAY_S = DISTANCE_M / 299792458.0;

/// The loss of all links, which a test may change at any time.
class SwitchableLossModel : public PropagationLossModel
{
  public:
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ns3::fl::test::SwitchableLossModel")
                                .SetParent<PropagationLossModel>()
                                .AddConstructor<SwitchableLossModel>();
        return tid;
    }

    /// Change the loss of one node's links.
    void SetLossDb(uint32_t node, double lossDb)
    {
        m_lossDb[node] = lossDb;
    }

  private:
    double DoCalcRxPower(double txPowerDbm,
                         Ptr<MobilityModel> a,
                         Ptr<MobilityModel> b) const override
    {
        return txPowerDbm - LossDb(a) - LossDb(b);
    }

    double LossDb(const Ptr<MobilityModel>& mobility) const
    {
        const auto found = m_lossDb.find(mobility->GetObject<Node>()->GetId());
        return found == m_lossDb.end() ? 0 : found->second;
    }

    int64_t DoAssignStreams(int64_t) override
    {
        return 0;
    }

    std::map<uint32_t, double> m_lossDb; ///< by node
};

/// A case that leaves nothing behind.
class RadioTestCase : public TestCase
{
  public:
    using TestCase::TestCase;

  protected:
    void DoTeardown() override
    {
        Simulator::Destroy();
    }
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_TEST_RADIO_H */
