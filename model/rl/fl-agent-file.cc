/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-agent-stream.h"
#include "fl-offload-agent.h"

#include "ns3/fl-error.h"

#include <boost/crc.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace ns3
{
namespace fl
{

namespace
{

constexpr char MAGIC[] = "FL-AGENT";  //!< what a file begins with
constexpr size_t MAGIC_BYTES = 8;     //!< of it
constexpr uint32_t VERSION = 1;       //!< of the format
constexpr size_t HEADER_BYTES = 24;   //!< magic, version, size, checksum
constexpr uint32_t MOST_LAYERS = 100; //!< hidden ones of a network

/// Goes through options, either to write or to read them.
template <typename Stream>
class OptionsPass
{
  public:
    /// @param stream where to, or from
    explicit OptionsPass(Stream& stream)
        : m_stream(stream)
    {
    }

    /// Write or read a number.
    template <typename T>
    void operator()(T& value)
    {
        if constexpr (IS_READING)
        {
            value = m_stream.template Number<T>();
        }
        else
        {
            m_stream.Number(value);
        }
    }

    /// Write or read whether something is so.
    void operator()(bool& value)
    {
        Limited(value, 2, "a switch");
    }

    /// Write or read a number below a limit.
    template <typename T>
    void Limited(T& value, uint32_t limit, const char* what)
    {
        auto number = static_cast<uint32_t>(value);
        (*this)(number);
        if (number >= limit)
        {
            throw InvalidInput(Describe(what, " ", number, ": must be below ", limit));
        }
        value = static_cast<T>(number);
    }

    /// Write or read a size of an environment.
    void Size(size_t& value, size_t limit, const char* what)
    {
        auto number = static_cast<uint64_t>(value);
        (*this)(number);
        if (number < 1 || number > limit)
        {
            throw InvalidInput(Describe(what, " ", number, ": must be from 1 to ", limit));
        }
        value = static_cast<size_t>(number);
    }

    /// Write or read a text.
    void operator()(std::string& text)
    {
        if constexpr (IS_READING)
        {
            text = m_stream.Text();
        }
        else
        {
            m_stream.Text(text);
        }
    }

    /// Write or read hidden layers.
    void operator()(std::vector<uint32_t>& units)
    {
        auto count = static_cast<uint32_t>(units.size());
        Limited(count, MOST_LAYERS, "hidden layers");
        units.resize(count);
        for (uint32_t& unit : units)
        {
            (*this)(unit);
        }
    }

  private:
    static constexpr bool IS_READING = std::is_same_v<Stream, AgentReader>; //!< or writing
    Stream& m_stream;                                                       //!< where to, or from
};

/// Write or read what an agent is like.
template <typename Stream>
void
Pass(OptionsPass<Stream>& pass, AgentOptions& options)
{
    pass(options.method);
    pass(options.seed);
    pass(options.steps);
    pass(options.actorRate);
    pass(options.criticRate);
    pass(options.discount);
    pass(options.standardizes);
    pass(options.criticEpochs);
    pass(options.minibatch);
    pass(options.fisherStates);
    pass(options.policy.choice);
    pass(options.policy.parameter);
    pass(options.critic);
    pass(options.levels);
    pass(options.region.maxDivergence);
    pass(options.region.conjugateSteps);
    pass(options.region.damping);
    pass(options.region.firstFactor);
    pass(options.region.halvings);
    pass(options.replay);
    pass(options.replayBatch);
    pass(options.replaySteps);
}

/// Write or read what an environment is like.
template <typename Stream>
void
Pass(OptionsPass<Stream>& pass, OffloadEnvironmentOptions& options)
{
    pass.Size(options.drop.devices, OFFLOAD_MAX_DEVICES, "devices");
    pass.Size(options.drop.servers, OFFLOAD_MAX_SERVERS, "servers");
    pass.Size(options.drop.subChannels, OFFLOAD_MAX_SUB_CHANNELS, "sub-channels");
    pass(options.drop.isGrid);
    for (double* value : {&options.drop.bandwidthHz,
                          &options.drop.noiseWPerHz,
                          &options.drop.maxTxPowerW,
                          &options.drop.minBudgetJ,
                          &options.drop.maxBudgetJ,
                          &options.drop.ringM,
                          &options.drop.discM,
                          &options.drop.maxHashRateHps,
                          &options.drop.propagationPerNodeS,
                          &options.consensusS,
                          &options.tauPerDeviceS})
    {
        pass(*value);
        if (!std::isfinite(*value))
        {
            throw InvalidInput("a number of the environment is not finite");
        }
    }
    pass.Limited(options.state, 2, "kind of state");
    pass.Limited(options.objective, 2, "objective");
    pass.Limited(options.sizes, 3, "redraw of sizes");
    pass.Limited(options.gains, 3, "redraw of gains");
    pass(options.placement);
    pass(options.seed);
}

/// @return CRC-32 of some bytes @param data the first one @param size number of bytes
uint32_t
ChecksumOf(const uint8_t* data, size_t size)
{
    boost::crc_32_type crc;
    crc.process_bytes(data, size);
    return crc.checksum();
}

} // namespace

std::vector<uint8_t>
OffloadAgentToBytes(const OffloadAgent& agent)
{
    AgentWriter writer;
    OptionsPass<AgentWriter> pass(writer);
    AgentOptions options = agent.Learner().Options();
    Pass(pass, options);
    OffloadEnvironmentOptions environment = agent.Ground().Options();
    Pass(pass, environment);
    agent.Learner().Save(writer);
    const auto& content = writer.Bytes();
    std::vector<uint8_t> bytes(MAGIC, MAGIC + MAGIC_BYTES);
    AppendNumber(bytes, VERSION);
    AppendNumber(bytes, static_cast<uint64_t>(content.size()));
    AppendNumber(bytes, ChecksumOf(content.data(), content.size()));
    bytes.insert(bytes.end(), content.begin(), content.end());
    return bytes;
}

std::unique_ptr<OffloadAgent>
OffloadAgentFromBytes(const std::vector<uint8_t>& bytes)
{
    if (bytes.size() < HEADER_BYTES || !std::equal(MAGIC, MAGIC + MAGIC_BYTES, bytes.begin()))
    {
        throw InvalidInput(Describe("no agent: must begin with ", MAGIC));
    }
    ByteReader header(bytes.data() + MAGIC_BYTES, HEADER_BYTES - MAGIC_BYTES);
    const auto version = header.Read<uint32_t>();
    const auto size = header.Read<uint64_t>();
    const auto checksum = header.Read<uint32_t>();
    if (version != VERSION)
    {
        throw InvalidInput(Describe("agent's format is version ", version, ": must be ", VERSION));
    }
    const uint8_t* content = bytes.data() + HEADER_BYTES;
    if (size != bytes.size() - HEADER_BYTES)
    {
        throw InvalidInput(Describe("damaged: ",
                                    bytes.size() - HEADER_BYTES,
                                    " bytes after its header: must be ",
                                    size));
    }
    if (checksum != ChecksumOf(content, size))
    {
        throw InvalidInput("damaged: its checksum is another one");
    }
    AgentReader reader(content, size);
    OptionsPass<AgentReader> pass(reader);
    AgentOptions options;
    Pass(pass, options);
    OffloadEnvironmentOptions environment;
    Pass(pass, environment);
    auto agent = std::make_unique<OffloadAgent>(options, environment);
    agent->Learner().Load(reader);
    if (reader.Left() > 0)
    {
        throw InvalidInput(Describe("it has ", reader.Left(), " bytes too many"));
    }
    return agent;
}

void
SaveOffloadAgent(const std::string& path, const OffloadAgent& agent)
{
    const auto bytes = OffloadAgentToBytes(agent);
    const std::string partial = path + ".partial";
    {
        std::ofstream file(partial, std::ios::binary | std::ios::trunc);
        file.write(reinterpret_cast<const char*>(bytes.data()),
                   static_cast<std::streamsize>(bytes.size()));
        file.flush();
        if (!file)
        {
            std::remove(partial.c_str());
            throw InvalidInput(path + ": cannot be written");
        }
    }
    if (std::rename(partial.c_str(), path.c_str()) != 0)
    {
        std::remove(partial.c_str());
        throw InvalidInput(path + ": cannot be written");
    }
}

std::unique_ptr<OffloadAgent>
LoadOffloadAgent(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file),
                                     std::istreambuf_iterator<char>()};
    if (!file.is_open() || file.bad())
    {
        throw InvalidInput(path + ": cannot be read");
    }
    try
    {
        return OffloadAgentFromBytes(bytes);
    }
    catch (const InvalidInput& error)
    {
        throw InvalidInput(path + ": " + error.what());
    }
}

} // namespace fl
} // namespace ns3
