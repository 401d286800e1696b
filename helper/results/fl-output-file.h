/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_OUTPUT_FILE_H
#define FL_OUTPUT_FILE_H

#include <filesystem>
#include <string>
#include <string_view>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A file that is replaced atomically: it is written as `NAME.partial` in the same folder, and
 * Publish() renames it to NAME. If the object is destroyed before that, the partial file is
 * removed.
 */
class OutputFile
{
  public:
    /**
     * @param path path of the file; its folder must exist
     * @throws InvalidInput if it cannot be created
     */
    explicit OutputFile(const std::filesystem::path& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    /**
     * Append text.
     * @param text the text
     * @throws std::runtime_error if it cannot be written, as on a full disk; the partial file is
     *         removed then
     */
    void Write(std::string_view text);

    /**
     * Write the buffer, and close the file. No effect if it is closed.
     * @throws std::runtime_error as Write()
     */
    void Close();

    /**
     * Close, and rename to the final name.
     * @throws std::runtime_error if the file cannot be renamed, and as Write()
     */
    void Publish();

    /// @return final path
    const std::filesystem::path& GetPath() const;
    /// @return path until Publish()
    const std::filesystem::path& GetPartialPath() const;

  private:
    /**
     * Write the buffer.
     * @throws std::runtime_error if it cannot be written
     */
    void Flush();
    /// Remove the temporary file.
    void Remove();
    /**
     * Remove the partial file, and throw.
     * @param error value of errno
     * @throws std::runtime_error always: the path and the reason
     */
    [[noreturn]] void Fail(int error);

    std::filesystem::path m_path;    //!< final path
    std::filesystem::path m_partial; //!< path until Publish
    std::string m_buffer;            //!< text not written yet
    int m_descriptor{-1};            //!< descriptor; -1: closed
    bool m_exists{false};            //!< whether the partial file exists
};

/**
 * Create a folder and its parents, if they do not exist.
 * @param folder path of the folder
 * @throws InvalidInput if it cannot be created, or is no folder
 */
void CreateFolder(const std::filesystem::path& folder);

} // namespace fl
} // namespace ns3

#endif /* FL_OUTPUT_FILE_H */
