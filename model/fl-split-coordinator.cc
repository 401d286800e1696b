/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-split-coordinator.h"

#include "fl-client.h"
#include "fl-server.h"

#include "ns3/double.h"
#include "ns3/fl-error.h"
#include "ns3/fl-mean-gradient.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-round-plan.h"
#include "ns3/fl-split-learner.h"
#include "ns3/node.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(SplitCoordinator);

TypeId
SplitCoordinator::GetTypeId()
{
    static TypeId tid =
        TypeId("ns3::fl::SplitCoordinator")
            .SetParent<SyncCoordinator>()
            .SetGroupName("Fl")
            .AddConstructor<SplitCoordinator>()
            .AddAttribute("EmbeddingPart",
                          "Part of a device's cycles per sample that its embedding takes; the head "
                          "takes the rest",
                          DoubleValue(0.5),
                          MakeDoubleAccessor(&SplitCoordinator::m_embeddingPart),
                          MakeDoubleChecker<double>(0, 1))
            .AddAttribute("ForwardCycles",
                          "CPU cycles of the server per sample for the encoder's forward pass",
                          DoubleValue(2e5),
                          MakeDoubleAccessor(&SplitCoordinator::m_forwardCycles),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("BackwardCycles",
                          "CPU cycles of the server per sample for the encoder's backward pass, "
                          "with the forward pass if that is done again",
                          DoubleValue(6e5),
                          MakeDoubleAccessor(&SplitCoordinator::m_backwardCycles),
                          MakeDoubleChecker<double>(0))
            .AddAttribute("ServerCpu",
                          "CPU frequency of the server [Hz], which concurrent orders share; that "
                          "of the Processor which FederationHelper installs",
                          DoubleValue(1e10),
                          MakeDoubleAccessor(&SplitCoordinator::m_serverCpuHz),
                          MakeDoubleChecker<double>(1));
    return tid;
}

const std::vector<Evaluation>&
SplitCoordinator::GetEvaluations() const
{
    return m_evaluations;
}

void
SplitCoordinator::DoInitialize(GlobalModel& model)
{
    if (GetRule() != "mean")
    {
        throw InvalidInput(Describe("SplitCoordinator: Rule ",
                                    GetRule(),
                                    ": must be mean, as Wang et al. have it"));
    }
    const auto& task = m_tasks.front();
    m_jobs = std::dynamic_pointer_cast<SplitJobs>(task->jobs);
    if (!m_jobs || task->model.get() != &m_jobs->GetModel().Global() || !task->train ||
        task->encoding != Encoding::FLOAT32)
    {
        throw std::logic_error("ns3::fl::SplitCoordinator: must have a LearningTask whose jobs are "
                               "SplitJobs, whose model is their global one in float32, and with "
                               "training data");
    }
    m_split = m_jobs->Describe(*task->train);
    m_split.embeddingPart = m_embeddingPart;
    m_split.forwardCycles = m_forwardCycles;
    m_split.backwardCycles = m_backwardCycles;
    m_split.serverCpuHz = m_serverCpuHz;
    const auto processor = m_server->GetNode()->GetObject<Processor>();
    if (!processor || processor->GetMaxHz() < m_serverCpuHz)
    {
        throw InvalidInput(
            Describe("ns3::fl::SplitCoordinator: ServerCpu = ",
                     m_serverCpuHz,
                     " Hz: must be at most that of a Processor on the server's node, ",
                     processor ? processor->GetMaxHz() : 0));
    }
    model.Initialize(task,
                     std::make_unique<MeanGradient>(m_jobs->GetModel().adapterStep,
                                                    m_jobs->GetModel().SharedCount()),
                     GlobalModel::SumOrder::DEVICE);
}

void
SplitCoordinator::DoDescribe(SystemState& state) const
{
    DescribeSplit(m_split, state);
}

bool
SplitCoordinator::DoMergesLate() const
{
    return false;
}

void
SplitCoordinator::DoEvaluate(const GlobalModel& model, RoundRecord& record)
{
    const auto& task = *m_tasks.front();
    if (!task.test || GetNDevices() == 0)
    {
        return;
    }
    const uint32_t number = 0; // of the only task
    std::vector<std::shared_ptr<const JobState>> states;
    std::vector<const PersonalHead*> heads;
    for (const auto& client : m_clients)
    {
        states.push_back(client ? client->GetJobStateOf(number) : nullptr);
        heads.push_back(&m_jobs->HeadOf(states.back().get()));
    }
    m_evaluations = EvaluateSplit(m_jobs->GetModel(),
                                  model.GetParameters(),
                                  std::move(heads),
                                  *task.test,
                                  task.pool.get());
    record.loss = 0;
    record.accuracy = 0;
    record.deviceAccuracy.clear();
    for (const auto& evaluation : m_evaluations)
    {
        record.loss += evaluation.loss / GetNDevices();
        record.accuracy += evaluation.accuracy / GetNDevices();
        record.deviceAccuracy.push_back(evaluation.accuracy);
    }
}

} // namespace fl
} // namespace ns3
