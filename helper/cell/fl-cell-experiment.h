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
 * One run of federated learning in one cell, as a scenario says: devices uniform in a disc around
 * the base station, path loss, shadowing and fading, and a server where the PHY has it.
 *
 * All random numbers come from streams that are assigned here, so that a run is a function of the
 * scenario. Seed, run number and defaults of attributes are those of ns-3 at construction:
 * Scenario::Apply() sets them. There can be one such object at a time.
 */
class CellRun
{
  public:
    /**
     * Build the cell and what runs in it.
     * @param scenario what to simulate; a copy is kept
     * @param data what LoadData() returned for it
     * @throws InvalidInput if the scenario cannot be met
     */
    CellRun(const Scenario& scenario, const LearningData& data);
    /**
     * The same, with packets captured where the command line asks for it.
     * @param options as parsed
     * @param data what LoadData() returned for them
     * @throws InvalidInput if an option cannot be met, or no file can be written
     */
    CellRun(const Options& options, const LearningData& data);
    /// Destroys the simulation.
    ~CellRun();
    CellRun(const CellRun&) = delete;
    CellRun& operator=(const CellRun&) = delete;

    /**
     * Capture what the base station sends and receives.
     * @param folder of the files, whose names begin with `cell` and, where there are several runs,
     *        the run number
     * @throws InvalidInput if one cannot be written
     */
    void EnablePcap(const std::string& folder);

    /**
     * Simulate until all rounds are done or the server stopped for good.
     * @param writer gets the record of each round
     * @param progress shows them
     * @return why it ended, for people
     */
    std::string Run(ResultWriter& writer, Progress& progress);

    /// @return what equal shares would have cost, of the rounds so far
    const EqualSharesComparison& GetComparison() const;
    /// @return server, coordinator and clients, to connect traces to
    const Federation& GetFederation() const;
    /// @return the devices' nodes, by DeviceId
    const NodeContainer& GetDevices() const;
    /// @return the base station's node
    Ptr<Node> GetBaseStation() const;
    /// @return the node that the server runs on
    Ptr<Node> GetServerNode() const;
    /// @return the cell's radio
    const CellRadio& GetRadio() const;

    /// @return what the server has received of other traffic so far [byte]
    double GetBackgroundBytes() const;

  private:
    /// Give base station and devices their positions and mobility.
    void PlaceNodes();
    /// Build the cell of the chosen PHY.
    /// @throws InvalidInput if the server is to stop before it starts
    void InstallRadio();
    /**
     * Install server, coordinator and clients; schedule stop and restart of the server.
     * @param data what is learned
     */
    void InstallFederation(const LearningData& data);
    /// Give devices batteries, where the scenario says so.
    void InstallBatteries();
    /// Have devices send other traffic, where the scenario says so.
    void InstallBackground();
    /// Let devices come and go, as the attributes of Availability say.
    void InstallAvailability();
    /**
     * @return the devices' profiles, by DeviceId, drawn from the ranges in the scenario
     * @throws InvalidInput if the cycles per sample have an empty range
     */
    std::vector<DeviceProfile> DrawProfiles();
    /**
     * Keep the reason for the summary.
     * @param reason why the coordinator is finished
     */
    void Finished(const std::string& reason);

    const Scenario m_scenario;          //!< what is simulated
    NodeContainer m_station;            //!< one node
    NodeContainer m_devices;            //!< by DeviceId
    std::unique_ptr<CellRadio> m_radio; //!< the cell
    Address m_serverAddress;            //!< where clients reach the server
    Federation m_federation;            //!< server, coordinator, clients
    Ptr<Availability> m_availability;   //!< when devices are there
    Ptr<PacketSink> m_background;       //!< takes other traffic; null: there is none
    int64_t m_stream{0};                //!< next random stream to assign
    std::string m_reason;               //!< why it ended
    EqualSharesComparison m_comparison; //!< of the plans with equal shares
};

/**
 * @ingroup fl
 * Simulate all runs of a scenario: load the data, make the runs, write and draw the results, print
 * the summary. ns-3's seed, run number and defaults are set by Scenario::Apply().
 * @param program its name, for summary.json
 * @param scenario what to simulate
 * @param output where results go; `out` must not be empty
 * @throws InvalidInput if the scenario is not valid or cannot be met, or the results folder cannot
 *         be written
 */
void RunScenario(const std::string& program, const Scenario& scenario, const OutputOptions& output);

/**
 * @ingroup fl
 * The same for a command line: the whole of a program with one cell.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 * @throws InvalidInput if an option cannot be met, or the results folder cannot be written
 */
void RunCellExperiment(const OptionParser& parser, const Options& options);

} // namespace fl
} // namespace ns3

#endif /* FL_CELL_EXPERIMENT_H */
