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
 * Device energy model of an FdmaNetDevice: draws the power that it radiates from an energy source,
 * and switches the device off while the source is depleted.
 */
class FdmaRadioEnergyModel : public LoadEnergyModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    FdmaRadioEnergyModel();
    ~FdmaRadioEnergyModel() override;

    /// @param device the device whose power is drawn; set once
    void SetDevice(Ptr<FdmaNetDevice> device);

  protected:
    void DoDispose() override;

  private:
    void DoDepleted() override;
    void DoRecharged() override;

    Ptr<FdmaNetDevice> m_device; //!< the device whose power is drawn
};

} // namespace fl
} // namespace ns3

#endif /* FL_FDMA_RADIO_ENERGY_MODEL_H */
