/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-global-model.h"

#include "ns3/fl-error.h"

#include <utility>

namespace ns3
{
namespace fl
{

void
GlobalModel::Initialize(std::shared_ptr<const LearningTask> task,
                        std::unique_ptr<Aggregator> aggregator,
                        SumOrder order)
{
    m_task = std::move(task);
    m_order = order;
    if (m_task->model)
    {
        m_parameters = m_task->model->InitialParameters(m_task->seed);
        m_aggregator = std::move(aggregator);
        m_aggregator->Begin(m_task->model->ParameterCount());
    }
}

bool
GlobalModel::IsInitialized() const
{
    return m_task != nullptr;
}

void
GlobalModel::Dispose()
{
    m_task = nullptr;
    m_aggregator = nullptr;
    m_encoded = nullptr;
}

uint32_t
GlobalModel::GetVersion() const
{
    return m_version;
}

const Eigen::VectorXf&
GlobalModel::GetParameters() const
{
    return m_parameters;
}

void
GlobalModel::Encode()
{
    if (m_task->model)
    {
        m_encoded = std::make_shared<const Payload>(fl::Encode(m_task->encoding, m_parameters));
    }
}

const std::shared_ptr<const Payload>&
GlobalModel::GetEncoded() const
{
    return m_encoded;
}

bool
GlobalModel::NeedsBase() const
{
    return m_aggregator && m_aggregator->TakesDifferences();
}

Eigen::VectorXf
GlobalModel::DecodePayload(const Payload& payload) const
{
    return Decode(m_task->encoding,
                  payload.GetData(),
                  payload.GetSize(),
                  m_task->model->ParameterCount());
}

void
GlobalModel::Collect(const WorkOrder& order,
                     const DeviceProfile& profile,
                     const Message& message,
                     const WorkReport& report,
                     const Payload* base)
{
    if (report.baseVersion != order.baseVersion)
    {
        throw InvalidInput(
            Describe("base version = ", report.baseVersion, ": must be ", order.baseVersion));
    }
    if (m_task->model)
    {
        const uint32_t most = order.samples > 0 ? order.samples : profile.samples;
        if (report.samples == 0 || report.samples > most)
        {
            throw InvalidInput(Describe("samples = ", report.samples, ": must be in 1..", most));
        }
        if (!message.payload)
        {
            throw InvalidInput("update without parameters: must hold the model's");
        }
        Eigen::VectorXf parameters = DecodePayload(*message.payload);
        if (NeedsBase())
        {
            parameters -= DecodePayload(*base);
        }
        if (m_order == SumOrder::DEVICE)
        {
            m_kept[order.device] = {std::move(parameters),
                                    static_cast<double>(report.samples),
                                    order.server,
                                    report.iterations};
        }
        else
        {
            m_aggregator->Add({parameters,
                               static_cast<double>(report.samples),
                               m_version - order.baseVersion,
                               order.device});
        }
    }
    else if (message.virtualBytes != m_task->statedBytes)
    {
        throw InvalidInput(
            Describe("update of ", message.virtualBytes, " bytes: must be ", m_task->statedBytes));
    }
    ++m_nCollected;
}

uint32_t
GlobalModel::GetNCollected() const
{
    return m_nCollected;
}

void
GlobalModel::Discard()
{
    if (m_aggregator)
    {
        m_aggregator->Begin(m_task->model->ParameterCount());
    }
    m_kept.clear();
    m_nCollected = 0;
}

std::map<DeviceId, KeptUpdate>
GlobalModel::TakeUpdates()
{
    return std::exchange(m_kept, {});
}

void
GlobalModel::Adopt(Eigen::VectorXf parameters)
{
    m_parameters = std::move(parameters);
    Encode();
    ++m_version;
    Discard();
}

uint32_t
GlobalModel::Aggregate()
{
    if (m_nCollected == 0)
    {
        return 0;
    }
    if (m_aggregator)
    {
        for (const auto& [device, kept] : m_kept)
        {
            m_aggregator->Add({kept.parameters, kept.samples, 0, device});
        }
        m_kept.clear();
        m_aggregator->Finish(m_parameters);
        m_aggregator->Begin(m_task->model->ParameterCount());
        Encode();
    }
    ++m_version;
    return std::exchange(m_nCollected, 0);
}

void
GlobalModel::Evaluate(RoundRecord& record) const
{
    if (m_task->model && m_task->test)
    {
        const auto evaluation =
            fl::Evaluate(*m_task->model, m_parameters, *m_task->test, m_task->pool.get());
        record.loss = evaluation.loss;
        record.accuracy = evaluation.accuracy;
    }
}

} // namespace fl
} // namespace ns3
