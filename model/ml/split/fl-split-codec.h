/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SPLIT_CODEC_H
#define FL_SPLIT_CODEC_H

#include "fl-embedded-batch.h"

#include "ns3/fl-codec.h"

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Payloads of split learning: embeddings of a minibatch, features, and gradients by the features.
 *
 * Each begins with a prefix of 4 bytes, little endian: the exponent e of the scale (int16), and 0
 * (uint16). Numbers follow in an Encoding, column by column, each times 2^e the number itself. In
 * float32 e is 0, and the numbers are exact. In float16 e brings the largest magnitude to
 * 2^14 ... 2^15, as gradients fall with the loss, and float16 has few digits below 6e-5. Embeddings
 * have the number of samples between prefix and numbers, and the tokens of each (uint32).
 */

namespace ns3
{
namespace fl
{

/// Size of the prefix of a payload [byte].
inline constexpr uint64_t SPLIT_PREFIX_BYTES = 4;

/// @return size of a matrix as a payload [byte]
/// @param encoding of its numbers
/// @param count number of its elements
uint64_t MatrixPayloadBytes(Encoding encoding, uint64_t count);

/**
 * @param encoding of the numbers
 * @param matrix features or their gradient, width x samples
 * @param what its name in messages
 * @return MatrixPayloadBytes() bytes
 * @throws InvalidInput if a number is not finite
 */
std::vector<uint8_t> EncodeMatrix(Encoding encoding,
                                  const Eigen::MatrixXf& matrix,
                                  const char* what);

/**
 * @param encoding of the numbers
 * @param bytes the first byte
 * @param size number of bytes
 * @param rows of the matrix that they must be
 * @param columns of the matrix that they must be
 * @param what its name in messages
 * @return the matrix
 * @throws InvalidInput if the size is not that of such a matrix, the prefix is invalid, or a number
 *         is not finite, also after scaling
 */
Eigen::MatrixXf DecodeMatrix(Encoding encoding,
                             const uint8_t* bytes,
                             size_t size,
                             uint32_t rows,
                             uint32_t columns,
                             const char* what);

/// @return size of embeddings as a payload [byte]
/// @param encoding of the numbers
/// @param width of a token
/// @param samples number of samples
/// @param tokens number of tokens of all samples
uint64_t BatchPayloadBytes(Encoding encoding, uint32_t width, uint32_t samples, uint64_t tokens);

/**
 * @param encoding of the numbers
 * @param batch embeddings without padding
 * @return BatchPayloadBytes() bytes
 * @throws InvalidInput if a number is not finite, or there is padding
 */
std::vector<uint8_t> EncodeBatch(Encoding encoding, const EmbeddedBatch& batch);

/**
 * @param encoding of the numbers
 * @param bytes the first byte
 * @param size number of bytes
 * @param width of a token
 * @param positions tokens of the longest sample that is allowed
 * @param maxSamples samples that are allowed
 * @return the embeddings, valid (EmbeddedBatch::Validate())
 * @throws InvalidInput if the size does not fit, the prefix is invalid, there are no or too many
 *         samples, one is empty or too long, or a number is not finite, also after scaling
 */
EmbeddedBatch DecodeBatch(Encoding encoding,
                          const uint8_t* bytes,
                          size_t size,
                          uint32_t width,
                          uint32_t positions,
                          uint32_t maxSamples);

} // namespace fl
} // namespace ns3

#endif /* FL_SPLIT_CODEC_H */
