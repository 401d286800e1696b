/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MULTITASK_STUDY_OPTIONS_H
#define FL_MULTITASK_STUDY_OPTIONS_H

#include "fl-multitask-curves.h"

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * The command line of fl-async-multitask.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-async-multitask.
struct MultitaskStudyOptions
{
    MultitaskStudyOptions();

    Options cell;               //!< of the cell, with this study's defaults
    std::string figures{"all"}; //!< names of figures, separated by commas
    std::string svhn;           //!< data of the first task; empty: synthetic-street
    std::string mnist;          //!< data of the second task; empty: synthetic-digits
    std::string fashion;        //!< data of the third task; empty: where Debian has it
    std::string schemes{"all"}; //!< names of schemes, separated by commas
    uint32_t aggregations{150}; //!< G, of each task
    double learningRate{0};     //!< of all curves and tasks; 0: the best of a grid
    uint32_t samples{100};      //!< of each device and task
    uint32_t evaluateEvery{5};  //!< aggregations
    bool drop{false};           //!< FedAvg-Partial drops late updates
    bool quick{false};          //!< few aggregations, values and runs
    bool packets{false};        //!< packet-level simulation in place of figures
    /// Schemes that are simulated with packets, separated by commas.
    std::string compare{
        "dma,dma-nr,dma-ns,dma-fedasync,dma-conventional,fedavg-full,fedavg-partial"};
};

/// A parsed `--figures`.
struct MultitaskFigures
{
    std::vector<uint32_t> numbers; //!< numbers in the paper
    bool remarks{false};           //!< those of section V-B2
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddMultitaskStudyOptions(OptionParser& parser, MultitaskStudyOptions& options);

/**
 * @param text all, or names of figures separated by commas
 * @return the figures
 * @throws InvalidInput if there is no such figure
 */
MultitaskFigures ParseMultitaskFigures(const std::string& text);

/**
 * Load the data of the three tasks, and make their models: the networks of Table I.
 * @param options which data
 * @param pool threads that generate data
 * @param notes gets a line about each set that stands in for another
 * @return SVHN, MNIST, Fashion-MNIST, or what stands in for them
 * @throws InvalidInput if data cannot be read, or are not of the network's size
 */
std::vector<MultitaskTask> MakeMultitaskTasks(const MultitaskStudyOptions& options,
                                              ThreadPool& pool,
                                              std::ostream& notes);

/**
 * @param options as parsed
 * @return how curves are made
 */
MultitaskCurveOptions MakeMultitaskCurveOptions(const MultitaskStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_MULTITASK_STUDY_OPTIONS_H */
