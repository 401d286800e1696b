/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-samples.h"

#include "ns3/fl-data-file.h"
#include "ns3/fl-error.h"
#include "ns3/fl-idx.h"
#include "ns3/fl-ledger-file.h"
#include "ns3/fl-lzma2.h"
#include "ns3/fl-r-data.h"
#include "ns3/fl-safetensors.h"
#include "ns3/fl-text-table.h"
#include "ns3/fl-token-file.h"
#include "ns3/fl-word-piece.h"

#include <array>

namespace ns3
{
namespace fl
{
namespace fuzz
{

namespace
{

/// @return a file's bytes as text
std::string
ContentsOf(const std::string& path)
{
    const auto bytes = ReadDataFile(path);
    return std::string(bytes.begin(), bytes.end());
}

/// A file of three tensors.
std::string
MakeTensors(const std::string& path)
{
    const std::array<float, 6> values{1, -2, 3, 0.5F, 0, 7};
    WriteSafetensors(path,
                     {{"a.weight", {2, 3}, values.data(), TensorType::F32},
                      {"a.bias", {2}, values.data(), TensorType::F16},
                      {"b", {1, 5}, values.data(), TensorType::BF16}},
                     {{"format", "pt"}});
    return ContentsOf(path);
}

/// Read all tensors in all ways. What the header says must be there.
void
ReadTensors(const std::string& path)
{
    const SafetensorsFile file(path);
    for (const auto& entry : file.GetEntries())
    {
        std::vector<float> values(entry.Size());
        file.Read(entry.name, entry.shape, values.data());
        if (!entry.shape.empty() && entry.shape[0] > 0)
        {
            const uint64_t rows = entry.shape[0];
            file.ReadColumnMajor(entry.name, rows, values.size() / rows, values.data());
        }
        file.View(entry.name, entry.shape);
    }
}

/// A few samples, with and without types.
std::string
MakeTokens(const std::string& /* path */)
{
    return "tokens vocabulary=100 positions=8 types=2 classes=3\n"
           "1 6 10 20 99 7 5 10 0 0 0 1 1 1\n"
           "0 1 0\n"
           "2 8 1 2 3 4 5 6 7 8\n";
}

/// Read tokens.
void
ReadTokensFile(const std::string& path)
{
    const Dataset data = ReadTokenFile(path);
    if (!data.Features().allFinite() ||
        data.Tokens().vocabulary <= data.Features().row(0).maxCoeff())
    {
        throw std::logic_error("tokens that the file's first line does not allow");
    }
}

/// A small vocabulary.
std::string
MakeVocabulary(const std::string& /* path */)
{
    return "[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\nhello\n,\n\xc3\xa9t\xc3\xa9\n";
}

/// Read a vocabulary, and use it on its own text.
void
ReadVocabulary(const std::string& path)
{
    const WordPiece tokenizer = WordPiece::FromFile(path);
    const std::string text = ContentsOf(path);
    for (const uint32_t id : tokenizer.Encode(text, text.substr(text.size() / 2), 64).ids)
    {
        if (id >= tokenizer.Size())
        {
            throw std::logic_error("an id beyond the vocabulary");
        }
    }
}

/// Labels of 32 bits, eight numbers a sample.
std::string
MakeLabels(const std::string& /* path */)
{
    std::string text("\0\0\x0c\x02\0\0\0\x02\0\0\0\x08", 12);
    for (int i = 0; i < 16; i++)
    {
        text += std::string("\0\0\0", 3) + static_cast<char>(i);
    }
    return text;
}

/// Read labels.
void
ReadLabelsFile(const std::string& path)
{
    ReadIdxLabels(path);
}

/// Two colour images.
std::string
MakeImages(const std::string& path)
{
    WriteIdx(path, {{2, 3, 2, 2}, std::vector<uint8_t>(24, 7)});
    return ContentsOf(path);
}

/// Read images.
void
ReadImagesFile(const std::string& path)
{
    const IdxArray images = ReadIdxImages(path);
    if (uint64_t{images.dimensions[0]} * ShapeOfImages(images).Size() != images.elements.size())
    {
        throw std::logic_error("a shape that is not that of the elements");
    }
}

/// A table of pairs.
std::string
MakeTable(const std::string& /* path */)
{
    return "index\tquestion\tsentence\tlabel\n0\thello\tun, able\tentailment\n"
           "1\tunaffable\thello\tnot_entailment\n2\t\t,\t3\n";
}

/// Read a table.
void
ReadTableFile(const std::string& path)
{
    ReadTextTable(path, WordPiece({"[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", ","}), 8);
}

/// An R object: a list of texts, factors and numbers, with names.
std::string
MakeRObject(const std::string& /* path */)
{
    const auto word = [](uint32_t value) {
        std::string text(4, '\0');
        for (int i = 0; i < 4; i++)
        {
            text[static_cast<size_t>(i)] = static_cast<char>(value >> (24 - 8 * i));
        }
        return text;
    };
    const auto text = [&](const std::string& value) {
        return word(9) + word(static_cast<uint32_t>(value.size())) + value;
    };
    const std::string names = word(0x402) + word(1) + text("names") + word(16) + word(2) +
                              text("review") + text("score") + word(254);
    return "X\n" + word(2) + word(0) + word(0) + word(0x213) + word(2) + word(16) + word(2) +
           text("good") + text("bad") + word(0x20d) + word(2) + word(1) + word(2) + names + names;
}

/// Read an R object.
void
ReadRFile(const std::string& path)
{
    ParseRObject(ReadDataFile(path), path);
}

/// Raw LZMA2: 'a' a thousand times, packed by liblzma, then three bytes as they are.
std::string
MakeLzma2(const std::string& /* path */)
{
    return std::string("\xe0\x03\xe7\x00\x0b\x5d\x00\x30\xef\xfb\xbf\xfe\xa3\xb0\xb9\xa6\x56\x00"
                       "\x02\x00\x02xyz\x00",
                       25);
}

/// Unpack LZMA2.
void
UnpackFile(const std::string& path)
{
    const auto bytes = ReadDataFile(path);
    UnpackLzma2(bytes.data(), bytes.size(), 1003, path);
}

/// A chain of four blocks.
std::string
MakeLedger(const std::string& /* path */)
{
    const Participant server{Participant::Role::SERVER, 0};
    const Participant device{Participant::Role::DEVICE, 7};
    std::map<Participant, SigningKey> keys{{server, MakeSigningKey({1})},
                                           {device, MakeSigningKey({2})}};
    constexpr uint32_t TARGET_BITS = 4;
    Ledger ledger(std::make_shared<const Block>(MakeGenesis(keys, server)), TARGET_BITS);
    for (uint32_t round = 1; round <= 3; ++round)
    {
        Transaction gradient;
        gradient.sender = device;
        gradient.round = round;
        gradient.SetPayload({1, 2, 3}, round == 2);
        gradient.SignWith(keys[device]);
        Transaction model;
        model.kind = Transaction::Kind::GLOBAL_MODEL;
        model.sender = server;
        model.round = round;
        model.SetPayload({4, 5}, false);
        model.SignWith(keys[server]);
        Block block =
            ledger.MakeNext(server, device, int64_t{1000000000} * round, {gradient, model});
        SearchNonce(block.header);
        block.ApproveWith(keys[server]);
        block.SignWith(keys[block.header.miner]);
        ledger.Add(std::make_shared<const Block>(block));
    }
    const auto bytes = EncodeChain(ledger.GetChain());
    return std::string(bytes.begin(), bytes.end());
}

/// Check a chain.
void
CheckLedger(const std::string& path)
{
    const auto report = CheckChain(ReadDataFile(path));
    if (!report.fault.empty())
    {
        throw InvalidInput(path + ": " + report.fault);
    }
}

/// @return the readers; that of the ledger where there is libsodium
std::vector<FuzzReader>
MakeReaders()
{
    std::vector<FuzzReader> readers{
        {"safetensors", &MakeTensors, &ReadTensors},
        {"tokens", &MakeTokens, &ReadTokensFile},
        {"vocabulary", &MakeVocabulary, &ReadVocabulary},
        {"idx-labels", &MakeLabels, &ReadLabelsFile},
        {"idx-images", &MakeImages, &ReadImagesFile},
        {"text-table", &MakeTable, &ReadTableFile},
        {"r-object", &MakeRObject, &ReadRFile},
        {"lzma2", &MakeLzma2, &UnpackFile},
    };
    if (SodiumIsAvailable())
    {
        readers.push_back({"ledger", &MakeLedger, &CheckLedger});
    }
    return readers;
}

} // namespace

const std::vector<FuzzReader>&
FuzzReaders()
{
    static const std::vector<FuzzReader> readers = MakeReaders();
    return readers;
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
