/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-offload.h"

#include "fl-fuzz-method-checker.h"
#include "fl-fuzz-random.h"

#include "ns3/fl-error.h"
#include "ns3/fl-main.h"
#include "ns3/fl-offload-value.h"
#include "ns3/fl-random-stream.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{
namespace fuzz
{

namespace
{

using Json = nlohmann::ordered_json;

/// @return a device
Json
MakeDevice(RandomStream& random, double decades, double miningJ)
{
    Json device;
    device["data_bits"] = Around(random, 1e7, decades);
    device["cycles"] = Around(random, 1e9, decades);
    device["max_cpu_hz"] = Around(random, 1e9, decades);
    device["effective_capacitance"] = random.Below(10) == 0 ? 0 : Around(random, 5e-27, decades);
    device["max_tx_power_w"] = Around(random, 0.3, decades);
    device["energy_budget_j"] = std::clamp(miningJ + Around(random, 2, decades), 1e-30, 1e30);
    device["upload_rate_bps"] = Around(random, 1e8, decades);
    return device;
}

/// @return a valid instance
Json
MakeValid(RandomStream& random, double decades)
{
    const size_t devices = 1 + random.Below(6);
    const size_t servers = 1 + random.Below(3);
    const size_t channels = 1 + random.Below(3);
    Json json;
    for (size_t g = 0; g < channels; ++g)
    {
        json["bandwidth_hz"].push_back(Around(random, 7e6, decades));
        json["noise_w"].push_back(Around(random, 3e-14, decades));
    }
    Json mining;
    mining["block_hashes"] = Around(random, 5e10, decades);
    mining["joule_per_hash"] = random.Below(5) == 0 ? 0 : Around(random, 5e-8, decades);
    mining["max_hash_rate_hps"] = Around(random, 1e12, decades);
    mining["forks"] = random.Below(5) == 0 ? 0 : Around(random, 3, decades);
    mining["propagation_s"] = random.Below(5) == 0 ? 0 : Around(random, 0.02, decades);
    if (random.Below(3) == 0)
    {
        mining["hash_pool_hps"] = Around(random, 3e12, decades);
    }
    const double miningJ =
        mining["block_hashes"].get<double>() * mining["joule_per_hash"].get<double>();
    for (size_t m = 0; m < servers; ++m)
    {
        json["servers"].push_back({{"cpu_hz", Around(random, 5e9, decades)}});
    }
    for (size_t n = 0; n < devices; ++n)
    {
        json["devices"].push_back(MakeDevice(random, decades, miningJ));
        Json byServer = Json::array();
        for (size_t m = 0; m < servers; ++m)
        {
            Json row = Json::array();
            for (size_t g = 0; g < channels; ++g)
            {
                row.push_back(random.Below(20) == 0
                                  ? 0
                                  : Around(random, 1e-11, decades + random.Uniform(0, 3)));
            }
            byServer.push_back(row);
        }
        json["gain"].push_back(byServer);
    }
    json["model_bits"] = Around(random, 4e4, decades);
    json["consensus_s"] = random.Below(5) == 0 ? 0 : Around(random, 0.01, decades);
    json["mining"] = mining;
    if (random.Below(2) == 0)
    {
        json["objective"] = random.Below(2) == 0 ? "sum" : "makespan";
    }
    return json;
}

/// One instance under all methods.
class OffloadChecker : public MethodChecker
{
  public:
    /// @param text the instance
    /// @param magnitude of its numbers
    /// @param statistics counts the answers
    OffloadChecker(const std::string& text, Magnitude magnitude, Statistics& statistics)
        : MethodChecker("offload", text, magnitude, statistics)
    {
    }

  private:
    /// The method agent needs the file of a trained one.
    bool MayRefuse(const std::string& message) const override
    {
        return message.find("--agent is needed") != std::string::npos;
    }

    /// An answer is one, and worth what it says; the first method is exact, and no other beats it.
    void Look(const Json& answer, int exitCode) override
    {
        if (exitCode == EXIT_INFEASIBLE)
        {
            return;
        }
        const std::string status = answer.at("status");
        if (status == "failed" || status == "infeasible")
        {
            if (m_magnitude != Magnitude::EXTREME)
            {
                Blame(status, answer.at("termination"));
            }
            return;
        }
        for (const auto& [name, residual] : answer.at("residuals").items())
        {
            if (!(residual.is_number() && residual <= OFFLOAD_FEASIBILITY_TOLERANCE))
            {
                Blame("residual", name + " " + residual.dump());
            }
        }
        const double objective = answer.at("objective");
        const double bound = answer.at("lower_bound");
        if (m_method == "exact")
        {
            m_bound = bound;
            if (status != "optimal" && m_magnitude == Magnitude::ORDINARY)
            {
                Blame("gap", answer.at("gap").dump());
            }
        }
        // Where values differ by tens of orders of magnitude, roundings are larger than they are.
        if (m_magnitude != Magnitude::EXTREME &&
            (bound > objective || objective < m_bound * (1 - 1e-9)))
        {
            Blame("bound", Describe(objective, " below ", std::max(bound, m_bound)));
        }
    }

    double m_bound{0}; //!< of the exact method
};

} // namespace

FuzzInstance
MakeOffloadFuzz(uint64_t seed, uint64_t number)
{
    RandomStream random(seed ^ 0x0ff10ad0, number);
    return MakeFuzz(random, &MakeValid);
}

std::vector<Fault>
CheckOffloadInstance(const std::string& text, Magnitude magnitude, Statistics& statistics)
{
    return OffloadChecker(text, magnitude, statistics).Run();
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
