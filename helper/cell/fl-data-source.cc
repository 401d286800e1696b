/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-data-source.h"

#include "ns3/fl-cifar.h"
#include "ns3/fl-error.h"
#include "ns3/fl-idx-set.h"
#include "ns3/fl-reviews.h"
#include "ns3/fl-synthetic-digits.h"
#include "ns3/fl-synthetic-text.h"
#include "ns3/fl-text-table.h"
#include "ns3/fl-token-file.h"

#include <cstdlib>
#include <filesystem>

namespace ns3
{
namespace fl
{

namespace
{

/// Synthetic data are one data set each, as MNIST is: runs differ in all else.
constexpr uint64_t DATA_SEED = 1;

/**
 * @param variable name of an environment variable that holds a path
 * @param folder relative to that
 * @return the path of the folder; empty if the variable is not set, or empty
 */
std::string
Below(const char* variable, const char* folder)
{
    const char* value = std::getenv(variable);
    return value && *value ? (std::filesystem::path(value) / folder).string() : "";
}

/// Whether a path is a folder
bool
IsFolder(const std::string& path)
{
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

/// Where Debian's packages put data sets
std::string
DatasetFolder(const char* name)
{
    const std::string own = Below("FL_DATASETS", name);
    return own.empty() ? std::string("/usr/share/datasets/") + name : own;
}

/// Synthetic images, which are kept in the cache
TrainTest
ReadSyntheticImages(SyntheticSet set,
                    const Scenario& scenario,
                    const std::string& cacheFolder,
                    ThreadPool& pool)
{
    const SetSize size = OwnSize(set);
    const std::string folder =
        EnsureSynthetic(set,
                        cacheFolder,
                        DATA_SEED,
                        scenario.trainSamples > 0 ? scenario.trainSamples : size.train,
                        scenario.testSamples > 0 ? scenario.testSamples : size.test,
                        &pool);
    return ReadMnist(folder, {SYNTHETIC_CLASSES, false});
}

/// Synthetic texts, which are made each time: that takes less than reading them
TrainTest
MakeTexts(SyntheticText set, const Scenario& scenario, ThreadPool& pool)
{
    const TextSetSize size = OwnSize(set);
    const uint32_t train = scenario.trainSamples > 0 ? scenario.trainSamples : size.train;
    const uint32_t test = scenario.testSamples > 0 ? scenario.testSamples : size.test;
    return TrainTest{MakeSyntheticText(set, DATA_SEED, 0, train, &pool),
                     MakeSyntheticText(set, DATA_SEED, train, test, &pool)};
}

/// The data of a folder, whatever they are
TrainTest
ReadFolder(const Scenario& scenario)
{
    const std::string& folder = scenario.data;
    if (HoldsTokens(folder))
    {
        return ReadTokens(folder);
    }
    if (HoldsTextTables(folder))
    {
        return ReadTextTables(folder, scenario.textLength);
    }
    if (HoldsCifar10(folder))
    {
        return ReadCifar10(folder);
    }
    return ReadMnist(folder, {0, scenario.dataTranspose > 0});
}

/// @return where Debian's r-cran-modeldata has its data
std::string
ReviewPackage()
{
    const char* own = std::getenv("FL_MODELDATA");
    return own && *own ? own : "/usr/lib/R/site-library/modeldata/data";
}

/// A set that has to be installed.
struct InstalledSet
{
    const char* name;     //!< as `--data`
    const char* standsIn; //!< synthetic set in its place where it is not there
    /// @return its folder; empty where it is not there
    std::string (*find)(const std::string& cacheFolder);
    /// @return what is in the folder
    TrainTest (*read)(const std::string& folder, const Scenario& scenario);
};

/// All of them.
const InstalledSet INSTALLED_SETS[] = {
    // Debian's dataset-fashion-mnist.
    {"fashion-mnist",
     "synthetic-clutter",
     [](const std::string& /* cacheFolder */) {
         const std::string folder = DatasetFolder("fashion-mnist");
         return HoldsMnist(folder) ? folder : "";
     },
     [](const std::string& folder, const Scenario& /* scenario */) { return ReadMnist(folder); }},
    // Debian's r-cran-modeldata.
    {"reviews",
     "synthetic-reviews",
     [](const std::string& cacheFolder) { return EnsureReviews(ReviewPackage(), cacheFolder); },
     [](const std::string& folder, const Scenario& scenario) {
         const TrainTest data = ReadTokens(folder);
         return TrainTest{CutTexts(data.train, scenario.textLength),
                          CutTexts(data.test, scenario.textLength)};
     }},
};

/// The set of that name; null if there is none
const InstalledSet*
FindInstalledSet(const std::string& data)
{
    for (const auto& set : INSTALLED_SETS)
    {
        if (data == set.name)
        {
            return &set;
        }
    }
    return nullptr;
}

} // namespace

std::string
CacheFolder()
{
    const char* own = std::getenv("FL_CACHE");
    if (own && *own)
    {
        return own;
    }
    for (const auto& folder : {Below("XDG_CACHE_HOME", "fl"), Below("HOME", ".cache/fl")})
    {
        if (!folder.empty())
        {
            return folder;
        }
    }
    return (std::filesystem::temp_directory_path() / "fl-cache").string();
}

std::string
DataSourceTexts()
{
    std::string names = SyntheticSetNames() + ", " + SyntheticTextNames();
    for (const auto& set : INSTALLED_SETS)
    {
        names += std::string(", ") + set.name;
    }
    return names;
}

std::vector<std::string>
InstalledSets()
{
    std::vector<std::string> names;
    for (const auto& set : INSTALLED_SETS)
    {
        names.push_back(set.name);
    }
    return names;
}

std::string
FolderOfInstalledSet(const std::string& name, const std::string& cacheFolder)
{
    const InstalledSet* set = FindInstalledSet(name);
    return set ? set->find(cacheFolder) : "";
}

std::string
NameOfData(const std::string& data, const std::string& cacheFolder)
{
    const InstalledSet* set = FindInstalledSet(data);
    const std::string name =
        set && set->find(cacheFolder).empty() ? std::string(set->standsIn) : data;
    return name.empty() ? "synthetic-digits" : name;
}

void
PreferRealData(const OptionParser& parser, Scenario& scenario)
{
    for (const char* option :
         {"data", "train-samples", "test-samples", "payload-bits", "task", "like"})
    {
        if (parser.IsChanged(option))
        {
            return;
        }
    }
    const std::string real = "fashion-mnist";
    if (scenario.coordinator != "split" && !FolderOfInstalledSet(real, CacheFolder()).empty())
    {
        scenario.data = real;
    }
}

bool
IsMadeData(const std::string& data)
{
    return data.empty() || ParseSyntheticSet(data) || ParseSyntheticText(data);
}

bool
IsDataSource(const std::string& data)
{
    return IsMadeData(data) || FindInstalledSet(data) || IsFolder(data) || HoldsMnist(data);
}

TrainTest
ReadDataSource(const Scenario& scenario, const std::string& cacheFolder, ThreadPool& pool)
{
    // A name goes before a folder that has it: that one can be given as ./NAME.
    Scenario made = scenario;
    std::vector<std::string> notes;
    if (const InstalledSet* set = FindInstalledSet(scenario.data))
    {
        const std::string folder = set->find(cacheFolder);
        if (!folder.empty())
        {
            return set->read(folder, scenario);
        }
        made.data = set->standsIn;
        notes.push_back(Describe(set->name,
                                 " is not installed (./fl data ",
                                 set->name,
                                 " does that): these are ",
                                 set->standsIn));
    }
    if (!IsMadeData(made.data))
    {
        return ReadFolder(scenario);
    }
    const auto text = ParseSyntheticText(made.data);
    const auto images = made.data.empty() ? SyntheticSet::DIGITS : ParseSyntheticSet(made.data);
    TrainTest data =
        text ? MakeTexts(*text, made, pool) : ReadSyntheticImages(*images, made, cacheFolder, pool);
    data.notes.insert(data.notes.begin(), notes.begin(), notes.end());
    return data;
}

} // namespace fl
} // namespace ns3
