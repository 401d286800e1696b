/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-codec.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Exponent of the largest magnitude in float16: between 2^14 and 2^15, and 65504 is the limit.
constexpr int TOP_EXPONENT = 15;
/// Exponents of float32, of its smallest and its largest numbers.
constexpr int LEAST_EXPONENT = -149;
constexpr int MOST_EXPONENT = 128; //!< of its largest

/**
 * Append a number, little endian.
 * @param [in,out] bytes gets them
 * @param value the number
 * @param count its bytes
 */
void
AppendInteger(std::vector<uint8_t>& bytes, uint32_t value, int count)
{
    for (int i = 0; i < count; i++)
    {
        bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
    }
}

/// @return a number of four bytes
/// @param bytes the first one
uint32_t
ReadInteger(const uint8_t* bytes)
{
    return uint32_t{bytes[0]} | uint32_t{bytes[1]} << 8 | uint32_t{bytes[2]} << 16 |
           uint32_t{bytes[3]} << 24;
}

/// @return a matrix as one column, without a copy
/// @param matrix the matrix
Eigen::Map<const Eigen::VectorXf>
Flat(const Eigen::MatrixXf& matrix)
{
    return {matrix.data(), matrix.size()};
}

/**
 * @param encoding of the numbers
 * @param matrix finite numbers
 * @return e, by whose power of two they are to be divided
 */
int
ScaleExponent(Encoding encoding, const Eigen::MatrixXf& matrix)
{
    const float largest = matrix.size() > 0 ? matrix.cwiseAbs().maxCoeff() : 0;
    if (encoding == Encoding::FLOAT32 || largest == 0)
    {
        return 0;
    }
    int exponent = 0;
    std::frexp(largest, &exponent); // largest is below 2^exponent
    return exponent - TOP_EXPONENT;
}

/**
 * Append the numbers, whose prefix has the exponent.
 * @param [in,out] bytes gets them
 * @param encoding of the numbers
 * @param matrix the numbers
 * @param exponent e
 */
void
AppendNumbers(std::vector<uint8_t>& bytes,
              Encoding encoding,
              const Eigen::MatrixXf& matrix,
              int exponent)
{
    // In two steps, as 2^-e itself may be beyond float32. Powers of two scale without rounding.
    const float half = std::ldexp(1.0F, -exponent / 2);
    const float rest = std::ldexp(1.0F, -exponent - (-exponent / 2));
    const auto numbers = exponent == 0 ? Encode(encoding, Flat(matrix))
                                       : Encode(encoding, (Flat(matrix) * half) * rest);
    bytes.insert(bytes.end(), numbers.begin(), numbers.end());
}

/**
 * @param matrix the numbers
 *
 * @param what its name in messages
 * @throws InvalidInput if one is not finite
 */
void
RequireFinite(const Eigen::MatrixXf& matrix, const char* what)
{
    if (!AllFinite(matrix))
    {
        throw InvalidInput(Describe(what, ": a number is not finite: all must be"));
    }
}

/**
 * @param encoding of the numbers
 * @param bytes a payload of at least SPLIT_PREFIX_BYTES
 * @param what its name in messages
 * @return e
 * @throws InvalidInput if it is not what the encoding allows
 */
int
ReadExponent(Encoding encoding, const uint8_t* bytes, const char* what)
{
    const uint32_t prefix = ReadInteger(bytes);
    const int exponent = static_cast<int16_t>(prefix & 0xFFFF);
    const bool isAllowed =
        encoding == Encoding::FLOAT32
            ? exponent == 0
            : exponent >= LEAST_EXPONENT - TOP_EXPONENT && exponent <= MOST_EXPONENT - TOP_EXPONENT;
    if (prefix >> 16 != 0 || !isAllowed)
    {
        throw InvalidInput(Describe(what,
                                    ": scale 2^",
                                    exponent,
                                    ": must be one of ",
                                    ToString(encoding),
                                    ", and 0 behind it"));
    }
    return exponent;
}

/**
 * @param encoding of the numbers
 * @param bytes the first number
 * @param exponent e
 * @param [out] matrix of the size that they have
 * @param what its name in messages
 * @throws InvalidInput if a number is not finite, also after scaling
 */
void
ReadNumbers(Encoding encoding,
            const uint8_t* bytes,
            int exponent,
            Eigen::MatrixXf& matrix,
            const char* what)
{
    const auto count = static_cast<uint64_t>(matrix.size());
    Eigen::Map<Eigen::VectorXf> flat(matrix.data(), matrix.size());
    flat = Decode(encoding, bytes, EncodedBytes(encoding, count), count);
    if (exponent != 0)
    {
        flat *= std::ldexp(1.0F, exponent / 2);
        flat *= std::ldexp(1.0F, exponent - exponent / 2);
    }
    RequireFinite(matrix, what);
}

/// Complain about a payload's size.
void
RequireBytes(const char* what, uint64_t size, uint64_t expected)
{
    if (size != expected)
    {
        throw InvalidInput(Describe(what, " of ", size, " bytes: must be ", expected));
    }
}

} // namespace

uint64_t
MatrixPayloadBytes(Encoding encoding, uint64_t count)
{
    return SPLIT_PREFIX_BYTES + EncodedBytes(encoding, count);
}

std::vector<uint8_t>
EncodeMatrix(Encoding encoding, const Eigen::MatrixXf& matrix, const char* what)
{
    RequireFinite(matrix, what);
    const int exponent = ScaleExponent(encoding, matrix);
    std::vector<uint8_t> bytes;
    bytes.reserve(MatrixPayloadBytes(encoding, static_cast<uint64_t>(matrix.size())));
    AppendInteger(bytes, static_cast<uint16_t>(exponent), SPLIT_PREFIX_BYTES);
    AppendNumbers(bytes, encoding, matrix, exponent);
    return bytes;
}

Eigen::MatrixXf
DecodeMatrix(Encoding encoding,
             const uint8_t* bytes,
             size_t size,
             uint32_t rows,
             uint32_t columns,
             const char* what)
{
    RequireBytes(what, size, MatrixPayloadBytes(encoding, uint64_t{rows} * columns));
    const int exponent = ReadExponent(encoding, bytes, what);
    Eigen::MatrixXf matrix(rows, columns);
    ReadNumbers(encoding, bytes + SPLIT_PREFIX_BYTES, exponent, matrix, what);
    return matrix;
}

uint64_t
BatchPayloadBytes(Encoding encoding, uint32_t width, uint32_t samples, uint64_t tokens)
{
    return MatrixPayloadBytes(encoding, width * tokens) + 4 * (uint64_t{samples} + 1);
}

std::vector<uint8_t>
EncodeBatch(Encoding encoding, const EmbeddedBatch& batch)
{
    if (!batch.mask.empty())
    {
        throw InvalidInput("embeddings with padding: must have none");
    }
    RequireFinite(batch.tokens, "embeddings");
    const int exponent = ScaleExponent(encoding, batch.tokens);
    const uint32_t samples = batch.Samples();
    std::vector<uint8_t> bytes;
    bytes.reserve(BatchPayloadBytes(encoding,
                                    static_cast<uint32_t>(batch.tokens.rows()),
                                    samples,
                                    static_cast<uint64_t>(batch.tokens.cols())));
    AppendInteger(bytes, static_cast<uint16_t>(exponent), SPLIT_PREFIX_BYTES);
    AppendInteger(bytes, samples, 4);
    for (uint32_t i = 0; i < samples; i++)
    {
        AppendInteger(bytes, batch.offsets[i + 1] - batch.offsets[i], 4);
    }
    AppendNumbers(bytes, encoding, batch.tokens, exponent);
    return bytes;
}

EmbeddedBatch
DecodeBatch(Encoding encoding,
            const uint8_t* bytes,
            size_t size,
            uint32_t width,
            uint32_t positions,
            uint32_t maxSamples)
{
    const char* what = "embeddings";
    const uint64_t headerBytes = SPLIT_PREFIX_BYTES + 4;
    if (size < headerBytes)
    {
        throw InvalidInput(Describe(what, " of ", size, " bytes: must be at least ", headerBytes));
    }
    const int exponent = ReadExponent(encoding, bytes, what);
    const uint32_t samples = ReadInteger(bytes + SPLIT_PREFIX_BYTES);
    if (samples < 1 || samples > maxSamples || size < headerBytes + 4 * uint64_t{samples})
    {
        throw InvalidInput(Describe(what, " of ", samples, " samples: must be 1 to ", maxSamples));
    }
    EmbeddedBatch batch;
    batch.offsets.assign(1, 0);
    uint64_t tokens = 0;
    for (uint32_t i = 0; i < samples; i++)
    {
        const uint32_t length = ReadInteger(bytes + headerBytes + 4 * uint64_t{i});
        if (length < 1 || length > positions)
        {
            throw InvalidInput(Describe(what,
                                        ": ",
                                        length,
                                        " tokens in sample ",
                                        i,
                                        ": must be 1 to ",
                                        positions));
        }
        tokens += length;
        batch.offsets.push_back(static_cast<uint32_t>(tokens));
    }
    RequireBytes(what, size, BatchPayloadBytes(encoding, width, samples, tokens));
    batch.tokens.resize(width, static_cast<Eigen::Index>(tokens));
    ReadNumbers(encoding,
                bytes + headerBytes + 4 * uint64_t{samples},
                exponent,
                batch.tokens,
                what);
    return batch;
}

} // namespace fl
} // namespace ns3
