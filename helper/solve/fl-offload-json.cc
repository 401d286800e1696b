/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-json.h"

#include "fl-json-reader.h"
#include "fl-solve-problem.h"

#include "ns3/fl-error.h"
#include "ns3/fl-input-name.h"
#include "ns3/fl-offload-agent.h"
#include "ns3/fl-offload-methods.h"
#include "ns3/fl-random-stream.h"

namespace ns3
{
namespace fl
{

namespace
{

/// @return a device
/// @param reader an entry of `devices`: an object with all keys of a device and no others
OffloadDevice
ReadDevice(const JsonReader& reader)
{
    static const std::vector<const char*> KEYS{"data_bits",
                                               "cycles",
                                               "max_cpu_hz",
                                               "effective_capacitance",
                                               "max_tx_power_w",
                                               "energy_budget_j",
                                               "upload_rate_bps"};
    reader.RequireKeys(KEYS);
    OffloadDevice device;
    device.dataBits = reader.Get("data_bits").GetNumber();
    device.cycles = reader.Get("cycles").GetNumber();
    device.maxCpuHz = reader.Get("max_cpu_hz").GetNumber();
    device.effectiveCapacitance = reader.Get("effective_capacitance").GetNumber();
    device.maxTxPowerW = reader.Get("max_tx_power_w").GetNumber();
    device.energyBudgetJ = reader.Get("energy_budget_j").GetNumber();
    device.uploadRateBps = reader.Get("upload_rate_bps").GetNumber();
    return device;
}

/// @return the ledger's part
/// @param reader `mining`: an object with all keys but `hash_pool_hps`, which may be there
OffloadMining
ReadMining(const JsonReader& reader)
{
    static const std::vector<const char*> KEYS{"block_hashes",
                                               "joule_per_hash",
                                               "max_hash_rate_hps",
                                               "forks",
                                               "propagation_s"};
    reader.RequireKeys(KEYS, {"hash_pool_hps"});
    OffloadMining mining;
    mining.blockHashes = reader.Get("block_hashes").GetNumber();
    mining.joulePerHash = reader.Get("joule_per_hash").GetNumber();
    mining.maxHashRateHps = reader.Get("max_hash_rate_hps").GetNumber();
    mining.forks = reader.Get("forks").GetNumber();
    mining.propagationS = reader.Get("propagation_s").GetNumber();
    if (reader.Has("hash_pool_hps"))
    {
        mining.hashPoolHps = reader.Get("hash_pool_hps").GetNumber();
    }
    return mining;
}

/// @return an array of numbers @param reader at it
std::vector<double>
ReadNumbers(const JsonReader& reader)
{
    std::vector<double> numbers(reader.GetSize());
    for (size_t k = 0; k < numbers.size(); ++k)
    {
        numbers[k] = reader.At(k).GetNumber();
    }
    return numbers;
}

/// @return the array, which must have so many entries, one per what @param reader at it @param size
/// how many @param what that each entry is for
JsonReader
Sized(const JsonReader& reader, size_t size, const char* what)
{
    if (reader.GetSize() != size)
    {
        throw InvalidInput(Describe(reader.GetPlace(),
                                    " has ",
                                    reader.GetSize(),
                                    " entries: must have ",
                                    size,
                                    ", one per ",
                                    what));
    }
    return reader;
}

/// Read `gain`, by device, server and sub-channel.
void
ReadGains(const JsonReader& reader, OffloadProblem& problem)
{
    if (problem.devices.empty() || problem.servers.empty() || problem.bandwidthHz.empty())
    {
        // That is what is wrong, and the problem says so.
        return;
    }
    const auto byDevice = Sized(reader, problem.devices.size(), "device");
    for (size_t n = 0; n < problem.devices.size(); ++n)
    {
        const auto byServer = Sized(byDevice.At(n), problem.servers.size(), "server");
        for (size_t m = 0; m < problem.servers.size(); ++m)
        {
            const auto row = Sized(byServer.At(m), problem.bandwidthHz.size(), "sub-channel");
            for (const double gain : ReadNumbers(row))
            {
                problem.gains.push_back(gain);
            }
        }
    }
}

/// The method that a trained agent is, beside those of SolveOffload().
constexpr char AGENT[] = "agent";

/// @return names and descriptions of all methods
std::vector<std::pair<std::string, std::string>>
OffloadMethodNames()
{
    auto names = MethodNames<&OffloadMethods>();
    names.emplace_back(AGENT, "what a trained agent decides, of the file --agent");
    return names;
}

/// @return what a trained agent decides @param problem the problem @param options for bounds @param
/// file of the agent
OffloadSolution
SolveByAgent(const OffloadProblem& problem, const OffloadOptions& options, const std::string& file)
{
    if (file.empty())
    {
        throw InvalidInput("--agent is needed: the file of a trained agent");
    }
    const auto agent = LoadOffloadAgent(file);
    problem.RequireEnergy();
    const auto decisions = agent->Decide(problem);
    return PriceOffload(problem, decisions, options, agent->Brief());
}

/// Solve a problem as a request says.
OffloadSolution
SolveRequested(const OffloadProblem& problem, const SolveRequest& request)
{
    RandomStream stream(request.seed);
    OffloadOptions options;
    options.seconds = request.seconds;
    options.hasPartitionBound = request.hasTightBound;
    if (request.method == AGENT)
    {
        return SolveByAgent(problem, options, request.agent);
    }
    options.uniform = [&stream] { return stream.Uniform(); };
    return SolveOffload(request.method, problem, options);
}

/// Makes the problem known to ./fl solve.
const SolveProblemRegistration g_offload(MakeSolveProblem<OffloadProblem, OffloadSolution>(
    {"offload",
     "offloading to several edge servers with a ledger: who offloads where, and with what",
     "exact",
     &OffloadMethodNames},
    &OffloadProblemFromJson,
    &SolveRequested,
    &WriteOffloadAnswer));

/// Print one device.
void
WriteDevice(const OffloadDecision& decision, const OffloadOutcome& outcome, JsonStream& json)
{
    json.OpenObject();
    json.Member("mode", decision.slot ? "offload" : "local");
    json.Member("hash_rate_hps", decision.hashRateHps);
    json.MemberIfFinite("energy_j", outcome.energyJ);
    if (decision.slot)
    {
        json.Member("server", decision.slot->server);
        json.Member("sub_channel", decision.slot->subChannel);
        json.Member("bandwidth_hz", decision.bandwidthHz);
        json.Member("power_w", decision.powerW);
        json.MemberIfFinite("offload_s", outcome.offloadS);
        json.MemberIfFinite("execute_s", outcome.executeS);
    }
    else
    {
        json.Member("cpu_hz", decision.cpuHz);
        json.MemberIfFinite("compute_s", outcome.computeS);
        json.MemberIfFinite("upload_s", outcome.uploadS);
    }
    json.CloseObject();
}

} // namespace

OffloadProblem
OffloadProblemFromJson(const JsonDocument& document)
{
    const KeysInMessages keys;
    const JsonReader reader(document);
    reader.RequireKeys({"bandwidth_hz",
                        "noise_w",
                        "gain",
                        "servers",
                        "devices",
                        "model_bits",
                        "consensus_s",
                        "mining"},
                       {"objective"});
    OffloadProblem problem;
    problem.bandwidthHz = ReadNumbers(reader.Get("bandwidth_hz"));
    problem.noiseW = ReadNumbers(reader.Get("noise_w"));
    const auto servers = reader.Get("servers");
    for (size_t m = 0, count = servers.GetSize(); m < count; ++m)
    {
        const auto server = servers.At(m);
        server.RequireKeys({"cpu_hz"});
        problem.servers.push_back({server.Get("cpu_hz").GetNumber()});
    }
    const auto devices = reader.Get("devices");
    for (size_t n = 0, count = devices.GetSize(); n < count; ++n)
    {
        problem.devices.push_back(ReadDevice(devices.At(n)));
    }
    ReadGains(reader.Get("gain"), problem);
    problem.modelBits = reader.Get("model_bits").GetNumber();
    problem.consensusS = reader.Get("consensus_s").GetNumber();
    problem.mining = ReadMining(reader.Get("mining"));
    if (reader.Has("objective"))
    {
        problem.objective = reader.Get("objective").GetChoice({"sum", "makespan"}) == 0
                                ? OffloadObjective::SUM
                                : OffloadObjective::MAKESPAN;
    }
    problem.Validate();
    return problem;
}

void
WriteOffloadAnswer(const OffloadSolution& solution, JsonStream& json)
{
    json.MemberIfFinite("objective", solution.value.objective);
    json.MemberIfFinite("lower_bound", solution.lowerBound);
    json.MemberIfFinite("gap", solution.Gap());
    json.Member("iterations", solution.iterations);
    json.Member("unsolved", solution.unsolved);
    json.Member("termination", solution.termination);
    json.MemberIfFinite("learn_s", solution.value.learnS);
    json.MemberIfFinite("consensus_s", solution.value.consensusS);
    json.MemberIfFinite("mining_s", solution.value.miningS);
    json.Key("residuals");
    json.OpenObject();
    for (const auto& [name, residual] : solution.residuals)
    {
        json.Member(name.c_str(), residual);
    }
    json.CloseObject();
    json.Key("devices");
    json.OpenArray();
    for (size_t n = 0; n < solution.decisions.size(); ++n)
    {
        WriteDevice(solution.decisions[n], solution.value.outcomes[n], json);
    }
    json.CloseArray();
}

} // namespace fl
} // namespace ns3
