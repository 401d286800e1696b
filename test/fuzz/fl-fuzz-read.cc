/*
 * SPDX-License-Identifier: GPL-2.0-only
 */

/**
 * @file
 * @ingroup fl
 * @brief Feeds damaged files to the readers of data and weights, and looks for faults.
 *
 * A fault is a crash, a hang, an exception that is not InvalidInput, and a message that is not one
 * line or does not name the file. Files are small sound ones, damaged at random: bytes changed, cut
 * out, repeated, the end cut off. The damaged file is kept, and `--file=FILE` looks at it again.
 */

#include "fl-fuzz-samples.h"
#include "fl-fuzz-watch.h"

#include "ns3/fl-data-file.h"
#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-option-parser.h"
#include "ns3/fl-output-file.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>

using namespace ns3::fl;
using namespace ns3::fl::fuzz;

namespace
{

/// The command line.
struct FuzzOptions
{
    std::string reader{"safetensors"}; //!< which
    double seconds{60};                //!< how long
    uint64_t cases{0};                 //!< how many at most; 0: as many as the time allows
    uint64_t seed{1};                  //!< of all random numbers
    double limitS{20};                 //!< what takes more processor time hangs [s]
    std::string out{"."};              //!< where files are written
    std::string file;                  //!< look at this file only
};

/// @return an index below a size, at least 1
size_t
DrawBelow(RandomStream& random, size_t size)
{
    return static_cast<size_t>(random.Uniform() * static_cast<double>(size)) % size;
}

/// Damage a file in one place.
void
Damage(std::string& text, RandomStream& random)
{
    if (text.empty())
    {
        text = "0";
    }
    const size_t at = DrawBelow(random, text.size());
    const size_t length = std::min(text.size() - at, 1 + DrawBelow(random, 12));
    switch (DrawBelow(random, 7))
    {
    case 0:
        text[at] = static_cast<char>(DrawBelow(random, 256));
        break;
    case 1:
        text[at] = static_cast<char>(text[at] ^ (1 << DrawBelow(random, 8)));
        break;
    case 2:
        text.erase(at, length);
        break;
    case 3:
        text.insert(at, text.substr(at, length));
        break;
    case 4:
        text.resize(at);
        break;
    case 5:
        // Digits matter more than other bytes do.
        text[at] = static_cast<char>('0' + DrawBelow(random, 10));
        break;
    default:
        text.replace(at, length, length, static_cast<char>(0xff));
    }
}

/// Write a file without the code under test.
void
WriteText(const std::string& path, const std::string& text)
{
    std::ofstream file(path, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
}

/**
 * Read one file.
 * @param reader which
 * @param path the file
 * @param [out] verdict what the reader said, without numbers
 * @return what is wrong; empty: nothing
 */
std::string
Look(const FuzzReader& reader, const std::string& path, std::string& verdict)
{
    try
    {
        reader.read(path);
        verdict = "accepted";
    }
    catch (const InvalidInput& error)
    {
        const std::string message = error.what();
        verdict = "refused";
        if (message.find('\n') != std::string::npos || message.size() > 2000)
        {
            return "not one line: " + message.substr(0, 200);
        }
        if (message.find(path) == std::string::npos)
        {
            return "does not name the file: " + message;
        }
    }
    catch (const std::exception& error)
    {
        return std::string("another exception: ") + error.what();
    }
    return "";
}

/// @return the reader that is asked for
const FuzzReader&
ReaderOf(const FuzzOptions& options)
{
    return *std::find_if(FuzzReaders().begin(), FuzzReaders().end(), [&](const auto& reader) {
        return reader.name == options.reader;
    });
}

/// Damage files until there were enough, or until the time is up.
int
Fuzz(const FuzzOptions& options)
{
    CreateFolder(options.out);
    const FuzzReader& reader = ReaderOf(options);
    const std::string path = options.out + "/fuzz-" + options.reader;
    const std::string kept = path + "-kept";
    const std::string sound = reader.make(path);
    const auto start = std::chrono::steady_clock::now();
    std::map<std::string, uint64_t> verdicts;
    for (uint64_t number = 0;
         options.cases > 0 ? number < options.cases
                           : std::chrono::steady_clock::now() - start <
                                 std::chrono::duration<double>(options.seconds);
         number++)
    {
        RandomStream random(options.seed, number);
        std::string text = sound;
        // The first one is sound.
        for (size_t i = number == 0 ? 0 : 1 + DrawBelow(random, 4); i > 0; i--)
        {
            Damage(text, random);
        }
        WriteText(path, text);
        Watch watch(kept, options.limitS);
        watch.Begin(text);
        std::string verdict;
        const std::string fault = Look(reader, path, verdict);
        watch.End();
        if (!fault.empty() || (number == 0 && verdict != "accepted"))
        {
            WriteText(kept, text);
            std::cerr << "fl-fuzz-read: seed " << options.seed << ", case " << number << ": "
                      << (fault.empty() ? "the sound file is refused" : fault) << "; kept as "
                      << kept << std::endl;
            return EXIT_FAILED;
        }
        verdicts[verdict]++;
    }
    for (const auto& [verdict, count] : verdicts)
    {
        std::cout << options.reader << ": " << count << " " << verdict << "\n";
    }
    return EXIT_DONE;
}

/// Look at one file.
int
LookAt(const FuzzOptions& options)
{
    std::string verdict;
    const std::string fault = Look(ReaderOf(options), options.file, verdict);
    std::cout << (fault.empty() ? verdict : fault) << "\n";
    return fault.empty() ? EXIT_DONE : EXIT_FAILED;
}

} // namespace

int
main(int argc, char* argv[])
{
    return RunMain(argc, argv, [](int argc, char* argv[]) {
        FuzzOptions options;
        std::vector<std::string> names;
        for (const auto& reader : FuzzReaders())
        {
            names.push_back(reader.name);
        }
        OptionParser parser("fl-fuzz-read", "Damaged files for the readers of data and weights");
        parser.Add("reader", "which", options.reader, OneOf(names));
        parser.Add("seconds", "how long [s]", options.seconds, Positive(1e6));
        parser.Add("cases",
                   "how many, whatever time they take; 0: --seconds counts",
                   options.cases);
        parser.Add("seed", "of all random numbers", options.seed);
        parser.Add("limit",
                   "a case that takes more processor time hangs [s]",
                   options.limitS,
                   Positive(3600));
        parser.Add("out", "folder for files with faults", options.out);
        parser.Add("file", "look at this file only", options.file);
        parser.Parse(argc, argv);
        return options.file.empty() ? Fuzz(options) : LookAt(options);
    });
}
