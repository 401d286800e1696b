#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Writes word-piece.json: texts and the ids that BERT's tokenizer (J. Devlin et al., 2019; tokenization.py) gives them by a
# small vocabulary, computed with Python's own Unicode data, apart from the tables of model/ml/data/fl-unicode.cc.
import json
import random
import sys
import unicodedata


def is_space(c):
    return c in " \t\n\r" or unicodedata.category(c) == "Zs"


def is_control(c):
    return c not in "\t\n\r" and unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs")


def is_punctuation(c):
    o = ord(c)
    if 33 <= o <= 47 or 58 <= o <= 64 or 91 <= o <= 96 or 123 <= o <= 126:
        return True
    return unicodedata.category(c).startswith("P")


def is_chinese(o):
    ranges = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
              (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
    return any(a <= o <= b for a, b in ranges)


def words_of(text, lower):
    text = "".join(" " if is_space(c) else c for c in text if ord(c) not in (0, 0xFFFD) and not is_control(c))
    text = "".join(" " + c + " " if is_chinese(ord(c)) else c for c in text)
    words = []
    for word in text.split():
        if lower:
            # Character by character, as published tokenizers in Rust do it: no final sigma.
            word = unicodedata.normalize("NFD", "".join(c.lower() for c in word))
            word = "".join(c for c in word if unicodedata.category(c) != "Mn")
        current = ""
        for c in word:
            if is_punctuation(c):
                words += [current, c]
                current = ""
            else:
                current += c
        words.append(current)
    return [w for w in " ".join(words).split() if w]


def pieces_of(word, vocabulary):
    if len(word) > 100:
        return [vocabulary["[UNK]"]]
    pieces = []
    start = 0
    while start < len(word):
        end = len(word)
        while start < end and ("##" if start else "") + word[start:end] not in vocabulary:
            end -= 1
        if start == end:
            return [vocabulary["[UNK]"]]
        pieces.append(vocabulary[("##" if start else "") + word[start:end]])
        start = end
    return pieces


VOCABULARY = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] un ##aff ##able hello world , ! the quick ##er ##ly cafe naive straße strasse ελλαδα привет "
    "##s 你 好 a b c ##a ##b ##c - $ 1 ##2 don ' t ` < > br / ##ing go の か é ##é caf É \" . … “ ” ¿ ae ##ae å a̐").split(" ")
TEXTS = [
    "", " \n ", "Hello, WORLD!", "unaffable quickerly", "Café NAÏVE Straße STRASSE", "Ελλάδα Привет ПРИВЕТ", "你好world",
    "don't go--going", "a\tb\r\nc\u00a0a\u2003b\u2028c", "zzz a", "a" * 100, "a" * 101, "<br />12$", "ab\u0000c\ufffda\u200bb",
    "\u0301a", "が か", "abcabcd", "ÉÉ é", "Å \u212b", "“a” … b", "`a` \u1fef", "¿a?b", "[CLS] a [SEP]", "##a", "Ab\u0301C",
    "a\u0301\u0302b", "ａｂ ＡＢ", "\ue000a", "\u1e9e", "\u0130"]


def random_text(rng):
    blocks = (range(0x20, 0x7F), range(0x80, 0x250), range(0x370, 0x530), range(0x1E00, 0x2000), range(0x2000, 0x2070),
              range(0x3000, 0x3100), [ord(c) for c in "abc你好か,!- \té"])
    return "".join(chr(rng.choice(rng.choice(blocks))) for _ in range(rng.randint(1, 12)))


def main():
    rng = random.Random(1)
    vocabulary = {token: i for i, token in enumerate(VOCABULARY)}
    cases = []
    for text in TEXTS + [random_text(rng) for _ in range(400)]:
        case = {"text": text}
        for name, lower in (("uncased", True), ("cased", False)):
            words = words_of(text, lower)
            case[name] = {"words": words, "ids": [i for word in words for i in pieces_of(word, vocabulary)]}
        cases.append(case)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump({"vocabulary": VOCABULARY, "cases": cases}, file, separators=(",", ":"))
        file.write("\n")


main()
