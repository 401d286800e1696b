/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PROCESSOR_ENERGY_MODEL_H
#define FL_PROCESSOR_ENERGY_MODEL_H

#include "fl-load-energy-model.h"
#include "fl-processor.h"

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Device energy model of a Processor: draws its power from an energy source, and switches it off
 * while the source is depleted.
 */
class ProcessorEnergyModel : public LoadEnergyModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    ProcessorEnergyModel();
    ~ProcessorEnergyModel() override;

    /// @param processor the processor whose power is drawn; set once
    void SetProcessor(Ptr<Processor> processor);

  protected:
    void DoDispose() override;

  private:
    void DoDepleted() override;
    void DoRecharged() override;

    Ptr<Processor> m_processor; //!< the processor whose power is drawn
};

} // namespace fl
} // namespace ns3

#endif /* FL_PROCESSOR_ENERGY_MODEL_H */
