/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PRETRAINING_H
#define FL_PRETRAINING_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-trainer.h"
#include "ns3/fl-transformer.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A frozen base for adapters, where no published checkpoint is at hand: a small transformer that is
 * trained in full, once, on samples that the task does not use.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * How a base is pretrained: supervised, on some of a data set's classes. The default is that of the
 * evaluation of split federated LoRA on images of Fashion-MNIST: 2 layers, 64 wide, 4 heads,
 * patches of 7 x 7, on classes 0 to 4, of samples that no device gets.
 */
struct PretrainingRecipe
{
    TransformerConfig config;                    //!< structure; adapters do not count
    std::vector<uint8_t> classes{0, 1, 2, 3, 4}; //!< samples of others are left out
    uint32_t maxSamples{0};                      //!< most samples, drawn at random; 0: all
    uint32_t epochs{5};                          //!< passes over them
    uint32_t batch{32};                          //!< samples per step
    bool isAdam{false};                          //!< whether steps are Adam's; else SGD's
    double learningRate{0.005};                  //!< of either
    double momentum{0.9};                        //!< of SGD
    double tokenDrop{0}; //!< with Adam, of text: share of a sample's tokens, but for the first,
                         //!< that each epoch leaves out, below 1; drawn anew each time
    uint64_t seed{1};    //!< of initial weights and the samples' order

    /// @return the recipe for images of a shape
    /// @param image channels, rows and columns
    static PretrainingRecipe ForImages(const ImageShape& image);
    /// @return the recipe for text of two classes, whose samples are all used
    /// @param tokens vocabulary, positions and types
    static PretrainingRecipe ForText(const TokenShape& tokens);
};

/**
 * Samples of some classes, of a list.
 * @param data labels
 * @param samples indices to choose from
 * @param classes the labels that are wanted
 * @return those of the samples that have one of them, in their order
 */
std::vector<uint32_t> SamplesOfClasses(const Dataset& data,
                                       const std::vector<uint32_t>& samples,
                                       const std::vector<uint8_t>& classes);

/**
 * Pretrain, unless a file in the cache has the result already: its name has a checksum of recipe
 * and data. The result is a function of these.
 * @param recipe structure and training
 * @param data the samples
 * @param samples indices of those that may be used; the task must not use them
 * @param cacheFolder the cache; made if it is missing
 * @return path of a safetensors file with embedding, encoder and the classifier of pretraining
 * @throws InvalidInput if the structure or the training is not valid, no sample has one of the
 *         classes, or the cache can't be written
 * @throws std::runtime_error if training diverges
 */
std::string EnsurePretrained(const PretrainingRecipe& recipe,
                             const Dataset& data,
                             const std::vector<uint32_t>& samples,
                             const std::string& cacheFolder);

} // namespace fl
} // namespace ns3

#endif /* FL_PRETRAINING_H */
