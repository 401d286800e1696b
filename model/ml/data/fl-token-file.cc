/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-token-file.h"

#include "fl-data-file.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// What the first line says.
struct TokenHeader
{
    TokenShape shape;    //!< of the tokens
    uint32_t classes{0}; //!< labels are below
};

/// Words of a line, one after the other.
class LineReader
{
  public:
    /**
     * @param line without its end
     * @param number of the line, from 1
     * @param path the file, for messages
     */
    LineReader(std::string_view line, size_t number, const std::string& path)
        : m_rest(line),
          m_number(number),
          m_path(path)
    {
    }

    /// @return the next word; empty at the line's end
    std::string_view Next()
    {
        const size_t begin = std::min(m_rest.find_first_not_of(" \t\r"), m_rest.size());
        m_rest.remove_prefix(begin);
        const size_t end = std::min(m_rest.find_first_of(" \t\r"), m_rest.size());
        const std::string_view word = m_rest.substr(0, end);
        m_rest.remove_prefix(end);
        return word;
    }

    /// @return whether nothing is left but blanks
    bool IsAtEnd() const
    {
        return m_rest.find_first_not_of(" \t\r") == std::string_view::npos;
    }

    /**
     * @param what the number is
     * @param least that it may be
     * @param most that it may be
     * @return the next word as a number
     */
    uint32_t Number(const char* what, uint32_t least, uint32_t most)
    {
        const std::string_view word = Next();
        uint32_t value = 0;
        const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
        if (result.ec != std::errc() || result.ptr != word.data() + word.size() || value < least ||
            value > most)
        {
            Refuse(Describe(what,
                            " '",
                            std::string(word.substr(0, 40)),
                            "': must be a whole number between ",
                            least,
                            " and ",
                            most));
        }
        return value;
    }

    /// Complain about this line.
    [[noreturn]] void Refuse(const std::string& what) const
    {
        std::string line = what;
        std::replace_if(
            line.begin(),
            line.end(),
            [](char c) { return static_cast<unsigned char>(c) < 0x20; },
            '?');
        throw InvalidInput(Describe(m_path, ": line ", m_number, ": ", line));
    }

  private:
    std::string_view m_rest;   //!< what was not read yet
    size_t m_number;           //!< of the line
    const std::string& m_path; //!< of the file
};

/// What the first line says
TokenHeader
ParseHeader(LineReader line)
{
    constexpr uint32_t MAX_VOCABULARY = 1U << 24; // what float32 has exactly
    constexpr uint32_t MAX_POSITIONS = 1U << 20;
    TokenHeader header;
    header.shape.types = 0;

    struct Field
    {
        std::string_view name;
        uint32_t* value;
        uint32_t most;
    };

    const Field fields[] = {{"vocabulary", &header.shape.vocabulary, MAX_VOCABULARY},
                            {"positions", &header.shape.positions, MAX_POSITIONS},
                            {"types", &header.shape.types, 256},
                            {"classes", &header.classes, 256}};
    bool isGood = line.Next() == "tokens";
    for (const auto& field : fields)
    {
        const std::string_view word = line.Next();
        const size_t start = field.name.size() + 1;
        isGood =
            isGood && word.size() > start && word.substr(0, start - 1) == field.name &&
            word[start - 1] == '=' &&
            std::from_chars(word.data() + start, word.data() + word.size(), *field.value).ptr ==
                word.data() + word.size();
        if (isGood && (*field.value < 1 || *field.value > field.most))
        {
            line.Refuse(
                Describe(field.name, " ", *field.value, ": must be between 1 and ", field.most));
        }
    }
    if (!isGood || !line.IsAtEnd())
    {
        line.Refuse("must be 'tokens vocabulary=N positions=N types=N classes=N'");
    }
    return header;
}

/// Read one sample.
void
ParseSample(LineReader line,
            const TokenHeader& header,
            TokenTable& table,
            std::vector<uint8_t>& labels)
{
    labels.push_back(static_cast<uint8_t>(line.Number("label", 0, header.classes - 1)));
    const uint32_t length = line.Number("length", 1, header.shape.positions);
    for (uint32_t i = 0; i < length; i++)
    {
        table.ids.push_back(line.Number("token id", 0, header.shape.vocabulary - 1));
    }
    const bool hasTypes = !line.IsAtEnd();
    for (uint32_t i = 0; i < length; i++)
    {
        table.types.push_back(
            hasTypes ? static_cast<uint8_t>(line.Number("token type", 0, header.shape.types - 1))
                     : uint8_t{0});
    }
    if (!line.IsAtEnd())
    {
        line.Refuse(Describe("'",
                             std::string(line.Next().substr(0, 40)),
                             "' behind the last type: must have ",
                             length,
                             " token ids, and none or as many types"));
    }
    if (table.ids.size() > std::numeric_limits<uint32_t>::max())
    {
        line.Refuse("more than 4294967295 tokens so far: must be fewer in a file");
    }
    table.offsets.push_back(static_cast<uint32_t>(table.ids.size()));
}

/// FindDataFile(), but it must be there.
std::string
RequireTokenFile(const std::string& folder, const std::string& name)
{
    return RequireDataFile(folder, name, "train.tokens and test.tokens, plain or .gz");
}

/// @param dataset text @return its first line, without the line's end
std::string
HeaderOf(const Dataset& dataset)
{
    const TokenShape& shape = dataset.Tokens();
    return Describe("tokens vocabulary=",
                    shape.vocabulary,
                    " positions=",
                    shape.positions,
                    " types=",
                    shape.types,
                    " classes=",
                    dataset.Classes());
}

} // namespace

Dataset
ReadTokenFile(const std::string& path)
{
    const std::vector<uint8_t> bytes = ReadDataFile(path);
    std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    TokenHeader header;
    TokenTable table;
    table.offsets.push_back(0);
    std::vector<uint8_t> labels;
    size_t number = 0;
    while (!text.empty() || number == 0)
    {
        const size_t end = std::min(text.find('\n'), text.size());
        const LineReader line(text.substr(0, end), ++number, path);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (number == 1)
        {
            header = ParseHeader(line);
        }
        else
        {
            ParseSample(line, header, table, labels);
        }
    }
    if (labels.empty())
    {
        throw InvalidInput(Describe(path, ": no samples: must be at least 1"));
    }
    return Dataset::FromTokens(table, std::move(labels), header.classes, header.shape, path);
}

void
WriteTokenFile(const Dataset& dataset, const std::string& path)
{
    if (!dataset.Tokens().IsText())
    {
        throw InvalidInput(Describe(path, ": the data are no text: must be tokens"));
    }
    std::string text = HeaderOf(dataset) + "\n";
    for (uint32_t sample = 0; sample < dataset.Size(); sample++)
    {
        const uint32_t length = dataset.ColumnCount(sample);
        const auto tokens = dataset.Features().middleCols(dataset.FirstColumn(sample), length);
        text += Describe(unsigned{dataset.Labels()[sample]}, " ", length);
        // Not Describe(): most of the time would be spent in making streams.
        const auto append = [&text](float number) {
            text += ' ';
            text += std::to_string(static_cast<uint32_t>(number));
        };
        std::for_each(tokens.row(0).begin(), tokens.row(0).end(), append);
        if ((tokens.row(1).array() != 0).any())
        {
            std::for_each(tokens.row(1).begin(), tokens.row(1).end(), append);
        }
        text += '\n';
    }
    WriteDataFile(path, std::vector<uint8_t>(text.begin(), text.end()));
}

TrainTest
ReadTokens(const std::string& folder)
{
    const std::string trainPath = RequireTokenFile(folder, "train.tokens");
    const std::string testPath = RequireTokenFile(folder, "test.tokens");
    TrainTest data{ReadTokenFile(trainPath), ReadTokenFile(testPath)};
    if (HeaderOf(data.train) != HeaderOf(data.test))
    {
        throw InvalidInput(Describe(testPath,
                                    ": line 1: ",
                                    HeaderOf(data.test),
                                    ": must be as in ",
                                    trainPath,
                                    ": ",
                                    HeaderOf(data.train)));
    }
    return data;
}

void
WriteTokens(const TrainTest& data, const std::string& folder, bool gzipped)
{
    const std::filesystem::path where(folder);
    const std::string ending = gzipped ? ".gz" : "";
    WriteTokenFile(data.train, (where / ("train.tokens" + ending)).string());
    WriteTokenFile(data.test, (where / ("test.tokens" + ending)).string());
}

bool
HoldsTokens(const std::string& folder)
{
    return !FindDataFile(folder, "train.tokens").empty();
}

void
AppendSequence(const TokenSequence& sequence, TokenTable& table)
{
    if (table.offsets.empty())
    {
        table.offsets.push_back(0);
    }
    table.ids.insert(table.ids.end(), sequence.ids.begin(), sequence.ids.end());
    table.types.insert(table.types.end(), sequence.types.begin(), sequence.types.end());
    table.offsets.push_back(static_cast<uint32_t>(table.ids.size()));
}

} // namespace fl
} // namespace ns3
