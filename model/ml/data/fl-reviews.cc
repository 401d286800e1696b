/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-reviews.h"

#include "fl-cache-folder.h"
#include "fl-data-file.h"
#include "fl-r-data.h"
#include "fl-token-file.h"
#include "fl-unicode.h"
#include "fl-word-piece.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// In the cache: a change of what is written must change it.
constexpr const char* FOLDER = "reviews-v1";
constexpr uint32_t VOCABULARY = 8192;  //!< most tokens
constexpr uint32_t LEAST_COUNT = 3;    //!< of words in the vocabulary
constexpr const char* GREAT = "great"; //!< level of class 1

/// Texts and labels of a part.
struct Reviews
{
    std::vector<std::string> texts; //!< as written
    std::vector<uint8_t> labels;    //!< 1: great
};

/// A data frame's reviews
Reviews
ReviewsOf(const RObject& frame, const std::string& path)
{
    const RObject& score = frame.Item("score", path);
    Reviews reviews{frame.Item("review", path).texts, {}};
    const auto levels = score.attributes.find("levels");
    if (levels == score.attributes.end() || levels->second.texts.size() != 2 ||
        score.integers.size() != reviews.texts.size() || reviews.texts.empty())
    {
        throw InvalidInput(
            Describe(path, ": reviews: must be texts, each with a score of two levels"));
    }
    for (const int32_t level : score.integers)
    {
        if (level < 1 || level > 2)
        {
            throw InvalidInput(Describe(path, ": score ", level, ": must be 1 or 2"));
        }
        reviews.labels.push_back(levels->second.texts[static_cast<size_t>(level) - 1] == GREAT);
    }
    return reviews;
}

/// Reviews as tokens
Dataset
Tokenize(const Reviews& reviews, const WordPiece& tokenizer)
{
    TokenTable table;
    for (const auto& text : reviews.texts)
    {
        AppendSequence(tokenizer.Encode(text, REVIEW_POSITIONS), table);
    }
    return Dataset::FromTokens(table,
                               reviews.labels,
                               2,
                               TokenShape{tokenizer.Size(), REVIEW_POSITIONS, 1},
                               "reviews");
}

/// Convert the package's data. @param package without ending @param folder where they go
void
Convert(const std::string& package, const std::string& folder)
{
    const auto frames = ReadRLazyData(package, {"training_data", "testing_data"});
    const Reviews train = ReviewsOf(frames[0], package);
    const Reviews test = ReviewsOf(frames[1], package);
    const auto vocabulary = LearnVocabulary(train.texts, VOCABULARY, LEAST_COUNT);
    const WordPiece tokenizer(vocabulary, "vocabulary of the reviews");
    WriteTokens({Tokenize(train, tokenizer), Tokenize(test, tokenizer)}, folder);
    std::string text;
    for (const auto& token : vocabulary)
    {
        text += token + "\n";
    }
    WriteDataFile((std::filesystem::path(folder) / "vocab.txt").string(),
                  std::vector<uint8_t>(text.begin(), text.end()));
}

} // namespace

std::vector<std::string>
LearnVocabulary(const std::vector<std::string>& texts, uint32_t size, uint32_t leastCount)
{
    std::map<std::string, uint32_t> words;
    std::map<std::string, uint32_t> characters;
    for (const auto& text : texts)
    {
        for (const auto& word : SplitWords(text))
        {
            words[word]++;
            for (size_t begin = 0, end = 0; begin < word.size(); begin = end)
            {
                DecodeUtf8(word, end);
                characters[word.substr(begin, end - begin)]++;
            }
        }
    }
    std::vector<std::string> tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    for (const auto& [character, count] : characters)
    {
        tokens.push_back(character);
        tokens.push_back("##" + character);
        words.erase(character);
    }
    std::vector<std::pair<uint32_t, std::string>> byCount;
    for (const auto& [word, count] : words)
    {
        if (count >= leastCount)
        {
            byCount.emplace_back(count, word);
        }
    }
    // Of equally frequent words, the first by spelling.
    std::stable_sort(byCount.begin(), byCount.end(), [](const auto& a, const auto& b) {
        return a.first > b.first;
    });
    for (const auto& [count, word] : byCount)
    {
        tokens.push_back(word);
    }
    tokens.resize(std::min<size_t>(tokens.size(), size));
    return tokens;
}

std::string
EnsureReviews(const std::string& package, const std::string& cacheFolder)
{
    const auto folder = (std::filesystem::path(cacheFolder) / FOLDER).string();
    const std::string data = (std::filesystem::path(package) / "Rdata").string();
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error) &&
        !std::filesystem::exists(data + ".rdx", error))
    {
        return "";
    }
    FillCacheFolder(folder, [&](const std::string& temporary) { Convert(data, temporary); });
    return folder;
}

Dataset
CutTexts(const Dataset& data, uint32_t length)
{
    TokenTable table;
    for (uint32_t sample = 0; sample < data.Size(); sample++)
    {
        const uint32_t count = data.ColumnCount(sample);
        const auto tokens = data.Features().middleCols(data.FirstColumn(sample), count);
        TokenSequence sequence;
        for (uint32_t i = 0; i < std::min(count, length); i++)
        {
            // Its last token ends a cut text, too.
            const uint32_t from = i + 1 == length ? count - 1 : i;
            sequence.ids.push_back(static_cast<uint32_t>(tokens(0, from)));
            sequence.types.push_back(static_cast<uint8_t>(tokens(1, from)));
        }
        AppendSequence(sequence, table);
    }
    TokenShape shape = data.Tokens();
    shape.positions = std::min(shape.positions, length);
    return Dataset::FromTokens(table, data.Labels(), data.Classes(), shape, "texts");
}

} // namespace fl
} // namespace ns3
