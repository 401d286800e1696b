/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LTE_AIR_WATCH_H
#define FL_LTE_AIR_WATCH_H

#include "ns3/fl-lte-radio-control.h"
#include "ns3/lte-enb-phy.h"
#include "ns3/lte-spectrum-phy.h"
#include "ns3/lte-spectrum-signal-parameters.h"
#include "ns3/lte-ue-phy.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-channel.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace ns3
{
namespace fl
{
namespace test
{

/// One transmission of data, as it was on the air.
struct OnAir
{
    int64_t subframe;          //!< since the beginning
    DeviceId device;           //!< who
    std::set<uint32_t> blocks; //!< where
    double powerW;             //!< over all of them [W]

    /**
     * @param first lowest block
     * @param count blocks
     * @param planW power [W]
     * @return whether it was on these blocks, all of them and no others, with this power
     */
    bool IsAs(uint32_t first, uint32_t count, double planW) const
    {
        // Powers are sums of 100 numbers of double precision: 1e-13 is ample.
        return blocks.size() == count && *blocks.begin() == first &&
               *blocks.rbegin() == first + count - 1 && std::abs(powerW / planW - 1) < 1e-12;
    }
};

/**
 * @ingroup fl
 * What UEs put on the air, from the trace of the uplink's channel and nothing else. Tests and
 * benchmarks share it.
 */
class LteAirWatch
{
  public:
    /**
     * @param control whose devices to listen to, from now on
     * @param devices how many there are
     */
    void Watch(Ptr<LteRadioControl> control, uint32_t devices)
    {
        for (DeviceId i = 0; i < devices; ++i)
        {
            const auto phy = control->GetDevice(i)->GetPhy()->GetUplinkSpectrumPhy();
            m_byPhy[PeekPointer(phy)] = i;
        }
        control->GetDevice(0)
            ->GetPhy()
            ->GetUplinkSpectrumPhy()
            ->GetChannel()
            ->TraceConnectWithoutContext("TxSigParams", MakeCallback(&LteAirWatch::Sent, this));
    }

    /// @return pairs of transmissions in one subframe that have a block in common
    uint32_t CountOverlaps() const
    {
        uint32_t overlaps = 0;
        std::map<int64_t, std::set<uint32_t>> used;
        for (const auto& sent : air)
        {
            bool clash = false;
            for (const auto block : sent.blocks)
            {
                clash = !used[sent.subframe].insert(block).second || clash;
            }
            overlaps += clash;
        }
        return overlaps;
    }

    std::vector<OnAir> air; //!< all data transmissions

  private:
    void Sent(Ptr<SpectrumSignalParameters> signal)
    {
        const auto data = DynamicCast<LteSpectrumSignalParametersDataFrame>(signal);
        const auto found = m_byPhy.find(PeekPointer(signal->txPhy));
        if (!data || !data->packetBurst || found == m_byPhy.end())
        {
            return;
        }
        OnAir sent{Simulator::Now().GetMilliSeconds(), found->second, {}, Integral(*signal->psd)};
        uint32_t block = 0;
        for (auto it = signal->psd->ConstValuesBegin(); it != signal->psd->ConstValuesEnd(); ++it)
        {
            if (*it > 0)
            {
                sent.blocks.insert(block);
            }
            ++block;
        }
        air.push_back(sent);
    }

    std::map<const SpectrumPhy*, DeviceId> m_byPhy; //!< who is who
};

} // namespace test
} // namespace fl
} // namespace ns3

#endif /* FL_LTE_AIR_WATCH_H */
