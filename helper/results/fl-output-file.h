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
 * A file that appears whole or not at all: it is written as `NAME.partial` in the same folder, and
 * renamed to NAME, in place of an older one, by Publish(). Destroyed before that, it leaves
 * nothing.
 */
class OutputFile
{
  public:
    /**
     * @param path the file; its folder is there
     * @throws InvalidInput if it can't be created
     */
    explicit OutputFile(const std::filesystem::path& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    /**
     * @param text what to append
     * @throws std::runtime_error if it can't be written, as on a full disk; the partial file is
     * gone
     */
    void Write(std::string_view text);

    /**
     * Write out what is buffered, and close the file. No effect the second time.
     * @throws std::runtime_error as Write()
     */
    void Close();

    /**
     * Close and rename.
     * @throws std::runtime_error if the file can't be renamed, and as Write()
     */
    void Publish();

    /// @return the path it will have
    const std::filesystem::path& GetPath() const;
    /// @return the path it has until it is published
    const std::filesystem::path& GetPartialPath() const;

  private:
    /**
     * Write what is buffered.
     * @throws std::runtime_error if it cannot be written
     */
    void Flush();
    /// Remove the temporary file.
    void Remove();
    /**
     * Give up: remove the file and say why.
     * @param error value of errno
     * @throws std::runtime_error always: the path and the reason
     */
    [[noreturn]] void Fail(int error);

    std::filesystem::path m_path;    //!< what it will be
    std::filesystem::path m_partial; //!< what it is until then
    std::string m_buffer;            //!< not written yet
    int m_descriptor{-1};            //!< open file, or -1
    bool m_exists{false};            //!< whether there is a partial file of ours
};

/**
 * @param folder to be created, with those above it, if it is not there
 * @throws InvalidInput if it can't be, or is no folder
 */
void CreateFolder(const std::filesystem::path& folder);

} // namespace fl
} // namespace ns3

#endif /* FL_OUTPUT_FILE_H */
