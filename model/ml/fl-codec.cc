/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-codec.h"

#include "ns3/fl-error.h"
#include "ns3/fl-finite.h"

#include <cmath>
#include <cstring>

namespace ns3
{
namespace fl
{

namespace
{

/// Bits of an IEEE 754 single.
uint32_t
BitsOf(float value)
{
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/// Single from its bits.
float
FromBits(uint32_t bits)
{
    float value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
}

/// Throw InvalidInput at the first value that is not finite; `what` names the vector.
void
RequireFinite(const Eigen::VectorXf& values, Encoding encoding, const char* what)
{
    if (AllFinite(values))
    {
        return;
    }
    for (Eigen::Index i = 0; i < values.size(); i++)
    {
        if (!std::isfinite(values[i]))
        {
            throw InvalidInput(Describe(what,
                                        " ",
                                        i,
                                        " is ",
                                        values[i],
                                        ": must be finite in ",
                                        ToString(encoding)));
        }
    }
}

/// Write numbers of two bytes each.
void
EncodeFloat16(const float* values, size_t count, uint8_t* bytes)
{
    for (size_t i = 0; i < count; i++, bytes += 2)
    {
        const uint16_t bits = Eigen::half(values[i]).x;
        bytes[0] = static_cast<uint8_t>(bits);
        bytes[1] = static_cast<uint8_t>(bits >> 8);
    }
}

/// Write numbers of four bytes each.
void
EncodeFloat32(const float* values, size_t count, uint8_t* bytes)
{
    for (size_t i = 0; i < count; i++, bytes += 4)
    {
        const uint32_t bits = BitsOf(values[i]);
        bytes[0] = static_cast<uint8_t>(bits);
        bytes[1] = static_cast<uint8_t>(bits >> 8);
        bytes[2] = static_cast<uint8_t>(bits >> 16);
        bytes[3] = static_cast<uint8_t>(bits >> 24);
    }
}

/// Read numbers of two bytes each.
void
DecodeFloat16(const uint8_t* bytes, size_t count, float* values)
{
    for (size_t i = 0; i < count; i++, bytes += 2)
    {
        const auto bits = static_cast<uint16_t>(bytes[0] | bytes[1] << 8);
        values[i] = Eigen::half_impl::half_to_float(Eigen::half_impl::raw_uint16_to_half(bits));
    }
}

/// Read numbers of four bytes each.
void
DecodeFloat32(const uint8_t* bytes, size_t count, float* values)
{
    for (size_t i = 0; i < count; i++, bytes += 4)
    {
        values[i] = FromBits(uint32_t{bytes[0]} | uint32_t{bytes[1]} << 8 |
                             uint32_t{bytes[2]} << 16 | uint32_t{bytes[3]} << 24);
    }
}

} // namespace

const char*
ToString(Encoding encoding)
{
    return encoding == Encoding::FLOAT16 ? "float16" : "float32";
}

Encoding
ParseEncoding(const std::string& text)
{
    for (const Encoding encoding : {Encoding::FLOAT32, Encoding::FLOAT16})
    {
        if (text == ToString(encoding))
        {
            return encoding;
        }
    }
    throw InvalidInput(Describe("encoding '", text, "': must be float32 or float16"));
}

uint64_t
EncodedBytes(Encoding encoding, uint64_t count)
{
    return count * (encoding == Encoding::FLOAT16 ? 2 : 4);
}

std::vector<uint8_t>
Encode(Encoding encoding, const Eigen::VectorXf& parameters)
{
    const auto count = static_cast<size_t>(parameters.size());
    std::vector<uint8_t> bytes(EncodedBytes(encoding, count));
    if (encoding == Encoding::FLOAT16)
    {
        // As they will be read back: what is too large for 16 bits has become infinite.
        RequireFinite(parameters.cast<Eigen::half>().cast<float>(), encoding, "parameter");
        EncodeFloat16(parameters.data(), count, bytes.data());
    }
    else
    {
        RequireFinite(parameters, encoding, "parameter");
        EncodeFloat32(parameters.data(), count, bytes.data());
    }
    return bytes;
}

Eigen::VectorXf
Decode(Encoding encoding, const uint8_t* bytes, size_t size, uint64_t count)
{
    if (size != EncodedBytes(encoding, count))
    {
        throw InvalidInput(Describe("model of ",
                                    size,
                                    " bytes: must be ",
                                    EncodedBytes(encoding, count),
                                    ", ",
                                    count,
                                    " parameters in ",
                                    ToString(encoding)));
    }
    Eigen::VectorXf parameters(static_cast<Eigen::Index>(count));
    (encoding == Encoding::FLOAT16 ? DecodeFloat16
                                   : DecodeFloat32)(bytes, count, parameters.data());
    RequireFinite(parameters, encoding, "received parameter");
    return parameters;
}

Eigen::VectorXf
Decode(Encoding encoding, const std::vector<uint8_t>& bytes, uint64_t count)
{
    return Decode(encoding, bytes.data(), bytes.size(), count);
}

} // namespace fl
} // namespace ns3
