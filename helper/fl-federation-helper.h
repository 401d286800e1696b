/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_FEDERATION_HELPER_H
#define FL_FEDERATION_HELPER_H

#include "ns3/application-container.h"
#include "ns3/fl-client.h"
#include "ns3/fl-coordinator.h"
#include "ns3/fl-learning-task.h"
#include "ns3/fl-server.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Result of FederationHelper::Install().
 */
struct Federation
{
    Ptr<Server> server;                //!< application on the server's node
    std::vector<Ptr<Server>> servers;  //!< that, and those of AddServer(), by number
    Ptr<Coordinator> coordinator;      //!< protocol that the server runs
    std::vector<Ptr<Client>> clients;  //!< by DeviceId
    ApplicationContainer applications; //!< servers, then clients by DeviceId
};

/**
 * @ingroup fl
 * Installs federated learning on nodes with an internet stack and any NetDevice: a Server with
 * coordinator and optimizer on one node, a Client on each device's node, and a Processor on those
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
 * The simulation is stopped when the coordinator is finished: all rounds are done, it gave up
 * waiting for devices, or the stop time of the server's application is reached. This is needed as
 * radios that send beacons schedule events for ever. With several coordinators it is stopped with
 * the last one. A server that was stopped with Server::Stop() may be started again, so it does not
 * stop the simulation. The attribute StopSimulation of the coordinator, set to false, disables
 * this.
 */
class FederationHelper
{
  public:
    /// Samples by DeviceId, as indices in LearningTask::train; empty in a timing study.
    using Parts = std::vector<std::vector<uint32_t>>;

    /// @param task learning task, shared by server and clients; number 0
    explicit FederationHelper(std::shared_ptr<const LearningTask> task);
    /**
     * Add a task, for a coordinator of several: ns3::fl::AsyncCoordinator.
     * @param task learning task, shared by server and clients; it gets the next number
     */
    void AddTask(std::shared_ptr<const LearningTask> task);

    /**
     * Let a device's samples of a task change over time (Client::SetDataStream()): its part of the
     * data is all that it may ever have.
     * @param device its DeviceId
     * @param task number of the task
     * @param options rates and start
     */
    void SetDataStream(DeviceId device, uint32_t task, const DataStreamOptions& options);

    /// @param name name of an optimizer, see CreateOptimizer(); default: equal
    void SetOptimizer(const std::string& name);
    /**
     * Select the protocol of the server; to be called before SetCoordinatorAttribute().
     * @param type TypeId of a Coordinator; default: ns3::fl::SyncCoordinator
     * @throws InvalidInput if it is none
     */
    void SetCoordinator(const std::string& type);
    /**
     * @param type name of the TypeId of a Transport; default: ns3::fl::TcpTransport. The server has
     *             one object, and all clients share another one.
     * @throws InvalidInput if there is no such subclass of Transport
     */
    void SetTransport(const std::string& type);
    /**
     * Add a server beside that of Install(), which is number 0. All run one coordinator, and each
     * device has a session with each of them.
     * @param node node of the server; another one than those of other servers
     * @param address its address and port
     */
    void AddServer(Ptr<Node> node, const Address& address);
    /// @param radio radio controller that applies grants; null: grants have no effect
    void SetRadioControl(Ptr<RadioControl> radio);
    /**
     * @param name name of an attribute of the coordinator
     * @param value its value
     */
    void SetCoordinatorAttribute(const std::string& name, const AttributeValue& value);
    /**
     * @param name name of an attribute of Server
     * @param value its value
     */
    void SetServerAttribute(const std::string& name, const AttributeValue& value);
    /**
     * @param name name of an attribute of Client
     * @param value its value
     */
    void SetClientAttribute(const std::string& name, const AttributeValue& value);

    /**
     * Install server, coordinator, clients and processors.
     * @param server node of the server
     * @param address address and port of the server
     * @param devices nodes of the devices, by DeviceId
     * @param profiles profiles by DeviceId
     * @param parts samples by DeviceId, as indices in LearningTask::train; DeviceProfile::samples
     * is set to their number. Empty in a timing study, where DeviceProfile::samples is used
     * @return the applications
     * @throws InvalidInput if the sizes of devices, profiles and parts differ, a profile is
     *         invalid, or a data stream is of no device or task or not valid
     */
    Federation Install(Ptr<Node> server,
                       const Address& address,
                       const NodeContainer& devices,
                       std::vector<DeviceProfile> profiles,
                       Parts parts = {}) const;
    /**
     * The same for several tasks. A device's profiles differ in what they say of a task (samples
     * and cycles); what they say of its hardware must be the same, and its Processor is installed
     * by that of task 0.
     * @param server node of the server
     * @param address address and port of the server
     * @param devices nodes of the devices, by DeviceId
     * @param profiles profiles by task and DeviceId
     * @param parts samples by task and DeviceId; a device with none does not train that task. An
     *        entry is empty where its task is a timing study; empty: all of them are
     * @return the applications
     * @throws InvalidInput if there are not as many profiles and parts as tasks, or as in the other
     *         Install(), which it names by its task
     */
    Federation InstallTasks(Ptr<Node> server,
                            const Address& address,
                            const NodeContainer& devices,
                            std::vector<std::vector<DeviceProfile>> profiles,
                            std::vector<Parts> parts = {}) const;

    /**
     * Assign fixed random variable streams.
     * @param federation result of Install()
     * @param stream index of the first stream
     * @return number of streams assigned
     */
    static int64_t AssignStreams(const Federation& federation, int64_t stream);

  private:
    /**
     * @param clients number of clients of the server
     * @return the server's transport; a TcpTransport has EndPointTables for that number
     */
    Ptr<Transport> MakeServerTransport(uint32_t clients) const;
    /**
     * Check the sizes of what Install() gets.
     * @param nDevices number of devices
     * @param profiles profiles by task and DeviceId
     * @param parts samples by task and DeviceId
     * @throws InvalidInput as Install()
     */
    void CheckSizes(uint32_t nDevices,
                    const std::vector<std::vector<DeviceProfile>>& profiles,
                    const std::vector<Parts>& parts) const;
    /**
     * Check that data streams are of devices and tasks that there are.
     * @param nDevices number of devices
     * @throws InvalidInput as Install()
     */
    void CheckStreams(uint32_t nDevices) const;
    /**
     * Give a client a task.
     * @param client the client
     * @param task number of the task
     * @param samples of the device
     * @return the number of samples that it begins with
     */
    uint32_t SetTask(Ptr<Client> client, uint32_t task, std::vector<uint32_t> samples) const;
    /**
     * Install a server's application.
     * @param node its node
     * @param address address and port of the server
     * @param clients number of clients
     * @param [in,out] federation has a coordinator; gets the server
     */
    void AddServerTo(Federation& federation,
                     Ptr<Node> node,
                     const Address& address,
                     uint32_t clients) const;
    /**
     * Install the servers and their coordinator.
     * @param server node of server 0
     * @param address address and port of server 0
     * @param clients number of clients
     * @return both, and no clients
     */
    Federation InstallServer(Ptr<Node> server, const Address& address, uint32_t clients) const;
    /**
     * Install one client without tasks, and a Processor where the node has none.
     * @param node node of the device
     * @param device its DeviceId
     * @param address address and port of the server
     * @param transport transport shared by all clients
     * @param profile profile of the device
     * @return the client
     */
    Ptr<Client> InstallClient(Ptr<Node> node,
                              DeviceId device,
                              const Address& address,
                              Ptr<Transport> transport,
                              const DeviceProfile& profile) const;
    /**
     * Sink of "Finished": stop the simulation if all coordinators are finished, and all have
     * StopSimulation.
     * @param reason reason why a coordinator has finished
     */
    static void StopIfAllFinished(const std::string& reason);

    std::vector<std::shared_ptr<const LearningTask>> m_tasks; //!< learning tasks by number
    std::map<std::pair<DeviceId, uint32_t>, DataStreamOptions> m_streams; //!< by device and task
    std::string m_optimizer{"equal"};                                     //!< name of the optimizer
    ObjectFactory m_transportFactory;                     //!< creates both transports
    ObjectFactory m_coordinatorFactory;                   //!< creates the coordinator
    ObjectFactory m_serverFactory;                        //!< creates the server
    ObjectFactory m_clientFactory;                        //!< creates the clients
    Ptr<RadioControl> m_radio;                            //!< radio controller; may be null
    std::vector<std::pair<Ptr<Node>, Address>> m_servers; //!< of AddServer(), from number 1 on
};

} // namespace fl
} // namespace ns3

#endif /* FL_FEDERATION_HELPER_H */
