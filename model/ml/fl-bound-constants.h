/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BOUND_CONSTANTS_H
#define FL_BOUND_CONSTANTS_H

#include "ns3/fl-dataset.h"
#include "ns3/fl-model.h"

#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

/// How BoundConstants are measured.
struct BoundConstantsOptions
{
    uint32_t models{8};        //!< that the run passes through after its first; at least 1
    uint32_t steps{10};        //!< SGD steps from one of them to the next; at least 1
    uint32_t batchSize{32};    //!< of a step; at least 1
    double learningRate{0.05}; //!< of the run; positive and finite
    double rho{1};             //!< weight of the regularizer (rho/2) |w - w_received|^2; at least 0
    uint32_t samplePairs{20};  //!< per device and model, drawn at random; at least 1
    uint64_t seed{1};          //!< of initial model, run and pairs

    /// @throws InvalidInput that names the option, its value and what is allowed
    void Validate() const;
};

/// What differs between the devices.
struct DeviceConstants
{
    uint32_t samples{0};      //!< D
    double dissimilarity{0};  //!< delta: largest |grad F - grad F_i|^2 of the run's models, (10)
    double sampleVariance{0}; //!< S: sum of |d - mean|^2 / (D - 1); exact; 0 for one sample
};

/**
 * Constants of the bound of DMA-FL on a task's convergence, (19). Each is the largest of the values
 * that were looked at, so a lower estimate of the supremum that the theory means.
 *
 * F_i is the mean loss of device i's samples, F the mean of the F_i (unweighted, as the paper has
 * it). A datum d is a sample's features and its label, as a vector with a 1 at the label's place:
 * two equal images under different labels are sqrt(2) apart.
 */
struct BoundConstants
{
    double smoothness{
        0}; //!< beta: largest |grad F(w) - grad F(w')| / |w - w'|, (8), of F and of F_i
    /// Theta: largest |grad L(w, d) - grad L(w, d')| / |d - d'| within a device, (9); the
    /// regularizer's gradient cancels
    double dataVariability{0};
    double gradientBound{0}; //!< V1: largest |grad L(w, d)|^2
    /// V2: largest |grad L(w, d) + rho (w - w_received)|^2, where the run's model before w was
    /// received
    double regularizedGradientBound{0};
    double lossDrop{0};                   //!< F of the first model, less 0, below which no loss is
    std::vector<DeviceConstants> devices; //!< by device
    uint32_t modelPairs{0};               //!< pairs of models that smoothness is the largest of
    uint32_t samplePairs{0}; //!< pairs of samples that dataVariability is the largest of
    uint32_t sampleGradients{
        0}; //!< gradients of samples that the gradient bounds are the largest of
};

/**
 * @ingroup fl
 * Measure the constants along a short central run: SGD on the samples of all devices, from the
 * model's initial parameters on. Gradients of F and F_i are exact, over all of a device's samples.
 * Needs memory for as many parameter vectors as there are devices and models.
 *
 * Smoothness is measured between any two of the run's models for F, between neighbours for the F_i.
 *
 * @param model the structure
 * @param dataset features are the model's inputs, classes its outputs
 * @param parts by device, indices of its samples, at least one; at least one device
 * @param options how
 * @return the constants, and how much they rest on
 * @throws InvalidInput if an option, a size or an index is wrong, or the run diverges
 */
BoundConstants EstimateBoundConstants(const Model& model,
                                      const Dataset& dataset,
                                      const std::vector<std::vector<uint32_t>>& parts,
                                      const BoundConstantsOptions& options);

/**
 * @param dataset the data
 * @param samples indices into it, at least one
 * @return S, the sum of |d - mean|^2 / (D - 1), where d is a datum as of BoundConstants; 0 for one
 *         sample
 * @throws InvalidInput if there is no sample or an index is out of range
 */
double SampleVariance(const Dataset& dataset, const std::vector<uint32_t>& samples);

} // namespace fl
} // namespace ns3

#endif /* FL_BOUND_CONSTANTS_H */
