/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DATA_SOURCE_H
#define FL_DATA_SOURCE_H

#include "fl-scenario.h"

#include "ns3/fl-dataset.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-thread-pool.h"

#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * What `--data` may be, and where the data come from.
 */

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * @return folder of generated data: the first that is set of $FL_CACHE, fl/ in $XDG_CACHE_HOME, in
 *         ~/.cache, and in the system's folder for temporary files
 */
std::string CacheFolder();

/// @return for help texts: what `--data` may be
std::string DataSourceTexts();

/**
 * @param data as `--data`
 * @return whether it is a name of DataSourceTexts(), a folder, or of a folder one of its sets
 */
bool IsDataSource(const std::string& data);

/**
 * @param data as `--data`
 * @return whether it is made rather than read, and so of any size
 */
bool IsMadeData(const std::string& data);

/// @return names of the real sets that ./fl data installs
std::vector<std::string> InstalledSets();

/**
 * @param name one of InstalledSets()
 * @param cacheFolder folder of converted data, which are converted now if they are not there
 * @return the folder of the set; empty if it is not installed
 * @throws InvalidInput if what is installed is not as it should be
 */
std::string FolderOfInstalledSet(const std::string& name, const std::string& cacheFolder);

/**
 * @param data as `--data`
 * @param cacheFolder folder of converted data
 * @return name of the set that is read: of one that is not installed, the synthetic one in its
 *         place; of none, synthetic-digits
 */
std::string NameOfData(const std::string& data, const std::string& cacheFolder);

/**
 * @ingroup fl
 * Real data by default: where the command line says nothing about data or their size, and
 * Fashion-MNIST is installed, that is learned from. Not in a timing study, not in split learning,
 * which would pretrain its base for minutes, and not where a run is repeated.
 * @param parser after Parse(), with the options of AddOptions()
 * @param [in,out] scenario the values of that command line
 */
void PreferRealData(const OptionParser& parser, Scenario& scenario);

/**
 * Read a scenario's data, or make them.
 *
 * `data` is a name (see DataSourceTexts(); none: synthetic-digits) or a folder, in which are, in
 * the order in which they are looked for, tokens (ReadTokens()), texts (ReadTextTables()),
 * CIFAR-10's files (ReadCifar10()), or IDX files (ReadMnist()). Synthetic images are made once and
 * kept in a cache, as reviews are that were converted. Where a set is not installed, a synthetic
 * one of its shape stands in, which a note says.
 * @param scenario `data`, `dataTranspose`, `textLength`, `trainSamples` and `testSamples` are used
 * @param cacheFolder folder of generated and converted data
 * @param pool threads to make data on
 * @return the data, with notes
 * @throws InvalidInput if they cannot be read
 */
TrainTest ReadDataSource(const Scenario& scenario,
                         const std::string& cacheFolder,
                         ThreadPool& pool);

} // namespace fl
} // namespace ns3

#endif /* FL_DATA_SOURCE_H */
