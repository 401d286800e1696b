/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-csv.h"

#include "ns3/fl-error.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace ns3
{
namespace fl
{

void
AppendNumber(std::string& text, double value)
{
    if (!std::isfinite(value))
    {
        return;
    }
    // Seventeen digits, sign, point and exponent fit well.
    char buffer[40];
    auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
    text.append(buffer, result.ptr);
}

void
CsvRow::Separate()
{
    if (m_finished)
    {
        m_text.clear();
        m_finished = false;
    }
    else if (!m_text.empty())
    {
        m_text += ',';
    }
}

CsvRow&
CsvRow::Add(double value)
{
    Separate();
    AppendNumber(m_text, value);
    return *this;
}

CsvRow&
CsvRow::Add(uint32_t value)
{
    Separate();
    char buffer[16];
    auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
    m_text.append(buffer, result.ptr);
    return *this;
}

CsvRow&
CsvRow::Add(const char* value)
{
    Separate();
    m_text += value;
    return *this;
}

CsvRow&
CsvRow::AddAbsent(uint32_t fields)
{
    for (uint32_t i = 0; i < fields; ++i)
    {
        Separate();
    }
    return *this;
}

std::string_view
CsvRow::Finish()
{
    m_text += '\n';
    m_finished = true;
    return m_text;
}

CsvReader::CsvReader(const std::filesystem::path& path)
    : m_path(path.string()),
      m_stream(path)
{
    if (!std::getline(m_stream, m_line))
    {
        throw std::runtime_error(m_path + ": can't be read, or is empty");
    }
    Split();
    m_header.assign(m_fields.begin(), m_fields.end());
}

void
CsvReader::Split()
{
    m_fields.clear();
    const std::string_view line = m_line;
    for (size_t begin = 0;;)
    {
        const size_t comma = std::min(line.find(',', begin), line.size());
        m_fields.push_back(line.substr(begin, comma - begin));
        if (comma == line.size())
        {
            return;
        }
        begin = comma + 1;
    }
}

size_t
CsvReader::Column(const std::string& name) const
{
    const auto found = std::find(m_header.begin(), m_header.end(), name);
    if (found == m_header.end())
    {
        throw std::runtime_error(m_path + ": has no column " + name);
    }
    return found - m_header.begin();
}

bool
CsvReader::Next()
{
    if (!std::getline(m_stream, m_line))
    {
        return false;
    }
    Split();
    if (m_fields.size() != m_header.size())
    {
        throw std::runtime_error(Describe(m_path,
                                          ": a row with ",
                                          m_fields.size(),
                                          " fields; must be ",
                                          m_header.size(),
                                          " as in the header"));
    }
    return true;
}

const std::string&
CsvReader::Row() const
{
    return m_line;
}

std::string_view
CsvReader::Text(size_t column) const
{
    return m_fields[column];
}

double
CsvReader::Number(size_t column) const
{
    const std::string_view text = m_fields[column];
    double value = std::numeric_limits<double>::quiet_NaN();
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace fl
} // namespace ns3
