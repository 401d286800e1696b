/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-zlib.h"

#include "ns3/fl-error.h"

#ifdef HAVE_ZLIB
#include <algorithm>
#include <limits>
#include <zlib.h>
#else
#include <boost/crc.hpp>
#endif

namespace ns3
{
namespace fl
{

bool
IsGzip(const std::vector<uint8_t>& bytes)
{
    return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

#ifdef HAVE_ZLIB

namespace
{

constexpr int GZIP_WINDOW_BITS = 15 + 16; //!< zlib's way to ask for gzip's header
constexpr int ANY_WINDOW_BITS = 15 + 32;  //!< and to take gzip's or zlib's, whichever there is
constexpr size_t MAX_UNPACKED_BYTES = size_t{1} << 32; //!< against files that unpack endlessly
constexpr size_t BLOCK_BYTES = size_t{1} << 20;        //!< output grows by this at least
constexpr size_t MAX_STEP = std::numeric_limits<uInt>::max(); //!< zlib counts with unsigned int

/// Feeds a buffer of any size to a zlib stream whose counters have 32 bits.
void
Refill(z_stream& stream, const std::vector<uint8_t>& input, size_t& fed)
{
    if (stream.avail_in == 0)
    {
        const size_t step = std::min(input.size() - fed, MAX_STEP);
        stream.next_in = const_cast<Bytef*>(input.data() + fed);
        stream.avail_in = static_cast<uInt>(step);
        fed += step;
    }
}

/// Makes room for more output behind what there is.
void
Grow(z_stream& stream, std::vector<uint8_t>& output, size_t used)
{
    if (used == output.size())
    {
        output.resize(used + std::clamp(used, BLOCK_BYTES, MAX_STEP));
    }
    stream.next_out = output.data() + used;
    stream.avail_out = static_cast<uInt>(std::min(output.size() - used, MAX_STEP));
}

/// inflateEnd() at the end of a scope, whatever happens in it.
struct InflateGuard
{
    z_stream& stream;

    ~InflateGuard()
    {
        inflateEnd(&stream);
    }
};

/// deflateEnd() at the end of a scope, whatever happens in it.
struct DeflateGuard
{
    z_stream& stream;

    ~DeflateGuard()
    {
        deflateEnd(&stream);
    }
};

} // namespace

bool
GzipIsAvailable()
{
    return true;
}

std::vector<uint8_t>
Gunzip(const std::vector<uint8_t>& bytes, const std::string& name)
{
    z_stream stream{};
    if (inflateInit2(&stream, ANY_WINDOW_BITS) != Z_OK)
    {
        throw InvalidInput(Describe(name, ": zlib cannot start"));
    }
    InflateGuard guard{stream};
    std::vector<uint8_t> output;
    size_t used = 0;
    size_t fed = 0;
    while (true)
    {
        Refill(stream, bytes, fed);
        Grow(stream, output, used);
        const uInt room = stream.avail_out;
        const int status = inflate(&stream, Z_NO_FLUSH);
        used += room - stream.avail_out;
        if (used > MAX_UNPACKED_BYTES)
        {
            throw InvalidInput(Describe(name, ": unpacks to more than 4 GiB: must be less"));
        }
        const bool atEnd = stream.avail_in == 0 && fed == bytes.size();
        if (status == Z_STREAM_END)
        {
            if (atEnd)
            {
                break;
            }
            inflateReset(&stream); // another member follows
        }
        else if ((status != Z_OK && status != Z_BUF_ERROR) || (atEnd && stream.avail_out > 0))
        {
            const bool damaged = status != Z_OK && status != Z_BUF_ERROR;
            throw InvalidInput(Describe(name,
                                        ": gzipped data are ",
                                        damaged ? "damaged" : "truncated",
                                        ": must be a whole gzip file"));
        }
    }
    output.resize(used);
    return output;
}

std::vector<uint8_t>
Gzip(const std::vector<uint8_t>& bytes, const std::string& name)
{
    z_stream stream{};
    if (deflateInit2(&stream,
                     Z_DEFAULT_COMPRESSION,
                     Z_DEFLATED,
                     GZIP_WINDOW_BITS,
                     8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
    {
        throw InvalidInput(Describe(name, ": zlib cannot start"));
    }
    DeflateGuard guard{stream};
    std::vector<uint8_t> output;
    size_t used = 0;
    size_t fed = 0;
    int status = Z_OK;
    while (status != Z_STREAM_END)
    {
        Refill(stream, bytes, fed);
        Grow(stream, output, used);
        const uInt room = stream.avail_out;
        status = deflate(&stream, fed == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
        used += room - stream.avail_out;
    }
    output.resize(used);
    return output;
}

uint32_t
Crc32(const uint8_t* data, size_t size, uint32_t crc)
{
    return static_cast<uint32_t>(crc32_z(crc, data, size));
}

#else

bool
GzipIsAvailable()
{
    return false;
}

std::vector<uint8_t>
Gunzip(const std::vector<uint8_t>& /* bytes */, const std::string& name)
{
    throw InvalidInput(Describe(name,
                                ": is gzipped, and this was built without zlib: must be unpacked "
                                "(gunzip), or build again with zlib"));
}

std::vector<uint8_t>
Gzip(const std::vector<uint8_t>& /* bytes */, const std::string& name)
{
    throw InvalidInput(Describe(name,
                                ": cannot be gzipped, this was built without zlib: must not end "
                                "in .gz, or build again with zlib"));
}

uint32_t
Crc32(const uint8_t* data, size_t size, uint32_t crc)
{
    // Boost takes the register to begin with, not reflected; what was returned is its complement.
    uint32_t reflected = 0;
    for (int bit = 0; bit < 32; ++bit)
    {
        reflected |= ((~crc >> bit) & 1) << (31 - bit);
    }
    boost::crc_32_type sum(reflected);
    sum.process_bytes(data, size);
    return sum.checksum();
}

#endif

} // namespace fl
} // namespace ns3
