/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FEDERATION_HELPER_H
#define FL_FEDERATION_HELPER_H

#include "ns3/application-container.h"
#include "ns3/fl-client.h"
#include "ns3/fl-learning-task.h"
#include "ns3/fl-server.h"
#include "ns3/fl-sync-coordinator.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * What FederationHelper installed.
 */
struct Federation
{
    Ptr<Server> server;                //!< on the server's node
    Ptr<SyncCoordinator> coordinator;  //!< the protocol that it runs
    std::vector<Ptr<Client>> clients;  //!< by DeviceId
    ApplicationContainer applications; //!< all of them, the server first
};

/**
 * @ingroup fl
 * Installs federated learning on nodes with an internet stack and any NetDevice: a server with its
 * coordinator and optimizer on one node, a client on each of the others, and a Processor on those
 * that have none.
 *
 * @code
 *   FederationHelper helper(task);
 *   helper.SetCoordinatorAttribute("Rounds", UintegerValue(10));
 *   Federation federation =
 *       helper.Install(server, InetSocketAddress(address, 9000), devices, profiles, parts);
 *   federation.applications.Start(Seconds(0));
 *   Simulator::Run();
 *   Simulator::Destroy();
 * @endcode
 *
 * The simulation stops when the coordinator is finished: all rounds are done, it gave up waiting
 * for devices, or the stop time of the server's application has come. A radio that sends beacons
 * would go on for ever. Where there are several coordinators, it stops with the last one. A server
 * that was stopped with Server::Stop() may be started again, and keeps the simulation going. With
 * `SetCoordinatorAttribute("StopSimulation", BooleanValue(false))` it goes on in any case, as for
 * traffic of your own.
 */
class FederationHelper
{
  public:
    /// @param task model, data and hyperparameters, shared by server and clients
    explicit FederationHelper(std::shared_ptr<const LearningTask> task);

    /// @param name of an optimizer, see CreateOptimizer(); default: equal
    void SetOptimizer(const std::string& name);
    /**
     * @param type the TypeId of a Transport; default: ns3::fl::TcpTransport. The server has one
     *             object, and all clients share another.
     * @throws InvalidInput if it is none
     */
    void SetTransport(const std::string& type);
    /// @param radio the radio controller, which applies grants; null: they have no effect
    void SetRadioControl(Ptr<RadioControl> radio);
    /**
     * @param name an attribute of SyncCoordinator
     * @param value its value
     */
    void SetCoordinatorAttribute(const std::string& name, const AttributeValue& value);
    /**
     * @param name an attribute of Server
     * @param value its value
     */
    void SetServerAttribute(const std::string& name, const AttributeValue& value);
    /**
     * @param name an attribute of Client
     * @param value its value
     */
    void SetClientAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Install all of it.
     * @param server the server's node
     * @param address where clients reach it: address and port
     * @param devices the devices' nodes; their order is that of DeviceIds
     * @param profiles by DeviceId
     * @param parts indices of the samples of each device in the task's training data; their
     *              numbers go into the profiles. In a timing study: empty, and the profiles'
     *              numbers count.
     * @return what was installed
     * @throws InvalidInput if the numbers do not agree or a profile is invalid
     */
    Federation Install(Ptr<Node> server,
                       const Address& address,
                       const NodeContainer& devices,
                       std::vector<DeviceProfile> profiles,
                       std::vector<std::vector<uint32_t>> parts = {}) const;

    /**
     * Fix the random streams of what was installed.
     * @param federation what was installed
     * @param stream the first one to use
     * @return how many were used
     */
    static int64_t AssignStreams(const Federation& federation, int64_t stream);

  private:
    /**
     * @param clients how many connect to the server
     * @return the server's transport; over TCP its EndPointTables fit that many
     */
    Ptr<Transport> MakeServerTransport(uint32_t clients) const;
    /**
     * Install one client, and a Processor where the node has none.
     * @param node where
     * @param device its DeviceId
     * @param address of the server, with the port
     * @param transport of its messages; all clients share it
     * @param profile of the device
     * @param samples indices of its samples in the training data; empty in a timing study
     * @return the client
     */
    Ptr<Client> InstallClient(Ptr<Node> node,
                              DeviceId device,
                              const Address& address,
                              Ptr<Transport> transport,
                              const DeviceProfile& profile,
                              std::vector<uint32_t> samples) const;
    /**
     * Stop the simulation, if all coordinators in it are finished and none of them forbids it.
     * @param reason why one of them has just finished
     */
    static void StopIfAllFinished(const std::string& reason);

    std::shared_ptr<const LearningTask> m_task; //!< model, data and hyperparameters
    std::string m_optimizer{"equal"};           //!< name of the optimizer
    ObjectFactory m_transportFactory;           //!< makes both transports
    ObjectFactory m_coordinatorFactory;         //!< makes the coordinator
    ObjectFactory m_serverFactory;              //!< makes the server
    ObjectFactory m_clientFactory;              //!< makes the clients
    Ptr<RadioControl> m_radio;                  //!< of the cell; may be null
};

} // namespace fl
} // namespace ns3

#endif /* FL_FEDERATION_HELPER_H */
