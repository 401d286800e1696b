/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_CELLS_CONTROL_H
#define FL_FDMA_CELLS_CONTROL_H

#include "fl-fdma-medium.h"
#include "fl-fdma-radio-control.h"

#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The radio controller of several FDMA cells that share a medium, each with its own
 * FdmaRadioControl. All devices are in all cells, under the same DeviceId.
 *
 * A transfer belongs to the cell of its grant, or without one to that of its server (CellOf()).
 * Grants are checked cell by cell, and those of different cells may overlap: then they disturb each
 * other. Nothing is applied anywhere if a cell refuses its part.
 *
 * States have the gains of all devices in all cells, by sub-channel where the medium's sub-channels
 * fade: those of now, which predictions take to last. `meanGains` has them without that fading; the
 * control channels, spread over the band, are as these. Predictions assume that all who are granted
 * transmit all the time (PlannedInterference).
 */
class FdmaCellsControl : public RadioControl
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    FdmaCellsControl();
    ~FdmaCellsControl() override;

    /// @param medium that all cells share
    void SetMedium(Ptr<FdmaMedium> medium);
    /**
     * @param cell the controller of another cell, with all devices; its CellId is set to the number
     *        of those added before
     * @throws InvalidInput if it has another number of devices than the cells before
     */
    void Add(Ptr<FdmaRadioControl> cell);
    /// @return the controller of a cell
    /// @param cell index of the cell
    Ptr<FdmaRadioControl> GetCell(uint32_t cell) const;
    /// @return the medium
    Ptr<FdmaMedium> GetMedium() const;
    /// @return number of cells
    uint32_t GetNCells() const;

  protected:
    void DoDispose() override;

  private:
    void DoApply(const Plan& plan) override;
    void DoReport(SystemState& state) const override;
    double DoGetRadiatedEnergyJ(DeviceId device) const override;
    double DoGetStationEnergyJ(DeviceId device) const override;
    uint32_t DoGetNDevices() const override;
    double DoGetLinkHeaderBytes() const override;
    std::unique_ptr<const RateModel> DoMakeRateModel(
        const SystemState& state,
        const Plan& plan,
        const TransportProfile& transport) const override;

    Ptr<FdmaMedium> m_medium;                   //!< the spectrum
    std::vector<Ptr<FdmaRadioControl>> m_cells; //!< by cell
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_CELLS_CONTROL_H */
