/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fuzz-dma.h"

#include "fl-fuzz-method-checker.h"
#include "fl-fuzz-random.h"

#include "ns3/fl-dma-bound.h"
#include "ns3/fl-error.h"
#include "ns3/fl-json-text.h"
#include "ns3/fl-main.h"
#include "ns3/fl-random-stream.h"
#include "ns3/fl-solve-instance.h"

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

/// @return a task
Json
MakeTask(RandomStream& random, double decades, uint64_t aggregations)
{
    const double least = static_cast<double>(1 + random.Below(3));
    Json task;
    task["aggregations"] = aggregations;
    task["model_bits"] = Around(random, 1e7, decades);
    task["importance"] = random.Uniform() < 0.1 ? 0 : Around(random, 1e8, decades);
    task["energy_weight"] = random.Uniform() < 0.1 ? 0 : Around(random, 1, decades);
    task["qoe_s"] = Around(random, 10 * static_cast<double>(aggregations), decades);
    task["mixing"] = {0.05, random.Uniform(0.06, 1)};
    task["staleness_limit"] = random.Below(4);
    task["iterations"] = {least, least + static_cast<double>(random.Below(10))};
    task["learning_rate"] = Around(random, 0.03, decades / 4);
    task["smoothness"] = Around(random, 2, decades);
    task["data_variability"] = Around(random, 0.5, decades);
    task["loss_drop"] = random.Uniform() < 0.1 ? 0 : Around(random, 1, decades);
    return task;
}

/// @return a device
Json
MakeDevice(RandomStream& random, double decades, size_t tasks, bool hasShares)
{
    const double low = std::min(Around(random, 2e5, decades), 1e28);
    Json device;
    device["uplink_bps"] = Around(random, 1.5e7, decades);
    device["downlink_bps"] = Around(random, 2e6, decades);
    device["tx_power_w"] = Around(random, 0.25, decades);
    device["downlink_power_w"] = Around(random, 0.1, decades);
    device["effective_capacitance"] = Around(random, 1e-20, decades);
    device["cpu_hz"] = {low, low * (1 + 30 * random.Uniform())};
    if (random.Uniform() < 0.5)
    {
        device["energy_budget_j"] = Around(random, 10, decades);
    }
    auto& pairs = device["tasks"] = Json::array();
    for (size_t j = 0; j < tasks; ++j)
    {
        Json pair;
        pair["cycles_per_sample"] = Around(random, 2e3, decades);
        pair["samples"] = 1 + random.Below(2000);
        pair["dissimilarity"] = Around(random, 0.5, decades);
        pair["sample_variance"] = Around(random, 50, decades);
        pair["idle_drift"] = random.Uniform() < 0.1 ? 0 : Around(random, 0.01, decades);
        pair["active_drift"] = random.Uniform() < 0.1 ? 0 : Around(random, 0.01, decades);
        if (hasShares)
        {
            pair["cpu_share"] = 1.0 / static_cast<double>(tasks);
        }
        pairs.push_back(pair);
    }
    return device;
}

/// @return a valid instance
Json
MakeValid(RandomStream& random, double decades)
{
    const uint64_t aggregations = 1 + random.Below(4);
    const size_t tasks = 1 + random.Below(2);
    const size_t devices = 1 + random.Below(3);
    const bool hasShares = random.Uniform() < 0.7;
    Json json;
    json["weights"] = {1e-9, 1, 1};
    json["rho"] = 1;
    json["v1"] = 2;
    json["v2"] = 5;
    json["relaxed"] = random.Uniform() < 0.7;
    json["tasks"] = Json::array();
    json["devices"] = Json::array();
    for (size_t j = 0; j < tasks; ++j)
    {
        json["tasks"].push_back(MakeTask(random, decades, aggregations));
    }
    for (size_t i = 0; i < devices; ++i)
    {
        json["devices"].push_back(MakeDevice(random, decades, tasks, hasShares));
    }
    if (random.Uniform() < 0.3)
    {
        // One device after the other, always from the current model.
        for (size_t j = 0; j < tasks; ++j)
        {
            Json schedule = Json::array();
            for (uint64_t n = 0; n < aggregations; ++n)
            {
                schedule.push_back({{"device", random.Below(devices)}, {"base", n}});
            }
            json["schedule"].push_back(schedule);
        }
    }
    return json;
}

/// One instance under all methods.
class DmaChecker : public MethodChecker
{
  public:
    /// @param text the instance
    /// @param magnitude of its numbers
    /// @param statistics counts the answers
    DmaChecker(const std::string& text, Magnitude magnitude, Statistics& statistics)
        : MethodChecker("dma", text, magnitude, statistics)
    {
    }

  private:
    /// Some methods need a schedule.
    bool MayRefuse(const std::string& message) const override
    {
        return message.find("schedule: is missing") != std::string::npos;
    }

    /// An answer is one, and worth what it says.
    void Look(const Json& answer, int exitCode) override
    {
        const std::string status = answer.at("status");
        if (status == "failed")
        {
            if (m_magnitude == Magnitude::ORDINARY)
            {
                Blame("failed", answer.at("termination"));
            }
            return;
        }
        if (exitCode == EXIT_INFEASIBLE)
        {
            return;
        }
        double worst = 0;
        for (const auto& [name, residual] : answer.at("residuals").items())
        {
            worst = std::max(worst, residual.is_null() ? HUGE_VAL : residual.get<double>());
        }
        if ((status == "infeasible") != (worst > DMA_FEASIBILITY_TOLERANCE))
        {
            Blame("status", Describe(status, ", ", worst));
        }
        if (status == "optimal" && answer.at("gap").get<double>() > 1e-6)
        {
            Blame("gap", answer.at("gap").dump());
        }
    }
};

} // namespace

FuzzInstance
MakeDmaFuzz(uint64_t seed, uint64_t number)
{
    RandomStream random(seed ^ 0xd3af1000, number);
    return MakeFuzz(random, &MakeValid);
}

std::vector<Fault>
CheckDmaInstance(const std::string& text, Magnitude magnitude, Statistics& statistics)
{
    return DmaChecker(text, magnitude, statistics).Run();
}

} // namespace fuzz
} // namespace fl
} // namespace ns3
