/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_UNICODE_H
#define FL_UNICODE_H

#include <cstddef>
#include <string>

/**
 * @file
 * @ingroup fl
 * What BERT's basic tokenizer needs of Unicode (14.0).
 */

namespace ns3
{
namespace fl
{

/**
 * @param text UTF-8
 * @param [in,out] at where a character begins; afterwards, where the next one does
 * @return the character; U+FFFD for a byte that begins none
 */
char32_t DecodeUtf8(const std::string& text, size_t& at);

/**
 * @param character a Unicode scalar value
 * @param [in,out] text gets it, as UTF-8
 */
void AppendUtf8(char32_t character, std::string& text);

/// @param character any @return whether it is white space: category Z, tab, line feed, carriage
/// return
bool IsUnicodeSpace(char32_t character);
/// @param character any @return whether it is a control, format or private character (Cc, Cf, Co)
bool IsUnicodeControl(char32_t character);
/// @param character any @return whether it is punctuation (P, and what is in ASCII neither letter
/// nor digit)
bool IsUnicodePunctuation(char32_t character);
/// @param character any @return whether it is an ideograph, which is a word of its own
bool IsUnicodeIdeograph(char32_t character);

/**
 * Lower case without accents: canonical decomposition (NFD) of the lower case, without combining
 * marks (Mn). By table for Latin, Greek, Cyrillic and Japanese, by rule for Korean; characters of
 * other scripts are left as they are.
 * @param character any
 * @param [in,out] text gets it, as UTF-8; nothing for a combining mark
 */
void AppendFolded(char32_t character, std::string& text);

} // namespace fl
} // namespace ns3

#endif /* FL_UNICODE_H */
