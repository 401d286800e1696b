/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_COEFFICIENTS_H
#define FL_MEL_COEFFICIENTS_H

#include "fl-mel-problem.h"

/**
 * @file
 * @ingroup fl
 * A learner's coefficients of (10) and (11) from what it computes and sends, by (5) to (9) of the
 * paper that MelProblem names; derived, with units, in doc/fl.rst.
 */

namespace ns3
{
namespace fl
{

/// A learning task in numbers, the same for all learners.
struct MelWorkload
{
    double cyclesPerSample{0}; //!< C_m: CPU cycles of one iteration over one sample
    double downloadBits{0};    //!< P_m S_m: the model, as it goes down [bit]
    double uploadBits{0};      //!< P_m S_m: the model, as it goes up [bit]
    double modelBitsPerSample{
        0};               //!< P_m S_d: what model parallelism adds to either per sample [bit]
    double sampleBits{0}; //!< F P_d: a sample that is sent [bit]; 0: federated learning
};

/// A learner's processor, links and energy budget.
struct MelDevice
{
    double cpuHz{0};           //!< f_k [Hz]
    double energyPerCycleJ{0}; //!< mu f_k^(zeta - 1), at that frequency [J]
    double downlinkBps{0};     //!< [bit/s]; in the paper the same as the next one
    double uplinkBps{0};       //!< R_k [bit/s]
    double txPowerW{0};        //!< P_ko [W]
    double energyJ{0};         //!< E_k [J]
};

/**
 * The coefficients of (10) and (11) of a learner.
 * @param workload the learning task
 * @param device the learner's processor, links and budget; rates positive
 * @return c2, c1, c0 [s], g2, g1, g0 and the budget [J]
 */
MelLearner MakeMelLearner(const MelWorkload& workload, const MelDevice& device);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_COEFFICIENTS_H */
