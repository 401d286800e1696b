/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CELL_EXPERIMENT_H
#define FL_CELL_EXPERIMENT_H

#include "fl-cell-radio.h"
#include "fl-equal-shares.h"
#include "fl-options.h"
#include "fl-task-builder.h"

#include "ns3/fl-availability.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-progress.h"
#include "ns3/fl-result-folder.h"
#include "ns3/fl-server-graph.h"
#include "ns3/packet-sink.h"

#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * One run of federated learning in one cell, described by a Scenario: devices uniformly distributed
 * in a disc around the base station, path loss, shadowing and fading, and a server at the node that
 * the PHY's CellRadio has for it.
 *
 * All random variables have streams assigned here, so that a run is a function of the scenario.
 * Seed, run number and default values of attributes are those of ns-3 at construction;
 * Scenario::Apply() sets them. Only one object of this class may exist at a time.
 */
class CellRun
{
  public:
    /**
     * Build the cell and install the applications.
     * @param scenario the scenario, copied
     * @param data result of LoadData() for it
     * @throws InvalidInput if the PHY or a model does not support a value of the scenario
     */
    CellRun(const Scenario& scenario, const LearningData& data);
    /**
     * Build the cell, install the applications and, with `--pcap`, capture packets.
     * @param options parsed command line
     * @param data result of LoadData() for it
     * @throws InvalidInput if the PHY or a model does not support a value, or a file cannot be
     *         written
     */
    CellRun(const Options& options, const LearningData& data);
    /// Calls Simulator::Destroy().
    ~CellRun();
    CellRun(const CellRun&) = delete;
    CellRun& operator=(const CellRun&) = delete;

    /**
     * Capture packets at the base station.
     * @param folder folder of the files, whose names begin with `cell` and, if there are several
     * runs, the run number
     * @throws InvalidInput if a file cannot be written
     */
    void EnablePcap(const std::string& folder);

    /**
     * Simulate until the coordinator is finished.
     * @param writer writes the record of each round
     * @param progress shows each round
     * @return reason of the end, as in Coordinator::Finish()
     */
    std::string Run(ResultWriter& writer, Progress& progress);

    /// @return predicted times and energies of the plans and of equal shares, so far
    const EqualSharesComparison& GetComparison() const;
    /// @return server, coordinator and clients, as for their trace sources
    const Federation& GetFederation() const;
    /// @return nodes of the devices, by DeviceId
    const NodeContainer& GetDevices() const;
    /// @return node of the base station of cell 0
    Ptr<Node> GetBaseStation() const;
    /// @return node of the server
    Ptr<Node> GetServerNode() const;
    /// @return the cell's radio
    const CellRadio& GetRadio() const;

    /// @return a sentence on blocks and forks so far; empty without a ledger
    std::string GetLedgerText() const;
    /// @return background traffic that the server has received so far [byte]
    double GetBackgroundBytes() const;

  private:
    /// Install mobility models on base station and devices.
    void PlaceNodes();
    /// Build the cell of Scenario::phy.
    /// @throws InvalidInput if the server is to stop before it starts
    void InstallRadio();
    /**
     * Install servers, coordinator and clients; schedule stop and restart of the server.
     * @param data training and test data
     */
    void InstallFederation(const LearningData& data);
    /// TCP or UDP port at which servers listen for clients and other servers.
    static constexpr uint16_t SERVER_PORT = 9000;

    /**
     * Add servers of cells beside the first, and processors where they train.
     * @param helper installs them
     */
    void InstallServers(FederationHelper& helper) const;
    /// @return links between servers of Scenario::consensus
    /// @throws InvalidInput if it is a file that can't be read, or not connected
    ServerGraph MakeGraph() const;
    /// Install links between servers, and tell servers and coordinator.
    void InstallServerLinks();
    /// Install keys, views of servers and miners of devices, if there is a ledger.
    /// @throws InvalidInput as LedgerHelper::Install()
    void InstallLedger();
    /// Write blocks, chain and counts, if there is a ledger.
    /// @param writer of the run
    void WriteLedger(ResultWriter& writer) const;
    /**
     * Select the coordinator, and set the attributes that the scenario has.
     * @param helper installs it
     */
    void SetCoordinator(FederationHelper& helper) const;
    /// Install energy sources and models on the devices, if Scenario::batteryJ is above 0.
    void InstallBatteries();
    /// Install background traffic on the devices, if Scenario::background is above 0.
    void InstallBackground();
    /// Connect Availability to the clients.
    void InstallAvailability();
    /// Draw the devices' effective capacitances: a processor is the same for all tasks.
    void DrawCapacitances();
    /**
     * @param task number of a task
     * @return profiles by DeviceId, drawn from the ranges of the task's scenario
     * @throws InvalidInput if the cycles per sample have an empty range
     */
    std::vector<DeviceProfile> DrawProfiles(uint32_t task);
    /**
     * Sink of the coordinator's "Finished".
     * @param reason reason, stored for Run()
     */
    void Finished(const std::string& reason);

    const Scenario m_scenario;          //!< the scenario
    NodeContainer m_stations;           //!< nodes of the base stations, by cell
    NodeContainer m_devices;            //!< nodes of the devices, by DeviceId
    std::unique_ptr<CellRadio> m_radio; //!< the cell
    Address m_serverAddress;            //!< address and port of the server
    Federation m_federation;            //!< server, coordinator, clients
    Ptr<Availability> m_availability;   //!< availability of the devices
    Ptr<PacketSink> m_background;       //!< receives background traffic; null: none
    int64_t m_stream{0};                //!< next random stream to assign
    std::vector<double> m_capacitances; //!< by DeviceId, effective [J s^2]
    std::string m_reason;               //!< reason of the end
    EqualSharesComparison m_comparison; //!< see GetComparison
};

/**
 * @ingroup fl
 * Simulate all runs of a scenario: load the data, simulate, write tables, plots and summary.json,
 * print the summary. Scenario::Apply() is called here.
 * @param program name of the program, for summary.json
 * @param scenario the scenario
 * @param output results folder, which must not be empty, and threads
 * @throws InvalidInput if the scenario is invalid or not supported, or the results folder cannot be
 *         written
 */
void RunScenario(const std::string& program, const Scenario& scenario, const OutputOptions& output);

/**
 * @ingroup fl
 * Simulate all runs of a command line; main() of a program with one cell.
 * @param parser the parsed command line, for summary.json
 * @param options parsed options
 * @throws InvalidInput as RunScenario()
 */
void RunCellExperiment(const OptionParser& parser, const Options& options);

} // namespace fl
} // namespace ns3

#endif /* FL_CELL_EXPERIMENT_H */
