/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CODEC_H
#define FL_CODEC_H

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * A model's parameters as bytes, little endian, one after the other, without a header.
 */

namespace ns3
{
namespace fl
{

/// How a parameter is encoded.
enum class Encoding : uint8_t
{
    FLOAT32, //!< IEEE 754 binary32, 4 bytes: exact
    FLOAT16  //!< IEEE 754 binary16, 2 bytes: magnitudes up to 65504, rounded to nearest even
};

/// @return "float32" or "float16"
/// @param encoding the encoding
const char* ToString(Encoding encoding);

/**
 * @param text "float32" or "float16"
 * @return the encoding
 * @throws InvalidInput if it is neither
 */
Encoding ParseEncoding(const std::string& text);

/**
 * @param encoding the encoding
 * @param count number of parameters
 * @return size of their encoding [byte]
 */
uint64_t EncodedBytes(Encoding encoding, uint64_t count);

/**
 * @param encoding the encoding
 * @param parameters a model's flat parameter vector
 * @return EncodedBytes() bytes
 * @throws InvalidInput if a parameter is not finite, or rounds to more than the encoding can hold
 */
std::vector<uint8_t> Encode(Encoding encoding, const Eigen::VectorXf& parameters);

/**
 * @param encoding of the bytes
 * @param bytes the first byte
 * @param size number of bytes
 * @param count number of parameters that they must encode
 * @return the parameters
 * @throws InvalidInput if the size is not that of so many parameters, or one is not finite
 */
Eigen::VectorXf Decode(Encoding encoding, const uint8_t* bytes, size_t size, uint64_t count);

/**
 * @ingroup fl
 * @param encoding of the bytes
 * @param bytes all of them
 * @param count number of parameters that they must encode
 * @return the parameters
 * @throws InvalidInput if the size is not that of so many parameters, or one is not finite
 */
Eigen::VectorXf Decode(Encoding encoding, const std::vector<uint8_t>& bytes, uint64_t count);

} // namespace fl
} // namespace ns3

#endif /* FL_CODEC_H */
