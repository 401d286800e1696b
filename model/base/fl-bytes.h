/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_BYTES_H
#define FL_BYTES_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Numbers to and from bytes, little endian on every host.
 */

namespace ns3
{
namespace fl
{

/// @cond
namespace detail
{
template <std::size_t N>
struct UnsignedOf;

template <>
struct UnsignedOf<1>
{
    using Type = uint8_t;
};

template <>
struct UnsignedOf<2>
{
    using Type = uint16_t;
};

template <>
struct UnsignedOf<4>
{
    using Type = uint32_t;
};

template <>
struct UnsignedOf<8>
{
    using Type = uint64_t;
};
} // namespace detail

/// @endcond

/**
 * @ingroup fl
 * Write a number little endian.
 * @tparam T an integer or floating point type
 * @param bytes destination of sizeof(T) bytes
 * @param value the number
 */
template <typename T>
void
StoreNumber(uint8_t* bytes, T value)
{
    static_assert(std::is_arithmetic_v<T>, "numbers only");
    typename detail::UnsignedOf<sizeof(T)>::Type bits;
    std::memcpy(&bits, &value, sizeof(T));
    for (std::size_t i = 0; i < sizeof(T); ++i)
    {
        bytes[i] = static_cast<uint8_t>(bits >> (8 * i));
    }
}

/**
 * @ingroup fl
 * Read a number that StoreNumber wrote.
 * @tparam T an integer or floating point type
 * @param bytes source of sizeof(T) bytes
 * @return the number
 */
template <typename T>
T
LoadNumber(const uint8_t* bytes)
{
    static_assert(std::is_arithmetic_v<T>, "numbers only");
    using Bits = typename detail::UnsignedOf<sizeof(T)>::Type;
    Bits bits{0};
    for (std::size_t i = 0; i < sizeof(T); ++i)
    {
        bits = static_cast<Bits>(bits | static_cast<Bits>(static_cast<Bits>(bytes[i]) << (8 * i)));
    }
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

/**
 * @ingroup fl
 * Append a number, little endian.
 * @tparam T an integer or floating point type
 * @param bytes sizeof(T) bytes are appended
 * @param value the number
 */
template <typename T>
void
AppendNumber(std::vector<uint8_t>& bytes, T value)
{
    bytes.resize(bytes.size() + sizeof(T));
    StoreNumber(bytes.data() + bytes.size() - sizeof(T), value);
}

/**
 * @ingroup fl
 * Reads numbers from untrusted bytes, as of a message. Reading beyond the end returns zeros, and
 * IsGood() is false from then on, so that a parser checks it once at its end.
 */
class ByteReader
{
  public:
    /**
     * @param data first byte; the bytes must outlive the reader
     * @param size number of bytes
     */
    ByteReader(const uint8_t* data, std::size_t size)
        : m_data(data),
          m_left(size)
    {
    }

    /// @param bytes the bytes; they must outlive the reader
    explicit ByteReader(const std::vector<uint8_t>& bytes)
        : ByteReader(bytes.data(), bytes.size())
    {
    }

    /**
     * @tparam T an integer or floating point type
     * @return the next number; zero if fewer than sizeof(T) bytes are left
     */
    template <typename T>
    T Read()
    {
        if (m_left < sizeof(T))
        {
            m_left = 0;
            m_good = false;
            return T{};
        }
        const T value = LoadNumber<T>(m_data);
        m_data += sizeof(T);
        m_left -= sizeof(T);
        return value;
    }

    /// @return whether nothing was read beyond the end
    bool IsGood() const
    {
        return m_good;
    }

    /// @return the number of bytes not read yet
    std::size_t GetLeft() const
    {
        return m_left;
    }

    /// @return the bytes not read yet
    const uint8_t* GetData() const
    {
        return m_data;
    }

  private:
    const uint8_t* m_data; //!< the next byte
    std::size_t m_left;    //!< bytes from there to the end
    bool m_good{true};     //!< no read went beyond the end
};

} // namespace fl
} // namespace ns3

#endif /* FL_BYTES_H */
