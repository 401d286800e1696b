/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SCENARIO_H
#define FL_SCENARIO_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Parameters of a simulated cell and of the learning in it. With the same version of the module and
 * of ns-3, the same scenario gives the same tables of results, byte for byte. OutputOptions has
 * what does not affect results.
 *
 * Each field is also an option of the command line; ScenarioFields() has its name, meaning and
 * range. A scenario is built in C++, by a command line (AddOptions()), or from a run's summary.json
 * (ReadScenario()); ValidateScenario() checks it.
 *
 * @code
 * Scenario scenario;
 * scenario.devices = 8;
 * scenario.phy = "lte";
 * scenario.attributes["ns3::fl::JointOptimizer::WeightEnergy"] = "0.9";
 * RunScenario("my-program", scenario, {"results/my-program"});
 * @endcode
 */
struct Scenario
{
    uint32_t devices{20};            //!< number of devices in the cell, 1 to 1e6
    uint32_t rounds{20};             //!< number of rounds, at least 1
    std::string coordinator{"sync"}; //!< sync, async or split
    std::string optimizer{"joint"};  //!< name or TypeId, see CreateOptimizer()
    std::string phy{"fdma"};         //!< one of AvailablePhys()
    std::string model{"softmax"};    //!< see MakeModel()
    std::string data;                //!< name of a data set or a folder, see LoadData()
    uint32_t dataTranspose{0};       //!< 1: rows and columns of a folder's images are exchanged
    uint32_t textLength{128};     //!< most tokens of a text that is tokenized; the rest is cut off
    std::string partition{"iid"}; //!< see Partitioner::FromText()
    uint32_t localIterations{10}; //!< passes over the local samples per round, at least 1
    uint32_t batch{32};           //!< mini-batch size of local training; 0: all samples
    double lr{0.05};              //!< learning rate of local training, above 0
    /// Size of model and update in a timing study, in which nothing is learned; 0: a real model
    /// [bit]
    double payloadBits{0};
    std::string staleness{"polynomial"}; //!< async: constant, hinge or polynomial
    uint32_t buffer{1};   //!< async: updates merged together; above 1 by FedBuff, else by FedAsync
    uint32_t inFlight{0}; //!< async: devices with orders at once; 0: all
    /// Async: learning tasks that are trained at once, each a text of the fields in which it
    /// differs from those of this scenario, see CheckTaskText(); empty: one, with these fields.
    std::vector<std::string> tasks;
    std::string base{"pretrained"}; //!< split: weights of the transformer, see SetSplitModel()
    std::string step{"sgd"};        //!< split: how heads and adapters follow gradients: sgd or adam
    uint32_t loraRank{8};           //!< split: rank of the adapters, at least 1
    double loraAlpha{16};           //!< split: alpha of the adapters' factor alpha / rank, above 0
    uint32_t sharedHead{0};         //!< split, 1: one head for all, sent and averaged
    std::string encodeActivations{"all"}; //!< split: number format of embeddings on the air: that
                                          //!< of all (`encoding`), float32 or float16
    std::string encodeFeatures{"all"};    //!< split: the same of features
    std::string encodeGradients{"all"};   //!< split: the same of gradients by the features
    uint32_t paperPayload{0};      //!< split, 1: mu has the features too, at the uplink's rate
    std::string transport{"tcp"};  //!< tcp or datagram
    uint32_t runs{1};              //!< independent repetitions, with run numbers from `run` on
    double mobility{0};            //!< speed of the devices' random walk; 0: static [m/s]
    uint32_t cells{1};             //!< cells, each with a base station and a server; above 1 on
                                   //!< FDMA, where they share the uplink band
    uint32_t subChannels{0};       //!< on FDMA: parts of each cell's uplink band, which fade by
                                   //!< themselves, for offloading; one more of the same width is
                                   //!< for updates. 0: the band is one
    double serverCpuHz{5e9};       //!< CPU frequency of a server that trains for devices [Hz]
    std::string consensus{"none"}; //!< with several cells: graph of the servers' links, line, ring,
                                   //!< star, full, or a file of edges (ReadServerGraph()), over
                                   //!< which they agree on a model; none: they are one server
    uint32_t exchanges{5};         //!< phi, how often neighbours exchange their values in a round
    double linkRateBps{1e9};       //!< rate of the servers' links [bit/s]
    double linkDelayS{1e-3};       //!< delay of the servers' links [s]
    uint32_t ledger{0};            //!< with consensus, 1: rounds are recorded on a ledger that
                                   //!< devices mine
    std::string mining{"race"};    //!< race (exponential times) or deterministic, (27)
    double blockIntervalS{10};     //!< mean time to a block of a race; 0: 50 Ghash a block, as in
                                   //!< Table IV [s]
    double minHashRate{1e11};      //!< hash rates of devices, uniform from this [hash/s]
    double maxHashRate{1e12};      //!< to this [hash/s]
    std::vector<double> hashRatesInTurn; //!< in place of these: device i has entry i modulo the
                                         //!< number of entries [hash/s]
    double hashEnergyJ{5e-8};            //!< energy of a hash [J]
    uint32_t realBits{12};               //!< zero bits for which nonces are really searched
    std::string leader{"smallest"};  //!< of rounds with a ledger: smallest, random or reputation
    double background{0};            //!< UDP background traffic that each device sends [bit/s]
    uint32_t trainSamples{0};        //!< number of synthetic training samples; 0: the set's own
    uint32_t testSamples{0};         //!< number of synthetic test samples; 0: the set's own
    uint32_t samplesPerDevice{500};  //!< samples of a device in timing studies, without data
    double dataStart{1};             //!< fraction of its samples that a device begins with, 0 to 1
    double dataAdd{0};               //!< samples that it collects while it does not compute [1/s]
    double dataDiscard{0};           //!< samples that it discards meanwhile [1/s]
    double dataAddActive{0};         //!< samples that it collects while it computes [1/s]
    double dataDiscardActive{0};     //!< samples that it discards meanwhile [1/s]
    std::string encoding{"float32"}; //!< number format of parameters: float32 or float16
    double momentum{0};              //!< momentum of local training, 0 to below 1
    double proximal{0};              //!< mu of FedProx, at least 0
    double radius{0};                //!< radius of the disc of devices; 0: see CellRadius() [m]
    double bandwidthHz{20e6};        //!< bandwidth of uplink and of downlink [Hz]
    double downlinkBandwidthHz{0};   //!< of the downlink on FDMA; 0: bandwidthHz [Hz]
    double downlinkPowerW{0};        //!< of the base station on FDMA, over the planned downlink
                                     //!< band; 0: FdmaChannel's StationTxPower [W]
    std::string fading{"none"};      //!< block fading: none, rayleigh or rician
    double minPowerDbm{0};           //!< lowest transmit power of a device [dBm]
    double maxPowerDbm{12};          //!< highest transmit power of a device [dBm]
    double minCpuHz{1e8};            //!< lowest CPU frequency of a device [Hz]
    double maxCpuHz{2e9};            //!< highest CPU frequency of a device [Hz]
    double minCycles{1e4};           //!< CPU cycles per sample and pass, uniform from this
    double maxCycles{3e4};           //!< to this
    double batteryJ{0};              //!< initial energy of each device; 0: no limit [J]
    double serverStopS{0};           //!< stop of the server, simulated time; 0: never [s]
    double serverRestartS{0};        //!< restart of the server; 0: never [s]
    /// Lowest index of random variable streams, but for those of positions and radio. The number of
    /// streams of a radio depends on the PHY; with an index above those of all PHYs, profiles and
    /// data are the same over each PHY.
    uint32_t streamAfterRadio{0};
    /// Highest CPU frequencies of the devices: device i has entry i modulo the number of entries;
    /// empty: maxCpuHz for all [Hz].
    std::vector<double> cpuHzInTurn;
    double capacitance{
        1e-28};               //!< effective capacitance kappa of each device, see Processor [J s^2]
    double maxCapacitance{0}; //!< devices differ, uniform from capacitance to this; 0: they do not
                              //!< [J s^2]
    double lossAt1mDb{15.3};  //!< path loss at 1 m [dB]
    double lossExponent{3.76}; //!< path loss exponent: loss = lossAt1mDb + this * 10 log10(d / 1 m)

    /// Accuracies for which summary.json has time and energy until they were reached, 0 to 1.
    std::vector<double> levels{0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99};

    /// Default values of attributes (TYPE::ATTRIBUTE) and global values, as text by name; without
    /// RngSeed and RngRun, which are `seed` and `run`.
    std::map<std::string, std::string> attributes;
    uint32_t seed{1}; //!< RngSeed of all runs, 1 to 4294944442
    uint64_t run{1};  //!< RngRun of the first run

    /**
     * Set ns-3's seed, run number, and the default values of `attributes`. These are global:
     * default values set by an earlier scenario are not reset.
     */
    void Apply() const;
};

/// Options that do not affect tables of results.
struct OutputOptions
{
    std::string out;     //!< results folder
    uint32_t threads{0}; //!< threads for training; 0: the simulator's thread
    bool pcap{false};    //!< capture packets at the base station, into `out`
};

/**
 * @ingroup fl
 * @param scenario `radius` and `phy` are used
 * @return radius of the disc of devices: `radius` if above 0; else 50 on Wi-Fi, whose control
 * frames are sent in the whole channel at the devices' power, and 250 on other PHYs [m]
 */
double CellRadius(const Scenario& scenario);

} // namespace fl
} // namespace ns3

#endif /* FL_SCENARIO_H */
