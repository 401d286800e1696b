/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-text-table.h"

#include "fl-data-file.h"
#include "fl-token-file.h"

#include "ns3/fl-error.h"
#include "ns3/fl-option-text.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// Names of the columns of two texts; the second one is empty where there is one only.
using TextColumns = std::pair<const char*, const char*>;

/// In the order in which they are looked for.
constexpr TextColumns TEXT_COLUMNS[] = {{"sentence1", "sentence2"},
                                        {"question", "sentence"},
                                        {"#1 String", "#2 String"},
                                        {"sentence", ""}};
/// In the order in which they are looked for.
constexpr const char* LABEL_COLUMNS[] = {"label", "Quality"};

/// Where in a line what is.
struct Columns
{
    size_t label;                 //!< index of the label's
    size_t first;                 //!< index of the text's
    std::optional<size_t> second; //!< of the second text's, of a pair
    size_t count;                 //!< of all columns
};

/// Index of a column, if it is there
std::optional<size_t>
FindColumn(const std::vector<std::string>& names, const std::string& name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt
                                : std::optional<size_t>(static_cast<size_t>(found - names.begin()));
}

/// Where what is, by the first line
Columns
FindColumns(const std::vector<std::string>& names, const std::string& path)
{
    std::optional<size_t> label;
    for (const char* name : LABEL_COLUMNS)
    {
        label = label ? label : FindColumn(names, name);
    }
    for (const auto& [firstName, secondName] : TEXT_COLUMNS)
    {
        const auto first = FindColumn(names, firstName);
        const auto second = FindColumn(names, secondName);
        if (label && first && (second || !*secondName))
        {
            return {*label, *first, second, names.size()};
        }
    }
    throw InvalidInput(Describe(path,
                                ": line 1: must name columns label (or Quality) and sentence, "
                                "sentence1 and sentence2, question and sentence, or #1 String and "
                                "#2 String, with tabs between them"));
}

/// A label, if the text is one
std::optional<uint32_t>
ParseLabel(const std::string& text)
{
    if (text == "entailment" || text == "not_entailment")
    {
        return text == "entailment" ? 0 : 1;
    }
    const auto label = ParseCount(text);
    return label && *label < 256 ? label : std::nullopt;
}

/// FindDataFile(), but it must be there.
std::string
RequireFile(const std::string& folder, const std::string& name)
{
    return RequireDataFile(folder, name, "train.tsv, dev.tsv and vocab.txt, plain or .gz");
}

} // namespace

Dataset
ReadTextTable(const std::string& path,
              const WordPiece& tokenizer,
              uint32_t maxLength,
              uint32_t classes)
{
    const std::vector<uint8_t> bytes = ReadDataFile(path);
    const auto lines = SplitText(std::string(bytes.begin(), bytes.end()), '\n');
    const auto withoutReturn = [](const std::string& line) {
        return line.substr(0, line.size() - (!line.empty() && line.back() == '\r' ? 1 : 0));
    };
    const Columns columns = FindColumns(SplitText(withoutReturn(lines[0]), '\t'), path);
    TokenTable table;
    std::vector<uint8_t> labels;
    for (size_t i = 1; i < lines.size(); i++)
    {
        const std::string line = withoutReturn(lines[i]);
        if (line.empty())
        {
            continue;
        }
        const auto cells = SplitText(line, '\t');
        const auto label =
            cells.size() < columns.count ? std::nullopt : ParseLabel(cells[columns.label]);
        if (!label || (classes > 0 && *label >= classes))
        {
            throw InvalidInput(Describe(path,
                                        ": line ",
                                        i + 1,
                                        ": must have ",
                                        columns.count,
                                        " columns, and as label a whole number between 0 and ",
                                        (classes > 0 ? classes : 256) - 1,
                                        ", entailment or not_entailment"));
        }
        labels.push_back(static_cast<uint8_t>(*label));
        AppendSequence(
            columns.second
                ? tokenizer.Encode(cells[columns.first], cells[*columns.second], maxLength)
                : tokenizer.Encode(cells[columns.first], maxLength),
            table);
    }
    if (labels.empty())
    {
        throw InvalidInput(Describe(path, ": no samples: must be at least 1"));
    }
    const uint32_t known =
        classes > 0 ? classes : *std::max_element(labels.begin(), labels.end()) + 1U;
    return Dataset::FromTokens(table,
                               std::move(labels),
                               known,
                               TokenShape{tokenizer.Size(), maxLength, 2},
                               path);
}

TrainTest
ReadTextTables(const std::string& folder, uint32_t maxLength)
{
    const WordPiece tokenizer = WordPiece::FromFile(RequireFile(folder, "vocab.txt"));
    const std::string dev = FindDataFile(folder, "dev.tsv");
    const std::string test = dev.empty() ? FindDataFile(folder, "test.tsv") : dev;
    TrainTest data;
    data.train = ReadTextTable(RequireFile(folder, "train.tsv"), tokenizer, maxLength);
    data.test = ReadTextTable(test.empty() ? RequireFile(folder, "dev.tsv") : test,
                              tokenizer,
                              maxLength,
                              data.train.Classes());
    return data;
}

bool
HoldsTextTables(const std::string& folder)
{
    return !FindDataFile(folder, "train.tsv").empty();
}

} // namespace fl
} // namespace ns3
