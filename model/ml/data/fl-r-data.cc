/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-r-data.h"

#include "fl-data-file.h"
#include "fl-lzma2.h"
#include "fl-zlib.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <cstring>

namespace ns3
{
namespace fl
{

namespace
{

/// Codes of types in R's serialization.
enum RType : uint32_t
{
    SYMBOL = 1,
    PAIRLIST = 2,
    CHARACTERS = 9,
    LOGICALS = 10,
    INTEGERS = 13,
    NUMBERS = 14,
    TEXTS = 16,
    LIST = 19,
    NIL = 254,
    REFERENCE = 255
};

constexpr uint32_t HAS_ATTRIBUTES = 1U << 9;     //!< flag beside a type
constexpr uint32_t HAS_TAG = 1U << 10;           //!< flag beside a type
constexpr uint32_t MAX_DEPTH = 64;               //!< of lists in lists; data frames need 3
constexpr size_t MAX_UNPACKED = size_t{1} << 28; //!< of one object [byte]

/// Reads an object from its serialization.
class RParser
{
  public:
    /// @param bytes the serialization @param name for messages
    RParser(const std::vector<uint8_t>& bytes, const std::string& name)
        : m_bytes(bytes),
          m_name(name)
    {
    }

    /// @return the object
    RObject Parse()
    {
        if (Text(2) != "X\n")
        {
            Refuse("is no binary serialization of R: must begin with X");
        }
        const uint32_t version = Word();
        Word(); // R's version that wrote it
        Word(); // and the oldest that reads it
        if (version != 2 && version != 3)
        {
            Refuse(Describe("serialization version ", version, ": must be 2 or 3"));
        }
        if (version == 3)
        {
            Text(Word()); // the encoding
        }
        return Object(0);
    }

  private:
    /// Complain.
    [[noreturn]] void Refuse(const std::string& what) const
    {
        throw InvalidInput(m_name + ": " + what);
    }

    /// The next bytes
    std::string Text(size_t size)
    {
        if (size > m_bytes.size() - m_at)
        {
            Refuse("truncated R object");
        }
        m_at += size;
        return std::string(m_bytes.begin() + static_cast<std::ptrdiff_t>(m_at - size),
                           m_bytes.begin() + static_cast<std::ptrdiff_t>(m_at));
    }

    /// The next big-endian number
    uint64_t Number(size_t size)
    {
        uint64_t value = 0;
        for (const char byte : Text(size))
        {
            value = value << 8 | static_cast<uint8_t>(byte);
        }
        return value;
    }

    /// @return the next number of 32 bits
    uint32_t Word()
    {
        return static_cast<uint32_t>(Number(4));
    }

    /// @return a vector's length @param elementBytes that each element takes at least
    size_t Length(size_t elementBytes)
    {
        const uint32_t length = Word();
        if (length > (m_bytes.size() - m_at) / elementBytes)
        {
            Refuse("truncated R object");
        }
        return length;
    }

    /// @return a text of the type CHARACTERS, whose flags were read
    std::string Characters()
    {
        const uint32_t length = Word();
        // NA has the length -1.
        return length == 0xffffffff ? std::string() : Text(length);
    }

    /// Name of a symbol, or of one that was there before
    std::string Symbol(uint32_t flags)
    {
        if ((flags & 0xff) == SYMBOL)
        {
            if ((Word() & 0xff) != CHARACTERS)
            {
                Refuse("damaged R object: a symbol without a name");
            }
            m_symbols.push_back(Characters());
            return m_symbols.back();
        }
        uint32_t index = flags >> 8;
        index = index == 0 ? Word() : index;
        if ((flags & 0xff) != REFERENCE || index == 0 || index > m_symbols.size())
        {
            Refuse("damaged R object: an attribute without a name");
        }
        return m_symbols[index - 1];
    }

    /// Read attributes.
    void Attributes(RObject& object, uint32_t depth)
    {
        uint32_t flags = Word();
        while ((flags & 0xff) == PAIRLIST)
        {
            if ((flags & HAS_ATTRIBUTES) || !(flags & HAS_TAG))
            {
                Refuse("damaged R object: an attribute without a name");
            }
            const std::string name = Symbol(Word());
            object.attributes[name] = Object(depth + 1);
            flags = Word();
        }
        if ((flags & 0xff) != NIL)
        {
            Refuse("damaged R object: attributes that are no list");
        }
    }

    /// Read a vector's elements; false if the type is none of a vector.
    bool Elements(uint32_t type, RObject& object, uint32_t depth)
    {
        if (type == LOGICALS || type == INTEGERS)
        {
            object.integers.resize(Length(4));
            std::generate(object.integers.begin(), object.integers.end(), [&] {
                return static_cast<int32_t>(Word());
            });
        }
        else if (type == NUMBERS)
        {
            object.numbers.resize(Length(8));
            std::generate(object.numbers.begin(), object.numbers.end(), [&] {
                const uint64_t bits = Number(8);
                double number;
                std::memcpy(&number, &bits, sizeof(number));
                return number;
            });
        }
        else if (type == TEXTS)
        {
            for (size_t left = Length(8); left > 0; left--)
            {
                if ((Word() & 0xff) != CHARACTERS)
                {
                    Refuse("damaged R object: a text that is none");
                }
                object.texts.push_back(Characters());
            }
        }
        else if (type == LIST)
        {
            for (size_t left = Length(4); left > 0; left--)
            {
                object.items.push_back(Object(depth + 1));
            }
        }
        else
        {
            return false;
        }
        return true;
    }

    /// The next object
    RObject Object(uint32_t depth)
    {
        if (depth > MAX_DEPTH)
        {
            Refuse(Describe("R object of more than ", MAX_DEPTH, " lists in lists"));
        }
        RObject object;
        const uint32_t flags = Word();
        const uint32_t type = flags & 0xff;
        if (type == NIL)
        {
            return object;
        }
        if (!Elements(type, object, depth))
        {
            Refuse(Describe("R object of type ", type, ": must be vectors, lists and texts"));
        }
        if (flags & HAS_ATTRIBUTES)
        {
            Attributes(object, depth);
        }
        return object;
    }

    const std::vector<uint8_t>& m_bytes; //!< the serialization
    const std::string& m_name;           //!< for messages
    size_t m_at{0};                      //!< next byte
    std::vector<std::string> m_symbols;  //!< that were there so far
};

/// What a packed object of an .rdb file unpacks to
std::vector<uint8_t>
UnpackObject(const std::vector<uint8_t>& file,
             int32_t offset,
             int32_t length,
             int32_t compression,
             const std::string& path)
{
    if (offset < 0 || length < 5 || static_cast<size_t>(offset) > file.size() ||
        static_cast<size_t>(length) > file.size() - static_cast<size_t>(offset))
    {
        throw InvalidInput(Describe(path,
                                    ": object at ",
                                    offset,
                                    " of ",
                                    length,
                                    " bytes: must lie in the file's ",
                                    file.size(),
                                    " bytes"));
    }
    const uint8_t* begin = file.data() + offset;
    const uint8_t* end = begin + length;
    const size_t size =
        size_t{begin[0]} << 24 | size_t{begin[1]} << 16 | size_t{begin[2]} << 8 | size_t{begin[3]};
    if (size > MAX_UNPACKED)
    {
        throw InvalidInput(
            Describe(path, ": object of ", size, " bytes: must be at most ", MAX_UNPACKED));
    }
    // The first kind is always zlib; the others say what they are.
    const char kind = compression == 1 ? '1' : static_cast<char>(begin[4]);
    begin += compression == 1 ? 4 : 5;
    switch (kind)
    {
    case '0':
        return std::vector<uint8_t>(begin, end);
    case '1':
        return Gunzip(std::vector<uint8_t>(begin, end), path);
    case 'Z':
        return UnpackLzma2(begin, static_cast<size_t>(end - begin), size, path);
    default:
        throw InvalidInput(Describe(path,
                                    ": object packed in the way 0x",
                                    std::hex,
                                    int{static_cast<uint8_t>(kind)},
                                    ": must be by zlib or xz"));
    }
}

} // namespace

const RObject&
RObject::Item(const std::string& name, const std::string& path) const
{
    const auto names = attributes.find("names");
    if (names != attributes.end())
    {
        const auto& texts = names->second.texts;
        const auto at = std::find(texts.begin(), texts.end(), name) - texts.begin();
        if (static_cast<size_t>(at) < std::min(texts.size(), items.size()))
        {
            return items[static_cast<size_t>(at)];
        }
    }
    throw InvalidInput(Describe(path, ": R object '", name, "' is missing"));
}

RObject
ParseRObject(const std::vector<uint8_t>& bytes, const std::string& name)
{
    return RParser(bytes, name).Parse();
}

std::vector<RObject>
ReadRLazyData(const std::string& path, const std::vector<std::string>& names)
{
    const std::string indexPath = path + ".rdx";
    const std::string dataPath = path + ".rdb";
    const RObject index = ParseRObject(ReadDataFile(indexPath), indexPath);
    const RObject& variables = index.Item("variables", indexPath);
    const auto& compression = index.Item("compressed", indexPath).integers;
    const std::vector<uint8_t> data = ReadDataFile(dataPath);
    std::vector<RObject> objects;
    for (const auto& name : names)
    {
        const auto& place = variables.Item(name, indexPath).integers;
        if (place.size() != 2 || compression.size() != 1)
        {
            throw InvalidInput(Describe(indexPath, ": '", name, "': must have offset and length"));
        }
        objects.push_back(
            ParseRObject(UnpackObject(data, place[0], place[1], compression[0], dataPath),
                         dataPath));
    }
    return objects;
}

} // namespace fl
} // namespace ns3
