/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-idx-set.h"

#include "fl-idx.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// The files of a set.
enum Role : uint8_t
{
    TRAIN_IMAGES,
    TRAIN_LABELS,
    TEST_IMAGES,
    TEST_LABELS,
    ROLES
};

/// MNIST's own names, where images have one channel.
constexpr std::array<const char*, ROLES> MNIST_NAMES{"train-images-idx3-ubyte",
                                                     "train-labels-idx1-ubyte",
                                                     "t10k-images-idx3-ubyte",
                                                     "t10k-labels-idx1-ubyte"};

/// Paths of a set's files by role; empty: missing.
using IdxFiles = std::array<std::string, ROLES>;

/// What a file's name says.
struct IdxName
{
    std::string set; //!< what it begins with
    Role role;       //!< which of the set's files it is
};

/// What a file's name says, if it is one of a set
std::optional<IdxName>
ParseIdxName(const std::string& name)
{
    static const std::regex pattern("(.*?)(train|test|t10k)[-_.]?(images|labels)[-_.]idx"
                                    "([1-4])-(ubyte|int)(\\.gz)?");
    std::smatch match;
    if (!std::regex_match(name, match, pattern))
    {
        return {};
    }
    const bool isTrain = match[2] == "train";
    const bool hasImages = match[3] == "images";
    return IdxName{match[1], static_cast<Role>((isTrain ? 0 : 2) + (hasImages ? 0 : 1))};
}

/// The files of all sets in a folder, by what their names begin with
std::map<std::string, IdxFiles>
FindSets(const std::filesystem::path& folder)
{
    std::map<std::string, IdxFiles> sets;
    std::set<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error))
    {
        names.insert(entry->path().filename().string());
    }
    // In the order of their names: a plain file comes before a gzipped one.
    for (const auto& name : names)
    {
        const auto parsed = ParseIdxName(name);
        if (parsed && sets[parsed->set][parsed->role].empty())
        {
            sets[parsed->set][parsed->role] = (folder / name).string();
        }
    }
    return sets;
}

/// A folder, and which of its sets is meant.
struct Place
{
    std::filesystem::path folder;   //!< of the files
    std::optional<std::string> set; //!< what their names begin with; nothing: any
};

/// The folder itself, or, if there is none of that name, the one before the last slash
Place
PlaceOf(const std::string& path)
{
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
    {
        return {path, {}};
    }
    const std::filesystem::path whole(path);
    return {whole.has_parent_path() ? whole.parent_path() : ".", whole.filename().string()};
}

/// What "emnist-letters" and "emnist-letters-" have in common
std::string
WithoutSeparator(std::string name)
{
    while (!name.empty() && std::string("-_.").find(name.back()) != std::string::npos)
    {
        name.pop_back();
    }
    return name;
}

/// The sets that are meant, at a place
std::map<std::string, IdxFiles>
FindMeant(const Place& place)
{
    auto sets = FindSets(place.folder);
    for (auto set = sets.begin(); place.set && set != sets.end();)
    {
        set = WithoutSeparator(set->first) == WithoutSeparator(*place.set) ? std::next(set)
                                                                           : sets.erase(set);
    }
    return sets;
}

/// The files of the one set that is meant
IdxFiles
RequireFiles(const std::string& path)
{
    const Place place = PlaceOf(path);
    const auto sets = FindMeant(place);
    // A set without a name of its own is the folder's.
    if (sets.size() > 1 && sets.count("") == 0)
    {
        std::string names;
        for (const auto& [name, files] : sets)
        {
            names += (names.empty() ? "" : ", ") + WithoutSeparator(name);
        }
        throw InvalidInput(Describe("data folder ",
                                    path,
                                    ": ",
                                    sets.size(),
                                    " sets: must be one, as ",
                                    path,
                                    "/NAME, NAME one of ",
                                    names));
    }
    const bool isNameless = sets.count("") > 0 || sets.empty();
    const std::string name = isNameless ? "" : sets.begin()->first;
    const IdxFiles files = sets.empty() ? IdxFiles() : sets.at(name);
    for (size_t role = 0; role < ROLES; role++)
    {
        if (files[role].empty())
        {
            throw InvalidInput(Describe("data folder ",
                                        path,
                                        ": ",
                                        name,
                                        MNIST_NAMES[role],
                                        " is missing: must hold MNIST's four files, plain or .gz"));
        }
    }
    return files;
}

/// For messages: an image's size, with its channels where there are several.
std::string
SizeText(const ImageShape& shape)
{
    const std::string size = Describe(shape.rows, " x ", shape.columns, " pixels");
    return shape.channels == 1 ? size : Describe(shape.channels, " channels of ", size);
}

/// Images and labels of a part.
struct IdxPart
{
    IdxArray images;             //!< pixels
    std::vector<uint8_t> labels; //!< as many
};

/// One part, as it is in the files
IdxPart
ReadPart(const std::string& imagesPath, const std::string& labelsPath)
{
    IdxPart part{ReadIdxImages(imagesPath), ReadIdxLabels(labelsPath)};
    RequireLabelCount(part.labels.size(), part.images, imagesPath, labelsPath);
    return part;
}

/// Exchange rows and columns of all images.
void
Transpose(IdxArray& images)
{
    const ImageShape shape = ShapeOfImages(images);
    const size_t area = size_t{shape.rows} * shape.columns;
    std::vector<uint8_t> turned(area);
    for (size_t first = 0; first + area <= images.elements.size() && area > 0; first += area)
    {
        for (size_t i = 0; i < area; i++)
        {
            turned[i] = images.elements[first + i % shape.rows * shape.columns + i / shape.rows];
        }
        std::copy(turned.begin(),
                  turned.end(),
                  images.elements.begin() + static_cast<std::ptrdiff_t>(first));
    }
    std::swap(images.dimensions[images.dimensions.size() - 2], images.dimensions.back());
}

/// Labels that both parts have.
class LabelRange
{
  public:
    /// @param parts whose labels they are
    explicit LabelRange(std::array<IdxPart*, 2> parts)
    {
        for (const auto* part : parts)
        {
            m_labels.insert(part->labels.begin(), part->labels.end());
        }
    }

    /// @return the label that becomes 0: 1, where labels begin with that
    uint8_t First() const
    {
        return *m_labels.begin() == 1 ? 1 : 0;
    }

    /// @return one more than the largest label, counted from the first
    uint32_t Classes() const
    {
        return *m_labels.rbegin() + 1U - First();
    }

    /**
     * @param classes number of classes
     * @param path of the data
     * @param [in,out] notes get lines about what is not as in MNIST
     */
    void AddNotes(uint32_t classes, const std::string& path, std::vector<std::string>& notes) const
    {
        if (First() > 0)
        {
            notes.push_back(Describe(path,
                                     ": labels 1 to ",
                                     unsigned{*m_labels.rbegin()},
                                     " are classes 0 to ",
                                     classes - 1));
        }
        std::string missing;
        for (uint32_t label = First(); label < classes + First(); label++)
        {
            if (m_labels.count(static_cast<uint8_t>(label)) == 0)
            {
                missing += Describe(missing.empty() ? "" : ", ", label);
            }
        }
        if (!missing.empty())
        {
            notes.push_back(Describe(path, ": labels that never occur: ", missing));
        }
    }

  private:
    std::set<uint8_t> m_labels; //!< that occur
};

/// Where a file of a set is to be written
std::string
MnistPath(const std::string& folder, Role role, const ImageShape& shape, bool gzipped)
{
    std::string name = MNIST_NAMES[role];
    if (shape.channels != 1)
    {
        name = std::regex_replace(name, std::regex("idx3"), "idx4");
    }
    return (std::filesystem::path(folder) / (name + (gzipped ? ".gz" : ""))).string();
}

} // namespace

TrainTest
ReadMnist(const std::string& path, const IdxOptions& options)
{
    const IdxFiles files = RequireFiles(path);
    IdxPart train = ReadPart(files[TRAIN_IMAGES], files[TRAIN_LABELS]);
    IdxPart test = ReadPart(files[TEST_IMAGES], files[TEST_LABELS]);
    const ImageShape trainShape = ShapeOfImages(train.images);
    const ImageShape testShape = ShapeOfImages(test.images);
    if (trainShape != testShape)
    {
        throw InvalidInput(Describe(files[TEST_IMAGES],
                                    ": images of ",
                                    SizeText(testShape),
                                    ": must be ",
                                    SizeText(trainShape),
                                    " as in ",
                                    files[TRAIN_IMAGES]));
    }
    TrainTest data;
    const LabelRange range({&train, &test});
    const uint32_t classes = options.classes > 0 ? options.classes : range.Classes();
    const uint8_t first = options.classes > 0 ? 0 : range.First();
    if (options.classes == 0)
    {
        range.AddNotes(classes, path, data.notes);
    }
    const auto finish = [&](IdxPart& part, const std::string& name) {
        std::for_each(part.labels.begin(), part.labels.end(), [&](auto& label) { label -= first; });
        if (options.transpose)
        {
            Transpose(part.images);
        }
        return Dataset::FromPixels(part.images.elements,
                                   std::move(part.labels),
                                   classes,
                                   ShapeOfImages(part.images),
                                   name);
    };
    data.train = finish(train, files[TRAIN_LABELS]);
    train = IdxPart();
    data.test = finish(test, files[TEST_LABELS]);
    return data;
}

void
WriteMnist(const TrainTest& data, const std::string& folder, bool gzipped)
{
    const auto path = [&](Role role, const Dataset& part) {
        return MnistPath(folder, role, part.Shape(), gzipped);
    };
    WriteIdxDataset(data.train, path(TRAIN_IMAGES, data.train), path(TRAIN_LABELS, data.train));
    WriteIdxDataset(data.test, path(TEST_IMAGES, data.test), path(TEST_LABELS, data.test));
}

bool
HoldsMnist(const std::string& path)
{
    return !FindMeant(PlaceOf(path)).empty();
}

} // namespace fl
} // namespace ns3
