/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PROCESSOR_HELPER_H
#define FL_PROCESSOR_HELPER_H

#include "ns3/energy-source-container.h"
#include "ns3/fl-ns3-compat.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-system-state.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Installs processors, and energy models by which processors and radios draw from energy sources.
 */
class ProcessorHelper
{
  public:
    ProcessorHelper();

    /**
     * @param name of an attribute of Processor
     * @param value its value
     */
    void SetAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Aggregate a new processor to each node.
     * @param nodes the nodes
     */
    void Install(const NodeContainer& nodes) const;
    /**
     * Aggregate a processor that has a profile's maximum frequency and effective capacitance.
     * @param node the node
     * @param profile of the device
     * @return the processor
     */
    Ptr<Processor> Install(Ptr<Node> node, const DeviceProfile& profile) const;

    /**
     * Install the energy models of the processor and the FDMA radios on each source's node.
     * @param sources made by an ns-3 EnergySourceHelper
     */
    static void InstallEnergyModels(const EnergySourceContainer& sources);

  private:
    ObjectFactory m_factory; //!< makes processors
};

} // namespace fl
} // namespace ns3

#endif /* FL_PROCESSOR_HELPER_H */
