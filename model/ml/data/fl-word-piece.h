/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_WORD_PIECE_H
#define FL_WORD_PIECE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace ns3
{
namespace fl
{

/// A text, or a pair of texts, as a model takes it.
struct TokenSequence
{
    std::vector<uint32_t> ids;  //!< of the tokens
    std::vector<uint8_t> types; //!< by token: 0 in the first text, 1 in the second
};

/**
 * The words of a text, by BERT's basic tokenization: control characters go, white space and
 * punctuation separate, punctuation marks and ideographs are words of their own; lower case,
 * without accents (see AppendFolded()).
 * @param text UTF-8; what is not is left out
 * @param lowerCase whether case and accents go, as for an uncased vocabulary
 * @return the words, in UTF-8
 */
std::vector<std::string> SplitWords(const std::string& text, bool lowerCase = true);

/**
 * @ingroup fl
 * BERT's tokenizer (J. Devlin et al., "BERT: pre-training of deep bidirectional transformers for
 * language understanding", 2019): SplitWords(), then each word as the longest pieces of a given
 * vocabulary, from its beginning on; pieces that continue a word begin with "##". A word that is no
 * chain of pieces, or of more than 100 characters, is [UNK].
 */
class WordPiece
{
  public:
    /**
     * @param vocabulary tokens by id; [UNK], [CLS] and [SEP] among them
     * @param name for messages, that of a file for instance
     * @param lowerCase whether case and accents go, as for an uncased vocabulary
     * @throws InvalidInput if a special token is missing, or a token is empty or there twice
     */
    explicit WordPiece(const std::vector<std::string>& vocabulary,
                       const std::string& name = "vocabulary",
                       bool lowerCase = true);

    /**
     * @param path file of a vocabulary, as vocab.txt of a published model: one token a line, the
     *        first one has id 0; plain or gzipped
     * @param lowerCase whether case and accents go, as for an uncased vocabulary
     * @return the tokenizer
     * @throws InvalidInput if it cannot be read, and as the constructor
     */
    static WordPiece FromFile(const std::string& path, bool lowerCase = true);

    /// @return number of tokens
    uint32_t Size() const;
    /// @return the tokens, by id
    const std::vector<std::string>& Tokens() const;

    /**
     * @param text UTF-8
     * @return ids of its pieces, without special tokens
     */
    std::vector<uint32_t> Tokenize(const std::string& text) const;

    /**
     * @param text UTF-8
     * @param maxLength most tokens, at least 2: what is beyond is cut off
     * @return [CLS] text [SEP], all of type 0
     * @throws InvalidInput if fewer tokens are allowed
     */
    TokenSequence Encode(const std::string& text, uint32_t maxLength) const;

    /**
     * @param first UTF-8
     * @param second UTF-8
     * @param maxLength most tokens, at least 3: the longer text is cut off token by token, the
     *        second one if both are as long
     * @return [CLS] first [SEP] of type 0, then second [SEP] of type 1
     * @throws InvalidInput if fewer tokens are allowed
     */
    TokenSequence Encode(const std::string& first,
                         const std::string& second,
                         uint32_t maxLength) const;

  private:
    /// Append the pieces of a word.
    void AppendPieces(const std::string& word, std::vector<uint32_t>& ids) const;

    std::vector<std::string> m_tokens;                  //!< by id
    std::unordered_map<std::string, uint32_t> m_ids;    //!< of tokens that begin a word
    std::unordered_map<std::string, uint32_t> m_joined; //!< of those that continue it, without "##"
    size_t m_longest{0};                                //!< of all tokens [byte]
    bool m_lowerCase;                                   //!< whether case and accents go
    uint32_t m_unknown{0};                              //!< id of [UNK]
    uint32_t m_begin{0};                                //!< id of [CLS]
    uint32_t m_separator{0};                            //!< id of [SEP]
};

} // namespace fl
} // namespace ns3

#endif /* FL_WORD_PIECE_H */
