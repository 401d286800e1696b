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
 * Draws a processor's energy from a source, and switches the processor off when the source is
 * empty.
 */
class ProcessorEnergyModel : public LoadEnergyModel
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    ProcessorEnergyModel();
    ~ProcessorEnergyModel() override;

    /// @param processor whose energy it is
    void SetProcessor(Ptr<Processor> processor);

  protected:
    void DoDispose() override;

  private:
    void DoDepleted() override;
    void DoRecharged() override;

    Ptr<Processor> m_processor; //!< whose energy it is
};

} // namespace fl
} // namespace ns3

#endif /* FL_PROCESSOR_ENERGY_MODEL_H */
