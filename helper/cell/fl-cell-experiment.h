/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CELL_EXPERIMENT_H
#define FL_CELL_EXPERIMENT_H

#include "fl-cell-radio.h"
#include "fl-equal-shares.h"
#include "fl-task-builder.h"

#include "ns3/fl-availability.h"
#include "ns3/fl-federation-helper.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
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
 * One run of federated learning in one cell, as the options say: devices uniform in a disc around
 * the base station, path loss, shadowing and fading, and a server where the PHY has it.
 *
 * All random numbers come from streams that are assigned here, so that a run is a function of seed,
 * run number and options.
 */
class CellRun
{
  public:
    /**
     * Build it.
     * @param options as parsed
     * @param data what to learn from
     * @throws InvalidInput if an option cannot be met
     */
    CellRun(const Options& options, const LearningData& data);
    /// Destroys the simulation.
    ~CellRun();
    CellRun(const CellRun&) = delete;
    CellRun& operator=(const CellRun&) = delete;

    /**
     * Simulate until all rounds are done or the server stopped for good.
     * @param writer where rounds go
     * @param progress where they are shown
     * @return why it ended
     */
    std::string Run(ResultWriter& writer, Progress& progress);

    /// @return what equal shares would have cost, of the rounds so far
    const EqualSharesComparison& GetComparison() const;
    /// @return what was installed, to connect traces to
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
    /// Build the cell of the chosen PHY; capture packets where asked for.
    void InstallRadio();
    /**
     * Install server, coordinator and clients; schedule stop and restart of the server.
     * @param data what is learned
     */
    void InstallFederation(const LearningData& data);
    /// Give devices batteries, where the options say so.
    void InstallBatteries();
    /// Have devices send other traffic, where the options say so.
    void InstallBackground();
    /// Let devices come and go, as the attributes of Availability say.
    void InstallAvailability();
    /**
     * @return what the devices are, by DeviceId, drawn from the ranges in the options
     * @throws InvalidInput if the cycles per sample have an empty range
     */
    std::vector<DeviceProfile> DrawProfiles();
    /**
     * Keep the reason for the summary.
     * @param reason why the coordinator is finished
     */
    void Finished(const std::string& reason);

    const Options& m_options;           //!< as parsed
    NodeContainer m_station;            //!< one node
    NodeContainer m_devices;            //!< by DeviceId
    std::unique_ptr<CellRadio> m_radio; //!< the cell
    Address m_serverAddress;            //!< where clients reach the server
    Federation m_federation;            //!< server, coordinator, clients
    Ptr<Availability> m_availability;   //!< who is there when
    Ptr<PacketSink> m_background;       //!< takes other traffic; null: there is none
    int64_t m_stream{0};                //!< next random stream to assign
    std::string m_reason;               //!< why it ended
    EqualSharesComparison m_comparison; //!< of the plans with equal shares
};

/**
 * @ingroup fl
 * The whole of a program with one cell: load the data, make the runs, write and draw the results,
 * print the summary.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void RunCellExperiment(const OptionParser& parser, const Options& options);

} // namespace fl
} // namespace ns3

#endif /* FL_CELL_EXPERIMENT_H */
