/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lzma2.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <array>

namespace ns3
{
namespace fl
{

namespace
{

/// Something does not fit; where, is of no use to a user.
struct Damage
{
};

/// Probability that a bit is 0, of 2048.
using Probability = uint16_t;

constexpr Probability EVEN = 1024;      //!< nothing is known yet
constexpr uint32_t MATCH_LEAST = 2;     //!< bytes of the shortest match
constexpr uint32_t DISTANCE_STATES = 4; //!< by length: distances are coded apart

/// Set all probabilities of an array to one half.
template <typename Array>
void
Reset(Array& probabilities)
{
    std::fill(probabilities.begin(), probabilities.end(), EVEN);
}

/// Decodes bits of a chunk, by adaptive binary range coding.
class RangeDecoder
{
  public:
    /// Begin a chunk. @param begin its first byte @param end behind its last one
    void Begin(const uint8_t* begin, const uint8_t* end)
    {
        m_next = begin;
        m_end = end;
        m_range = 0xffffffff;
        m_code = 0;
        NextByte();
        for (int i = 0; i < 4; i++)
        {
            m_code = m_code << 8 | NextByte();
        }
    }

    /// @return a bit @param probability that it is 0; learns from it
    uint32_t Bit(Probability& probability)
    {
        Normalize();
        const uint32_t bound = (m_range >> 11) * probability;
        if (m_code < bound)
        {
            m_range = bound;
            probability += (2048 - probability) >> 5;
            return 0;
        }
        m_range -= bound;
        m_code -= bound;
        probability -= probability >> 5;
        return 1;
    }

    /// @return equiprobable bits, the highest first @param count number of bits, 1 to 32
    uint32_t DirectBits(uint32_t count)
    {
        uint32_t value = 0;
        for (; count > 0; count--)
        {
            Normalize();
            m_range >>= 1;
            const bool isOne = m_code >= m_range;
            m_code -= isOne ? m_range : 0;
            value = value << 1 | (isOne ? 1 : 0);
        }
        return value;
    }

    /// A number of so many bits, the highest first; the tree has 2^bits probabilities, of which the
    /// first is not used.
    uint32_t Tree(Probability* tree, uint32_t bits)
    {
        uint32_t node = 1;
        for (uint32_t i = 0; i < bits; i++)
        {
            node = node << 1 | Bit(tree[node]);
        }
        return node - (1U << bits);
    }

    /// A number of so many bits, the lowest first.
    uint32_t ReverseTree(Probability* tree, uint32_t bits)
    {
        uint32_t node = 1;
        uint32_t value = 0;
        for (uint32_t i = 0; i < bits; i++)
        {
            const uint32_t bit = Bit(tree[node]);
            node = node << 1 | bit;
            value |= bit << i;
        }
        return value;
    }

    /// @return whether the chunk was used up, as it is at its end
    bool IsAtEnd()
    {
        Normalize();
        return m_next == m_end && m_code == 0;
    }

  private:
    /// @return the next byte
    uint32_t NextByte()
    {
        if (m_next == m_end)
        {
            throw Damage();
        }
        return *m_next++;
    }

    /// Let the range have at least 24 bits.
    void Normalize()
    {
        if (m_range < 1U << 24)
        {
            m_range <<= 8;
            m_code = m_code << 8 | NextByte();
        }
    }

    const uint8_t* m_next{nullptr}; //!< next byte
    const uint8_t* m_end{nullptr};  //!< behind the last one
    uint32_t m_range{0};            //!< width of the interval
    uint32_t m_code{0};             //!< where in it the number lies
};

/// Decodes lengths of matches.
class LengthDecoder
{
  public:
    /// Forget what was learned.
    void Forget()
    {
        Reset(m_choices);
        Reset(m_low);
        Reset(m_middle);
        Reset(m_high);
    }

    /// @return the length @param range where bits come from @param place in the output, few bits
    uint32_t Decode(RangeDecoder& range, uint32_t place)
    {
        if (range.Bit(m_choices[0]) == 0)
        {
            return MATCH_LEAST + range.Tree(&m_low[8 * place], 3);
        }
        if (range.Bit(m_choices[1]) == 0)
        {
            return MATCH_LEAST + 8 + range.Tree(&m_middle[8 * place], 3);
        }
        return MATCH_LEAST + 16 + range.Tree(m_high.data(), 8);
    }

  private:
    std::array<Probability, 2> m_choices{};     //!< short, middle or long
    std::array<Probability, 16 * 8> m_low{};    //!< short ones, by place
    std::array<Probability, 16 * 8> m_middle{}; //!< middle ones, by place
    std::array<Probability, 256> m_high{};      //!< long ones
};

/// Decodes LZMA: literals and matches.
class LzmaDecoder
{
  public:
    /// @param [out] output what is unpacked, of its size
    explicit LzmaDecoder(std::vector<uint8_t>& output)
        : m_output(output)
    {
    }

    /// Nothing before this may be referred to.
    void ForgetOutput()
    {
        m_first = m_used;
    }

    /// Forget what was learned, with the old properties.
    void Forget()
    {
        m_state = 0;
        m_distances.fill(0);
        m_literals.assign(size_t{0x300} << (m_literalBits + m_literalPlaceBits), EVEN);
        Reset(m_isMatch);
        Reset(m_isRepeat);
        Reset(m_isOther);
        Reset(m_isThird);
        Reset(m_isFourth);
        Reset(m_isLonger);
        Reset(m_slots);
        Reset(m_special);
        Reset(m_align);
        m_matchLength.Forget();
        m_repeatLength.Forget();
    }

    /// @param byte properties, packed
    void SetProperties(uint32_t byte)
    {
        m_literalBits = byte % 9;
        m_literalPlaceBits = byte / 9 % 5;
        m_placeBits = byte / 45;
        if (m_placeBits > 4 || m_literalBits + m_literalPlaceBits > 4)
        {
            throw Damage();
        }
        Forget();
    }

    /// Append an uncompressed chunk. @param begin its first byte @param size of it [byte]
    void Copy(const uint8_t* begin, size_t size)
    {
        if (size > m_output.size() - m_used)
        {
            throw Damage();
        }
        std::copy(begin, begin + size, m_output.begin() + static_cast<std::ptrdiff_t>(m_used));
        m_used += size;
    }

    /// Decode a chunk. @param begin its first byte @param end behind its last @param size unpacked
    void Decode(const uint8_t* begin, const uint8_t* end, size_t size)
    {
        if (size > m_output.size() - m_used || m_literals.empty())
        {
            throw Damage();
        }
        m_range.Begin(begin, end);
        m_limit = m_used + size;
        while (m_used < m_limit)
        {
            const uint32_t place = m_used & ((1U << m_placeBits) - 1);
            if (m_range.Bit(m_isMatch[16 * m_state + place]) == 0)
            {
                Literal();
            }
            else if (m_range.Bit(m_isRepeat[m_state]) == 0)
            {
                Match(place);
            }
            else
            {
                Repeat(place);
            }
        }
        if (!m_range.IsAtEnd())
        {
            throw Damage();
        }
    }

    /// @return whether all of the output is there
    bool IsFull() const
    {
        return m_used == m_output.size();
    }

  private:
    /// The byte so far back, from 0 on
    uint8_t Back(uint32_t distance) const
    {
        if (distance >= m_used - m_first)
        {
            throw Damage();
        }
        return m_output[m_used - 1 - distance];
    }

    /// A byte.
    void Literal()
    {
        const uint32_t before = m_used > m_first ? m_output[m_used - 1] : 0;
        const uint32_t place = m_used & ((1U << m_literalPlaceBits) - 1);
        Probability* tree = &m_literals[size_t{0x300} * ((place << m_literalBits) +
                                                         (before >> (8 - m_literalBits)))];
        uint32_t symbol = 1;
        if (m_state >= 7)
        {
            // After a match, the byte that would continue it is a hint.
            uint32_t hint = Back(m_distances[0]);
            do
            {
                const uint32_t hinted = hint >> 7 & 1;
                hint <<= 1;
                const uint32_t bit = m_range.Bit(tree[(1 + hinted) * 0x100 + symbol]);
                symbol = symbol << 1 | bit;
                if (hinted != bit)
                {
                    break;
                }
            } while (symbol < 0x100);
        }
        while (symbol < 0x100)
        {
            symbol = symbol << 1 | m_range.Bit(tree[symbol]);
        }
        m_output[m_used++] = static_cast<uint8_t>(symbol);
        m_state = m_state < 4 ? 0 : m_state < 10 ? m_state - 3 : m_state - 6;
    }

    /// A match at a distance of its own.
    void Match(uint32_t place)
    {
        const uint32_t length = m_matchLength.Decode(m_range, place);
        m_state = m_state < 7 ? 7 : 10;
        std::copy_backward(m_distances.begin(), m_distances.end() - 1, m_distances.end());
        const uint32_t lengthState = std::min(length - MATCH_LEAST, DISTANCE_STATES - 1);
        const uint32_t slot = m_range.Tree(&m_slots[64 * lengthState], 6);
        uint32_t distance = slot;
        if (slot >= 4)
        {
            const uint32_t bits = (slot >> 1) - 1;
            distance = (2 | (slot & 1)) << bits;
            if (slot < 14)
            {
                distance += m_range.ReverseTree(&m_special[distance - slot], bits);
            }
            else
            {
                distance += m_range.DirectBits(bits - 4) << 4;
                distance += m_range.ReverseTree(m_align.data(), 4);
            }
        }
        m_distances[0] = distance;
        CopyBack(length);
    }

    /// A match at one of the last four distances.
    void Repeat(uint32_t place)
    {
        if (m_range.Bit(m_isOther[m_state]) == 0)
        {
            if (m_range.Bit(m_isLonger[16 * m_state + place]) == 0)
            {
                m_state = m_state < 7 ? 9 : 11;
                CopyBack(1);
                return;
            }
        }
        else
        {
            const uint32_t which =
                m_range.Bit(m_isThird[m_state]) == 0 ? 1 : 2 + m_range.Bit(m_isFourth[m_state]);
            std::rotate(m_distances.begin(),
                        m_distances.begin() + which,
                        m_distances.begin() + which + 1);
        }
        const uint32_t length = m_repeatLength.Decode(m_range, place);
        m_state = m_state < 7 ? 8 : 11;
        CopyBack(length);
    }

    /// Repeat bytes at the last distance.
    void CopyBack(uint32_t length)
    {
        if (length > m_limit - m_used)
        {
            throw Damage();
        }
        for (; length > 0; length--)
        {
            m_output[m_used] = Back(m_distances[0]);
            m_used++;
        }
    }

    std::vector<uint8_t>& m_output;                //!< of its final size
    size_t m_used{0};                              //!< bytes of it that are there
    size_t m_first{0};                             //!< the first one that may be referred to
    size_t m_limit{0};                             //!< where the chunk ends
    RangeDecoder m_range;                          //!< of the chunk
    uint32_t m_literalBits{0};                     //!< of the byte before (lc)
    uint32_t m_literalPlaceBits{0};                //!< of the place, for literals (lp)
    uint32_t m_placeBits{0};                       //!< of the place (pb)
    uint32_t m_state{0};                           //!< what came last, 0 to 11
    std::array<uint32_t, 4> m_distances{};         //!< the last four ones
    std::vector<Probability> m_literals;           //!< trees of 0x300 each; none before properties
    std::array<Probability, 12 * 16> m_isMatch{};  //!< by state and place
    std::array<Probability, 12> m_isRepeat{};      //!< by state
    std::array<Probability, 12> m_isOther{};       //!< by state: not the last distance
    std::array<Probability, 12> m_isThird{};       //!< by state: nor the one before
    std::array<Probability, 12> m_isFourth{};      //!< by state: nor the third
    std::array<Probability, 12 * 16> m_isLonger{}; //!< by state and place: than one byte
    std::array<Probability, DISTANCE_STATES * 64> m_slots{}; //!< by length
    std::array<Probability, 128> m_special{};                //!< low bits of short distances
    std::array<Probability, 16> m_align{};                   //!< lowest bits of long ones
    LengthDecoder m_matchLength;                             //!< of matches
    LengthDecoder m_repeatLength;                            //!< of repeated distances
};

/// Unpack chunk after chunk.
void
UnpackChunks(const uint8_t* next, const uint8_t* end, LzmaDecoder& decoder)
{
    const auto require = [&](size_t bytes) {
        if (static_cast<size_t>(end - next) < bytes)
        {
            throw Damage();
        }
    };
    while (true)
    {
        require(1);
        const uint8_t control = *next++;
        if (control == 0)
        {
            return;
        }
        if (control == 1 || control >= 0xe0)
        {
            decoder.ForgetOutput();
        }
        if (control < 0x80)
        {
            require(2);
            const size_t size = 1 + (size_t{next[0]} << 8 | next[1]);
            next += 2;
            require(size);
            if (control > 2)
            {
                throw Damage();
            }
            decoder.Copy(next, size);
            next += size;
            continue;
        }
        require(4);
        const size_t unpacked =
            1 + (size_t{control & 0x1fU} << 16 | size_t{next[0]} << 8 | next[1]);
        const size_t packed = 1 + (size_t{next[2]} << 8 | next[3]);
        next += 4;
        if (control >= 0xc0)
        {
            require(1);
            decoder.SetProperties(*next++);
        }
        else if (control >= 0xa0)
        {
            decoder.Forget();
        }
        require(packed);
        decoder.Decode(next, next + packed, unpacked);
        next += packed;
    }
}

} // namespace

std::vector<uint8_t>
UnpackLzma2(const uint8_t* bytes, size_t size, size_t unpackedSize, const std::string& name)
{
    std::vector<uint8_t> output(unpackedSize);
    LzmaDecoder decoder(output);
    try
    {
        UnpackChunks(bytes, bytes + size, decoder);
    }
    catch (const Damage&)
    {
        throw InvalidInput(Describe(name, ": packed data (LZMA2) are damaged or truncated"));
    }
    if (!decoder.IsFull())
    {
        throw InvalidInput(
            Describe(name, ": packed data (LZMA2): must unpack to ", unpackedSize, " bytes"));
    }
    return output;
}

} // namespace fl
} // namespace ns3
