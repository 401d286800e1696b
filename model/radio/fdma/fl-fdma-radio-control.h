/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_RADIO_CONTROL_H
#define FL_FDMA_RADIO_CONTROL_H

#include "fl-fdma-channel.h"
#include "fl-fdma-net-device.h"
#include "fl-fdma-rate-model.h"

#include "ns3/fl-gain-report.h"
#include "ns3/fl-grant-check.h"
#include "ns3/fl-radio-control.h"
#include "ns3/fl-sub-band-map.h"

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
 * N grants and devices, Report O(N), Update and Report of one device O(log N).
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

    // For the controller of several cells.

    /// @return the cell as an optimizer sees it
    CellState GetCellState() const;
    /// @return the cell's nodes and losses
    const CellLinks& GetLinks() const;
    /**
     * @param plan a plan
     * @throws InvalidInput, Infeasible as Apply()
     */
    void Check(const Plan& plan) const;
    /// @return what predictions of a plan need of the cell
    /// @param plan the plan
    FdmaRateModel::Cell GetRateModelCell(const Plan& plan) const;
    /// @return link header of a packet [byte]
    double GetLinkHeaderBytes() const;

  protected:
    void DoDispose() override;

  private:
    void DoApply(const Plan& plan) override;
    bool DoCanUpdate() const override;
    void DoUpdate(const Plan& plan) override;
    void DoRelease(DeviceId device) override;
    /**
     * Move devices to other sub-bands, in the books alone.
     * @param grants by direction
     * @throws InvalidInput if they overlap with one another or with those of other devices
     */
    void ReplaceSubBands(const std::vector<OwnedGrant> (&grants)[2]);
    void DoReport(SystemState& state) const override;
    void DoReportDevice(DeviceId device, SystemState& state) const override;
    double DoGetRadiatedEnergyJ(DeviceId device) const override;
    double DoGetStationEnergyJ(DeviceId device) const override;
    uint32_t DoGetNDevices() const override;
    double DoGetLinkHeaderBytes() const override;
    double DoGetQueuedBits(DeviceId device) const override;
    std::unique_ptr<const RateModel> DoMakeRateModel(
        const SystemState& state,
        const Plan& plan,
        const TransportProfile& transport) const override;

    /**
     * @param plan whose devices count
     * @return what their grants may not exceed
     */
    const GrantLimits& GetLimits(const Plan& plan) const;
    /**
     * @param device a DeviceId
     * @param grant what it has from now on, in the grant's direction
     */
    void SetGrant(DeviceId device, const Grant& grant);
    /// @return overlap of sub-bands that is taken for round-off [Hz]
    double SlackHz() const;

    Ptr<FdmaChannel> m_channel;                //!< the cell
    std::vector<Ptr<FdmaNetDevice>> m_devices; //!< by DeviceId
    uint32_t m_cell{0};                        //!< attribute CellId: index of the cell in plans
    SubBandMap m_subBands[2];                  //!< held by devices, by direction
    mutable CellLinks m_links;                 //!< see GetLinks
    mutable GrantLimits m_limits;              //!< see GetLimits
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_RADIO_CONTROL_H */
