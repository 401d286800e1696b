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
 * All that determines a simulated cell and what is learned in it: with the same module, the same
 * ns-3 and the same scenario, tables of results are the same bytes. What a run is given beside it
 * is in OutputOptions.
 *
 * Each field that follows is an option of the command line too, with the name, the meaning and the
 * range that ScenarioFields() has. A scenario is built in C++, by a command line (AddOptions()), or
 * from a run's summary.json (ReadScenario()).
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
    uint32_t devices{20};           //!< how many devices the cell has, 1 to 1e6
    uint32_t rounds{20};            //!< how many rounds of learning to run, from 1 on
    std::string optimizer{"joint"}; //!< name or TypeId, see CreateOptimizer()
    std::string phy{"fdma"};        //!< one of AvailablePhys()
    std::string model{"softmax"};   //!< see MakeModel()
    std::string data;               //!< folder of MNIST's four IDX files, or a synthetic set's name
    std::string partition{"iid"};   //!< see Partitioner::FromText()
    uint32_t localIterations{10};   //!< passes over the local samples per round, from 1 on
    uint32_t batch{32};             //!< samples per step of local training; 0: all of a device's
    double lr{0.05};                //!< learning rate, above 0
    /// Stated size of a model or update in timing studies, in which nothing is learned [bit]; 0:
    /// a real model's bytes
    double payloadBits{0};
    std::string transport{"tcp"};    //!< tcp or datagram
    uint32_t runs{1};                //!< independent repetitions, with run numbers from `run` on
    double mobility{0};              //!< speed of the devices' random walk [m/s]; 0: they stand
    double background{0};            //!< other traffic that each device sends, in UDP [bit/s]
    uint32_t trainSamples{60000};    //!< synthetic images to train on, from 1 on
    uint32_t testSamples{10000};     //!< synthetic images held out, from 1 on
    uint32_t samplesPerDevice{500};  //!< of each device in timing studies, where there are no data
    std::string encoding{"float32"}; //!< of parameters on the air: float32 or float16
    double momentum{0};              //!< of local training, below 1
    double proximal{0};              //!< mu of FedProx
    double radius{0};                //!< of the disc of devices [m]; 0: see CellRadius()
    double bandwidthHz{20e6};        //!< of the uplink, and of the downlink [Hz]
    std::string fading{"none"};      //!< none, rayleigh or rician
    double minPowerDbm{0};           //!< lowest transmit power of a device [dBm]
    double maxPowerDbm{12};          //!< highest transmit power of a device [dBm]
    double minCpuHz{1e8};            //!< lowest CPU frequency of a device [Hz]
    double maxCpuHz{2e9};            //!< highest CPU frequency of a device [Hz]
    double minCycles{1e4};           //!< per sample and pass, uniform from this ...
    double maxCycles{3e4};           //!< ... to this
    double batteryJ{0};              //!< energy that each device begins with [J]; 0: mains
    double serverStopS{0};           //!< when the server stops [s]; 0: never
    double serverRestartS{0};        //!< when it starts again [s]; 0: never
    /// Where the random streams of all but places and radio begin at the earliest. How many streams
    /// a radio uses depends on the PHY: beyond those of all PHYs, devices are alike over each.
    uint32_t streamAfterRadio{0};
    /// Highest CPU frequencies of devices, in turn [Hz]: device i has entry i modulo the number of
    /// entries. Empty: maxCpuHz for all.
    std::vector<double> cpuHzInTurn;
    double capacitance{
        1e-28};              //!< effective capacitance kappa of each device [J s^2], see Processor
    double lossAt1mDb{15.3}; //!< path loss at 1 m [dB]
    double lossExponent{3.76}; //!< the path loss is this times 10 log10(d / 1 m) dB more at d

    /// Texts of attributes of ns-3 objects (TYPE::ATTRIBUTE) and of global values, by name, in
    /// place of their defaults. `RngSeed` and `RngRun` are `seed` and `run`.
    std::map<std::string, std::string> attributes;
    uint32_t seed{1}; //!< RngSeed, of all runs, 1 to 4294944442
    uint64_t run{1};  //!< RngRun, number of the first run

    /**
     * Check all values, and pairs of them.
     * @throws InvalidInput on the first one that is not allowed: one line that names it as an
     *         option, its value and what it must be
     */
    void Validate() const;

    /**
     * Set ns-3's seed, run number, and the defaults that `attributes` has. They are those of the
     * whole process: others of an earlier scenario stay.
     */
    void Apply() const;
};

/// What a run is given that changes no table.
struct OutputOptions
{
    std::string out;     //!< results folder
    uint32_t threads{0}; //!< threads that train; 0: the simulator's own
    bool pcap{false};    //!< capture what the base station sends and receives, into `out`
};

/**
 * @ingroup fl
 * @param scenario `radius` and `phy` count
 * @return radius of the disc that devices are in [m]: what was asked for, or else 50 on Wi-Fi,
 * whose control frames must cross the whole channel, and 250 on other PHYs
 */
double CellRadius(const Scenario& scenario);

} // namespace fl
} // namespace ns3

#endif /* FL_SCENARIO_H */
