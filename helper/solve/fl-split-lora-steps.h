/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_LORA_STEPS_H
#define FL_SPLIT_LORA_STEPS_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-solve-status.h"
#include "ns3/fl-split-device.h"
#include "ns3/fl-split-encoder.h"
#include "ns3/fl-tensor-table.h"
#include "ns3/fl-transformer.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Training steps of split federated LoRA by the classes that a simulation uses, with everything
 * that goes up and down, so that anyone can check it against another program.
 */

namespace ns3
{
namespace fl
{

/// One device of a system.
struct SplitLoraDevice
{
    Dataset data;              //!< its batch, padded
    std::vector<uint8_t> mask; //!< by token: 0 is padding; empty: there is none
    TensorTable head;          //!< head.weight and head.bias
};

/// A system: a frozen encoder, adapters, and devices with their data and heads.
struct SplitLoraProblem
{
    TransformerConfig config;             //!< structure and adapters
    uint32_t classes{2};                  //!< of all heads
    double learningRate{0.1};             //!< of adapters and heads
    uint32_t rounds{5};                   //!< steps
    TensorTable parameters;               //!< embedding and encoder
    TensorTable lora;                     //!< adapters
    std::vector<SplitLoraDevice> devices; //!< at least one
};

/// What a device has, and what it gets, in the first round.
struct SplitLoraDeviceStep
{
    Eigen::MatrixXf embedding;           //!< width x tokens
    std::vector<Eigen::MatrixXf> layers; //!< output of each encoder layer, width x tokens
    Eigen::MatrixXf features;            //!< z, width x samples
    HeadStep head;                       //!< logits, loss, dF/dz, its gradient
    Eigen::VectorXf loraGradient;        //!< of the adapters
    Eigen::MatrixXf embeddingGradient;   //!< width x tokens
    uint32_t samples{0};                 //!< of the batch
    uint32_t length{0};                  //!< tokens of each
};

/// What came out.
struct SplitLoraSolution
{
    SolveStatus status{SolveStatus::FAILED};          //!< of ./fl solve
    std::string termination;                          //!< of ./fl solve
    std::vector<Slice> loraSlices;                    //!< of the adapters' vectors
    std::vector<Slice> headSlices;                    //!< of heads' vectors
    std::vector<SplitLoraDeviceStep> devices;         //!< first round
    Eigen::VectorXf meanLoraGradient;                 //!< first round
    Eigen::VectorXf loraAfterOneRound;                //!< adapters
    std::vector<Eigen::VectorXf> headsAfterOneRound;  //!< by device
    std::vector<std::vector<double>> losses;          //!< by round and device, before each update
    Eigen::VectorXf loraAfterAllRounds;               //!< adapters
    std::vector<Eigen::VectorXf> headsAfterAllRounds; //!< by device
};

/**
 * Train.
 * @param problem the system
 * @return the first round in full, and what all rounds end in
 * @throws InvalidInput if a part does not fit another one
 */
SplitLoraSolution RunSplitLora(const SplitLoraProblem& problem);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_LORA_STEPS_H */
