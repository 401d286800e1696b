/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OPTIONS_H
#define FL_OPTIONS_H

#include "fl-option-parser.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The options that every example with a cell takes. An example changes defaults before it calls
 * AddOptions(), and adds options of its own to the same parser.
 */
struct Options
{
    uint32_t devices{20};           //!< how many devices the cell has
    uint32_t rounds{20};            //!< how many rounds to run
    std::string optimizer{"joint"}; //!< see CreateOptimizer()
    std::string phy{"fdma"};        //!< the radio
    std::string model{"softmax"};   //!< see MakeModel()
    std::string data;               //!< folder with MNIST's four IDX files; empty: synthetic digits
    std::string partition{"iid"};   //!< see Partitioner::FromText()
    uint32_t localIterations{10};   //!< passes over the local samples per round
    uint32_t batch{32};             //!< samples per step; 0: all of a device's
    double lr{0.05};                //!< learning rate
    double payloadBits{0};        //!< stated size of a model in timing studies [bit]; 0: real bytes
    std::string transport{"tcp"}; //!< tcp or datagram
    uint32_t runs{1};             //!< independent repetitions, with run numbers that follow
    std::string out;              //!< results folder; empty: results/PROGRAM
    uint32_t threads{0};          //!< threads that train; AddOptions() sets one per core
    double mobility{0};           //!< speed of the devices' random walk [m/s]; 0: they stand
    double background{0};         //!< other traffic that each device sends [bit/s]
    uint32_t trainSamples{60000}; //!< synthetic digits to train on
    uint32_t testSamples{10000};  //!< synthetic digits held out
    uint32_t samplesPerDevice{500};  //!< in timing studies, where there are no data
    std::string encoding{"float32"}; //!< of parameters on the air
    double momentum{0};              //!< of local training
    double proximal{0};              //!< mu of FedProx
    double radius{0};                //!< of the disc that devices are in [m]; 0: see CellRadius()
    double bandwidthHz{20e6};        //!< of uplink and of downlink [Hz]
    std::string fading{"none"};      //!< none, rayleigh or rician
    double minPowerDbm{0};           //!< lowest transmit power of a device [dBm]
    double maxPowerDbm{12};          //!< highest transmit power of a device [dBm]
    double minCpuHz{1e8};            //!< lowest CPU frequency of a device [Hz]
    double maxCpuHz{2e9};            //!< highest CPU frequency of a device [Hz]
    double minCycles{1e4};           //!< devices need from so many cycles per sample ...
    double maxCycles{3e4};           //!< ... to so many, uniformly distributed
    double batteryJ{0};              //!< of each device [J]; 0: mains
    double serverStopS{0};           //!< when the server stops [s]; 0: never
    double serverRestartS{0};        //!< when it starts again [s]; 0: never
    bool pcap{false};                //!< capture what the base station sends and receives
    /// Not on the command line: the random streams of all but places and radio begin here, or after
    /// the radio's if that is later. How many a radio uses depends on the PHY.
    int64_t streamAfterRadio{0};
    /// Not on the command line: highest CPU frequencies of devices, in turn [Hz]; empty: maxCpuHz.
    std::vector<double> cpuHzInTurn;
    double capacitance{1e-28}; //!< not on the command line: kappa of each device, see Processor
    /// Not on the command line either: path loss at 1 m [dB], and its exponent.
    double lossAt1mDb{15.3};
    double lossExponent{3.76}; //!< see lossAt1mDb
};

/**
 * @ingroup fl
 * @param options `radius` and `phy` count
 * @return radius of the disc that devices are in [m]: what was asked for, or else 50 on Wi-Fi,
 * whose control frames must cross the whole channel, and 250 on other PHYs
 */
double CellRadius(const Options& options);

/**
 * @ingroup fl
 * Add the options that say where results go and how many threads there are, to be had without a
 * cell too.
 * @param parser the parser
 * @param options defaults, and where the values go; `out` and `threads` are filled in
 */
void AddOutputOptions(OptionParser& parser, Options& options);

/**
 * @ingroup fl
 * Add all options to a parser, and rules about those that contradict each other.
 * @param parser the parser
 * @param options defaults, and where the values go; `out` and `threads` are filled in. It must
 *        outlive the parser.
 */
void AddOptions(OptionParser& parser, Options& options);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTIONS_H */
