/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-lte-radio-control.h"

#include "fl-lte-rate-model.h"
#include "fl-lte-ue-energy-model.h"

#include "ns3/fl-error.h"
#include "ns3/fl-gain-report.h"
#include "ns3/log.h"
#include "ns3/lte-enb-phy.h"
#include "ns3/lte-enb-rrc.h"
#include "ns3/lte-spectrum-phy.h"
#include "ns3/lte-spectrum-signal-parameters.h"
#include "ns3/lte-ue-phy.h"
#include "ns3/lte-ue-rrc.h"
#include "ns3/mobility-model.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-channel.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlLteRadioControl");

NS_OBJECT_ENSURE_REGISTERED(LteRadioControl);

namespace
{

constexpr int64_t SUBFRAME_NS = 1000000; //!< a transmission time interval (TTI) [ns]
/// Power changes this long before a subframe begins [ns]: the PSD of all transmissions in the one
/// before, sounding included, is set already.
constexpr int64_t LEAD_NS = 20000;
/// Stands for a power of 0 W [dBm].
constexpr double NO_POWER_DBM = -300;

/**
 * @param watt power [W]
 * @return the same [dBm]; NO_POWER_DBM if it is not positive
 */
double
DbmOfWatt(double watt)
{
    return watt > 0 ? 10 * std::log10(watt * 1e3) : NO_POWER_DBM;
}

/**
 * @param dbm power [dBm]
 * @return the same [W]
 */
double
WattOfDbm(double dbm)
{
    return 1e-3 * std::pow(10, dbm / 10);
}

/**
 * @param noiseFigureDb of the receiver [dB]
 * @return kT and the receiver's noise figure [W/Hz], as LteSpectrumValueHelper
 */
double
NoiseWPerHz(double noiseFigureDb)
{
    return WattOfDbm(-174 + noiseFigureDb);
}

} // namespace

TypeId
LteRadioControl::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::LteRadioControl")
                            .SetParent<RadioControl>()
                            .SetGroupName("Fl")
                            .AddConstructor<LteRadioControl>()
                            .AddAttribute("CellId",
                                          "Number of the cell in plans and states",
                                          UintegerValue(0),
                                          MakeUintegerAccessor(&LteRadioControl::m_cell),
                                          MakeUintegerChecker<uint32_t>());
    return tid;
}

LteRadioControl::LteRadioControl() = default;

LteRadioControl::~LteRadioControl() = default;

void
LteRadioControl::DoDispose()
{
    m_devices.clear();
    m_byPhy.clear();
    m_enb = nullptr;
    m_scheduler = nullptr;
    m_loss[0] = nullptr;
    m_loss[1] = nullptr;
    RadioControl::DoDispose();
}

void
LteRadioControl::SetCell(Ptr<LteEnbNetDevice> enb,
                         Ptr<LteFlScheduler> scheduler,
                         Ptr<PropagationLossModel> uplinkLoss,
                         Ptr<PropagationLossModel> downlinkLoss)
{
    m_enb = enb;
    m_scheduler = scheduler;
    m_scheduler->SetUlBandwidth(enb->GetUlBandwidth());
    m_loss[static_cast<size_t>(Direction::UPLINK)] = uplinkLoss;
    m_loss[static_cast<size_t>(Direction::DOWNLINK)] = downlinkLoss;
    enb->GetRrc()->TraceConnectWithoutContext(
        "ConnectionEstablished",
        MakeCallback(&LteRadioControl::ConnectionEstablished, this));
    enb->GetPhy()->GetUplinkSpectrumPhy()->GetChannel()->TraceConnectWithoutContext(
        "TxSigParams",
        MakeCallback(&LteRadioControl::Sent, this));
}

DeviceId
LteRadioControl::Add(Ptr<LteUeNetDevice> ue, double maxTxPowerW)
{
    const auto id = static_cast<DeviceId>(m_devices.size());
    Device device;
    device.ue = ue;
    device.maxTxPowerW = maxTxPowerW;
    device.planned.uplinkW = maxTxPowerW;
    device.circuit = CreateObject<LteUeEnergyModel>();
    device.circuit->SetDevice(ue);
    m_devices.push_back(device);
    m_byPhy[PeekPointer(ue->GetPhy()->GetUplinkSpectrumPhy())] = id;
    ue->GetPhy()->SetTxPower(DbmOfWatt(maxTxPowerW));
    return id;
}

void
LteRadioControl::DrawFrom(Ptr<EnergySource> source)
{
    for (const auto& device : m_devices)
    {
        if (device.ue->GetNode() == source->GetNode())
        {
            device.circuit->SetEnergySource(source);
            source->AppendDeviceEnergyModel(device.circuit);
        }
    }
}

Ptr<LteFlScheduler>
LteRadioControl::GetScheduler() const
{
    return m_scheduler;
}

Ptr<LteUeNetDevice>
LteRadioControl::GetDevice(DeviceId device) const
{
    return m_devices.at(device).ue;
}

uint16_t
LteRadioControl::GetRnti(DeviceId device) const
{
    const auto rrc = m_devices.at(device).ue->GetRrc();
    return rrc->GetState() == LteUeRrc::CONNECTED_NORMALLY ? rrc->GetRnti() : 0;
}

double
LteRadioControl::GetDataEnergyJ(DeviceId device) const
{
    return m_devices.at(device).dataJ;
}

double
LteRadioControl::DoGetRadiatedEnergyJ(DeviceId device) const
{
    return m_devices.at(device).dataJ + m_devices.at(device).soundingJ;
}

double
LteRadioControl::DoGetCircuitEnergyJ(DeviceId device) const
{
    return m_devices.at(device).circuit->GetCircuitEnergyJ();
}

uint32_t
LteRadioControl::DoGetNDevices() const
{
    return m_devices.size();
}

GrantLimits
LteRadioControl::GetLimits() const
{
    GrantLimits limits;
    limits.cell = m_cell;
    const uint32_t blocks = m_enb->GetDlBandwidth();
    const uint32_t groupSize = LteGroupSize(blocks);
    const double downlinkBlocks = (blocks / groupSize - 1) * groupSize;
    limits.state.uplinkBandwidthHz = m_scheduler->GetNPlannedBlocks() * LTE_BLOCK_HZ;
    limits.state.downlinkBandwidthHz = downlinkBlocks * LTE_BLOCK_HZ;
    limits.state.downlinkTxPowerW =
        WattOfDbm(m_enb->GetPhy()->GetTxPower()) * downlinkBlocks / blocks;
    limits.state.noiseWPerHz = NoiseWPerHz(m_enb->GetPhy()->GetNoiseFigure());
    for (const auto& device : m_devices)
    {
        limits.maxTxPowerW.push_back(device.maxTxPowerW);
    }
    return limits;
}

void
LteRadioControl::DoReport(SystemState& state) const
{
    state.cells.assign(m_cell + 1, CellState());
    state.cells[m_cell] = GetLimits().state;
    CellLinks links;
    links.cell = m_cell;
    links.uplink = m_loss[static_cast<size_t>(Direction::UPLINK)];
    links.downlink = m_loss[static_cast<size_t>(Direction::DOWNLINK)];
    links.station = m_enb->GetNode();
    for (const auto& device : m_devices)
    {
        links.devices.push_back(device.ue->GetNode());
    }
    ReportGains(links, state);
}

std::vector<LtePlannedUe>
LteRadioControl::Quotas(const Plan& plan) const
{
    const auto limits = GetLimits();
    const auto grants = CheckedDeviceGrants(plan, limits);
    std::vector<LtePlannedUe> quotas(m_devices.size());
    for (DeviceId id = 0; id < m_devices.size(); ++id)
    {
        const Grant& uplink = grants[id].byDirection[0];
        quotas[id].uplink = uplink.bandwidthHz / LTE_BLOCK_HZ;
        quotas[id].uplinkHz = uplink.startHz;
        quotas[id].uplinkW = uplink.bandwidthHz > 0 ? uplink.txPowerW : m_devices[id].maxTxPowerW;
    }
    // UEs without a downlink grant are left to the inner scheduler: only the plan's own count.
    for (const auto& owned : CheckedGrants(plan, Direction::DOWNLINK, limits))
    {
        const double dueW = owned.grant.bandwidthHz / limits.state.downlinkBandwidthHz *
                            limits.state.downlinkTxPowerW;
        if (std::abs(owned.grant.txPowerW - dueW) > 1e-6 * dueW)
        {
            throw InvalidInput(Describe("device ",
                                        owned.device,
                                        ": downlink grant's txPowerW = ",
                                        owned.grant.txPowerW,
                                        ": must be ",
                                        dueW,
                                        ", since the LTE base station sends all blocks with the "
                                        "same power"));
        }
        const uint32_t groupSize = LteGroupSize(m_enb->GetDlBandwidth());
        quotas[owned.device].downlink = owned.grant.bandwidthHz / (LTE_BLOCK_HZ * groupSize);
        quotas[owned.device].downlinkHz = owned.grant.startHz;
    }
    return quotas;
}

void
LteRadioControl::DoApply(const Plan& plan)
{
    NS_LOG_FUNCTION(this << plan.orders.size());
    const auto quotas = Quotas(plan);
    std::vector<double> powerW;
    for (DeviceId id = 0; id < m_devices.size(); ++id)
    {
        m_devices[id].planned = quotas[id];
        powerW.push_back(quotas[id].uplinkW);
    }
    // In the middle of a subframe, so that the first decision by the plan is well defined.
    const int64_t clockNs = Simulator::Now().GetNanoSeconds();
    const int64_t pushNs =
        (clockNs + SUBFRAME_NS / 2) / SUBFRAME_NS * SUBFRAME_NS + SUBFRAME_NS / 2;
    const int64_t airNs =
        pushNs + SUBFRAME_NS / 2 + SUBFRAME_NS * LteFlScheduler::AIR_DELAY_TTIS - LEAD_NS;
    Simulator::Schedule(NanoSeconds(pushNs - clockNs), &LteRadioControl::PushPlan, this);
    Simulator::Schedule(NanoSeconds(airNs - clockNs), &LteRadioControl::SwitchPower, this, powerW);
}

void
LteRadioControl::PushPlan()
{
    if (!m_scheduler)
    {
        return;
    }
    std::vector<LtePlannedUe> ues;
    for (DeviceId id = 0; id < m_devices.size(); ++id)
    {
        LtePlannedUe ue = m_devices[id].planned;
        ue.rnti = GetRnti(id);
        if (ue.rnti != 0)
        {
            ues.push_back(ue);
        }
    }
    m_scheduler->SetPlan(ues);
}

void
LteRadioControl::SwitchPower(const std::vector<double>& powerW)
{
    for (DeviceId id = 0; id < m_devices.size(); ++id)
    {
        m_devices[id].ue->GetPhy()->SetTxPower(DbmOfWatt(powerW[id]));
        const uint16_t rnti = GetRnti(id);
        if (rnti != 0)
        {
            m_scheduler->SetAirPowerW(rnti, powerW[id]);
        }
    }
}

void
LteRadioControl::ConnectionEstablished(uint64_t imsi, uint16_t, uint16_t rnti)
{
    for (auto& device : m_devices)
    {
        if (device.ue->GetImsi() == imsi)
        {
            m_scheduler->SetAirPowerW(rnti, WattOfDbm(device.ue->GetPhy()->GetTxPower()));
        }
    }
    // The UE's own state follows within the subframe.
    Simulator::Schedule(NanoSeconds(SUBFRAME_NS / 2), &LteRadioControl::PushPlan, this);
}

void
LteRadioControl::Sent(Ptr<SpectrumSignalParameters> signal)
{
    const auto found = m_byPhy.find(PeekPointer(signal->txPhy));
    if (found == m_byPhy.end())
    {
        return;
    }
    Device& device = m_devices[found->second];
    const auto data = DynamicCast<LteSpectrumSignalParametersDataFrame>(signal);
    const bool sounding = !data && DynamicCast<LteSpectrumSignalParametersUlSrsFrame>(signal);
    // Control without data has no spectrum in ns-3 (PUCCH is ideal).
    if (sounding || (data && data->packetBurst))
    {
        const double powerW = Integral(*signal->psd);
        (sounding ? device.soundingJ : device.dataJ) += powerW * signal->duration.GetSeconds();
        device.circuit->NotifySent(signal->duration, powerW);
    }
}

std::unique_ptr<const RateModel>
LteRadioControl::DoMakeRateModel(const SystemState& state,
                                 const Plan& plan,
                                 const TransportProfile& transport) const
{
    LteRateModel::Cell cell;
    cell.cell = m_cell;
    cell.uplinkBlocks = m_scheduler->GetNPlannedBlocks();
    cell.downlinkBlocks = m_enb->GetDlBandwidth();
    cell.downlinkTxPowerW = WattOfDbm(m_enb->GetPhy()->GetTxPower());
    cell.uplinkNoiseWPerHz = NoiseWPerHz(m_enb->GetPhy()->GetNoiseFigure());
    for (DeviceId id = 0; id < m_devices.size(); ++id)
    {
        cell.rntis.push_back(GetRnti(id));
        cell.downlinkNoiseWPerHz.push_back(
            NoiseWPerHz(m_devices[id].ue->GetPhy()->GetNoiseFigure()));
    }
    return std::make_unique<LteRateModel>(cell, state, plan, transport);
}

} // namespace fl
} // namespace ns3
