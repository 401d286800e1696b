/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-synthetic-text.h"

#include "fl-token-file.h"

#include "ns3/fl-error.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace ns3
{
namespace fl
{

namespace
{

/// Words of a text, without special tokens.
using Words = std::vector<uint32_t>;

constexpr uint32_t BEGIN = 2;       //!< id of [CLS]
constexpr uint32_t SEPARATOR = 3;   //!< id of [SEP]
constexpr uint32_t FIRST_WORD = 5;  //!< id of the first one behind special tokens
constexpr uint32_t POSITIONS = 128; //!< most tokens of a sample
/// All words beside special tokens. Every word has a twin of the same meaning, its neighbour: word
/// w and word w ^ 1, counted from the first word.
constexpr uint32_t WORDS = 2000;
constexpr uint32_t THEMES = 20;            //!< that a text may have
constexpr uint32_t THEME_WORDS = 40;       //!< that each makes likely, none of them of two themes
constexpr uint32_t FIRST_THEME_WORD = 400; //!< those before it are of no theme
constexpr uint32_t FIRST_TONE_WORD = 1200; //!< words of praise (even pairs) and blame (odd ones)
constexpr uint32_t TONE_WORDS = 400;       //!< that are of praise or blame
constexpr double TONE_NOISE = 0.7;         //!< standard deviation, in words
constexpr double LABEL_NOISE = 0.05;       //!< share of labels of pairs that are drawn at random

/// Draws words and texts.
class Writer
{
  public:
    /// @param random where from
    explicit Writer(RandomStream& random)
        : m_random(random)
    {
    }

    /// A number below a limit
    uint32_t Below(uint32_t limit)
    {
        return std::min(limit - 1, static_cast<uint32_t>(m_random.Uniform() * limit));
    }

    /// Whether something of a probability happens
    bool Chance(double probability)
    {
        return m_random.Uniform() < probability;
    }

    /// A text's length, log-normal, by its median, the spread of its logarithm, and bounds.
    uint32_t Length(double median, double spread, uint32_t least, uint32_t most)
    {
        const double length = median * std::exp(spread * m_random.Normal());
        return static_cast<uint32_t>(
            std::clamp(length, static_cast<double>(least), static_cast<double>(most)));
    }

    /// @return a word of no theme; its rank is log-uniform, so that frequency falls as 1 / rank
    uint32_t CommonWord()
    {
        return std::min(FIRST_THEME_WORD - 1,
                        static_cast<uint32_t>(std::pow(FIRST_THEME_WORD, m_random.Uniform())) - 1);
    }

    /// A word of a theme
    uint32_t ThemeWord(uint32_t theme)
    {
        return FIRST_THEME_WORD + theme * THEME_WORDS + Below(THEME_WORDS);
    }

    /// Words of a theme, between common ones
    Words Text(uint32_t theme, uint32_t length)
    {
        Words words(length);
        std::generate(words.begin(), words.end(), [&] {
            return Chance(0.4) ? ThemeWord(theme) : CommonWord();
        });
        return words;
    }

    /// @return normal variate
    double Normal()
    {
        return m_random.Normal();
    }

  private:
    RandomStream& m_random; //!< where from
};

/// A sample before it is put together.
struct Sample
{
    Words first;      //!< text
    Words second;     //!< second one of a pair; empty: there is none
    uint8_t label{0}; //!< class
};

/// Words of praise and blame among others: which are more?
Sample
DrawTone(Writer& writer, double median, double spread)
{
    Sample sample;
    const uint32_t length = writer.Length(median, spread, 4, POSITIONS - 2);
    const double mood = writer.Normal();
    sample.first = writer.Text(writer.Below(THEMES), length);
    double balance = 0;
    for (uint32_t& word : sample.first)
    {
        if (writer.Chance(0.25))
        {
            const bool isPraise = writer.Normal() < mood;
            const uint32_t pair = 2 * writer.Below(TONE_WORDS / 4) + (isPraise ? 0 : 1);
            word = FIRST_TONE_WORD + 2 * pair + writer.Below(2);
            balance += isPraise ? 1 : -1;
        }
    }
    sample.label = balance + TONE_NOISE * writer.Normal() > 0 ? 1 : 0;
    return sample;
}

/// Is the second text the first one in other words?
Sample
DrawParaphrase(Writer& writer)
{
    Sample sample;
    const uint32_t theme = writer.Below(THEMES);
    const uint32_t length = writer.Length(21, 0.25, 6, 60);
    sample.first = writer.Text(theme, length);
    sample.second = sample.first;
    sample.label = writer.Chance(0.674) ? 1 : 0;
    for (uint32_t& word : sample.second)
    {
        if (sample.label == 0 && writer.Chance(0.5))
        {
            word = writer.Chance(0.4) ? writer.ThemeWord(theme) : writer.CommonWord();
        }
        else if (writer.Chance(0.3))
        {
            word ^= 1;
        }
    }
    const size_t turn = writer.Below(length);
    std::rotate(sample.second.begin(),
                sample.second.begin() + static_cast<std::ptrdiff_t>(turn),
                sample.second.end());
    sample.label =
        writer.Chance(LABEL_NOISE) ? static_cast<uint8_t>(writer.Below(2)) : sample.label;
    return sample;
}

/// Does the second text have what the first one asks for?
Sample
DrawQuestion(Writer& writer)
{
    Sample sample;
    const uint32_t theme = writer.Below(THEMES);
    sample.first = writer.Text(theme, writer.Length(11, 0.3, 5, 30));
    sample.second = writer.Text(theme, writer.Length(27, 0.4, 8, 90));
    sample.label = static_cast<uint8_t>(writer.Below(2));
    // What is asked for: the question's words of the theme, which an answer has again, or twins.
    for (const uint32_t word : sample.first)
    {
        if (sample.label == 0 && word >= FIRST_THEME_WORD && writer.Chance(0.7))
        {
            sample.second[writer.Below(static_cast<uint32_t>(sample.second.size()))] =
                word ^ writer.Below(2);
        }
    }
    sample.label =
        writer.Chance(LABEL_NOISE) ? static_cast<uint8_t>(writer.Below(2)) : sample.label;
    return sample;
}

/// What a set is called, how large it is, and how a text of it is drawn.
struct TextEntry
{
    SyntheticText set;              //!< the set that the entry describes
    const char* name;               //!< of the option
    TextSetSize size;               //!< of the real set
    Sample (*draw)(Writer& writer); //!< draws a sample
};

/// All sets, in the order of SyntheticText.
const std::array<TextEntry, 4> TEXTS{{
    {SyntheticText::MRPC, "synthetic-mrpc", {4076, 1725}, &DrawParaphrase},
    {SyntheticText::SST2,
     "synthetic-sst2",
     {67350, 1821},
     [](Writer& writer) { return DrawTone(writer, 9, 0.6); }},
    {SyntheticText::QNLI, "synthetic-qnli", {104743, 5463}, &DrawQuestion},
    {SyntheticText::REVIEWS,
     "synthetic-reviews",
     {4000, 1000},
     [](Writer& writer) { return DrawTone(writer, 60, 0.6); }},
}};

/// The sample as a model takes it
TokenSequence
Assemble(const Sample& sample)
{
    TokenSequence sequence;
    sequence.ids.push_back(BEGIN);
    const auto append = [&](const Words& words) {
        for (const uint32_t word : words)
        {
            sequence.ids.push_back(FIRST_WORD + word);
        }
        sequence.ids.push_back(SEPARATOR);
    };
    append(sample.first);
    sequence.types.assign(sequence.ids.size(), 0);
    if (!sample.second.empty())
    {
        append(sample.second);
        sequence.types.resize(sequence.ids.size(), 1);
    }
    return sequence;
}

} // namespace

std::optional<SyntheticText>
ParseSyntheticText(const std::string& name)
{
    for (const auto& entry : TEXTS)
    {
        if (name == entry.name)
        {
            return entry.set;
        }
    }
    return {};
}

std::string
SyntheticTextNames()
{
    std::string names;
    for (const auto& entry : TEXTS)
    {
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    return names;
}

TextSetSize
OwnSize(SyntheticText set)
{
    return TEXTS[static_cast<size_t>(set)].size;
}

Dataset
MakeSyntheticText(SyntheticText set,
                  uint64_t seed,
                  uint64_t first,
                  uint32_t count,
                  ThreadPool* pool)
{
    constexpr uint32_t BLOCK = 1000;
    const TextEntry& entry = TEXTS[static_cast<size_t>(set)];
    if (count == 0)
    {
        throw InvalidInput(Describe(entry.name, ": 0 texts: must be at least 1"));
    }
    std::vector<TokenSequence> sequences(count);
    std::vector<uint8_t> labels(count);
    auto drawBlock = [&](size_t block) {
        const uint32_t end = std::min<uint64_t>(count, (block + 1) * BLOCK);
        for (uint32_t i = static_cast<uint32_t>(block) * BLOCK; i < end; i++)
        {
            // Sets of one seed are independent.
            RandomStream random(seed + 0x9e3779b97f4a7c15 * (101 + static_cast<uint64_t>(set)),
                                first + i);
            Writer writer(random);
            const Sample sample = entry.draw(writer);
            labels[i] = sample.label;
            sequences[i] = Assemble(sample);
        }
    };
    ThreadPool inlinePool(0);
    (pool ? *pool : inlinePool).ParallelFor((count + BLOCK - 1) / BLOCK, drawBlock);
    TokenTable table;
    for (const auto& sequence : sequences)
    {
        AppendSequence(sequence, table);
    }
    return Dataset::FromTokens(table,
                               std::move(labels),
                               2,
                               TokenShape{FIRST_WORD + WORDS, POSITIONS, 2},
                               entry.name);
}

} // namespace fl
} // namespace ns3
