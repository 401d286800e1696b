#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Writes, beside itself, the lazy-load files of an R package with data frames as modeldata's (Rdata.rdx, Rdata.rdb), and a
# raw LZMA2 file of several chunks (chunks.lzma2), by Python's own struct, zlib and lzma.
import gzip
import lzma
import os
import struct
import zlib

FOLDER = os.path.dirname(os.path.abspath(__file__))
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6}]


def word(value):
    return struct.pack(">i", value)


def char(text):
    if text is None:
        return word(9) + word(-1)
    data = text.encode()
    return word(9 | 0x8000) + word(len(data)) + data


def vector(kind, length, data, attributes=""):
    return word(kind | (0x200 if attributes else 0)) + word(length) + data + attributes_of(attributes)


def attributes_of(attributes):
    return b"".join(attributes) + word(254) if attributes else b""


class Writer:
    """One serialization: symbols that were there are references."""

    def __init__(self):
        self.symbols = []

    def symbol(self, name):
        if name in self.symbols:
            return word(255 | (self.symbols.index(name) + 1) << 8)
        self.symbols.append(name)
        return word(1) + char(name)

    def attribute(self, name, value):
        return word(2 | 0x400) + self.symbol(name) + value

    def texts(self, values, attributes=""):
        return vector(16, len(values), b"".join(char(v) for v in values), attributes)

    def integers(self, values, attributes=""):
        return vector(13, len(values), b"".join(word(v) for v in values), attributes)

    def numbers(self, values):
        return vector(14, len(values), b"".join(struct.pack(">d", v) for v in values))

    def named(self, items, more=()):
        body = b"".join(item for _, item in items)
        names = self.attribute("names", self.texts([name for name, _ in items]))
        return vector(19, len(items), body, [names, *(self.attribute(n, v) for n, v in more)])


def serialize(body):
    return b"X\n" + word(3) + word(0x00040202) + word(0x00030500) + word(5) + b"UTF-8" + body


def frame(reviews, levels):
    w = Writer()
    score = w.integers([level for _, level in reviews],
                       [w.attribute("levels", w.texts(levels)), w.attribute("class", w.texts(["factor"]))])
    return serialize(w.named([("product", w.numbers([0.5] * len(reviews))),
                              ("review", w.texts([text for text, _ in reviews])), ("score", score)],
                             [("row.names", w.integers([-2147483648, -len(reviews)])),
                              ("class", w.texts(["data.frame"]))]))


def pack(data, kind):
    packed = {"Z": lambda: lzma.compress(data, lzma.FORMAT_RAW, filters=FILTERS), "1": lambda: zlib.compress(data),
              "0": lambda: data, "2": lambda: data}[kind]()
    return struct.pack(">I", len(data)) + kind.encode() + packed


def main():
    train = [("Great taste, great price!", 1), ("Not good. Not good at all.", 2), ("I love it; we love it", 1),
             ("It is caf\u00e9 coffee, good coffee", 1), (None, 2), ("good " * 600, 2)]
    test = [("I love coffee", 1), ("bad", 2)]
    objects = {"training_data": (frame(train, ["great", "other"]), "Z"), "testing_data": (frame(test, ["great", "other"]), "1"),
               "plain": (frame(test, ["great", "other"]), "0"), "bzip2": (frame(test, ["great", "other"]), "2"),
               "three": (frame(test, ["a", "b", "c"]), "0")}
    data = b""
    places = []
    w = Writer()
    for name, (serialization, kind) in objects.items():
        packed = pack(serialization, kind)
        places.append((name, w.integers([len(data), len(packed)])))
        data += packed
    places.append(("outside", w.integers([len(data), 6])))
    variables = w.named(places)
    index = serialize(w.named([("variables", variables), ("references", vector(19, 0, b"")), ("compressed", w.integers([3]))]))
    with open(os.path.join(FOLDER, "Rdata.rdb"), "wb") as file:
        file.write(data)
    with open(os.path.join(FOLDER, "Rdata.rdx"), "wb") as file:
        file.write(gzip.compress(index, mtime=0))
    bytes_ = bytearray((i % 251) ^ (i // 4096 % 7) for i in range(3000000))
    state = 1
    for _ in range(70000):
        state = (state * 1103515245 + 12345) % 2**31
        bytes_.append(state >> 16 & 255)
    bytes_ += bytes(5000)
    print("chunks.lzma2:", len(bytes_), "bytes, CRC-32", hex(zlib.crc32(bytes_)))
    with open(os.path.join(FOLDER, "chunks.lzma2"), "wb") as file:
        file.write(lzma.compress(bytes(bytes_), lzma.FORMAT_RAW, filters=FILTERS))


main()
