/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SAMPLE_CODEC_H
#define FL_SAMPLE_CODEC_H

#include "fl-dataset.h"

#include <cstddef>
#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Samples as bytes, for systems that move data: a data message's payload.
 *
 * Little endian: samples u32, channels u32, rows u32, columns u32, classes u32; then labels (one
 * byte per sample); then features (float32, sample after sample).
 */

namespace ns3
{
namespace fl
{

/**
 * @param data the data set
 * @param samples indices of the samples to encode
 * @return EncodedSamplesBytes() bytes
 * @throws InvalidInput if an index is out of range
 */
std::vector<uint8_t> EncodeSamples(const Dataset& data, const std::vector<uint32_t>& samples);

/**
 * @param bytes the first byte of the payload
 * @param size number of bytes
 * @return the samples
 * @throws InvalidInput if the sizes do not agree, a label is out of range or a feature not finite
 */
Dataset DecodeSamples(const uint8_t* bytes, size_t size);

/**
 * @param samples number of samples
 * @param dimension features per sample
 * @return size of their encoding [byte]: 20 + samples * (1 + 4 * dimension)
 */
uint64_t EncodedSamplesBytes(uint64_t samples, uint64_t dimension);

} // namespace fl
} // namespace ns3

#endif /* FL_SAMPLE_CODEC_H */
