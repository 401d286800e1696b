/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-fdma-cells-control.h"

#include "fl-fdma-rate-model.h"

#include "ns3/fl-error.h"
#include "ns3/fl-transfer-grants.h"
#include "ns3/log.h"
#include "ns3/uinteger.h"

#include <cmath>
#include <utility>

namespace ns3
{
namespace fl
{

NS_LOG_COMPONENT_DEFINE("FlFdmaCellsControl");

NS_OBJECT_ENSURE_REGISTERED(FdmaCellsControl);

namespace
{

/**
 * @param plan a plan for several cells
 * @param cell index of one
 * @return what concerns that cell: orders that transfer something in it, without the transfers in
 *         others
 */
Plan
PartOf(const Plan& plan, uint32_t cell)
{
    Plan part;
    for (const auto& order : plan.orders)
    {
        WorkOrder here = order;
        here.phases.clear();
        bool transfers = false;
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (transfer && CellOf(*transfer) != cell)
            {
                continue;
            }
            transfers = transfers || transfer;
            here.phases.push_back(phase);
        }
        if (transfers)
        {
            part.orders.push_back(std::move(here));
        }
    }
    return part;
}

/// Predicts each transfer with the model of its cell.
class CellsRateModel : public RateModel
{
  public:
    /// @param models by cell
    explicit CellsRateModel(std::vector<FdmaRateModel> models)
        : m_models(std::move(models))
    {
    }

    double RateBps(const SystemState& state, DeviceId device, const Grant& grant) const override
    {
        return m_models.at(grant.cell).RateBps(state, device, grant);
    }

    TransferTime Transfer(const SystemState& state,
                          DeviceId device,
                          const Grant& grant,
                          double payloadBits) const override
    {
        return m_models.at(grant.cell).Transfer(state, device, grant, payloadBits);
    }

  private:
    std::vector<FdmaRateModel> m_models; //!< by cell
};

} // namespace

TypeId
FdmaCellsControl::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::FdmaCellsControl")
                            .SetParent<RadioControl>()
                            .SetGroupName("Fl")
                            .AddConstructor<FdmaCellsControl>();
    return tid;
}

FdmaCellsControl::FdmaCellsControl() = default;

FdmaCellsControl::~FdmaCellsControl() = default;

void
FdmaCellsControl::DoDispose()
{
    m_cells.clear();
    m_medium = nullptr;
    RadioControl::DoDispose();
}

void
FdmaCellsControl::SetMedium(Ptr<FdmaMedium> medium)
{
    m_medium = medium;
}

void
FdmaCellsControl::Add(Ptr<FdmaRadioControl> cell)
{
    if (!m_cells.empty() && cell->GetNDevices() != GetNDevices())
    {
        throw InvalidInput(Describe("cell ",
                                    m_cells.size(),
                                    ": ",
                                    cell->GetNDevices(),
                                    " devices: must have the ",
                                    GetNDevices(),
                                    " of the other cells"));
    }
    cell->SetAttribute("CellId", UintegerValue(m_cells.size()));
    m_cells.push_back(cell);
}

Ptr<FdmaRadioControl>
FdmaCellsControl::GetCell(uint32_t cell) const
{
    return m_cells.at(cell);
}

Ptr<FdmaMedium>
FdmaCellsControl::GetMedium() const
{
    return m_medium;
}

uint32_t
FdmaCellsControl::GetNCells() const
{
    return m_cells.size();
}

uint32_t
FdmaCellsControl::DoGetNDevices() const
{
    return m_cells.empty() ? 0 : m_cells[0]->GetNDevices();
}

double
FdmaCellsControl::DoGetLinkHeaderBytes() const
{
    return m_cells.at(0)->GetLinkHeaderBytes();
}

double
FdmaCellsControl::DoGetRadiatedEnergyJ(DeviceId device) const
{
    double sumJ = 0;
    for (const auto& cell : m_cells)
    {
        sumJ += cell->GetRadiatedEnergyJ(device);
    }
    return sumJ;
}

double
FdmaCellsControl::DoGetStationEnergyJ(DeviceId device) const
{
    double sumJ = 0;
    for (const auto& cell : m_cells)
    {
        sumJ += cell->GetStationEnergyJ(device);
    }
    return sumJ;
}

void
FdmaCellsControl::DoApply(const Plan& plan)
{
    NS_LOG_FUNCTION(this << plan.orders.size());
    for (const auto& order : plan.orders)
    {
        for (const auto& phase : order.phases)
        {
            const auto* transfer = std::get_if<Transfer>(&phase);
            if (transfer && CellOf(*transfer) >= m_cells.size())
            {
                throw InvalidInput(Describe("device ",
                                            order.device,
                                            ": ",
                                            ToString(transfer->direction),
                                            " transfer in cell ",
                                            CellOf(*transfer),
                                            ": must be below ",
                                            m_cells.size()));
            }
        }
    }
    std::vector<Plan> parts;
    for (uint32_t cell = 0; cell < m_cells.size(); ++cell)
    {
        parts.push_back(PartOf(plan, cell));
        m_cells[cell]->Check(parts.back());
    }
    for (uint32_t cell = 0; cell < m_cells.size(); ++cell)
    {
        m_cells[cell]->Apply(parts[cell]);
    }
}

void
FdmaCellsControl::DoReport(SystemState& state) const
{
    state.cells.clear();
    std::vector<const CellLinks*> links;
    for (const auto& cell : m_cells)
    {
        state.cells.push_back(cell->GetCellState());
        links.push_back(&cell->GetLinks());
    }
    const double subChannelHz = m_medium->GetSubChannelHz();
    SubChannels subChannels;
    subChannels.fading = m_medium->GetFading();
    if (!std::isinf(subChannelHz) && !state.cells.empty())
    {
        // The last one may be cut short by the end of the band.
        subChannels.count = static_cast<uint32_t>(
            std::ceil(state.cells[0].uplinkBandwidthHz / subChannelHz * (1 - GRANT_ROUND_OFF)));
    }
    ReportCellGains(links, subChannels, state);
}

std::unique_ptr<const RateModel>
FdmaCellsControl::DoMakeRateModel(const SystemState& /* state */,
                                  const Plan& plan,
                                  const TransportProfile& transport) const
{
    std::vector<BandOffset> offsets;
    for (const auto& cell : m_cells)
    {
        offsets.push_back(cell->GetChannel()->GetBandOffset());
    }
    const auto interference =
        std::make_shared<const PlannedInterference>(plan,
                                                    std::move(offsets),
                                                    m_medium->GetSubChannelHz());
    std::vector<FdmaRateModel> models;
    for (uint32_t i = 0; i < m_cells.size(); ++i)
    {
        const Plan part = PartOf(plan, i);
        auto cell = m_cells[i]->GetRateModelCell(part);
        cell.interference = interference;
        models.emplace_back(std::move(cell), part, transport);
    }
    return std::make_unique<CellsRateModel>(std::move(models));
}

} // namespace fl
} // namespace ns3
