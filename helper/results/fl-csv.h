/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CSV_H
#define FL_CSV_H

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Rows of the result files. No field holds a comma, a quote or a line end.
 */

namespace ns3
{
namespace fl
{

/**
 * Append a number in the format of all CSV files: the shortest decimal text that is parsed to the
 * same number. PutNumber() is its counterpart for JSON.
 * @param [in,out] text the number is appended
 * @param value the number; nothing is appended for NaN (ABSENT) and infinity
 */
void AppendNumber(std::string& text, double value);

/// Builds rows of a CSV file field by field, in one buffer.
class CsvRow
{
  public:
    /// @param value a number; an empty field if it is not finite
    /// @return this row
    CsvRow& Add(double value);
    /// @param value a whole number
    /// @return this row
    CsvRow& Add(uint32_t value);
    /// @param value a text without commas, quotes and line ends
    /// @return this row
    CsvRow& Add(const char* value);
    /// @param fields number of empty fields to add
    /// @return this row
    CsvRow& AddAbsent(uint32_t fields);
    /// @return the row with its line end; valid until the next Add(), which begins a new row
    std::string_view Finish();

  private:
    /// Append a comma, unless the row is empty.
    void Separate();

    std::string m_text;     //!< the row
    bool m_finished{false}; //!< whether the next field begins a new row
};

/// Reads a CSV file row by row, with columns by name.
class CsvReader
{
  public:
    /**
     * @param path path of the file
     * @throws std::runtime_error if it cannot be read or has no header
     */
    explicit CsvReader(const std::filesystem::path& path);

    /**
     * @param name a column of the header
     * @return its index
     * @throws std::runtime_error if there is none
     */
    size_t Column(const std::string& name) const;

    /**
     * Go to the next row.
     * @return false at the end
     * @throws std::runtime_error if the row has another number of fields than the header
     */
    bool Next();

    /// @return the present row as it stands in the file; the header before the first Next()
    const std::string& Row() const;
    /// @return the field's text
    /// @param column index of the column, from 0, as Column() returns it
    std::string_view Text(size_t column) const;
    /// @return the field as a number, NaN if it is empty
    /// @param column index of the column, from 0, as Column() returns it
    double Number(size_t column) const;

  private:
    /// Find where the fields of the current line begin and end.
    void Split();

    std::string m_path;                     //!< for messages
    std::ifstream m_stream;                 //!< the file
    std::string m_line;                     //!< current row
    std::vector<std::string_view> m_fields; //!< its fields
    std::vector<std::string> m_header;      //!< names of the columns
};

} // namespace fl
} // namespace ns3

#endif /* FL_CSV_H */
