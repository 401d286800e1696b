/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-phy-uploads.h"

#include "fl-first-phases.h"

#include "ns3/fl-predictor.h"

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace ns3
{
namespace fl
{

namespace
{

/// JSON whose members keep the order in which they were added.
using Json = nlohmann::ordered_json;

/**
 * @param value a prediction; infinite if the upload never ends
 * @return the value, or ABSENT in place of an infinite one
 */
double
Finite(double value)
{
    return std::isfinite(value) ? value : ABSENT;
}

/**
 * @param errors relative, of predictions against measurements
 * @return an object of their mean and the largest one
 */
Json
ToJson(const PredictionErrors& errors)
{
    return {{"mean", errors.sample.Mean()}, {"largest", errors.largest}};
}

} // namespace

void
PredictionErrors::Add(double measured, double predicted)
{
    if (!std::isfinite(measured) || !std::isfinite(predicted) || !(measured > 0))
    {
        return;
    }
    const double error = std::abs(predicted / measured - 1);
    sample.Add(error);
    largest = std::fmax(largest, error);
}

const char PhyUploads::HEADER[] =
    "phy,run,round,device,bandwidth_hz,tx_power_w,payload_bits,"
    "predicted_upload_s,shannon_upload_s,upload_s,"
    "predicted_energy_radio_j,shannon_energy_radio_j,energy_radio_j,predicted_energy_j,energy_j\n";

const char PhyUploads::HEADER_TEXT[] =
    "Mean absolute errors of predictions, by the PHY's own model and by Shannon's formula:\n"
    "phy    uploads   upload time: own   Shannon   radiated energy: own   Shannon\n";

PhyUploads::PhyUploads(const std::string& phy, OutputFile& table)
    : m_phy(phy),
      m_table(table)
{
}

void
PhyUploads::Watch(uint32_t run, Ptr<Coordinator> coordinator)
{
    m_run = run;
    m_shannon.clear();
    coordinator->TraceConnectWithoutContext("RoundBegin",
                                            MakeCallback(&PhyUploads::BeginRound, this));
    coordinator->TraceConnectWithoutContext("RoundEnd", MakeCallback(&PhyUploads::EndRound, this));
}

const std::string&
PhyUploads::GetPhy() const
{
    return m_phy;
}

void
PhyUploads::BeginRound(const SystemState& state, const Plan& plan, const Outcome&)
{
    // The PHY's own prediction is in the record when the round ends.
    m_shannon.assign(state.profiles.size(), {});
    for (auto& work : Predictor::Predict(state, plan, ShannonRateModel()).work)
    {
        m_shannon.at(work.device) = work;
    }
}

void
PhyUploads::EndRound(const RoundRecord& record)
{
    for (const auto& work : record.ended)
    {
        if (!record.aborted && work.measured.status == WorkStatus::MERGED)
        {
            AddWork(work);
        }
    }
}

void
PhyUploads::AddWork(const WorkRecord& work)
{
    const auto& measured = work.measured;
    const auto& own = work.predicted;
    const auto& shannon = m_shannon.at(work.order.device);
    const auto* upload = FirstTransfer(work.order, Direction::UPLINK);
    const bool granted = upload && upload->grant;
    m_row.Add(m_phy.c_str()).Add(m_run).Add(work.order.round).Add(work.order.device);
    m_row.Add(granted ? upload->grant->bandwidthHz : ABSENT)
        .Add(granted ? upload->grant->txPowerW : ABSENT)
        .Add(measured.payloadBits);
    m_row.Add(Finite(own.uploadS)).Add(Finite(shannon.uploadS)).Add(measured.uploadS);
    m_row.Add(Finite(own.radioEnergyJ))
        .Add(Finite(shannon.radioEnergyJ))
        .Add(measured.radioEnergyJ);
    m_row.Add(Finite(own.EnergyJ())).Add(measured.EnergyJ());
    m_table.Write(m_row.Finish());

    ++m_uploads;
    m_ownTime.Add(measured.uploadS, own.uploadS);
    m_shannonTime.Add(measured.uploadS, shannon.uploadS);
    m_ownRadiated.Add(measured.radioEnergyJ, own.radioEnergyJ);
    m_shannonRadiated.Add(measured.radioEnergyJ, shannon.radioEnergyJ);
    m_ownEnergy.Add(measured.EnergyJ(), own.EnergyJ());
}

Json
PhyUploads::ToJson() const
{
    Json json;
    json["uploads"] = m_uploads;
    json["upload_prediction_error"] = fl::ToJson(m_ownTime);
    json["upload_shannon_error"] = fl::ToJson(m_shannonTime);
    json["energy_radio_prediction_error"] = fl::ToJson(m_ownRadiated);
    json["energy_radio_shannon_error"] = fl::ToJson(m_shannonRadiated);
    json["energy_prediction_error"] = fl::ToJson(m_ownEnergy);
    return json;
}

std::string
PhyUploads::ToText() const
{
    const auto percent = [](const PredictionErrors& errors) {
        char text[32] = "-";
        if (errors.sample.GetN() > 0)
        {
            std::snprintf(text, sizeof(text), "%.1f %%", 100 * errors.sample.Mean());
        }
        return std::string(text);
    };
    char text[256];
    std::snprintf(text,
                  sizeof(text),
                  "%-6s %7u   %16s   %7s   %20s   %7s\n",
                  m_phy.c_str(),
                  m_uploads,
                  percent(m_ownTime).c_str(),
                  percent(m_shannonTime).c_str(),
                  percent(m_ownRadiated).c_str(),
                  percent(m_shannonRadiated).c_str());
    return text;
}

} // namespace fl
} // namespace ns3
