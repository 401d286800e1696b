/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_RADIO_CONTROL_H
#define FL_FDMA_RADIO_CONTROL_H

#include "fl-fdma-channel.h"
#include "fl-fdma-net-device.h"

#include "ns3/fl-radio-control.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The radio controller of an FDMA cell. A plan's grants are sub-bands of the uplink and of the
 * downlink band, less the control share of each.
 *
 * Downlink transfers without a grant share equally the bandwidth and power that the plan's downlink
 * grants leave (Predictor::DefaultDownlinkGrant). Their sub-bands have no place, since the
 * remaining band need not be contiguous, and an ideal FDMA receiver does not depend on places.
 *
 * Sums and places may exceed a limit by a relative 1e-9, for round-off. Apply costs O(N log N) for
 * N grants and devices, Report O(N).
 */
class FdmaRadioControl : public RadioControl
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    FdmaRadioControl();
    ~FdmaRadioControl() override;

    /// @param channel the cell
    void SetChannel(Ptr<FdmaChannel> channel);
    /// @return the cell
    Ptr<FdmaChannel> GetChannel() const;

    /**
     * @param device a device of the cell
     * @return its DeviceId: the number of devices added before
     */
    DeviceId Add(Ptr<FdmaNetDevice> device);
    /**
     * @param device a DeviceId
     * @return the device
     */
    Ptr<FdmaNetDevice> GetDevice(DeviceId device) const;

    /**
     * @param device a DeviceId
     * @return energy radiated on grants so far [J]: granted power times airtime
     */
    double GetDataEnergyJ(DeviceId device) const;
    /**
     * @param device a DeviceId
     * @return energy radiated on the control channel so far [J]
     */
    double GetControlEnergyJ(DeviceId device) const;

  protected:
    void DoDispose() override;

  private:
    void DoApply(const Plan& plan) override;
    void DoReport(SystemState& state) const override;
    double DoGetRadiatedEnergyJ(DeviceId device) const override;
    uint32_t DoGetNDevices() const override;
    double DoGetLinkHeaderBytes() const override;
    double DoGetQueuedBits(DeviceId device) const override;
    std::unique_ptr<const RateModel> DoMakeRateModel(
        const SystemState& state,
        const Plan& plan,
        const TransportProfile& transport) const override;

    /// @return the cell as an optimizer sees it
    CellState GetCellState() const;

    Ptr<FdmaChannel> m_channel;                //!< the cell
    std::vector<Ptr<FdmaNetDevice>> m_devices; //!< by DeviceId
    uint32_t m_cell{0};                        //!< attribute CellId: index of the cell in plans
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_RADIO_CONTROL_H */
