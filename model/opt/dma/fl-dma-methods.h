/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_METHODS_H
#define FL_DMA_METHODS_H

#include "fl-dma-problem.h"
#include "fl-dma-resources.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Ways to answer a DmaProblem, by name.
 */

namespace ns3
{
namespace fl
{

/// What methods may use besides the problem.
struct DmaOptions
{
    double relativeGap{1e-8};        //!< of the resource problem
    std::function<double()> uniform; //!< draws from [0, 1); conventional needs it
};

/// A way to answer a DmaProblem.
struct DmaMethod
{
    std::string name;        //!< as typed
    std::string description; //!< one line
    /// Answers a valid problem; may throw Infeasible.
    std::function<DmaSolution(const DmaProblem&, const DmaOptions&)> solve;
};

/// @return all methods
const std::vector<DmaMethod>& DmaMethods();

/**
 * @param method a name of DmaMethods()
 * @param problem the problem
 * @param options what else the method may use
 * @return its answer
 * @throws InvalidInput if the problem is not valid, or there is no such method
 * @throws Infeasible if there is no answer, or none was found: which limit, and a value that works
 */
DmaSolution SolveDma(const std::string& method,
                     const DmaProblem& problem,
                     const DmaOptions& options = {});

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_METHODS_H */
