/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_STUDY_H
#define FL_MEL_STUDY_H

#include "ns3/fl-mel-drop.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"
#include "ns3/fl-task-builder.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The program fl-task-allocation: figures 4 to 8 of Mohammad et al. on task allocation for mobile
 * edge learning. Allocations are solved and timed by formula at the paper's size; what is learned
 * with them is learned in a loop, without a network, on a smaller set of data.
 */

namespace ns3
{
namespace fl
{

/// A way to allocate.
struct MelScheme
{
    std::string name;     //!< as in files: HA-Asyn, HA-Sync, HU-Asyn, HU-Sync
    std::string method;   //!< one of MelMethods()
    int64_t staleness{0}; //!< c
};

/// A curve's point: a scheme under limits of time and energy.
struct MelCase
{
    double cycleTimeS{0}; //!< T [s]
    double energyJ{0};    //!< E, mean of the learners' budgets [J]
    MelScheme scheme;     //!< how
};

/// What came of a case in one run.
struct MelRun
{
    bool feasible{false};         //!< whether the allocation exists
    std::vector<MelWork> work;    //!< the allocation; empty if there is none
    double iterations{ABSENT};    //!< mean of tau_k
    std::vector<double> accuracy; //!< by global update, from the initial model (0) on
};

/**
 * @param work an allocation of d samples
 * @param trained so many are there to train on
 * @return how many of these each learner gets: in proportion, all of them together
 */
std::vector<uint32_t> ScaleMelSamples(const std::vector<MelWork>& work, uint32_t trained);

/**
 * @param what the case
 * @param drop what the cell is drawn from; T, E and c are the case's
 * @param seed of the cell
 * @return the allocation; nothing is learned yet
 */
MelRun AllocateMel(const MelCase& what, MelDropOptions drop, uint64_t seed);

/**
 * Learn with an allocation. In each global cycle the training data are shuffled and dealt out,
 * learner k trains tau_k iterations on its share from the global model, and models are averaged by
 * (3). Without an allocation nothing is learned, and the accuracy stays.
 * @param work the allocation, or nothing
 * @param task what is learned, on which data, how
 * @param updates how many global cycles
 * @param seed of the initial model and the samples
 * @param updated called after each global cycle; may be empty
 * @return accuracy by global update, from the initial model (0) on: a function of the arguments
 */
std::vector<double> LearnMel(const std::vector<MelWork>& work,
                             const LearningTask& task,
                             uint32_t updates,
                             uint64_t seed,
                             const std::function<void()>& updated = {});

/**
 * @param accuracy by global update, from the initial model (0) on
 * @param threshold an accuracy
 * @return the first update at which it is reached; ABSENT: none
 */
double MelUpdatesTo(const std::vector<double>& accuracy, double threshold);

/// The command line of fl-task-allocation.
struct MelStudyOptions
{
    MelStudyOptions();

    Options cell;                //!< the options of every cell, with this study's defaults
    std::string figures{"all"};  //!< which, separated by commas
    std::string method{"exact"}; //!< of HA-Asyn: exact or sai
    bool quick{false};           //!< few limits, to see that it runs
    bool packets{false};         //!< a cell through the simulator, in place of figures
};

/**
 * @param parser the parser
 * @param options defaults, and where the values go
 */
void AddMelStudyOptions(OptionParser& parser, MelStudyOptions& options);

/**
 * @param text all, or numbers from 4 to 8 separated by commas
 * @return the numbers, each once, ascending
 * @throws InvalidInput if there is no such figure
 */
std::vector<uint32_t> ParseMelFigures(const std::string& text);

/**
 * The program: allocate, learn, write and draw the figures and the table of claims.
 * @param parser the parsed command line, for summary.json
 * @param options as parsed
 */
void RunMelStudy(const OptionParser& parser, const MelStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_STUDY_H */
