/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bytes.h"

#include <array>

#ifdef __PCLMUL__
#include <immintrin.h>
#endif

namespace ns3
{
namespace fl
{

namespace
{

/// Bytes taken per step.
constexpr std::size_t STRIDE = 16;

using Tables = std::array<std::array<uint32_t, 256>, STRIDE>;

/**
 * @return for each byte value, its share in the checksum when i more bytes of the same step follow
 */
constexpr Tables
MakeTables()
{
    Tables tables{};
    for (uint32_t n = 0; n < 256; ++n)
    {
        uint32_t crc = n;
        for (int bit = 0; bit < 8; ++bit)
        {
            crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320U : 0U);
        }
        tables[0][n] = crc;
    }
    for (std::size_t i = 1; i < STRIDE; ++i)
    {
        for (uint32_t n = 0; n < 256; ++n)
        {
            const uint32_t previous = tables[i - 1][n];
            tables[i][n] = (previous >> 8) ^ tables[0][previous & 0xff];
        }
    }
    return tables;
}

constexpr Tables TABLES = MakeTables();

/**
 * Take whole strides, a table per byte of them: "slicing by 16" (Kounavis and Berry, "A systematic
 * approach to building high performance software-based CRC generators", 2005).
 * @param data the bytes
 * @param size how many, a multiple of STRIDE
 * @param crc the register, as it was
 * @return the register
 */
uint32_t
SliceStrides(const uint8_t* data, std::size_t size, uint32_t crc)
{
    for (; size > 0; size -= STRIDE, data += STRIDE)
    {
        const uint32_t first = LoadNumber<uint32_t>(data) ^ crc;
        crc = TABLES[15][first & 0xff] ^ TABLES[14][(first >> 8) & 0xff] ^
              TABLES[13][(first >> 16) & 0xff] ^ TABLES[12][first >> 24];
        for (std::size_t i = 4; i < STRIDE; ++i)
        {
            crc ^= TABLES[STRIDE - 1 - i][data[i]];
        }
    }
    return crc;
}

#ifdef __PCLMUL__

/// Strides that are folded side by side.
constexpr std::size_t LANES = 4;

/// @return a stride moved along by as many bits as the factors stand for, and the next one
__m128i
Fold(__m128i stride, __m128i factors, const uint8_t* next)
{
    return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(stride, factors, 0x00),
                                       _mm_clmulepi64_si128(stride, factors, 0x11)),
                         _mm_loadu_si128(reinterpret_cast<const __m128i*>(next)));
}

/**
 * Take whole strides by carry-less multiplication: the same checksum as SliceStrides(), some three
 * times as fast (V. Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ
 * instruction", Intel, 2009; the factors are powers of x modulo the polynomial, from there).
 * @param data the bytes
 * @param size how many, a multiple of STRIDE and at least LANES of them
 * @param crc the register, as it was
 * @return the register
 */
uint32_t
FoldStrides(const uint8_t* data, std::size_t size, uint32_t crc)
{
    const __m128i byLanes = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4); // 512 bits
    const __m128i byOne = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);   // 128 bits
    __m128i lanes[LANES];
    for (std::size_t i = 0; i < LANES; ++i)
    {
        lanes[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(data) + i);
    }
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128(static_cast<int>(crc)));
    constexpr std::size_t WIDTH = LANES * STRIDE;
    for (size -= WIDTH, data += WIDTH; size >= WIDTH; size -= WIDTH, data += WIDTH)
    {
        for (std::size_t i = 0; i < LANES; ++i)
        {
            lanes[i] = Fold(lanes[i], byLanes, data + i * STRIDE);
        }
    }
    alignas(__m128i) std::array<uint8_t, STRIDE> bytes;
    __m128i all = lanes[0];
    for (std::size_t i = 1; i < LANES; ++i)
    {
        _mm_store_si128(reinterpret_cast<__m128i*>(bytes.data()), lanes[i]);
        all = Fold(all, byOne, bytes.data());
    }
    for (; size > 0; size -= STRIDE, data += STRIDE)
    {
        all = Fold(all, byOne, data);
    }
    // What is left is a stride with the same checksum as all that was taken.
    _mm_store_si128(reinterpret_cast<__m128i*>(bytes.data()), all);
    return SliceStrides(bytes.data(), STRIDE, 0);
}

#endif // __PCLMUL__

} // namespace

// Boost.CRC and ns-3 take one byte per step, some 0.4 GB/s, which would show against the rest of
// what a simulated packet costs; zlib is an optional dependency.
uint32_t
Crc32(const uint8_t* data, std::size_t size, uint32_t crc)
{
    crc = ~crc;
    const std::size_t whole = size - size % STRIDE;
#ifdef __PCLMUL__
    crc = whole >= LANES * STRIDE ? FoldStrides(data, whole, crc) : SliceStrides(data, whole, crc);
#else
    crc = SliceStrides(data, whole, crc);
#endif
    for (data += whole, size -= whole; size > 0; --size, ++data)
    {
        crc = (crc >> 8) ^ TABLES[0][(crc ^ *data) & 0xff];
    }
    return ~crc;
}

} // namespace fl
} // namespace ns3
