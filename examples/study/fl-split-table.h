/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_TABLE_H
#define FL_SPLIT_TABLE_H

#include "fl-split-case.h"

#include "ns3/fl-transformer.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Parameters of transformers, and what a round of learning sends: split, in full, adapters alone.
 */

namespace ns3
{
namespace fl
{

/// A transformer in numbers.
struct SplitSizes
{
    std::string name;      //!< of its structure
    uint64_t base{0};      //!< frozen parameters, a head included
    uint64_t adapters{0};  //!< that train, at the server
    uint64_t head{0};      //!< that train, at the devices
    uint32_t width{0};     //!< of a token
    uint32_t positions{0}; //!< most tokens of a sample

    /// @return part of the base that adapters are
    double ShareOfBase() const;
    /// @return part of base and adapters together that adapters are
    double ShareOfAll() const;
};

/**
 * @param name for tables
 * @param config structure
 * @param classes of the base's head; 0: it has none
 * @return its sizes
 */
SplitSizes SizesOf(const std::string& name, const TransformerConfig& config, uint32_t classes);

/// @return BERT-base without a head, as the paper's 0.42 % has it, and ViT-B/16 with its 1,000
/// classes, as the 0.76 % has it
std::vector<SplitSizes> PaperSizes();

/// What a device sends and receives in a round, in float32, without prefixes [bit].
struct SplitTraffic
{
    double activations{0}; //!< up
    double features{0};    //!< down
    double gradients{0};   //!< up
    double full{0};        //!< each way, if the whole model is sent
    double lora{0};        //!< each way, if the adapters are sent

    /// @return mu: both uplinks
    double Mu() const;
    /// @return mu as the paper counts it, with the features
    double PaperMu() const;
    /// @return split, lora or full: what sends least, both ways together
    std::string Cheapest() const;
};

/**
 * @param sizes of a transformer
 * @param batch samples of a minibatch
 * @param tokens of each sample
 * @return what crosses the air
 */
SplitTraffic TrafficOf(const SplitSizes& sizes, uint32_t batch, uint32_t tokens);

/**
 * @param tasks of the figure; their sizes as well as the paper's
 * @return content of table.csv: a row per transformer, batch and length
 */
std::string SplitTableCsv(const std::vector<SplitCase>& tasks);

/// Print the paper's rows. @param out output stream
void PrintSplitTable(std::ostream& out);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_TABLE_H */
