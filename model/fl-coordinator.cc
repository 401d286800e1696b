/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-coordinator.h"

#include "fl-client.h"
#include "fl-optimizer.h"

#include "ns3/boolean.h"
#include "ns3/pointer.h"

namespace ns3
{
namespace fl
{

NS_OBJECT_ENSURE_REGISTERED(Coordinator);

TypeId
Coordinator::GetTypeId()
{
    static TypeId tid = TypeId("ns3::fl::Coordinator")
                            .SetParent<Object>()
                            .SetGroupName("Fl")
                            .AddAttribute("Optimizer",
                                          "Who decides what each device does",
                                          PointerValue(),
                                          MakePointerAccessor(&Coordinator::SetOptimizer,
                                                              &Coordinator::GetOptimizer),
                                          MakePointerChecker<Optimizer>())
                            .AddAttribute("RadioControl",
                                          "The hand on the cell's radio; none: links are as they "
                                          "are, and a plan's grants are not enforced",
                                          PointerValue(),
                                          MakePointerAccessor(&Coordinator::SetRadioControl,
                                                              &Coordinator::GetRadioControl),
                                          MakePointerChecker<RadioControl>())
                            .AddAttribute("StopSimulation",
                                          "Whether FederationHelper stops the simulation when this "
                                          "coordinator and all others in it are finished; false in "
                                          "one of them: it goes on",
                                          BooleanValue(true),
                                          MakeBooleanAccessor(&Coordinator::m_stopSimulation),
                                          MakeBooleanChecker())
                            .AddTraceSource("Finished",
                                            "Nothing more will happen, unless the server is "
                                            "started again: why",
                                            MakeTraceSourceAccessor(&Coordinator::m_finishedTrace),
                                            "ns3::fl::Coordinator::FinishedCallback");
    return tid;
}

void
Coordinator::DoDispose()
{
    m_server = nullptr;
    m_task = nullptr;
    m_radio = nullptr;
    m_optimizer = nullptr;
    m_clients.clear();
    Object::DoDispose();
}

void
Coordinator::SetServer(Server* server)
{
    m_server = server;
}

void
Coordinator::SetTask(std::shared_ptr<const LearningTask> task)
{
    m_task = std::move(task);
}

void
Coordinator::AddDevice(const DeviceProfile& profile, Ptr<Client> client)
{
    profile.Validate(GetNDevices());
    m_profiles.push_back(profile);
    m_clients.push_back(client);
}

void
Coordinator::SetRadioControl(Ptr<RadioControl> radio)
{
    m_radio = radio;
}

Ptr<RadioControl>
Coordinator::GetRadioControl() const
{
    return m_radio;
}

void
Coordinator::SetOptimizer(Ptr<Optimizer> optimizer)
{
    m_optimizer = optimizer;
}

Ptr<Optimizer>
Coordinator::GetOptimizer() const
{
    return m_optimizer;
}

uint32_t
Coordinator::GetNDevices() const
{
    return static_cast<uint32_t>(m_profiles.size());
}

void
Coordinator::Start()
{
    m_finished = false;
    DoStart();
}

void
Coordinator::Stop()
{
    DoStop();
}

void
Coordinator::NotifyJoined(DeviceId device)
{
    DoNotifyJoined(device);
}

void
Coordinator::NotifyLeft(DeviceId device)
{
    DoNotifyLeft(device);
}

bool
Coordinator::NotifyUpdate(DeviceId device, const Message& message, const WorkReport& report)
{
    return DoNotifyUpdate(device, message, report);
}

std::shared_ptr<const LearningTask>
Coordinator::GetTask(uint32_t task) const
{
    return DoGetTask(task);
}

std::shared_ptr<const LearningTask>
Coordinator::DoGetTask(uint32_t) const
{
    return m_task;
}

void
Coordinator::NotifyPayload(DeviceId device, const Message& message)
{
    DoNotifyPayload(device, message);
}

void
Coordinator::DoNotifyPayload(DeviceId, const Message&)
{
}

void
Coordinator::NotifyServerData(uint32_t server, const Message& message)
{
    DoNotifyServerData(server, message);
}

void
Coordinator::DoNotifyServerData(uint32_t, const Message&)
{
}

void
Coordinator::NotifyFailed(DeviceId device, uint32_t task, uint32_t round)
{
    DoNotifyFailed(device, task, round);
}

bool
Coordinator::IsFinished() const
{
    return m_finished;
}

void
Coordinator::Finish(const std::string& reason)
{
    m_finished = true;
    m_finishedTrace(reason);
}

void
Coordinator::Interrupt(const std::string& reason)
{
    m_finishedTrace(reason);
}

double
Coordinator::GetRadiatedEnergyJ(DeviceId device) const
{
    return m_radio ? m_radio->GetRadiatedEnergyJ(device) : ABSENT;
}

double
Coordinator::GetEnergyJ() const
{
    double energyJ = 0;
    for (DeviceId device = 0; device < GetNDevices(); ++device)
    {
        if (m_clients[device])
        {
            energyJ += m_clients[device]->GetComputeEnergyJ();
        }
        if (m_radio)
        {
            energyJ += m_radio->GetRadiatedEnergyJ(device);
        }
    }
    return energyJ;
}

} // namespace fl
} // namespace ns3
