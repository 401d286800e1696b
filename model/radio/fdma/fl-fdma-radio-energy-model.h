/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FDMA_RADIO_ENERGY_MODEL_H
#define FL_FDMA_RADIO_ENERGY_MODEL_H

#include "fl-fdma-net-device.h"

#include "ns3/fl-load-energy-model.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Draws the energy that a device radiates from a source, and switches the radio off when it is
 * empty.
 */
class FdmaRadioEnergyModel : public LoadEnergyModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    FdmaRadioEnergyModel();
    ~FdmaRadioEnergyModel() override;

    /// @param device whose energy it is
    void SetDevice(Ptr<FdmaNetDevice> device);

  protected:
    void DoDispose() override;

  private:
    void DoDepleted() override;
    void DoRecharged() override;

    Ptr<FdmaNetDevice> m_device; //!< whose energy it is
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_RADIO_ENERGY_MODEL_H */
