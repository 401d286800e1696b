/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bytes.h"

#include <array>

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

} // namespace

// Boost.CRC and ns-3 take one byte per step, some 0.4 GB/s, which would show against the rest of
// what a simulated packet costs; zlib is an optional dependency. Hence "slicing by 16" (Kounavis
// and Berry, "A systematic approach to building high performance software-based CRC generators",
// 2005).
uint32_t
Crc32(const uint8_t* data, std::size_t size, uint32_t crc)
{
    crc = ~crc;
    for (; size >= STRIDE; size -= STRIDE, data += STRIDE)
    {
        const uint32_t first = LoadNumber<uint32_t>(data) ^ crc;
        crc = TABLES[15][first & 0xff] ^ TABLES[14][(first >> 8) & 0xff] ^
              TABLES[13][(first >> 16) & 0xff] ^ TABLES[12][first >> 24];
        for (std::size_t i = 4; i < STRIDE; ++i)
        {
            crc ^= TABLES[STRIDE - 1 - i][data[i]];
        }
    }
    for (; size > 0; --size, ++data)
    {
        crc = (crc >> 8) ^ TABLES[0][(crc ^ *data) & 0xff];
    }
    return ~crc;
}

} // namespace fl
} // namespace ns3
