/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-word-piece.h"

#include "fl-data-file.h"
#include "fl-unicode.h"

#include "ns3/fl-error.h"
#include "ns3/fl-option-text.h"

#include <algorithm>

namespace ns3
{
namespace fl
{

namespace
{

constexpr size_t MAX_CHARACTERS = 100; //!< of a word; longer ones are [UNK]

/// Adds characters to words.
class WordBuilder
{
  public:
    /// The word that was begun, if there is one, is over.
    void End()
    {
        if (!m_word.empty())
        {
            m_words.push_back(std::move(m_word));
            m_word.clear();
        }
    }

    /// Append a character to the word, or as a word of its own.
    void Add(const std::string& character, bool isAlone)
    {
        if (isAlone)
        {
            End();
        }
        m_word += character;
        if (isAlone)
        {
            End();
        }
    }

    /// @return all words
    std::vector<std::string> Take()
    {
        End();
        return std::move(m_words);
    }

  private:
    std::vector<std::string> m_words; //!< that are over
    std::string m_word;               //!< that was begun
};

/// Whether a byte continues a character of UTF-8
bool
IsContinuation(char byte)
{
    return (static_cast<uint8_t>(byte) & 0xc0) == 0x80;
}

/// Number of characters
size_t
CountCharacters(const std::string& text)
{
    return static_cast<size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !IsContinuation(byte); }));
}

/// Complain if there is no room for special tokens.
void
RequireLength(uint32_t maxLength, uint32_t least)
{
    if (maxLength < least)
    {
        throw InvalidInput(
            Describe("text of at most ", maxLength, " tokens: must be at least ", least));
    }
}

} // namespace

std::vector<std::string>
SplitWords(const std::string& text, bool lowerCase)
{
    WordBuilder words;
    std::string folded;
    for (size_t at = 0; at < text.size();)
    {
        const char32_t character = DecodeUtf8(text, at);
        if (character == 0 || character == 0xfffd || IsUnicodeControl(character))
        {
            continue;
        }
        if (IsUnicodeSpace(character))
        {
            words.End();
            continue;
        }
        folded.clear();
        if (lowerCase)
        {
            AppendFolded(character, folded);
        }
        else
        {
            AppendUtf8(character, folded);
        }
        // What it became decides, and may be more than one character.
        for (size_t begin = 0, end = 0; begin < folded.size(); begin = end)
        {
            const char32_t part = DecodeUtf8(folded, end);
            words.Add(folded.substr(begin, end - begin),
                      IsUnicodePunctuation(part) || IsUnicodeIdeograph(part));
        }
    }
    return words.Take();
}

WordPiece::WordPiece(const std::vector<std::string>& vocabulary,
                     const std::string& name,
                     bool lowerCase)
    : m_tokens(vocabulary),
      m_lowerCase(lowerCase)
{
    for (uint32_t id = 0; id < m_tokens.size(); id++)
    {
        const std::string& token = m_tokens[id];
        const bool isJoined = token.size() > 2 && token.compare(0, 2, "##") == 0;
        auto& ids = isJoined ? m_joined : m_ids;
        if (token.empty() || !ids.emplace(isJoined ? token.substr(2) : token, id).second)
        {
            throw InvalidInput(Describe(name,
                                        ": line ",
                                        id + 1,
                                        token.empty() ? ": is empty" : ": is there twice",
                                        ": must be one token a line, each once"));
        }
        m_longest = std::max(m_longest, token.size());
    }
    const std::pair<const char*, uint32_t*> specials[] = {{"[UNK]", &m_unknown},
                                                          {"[CLS]", &m_begin},
                                                          {"[SEP]", &m_separator}};
    for (const auto& [token, id] : specials)
    {
        const auto found = m_ids.find(token);
        if (found == m_ids.end())
        {
            throw InvalidInput(Describe(name,
                                        ": ",
                                        token,
                                        " is missing: must have [UNK], [CLS] and [SEP] (",
                                        m_tokens.size(),
                                        " tokens are there)"));
        }
        *id = found->second;
    }
}

WordPiece
WordPiece::FromFile(const std::string& path, bool lowerCase)
{
    const std::vector<uint8_t> bytes = ReadDataFile(path);
    std::vector<std::string> tokens = SplitText(std::string(bytes.begin(), bytes.end()), '\n');
    for (auto& token : tokens)
    {
        if (!token.empty() && token.back() == '\r')
        {
            token.pop_back();
        }
    }
    if (tokens.back().empty())
    {
        tokens.pop_back();
    }
    return WordPiece(tokens, path, lowerCase);
}

uint32_t
WordPiece::Size() const
{
    return static_cast<uint32_t>(m_tokens.size());
}

const std::vector<std::string>&
WordPiece::Tokens() const
{
    return m_tokens;
}

void
WordPiece::AppendPieces(const std::string& word, std::vector<uint32_t>& ids) const
{
    const size_t first = ids.size();
    size_t begin = CountCharacters(word) > MAX_CHARACTERS ? std::string::npos : 0;
    while (begin < word.size())
    {
        const auto& candidates = begin == 0 ? m_ids : m_joined;
        size_t end = begin + std::min(word.size() - begin, m_longest);
        auto found = candidates.end();
        for (; end > begin && found == candidates.end(); end--)
        {
            if (end == word.size() || !IsContinuation(word[end]))
            {
                found = candidates.find(word.substr(begin, end - begin));
            }
        }
        if (found == candidates.end())
        {
            begin = std::string::npos;
        }
        else
        {
            ids.push_back(found->second);
            // The loop went one byte too far.
            begin = end + 1;
        }
    }
    if (begin == std::string::npos)
    {
        ids.resize(first);
        ids.push_back(m_unknown);
    }
}

std::vector<uint32_t>
WordPiece::Tokenize(const std::string& text) const
{
    std::vector<uint32_t> ids;
    for (const auto& word : SplitWords(text, m_lowerCase))
    {
        AppendPieces(word, ids);
    }
    return ids;
}

TokenSequence
WordPiece::Encode(const std::string& text, uint32_t maxLength) const
{
    RequireLength(maxLength, 2);
    TokenSequence sequence;
    sequence.ids = Tokenize(text);
    sequence.ids.resize(std::min<size_t>(sequence.ids.size(), maxLength - 2));
    sequence.ids.insert(sequence.ids.begin(), m_begin);
    sequence.ids.push_back(m_separator);
    sequence.types.assign(sequence.ids.size(), 0);
    return sequence;
}

TokenSequence
WordPiece::Encode(const std::string& first, const std::string& second, uint32_t maxLength) const
{
    RequireLength(maxLength, 3);
    TokenSequence sequence;
    sequence.ids = Tokenize(first);
    std::vector<uint32_t> other = Tokenize(second);
    while (sequence.ids.size() + other.size() > maxLength - 3)
    {
        (sequence.ids.size() > other.size() ? sequence.ids : other).pop_back();
    }
    sequence.ids.insert(sequence.ids.begin(), m_begin);
    sequence.ids.push_back(m_separator);
    sequence.types.assign(sequence.ids.size(), 0);
    sequence.ids.insert(sequence.ids.end(), other.begin(), other.end());
    sequence.ids.push_back(m_separator);
    sequence.types.resize(sequence.ids.size(), 1);
    return sequence;
}

} // namespace fl
} // namespace ns3
