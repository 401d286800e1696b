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
 * @param data where they are taken from
 * @param samples which ones
 * @return the bytes
 * @throws InvalidInput if an index is out of range
 */
std::vector<uint8_t> EncodeSamples(const Dataset& data, const std::vector<uint32_t>& samples);

/**
 * @param bytes what came
 * @param size how many [byte]
 * @return the samples
 * @throws InvalidInput if the sizes do not agree, a label is out of range or a feature not finite
 */
Dataset DecodeSamples(const uint8_t* bytes, size_t size);

/**
 * @param samples how many
 * @param dimension features per sample
 * @return size of their bytes
 */
uint64_t EncodedSamplesBytes(uint64_t samples, uint64_t dimension);

} // namespace fl
} // namespace ns3

#endif /* FL_SAMPLE_CODEC_H */
