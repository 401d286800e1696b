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
    std::string optimizer{"equal"}; //!< a name of NamedOptimizers()
    std::string phy{"fdma"};        //!< the radio
    std::string model{"softmax"};   //!< softmax, mlp or mlp:WIDTH[,WIDTH...]; see HiddenLayers()
    std::string data;               //!< folder with MNIST's four IDX files; empty: synthetic digits
    std::string partition{
        "iid"}; //!< iid, labels:K, dirichlet:BETA or unequal; see ParsePartition()
    uint32_t localIterations{10}; //!< steps of local training per round
    uint32_t batch{32};           //!< samples per step; 0: all of a device's
    double lr{0.05};              //!< learning rate
    double payloadBits{0};        //!< stated size of a model in timing studies [bit]; 0: real bytes
    std::string transport{"tcp"}; //!< tcp or datagram
    uint32_t runs{1};             //!< independent repetitions, with run numbers that follow
    std::string out;              //!< results folder; empty: results/PROGRAM
    uint32_t threads{0};          //!< threads that train; AddOptions() sets one per core
    double mobility{0};           //!< speed of the devices' random walk [m/s]; 0: they stand
    double background{0};         //!< other traffic that each device sends [bit/s]

    /**
     * @return widths of the hidden layers that `model` asks for; none for softmax regression
     */
    std::vector<uint32_t> HiddenLayers() const;
};

/// How the samples are divided among devices.
struct PartitionChoice
{
    /// The kinds.
    enum class Kind
    {
        IID,       //!< every device alike
        LABELS,    //!< so many labels per device
        DIRICHLET, //!< shares of each label drawn from a Dirichlet distribution
        UNEQUAL    //!< alike, but of unequal sizes
    };
    Kind kind{Kind::IID}; //!< the kind
    double parameter{0};  //!< labels per device, or beta; 0 where the kind has none
};

/**
 * @param text as in `--partition`: iid, labels[:K], dirichlet[:BETA], unequal
 * @return the choice; K is 2 and BETA 0.5 where not given
 * @throws InvalidInput if it is none of these
 */
PartitionChoice ParsePartition(const std::string& text);

/**
 * Add the options to a parser.
 * @param parser the parser
 * @param options defaults, and where the values go; `out` and `threads` are filled in
 */
void AddOptions(OptionParser& parser, Options& options);

} // namespace fl
} // namespace ns3

#endif /* FL_OPTIONS_H */
