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
 * Installs processors, and the device energy models of processors and FDMA radios.
 */
class ProcessorHelper
{
  public:
    ProcessorHelper();

    /**
     * @param name name of an attribute of Processor
     * @param value its value for processors of later Install() calls
     */
    void SetAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Aggregate a new processor to each node.
     * @param nodes the nodes
     */
    void Install(const NodeContainer& nodes) const;
    /**
     * Aggregate a processor with maximum frequency and effective capacitance of a profile.
     * @param node the node
     * @param profile profile of the device
     * @return the processor
     */
    Ptr<Processor> Install(Ptr<Node> node, const DeviceProfile& profile) const;

    /**
     * Add device energy models of the processor and the FDMA radios on each source's node.
     * @param sources energy sources, as installed by an ns-3 EnergySourceHelper
     */
    static void InstallEnergyModels(const EnergySourceContainer& sources);

  private:
    ObjectFactory m_factory; //!< creates processors
};

} // namespace fl
} // namespace ns3

#endif /* FL_PROCESSOR_HELPER_H */
