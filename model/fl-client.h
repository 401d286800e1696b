/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_CLIENT_H
#define FL_CLIENT_H

#include "fl-learning-task.h"

#include "ns3/application.h"
#include "ns3/event-id.h"
#include "ns3/fl-outcome.h"
#include "ns3/fl-processor.h"
#include "ns3/fl-transport.h"
#include "ns3/fl-work-codec.h"
#include "ns3/nstime.h"
#include "ns3/traced-callback.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * The device's end of federated learning: keeps a session with the server, and carries out the work
 * orders that come with a model: pauses, computation on the node's Processor, upload.
 *
 * Training runs on the task's thread pool from the event at which the simulated computation begins
 * to the one at which it ends; the event waits for it if it must, so that results do not depend on
 * threads. An idle client holds no model, no parameters and no buffers.
 *
 * A client that loses its session drops its work and connects again every ReconnectInterval, for as
 * long as it runs, is available and has power. The server resets the session of a device that it
 * has given up, but a reset may get lost, and a connection may come to stand at one end only. So a
 * client asks a server that is silent for KeepAlive, and gives up a session on which nothing comes
 * for twice that, until the server says BYE.
 */
class Client : public Application, public SessionHandler
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    Client();
    ~Client() override;

    /**
     * What it learns, as task number `id`.
     * @param id the task's number
     * @param task shared with the server
     * @param samples indices of its own samples in the task's training data
     */
    void SetTask(uint32_t id,
                 std::shared_ptr<const LearningTask> task,
                 std::vector<uint32_t> samples);
    /// @param processor what it computes on; by default the Processor aggregated to its node
    void SetProcessor(Ptr<Processor> processor);
    /// @param available false: goes away, dropping its work; true: comes back
    void SetAvailable(bool available);
    /// The battery is empty: all ends here and nothing is sent any more.
    void PowerOff();

    /// @return its number
    DeviceId GetDeviceId() const;
    /// @return energy of its computations so far [J]
    double GetComputeEnergyJ() const;
    /// @return what may be on its way to the server now, for predicting: no message tells it
    SendWindow GetSendWindow() const;
    /**
     * What the order that it has, or had last, took until now. For measuring; no message tells it.
     * @param order the order
     * @param sendS when the model's first byte left the server [s]
     * @param[in,out] outcome its times, compute energy, loss, samples and iterations are filled in;
     *                the status becomes BATTERY where it is LOST for that reason
     */
    void MeasureWork(const WorkOrder& order, double sendS, WorkOutcome& outcome) const;

    /// A step of a work order: device, order.
    using WorkCallback = void (*)(DeviceId, const WorkOrder&);
    /// A work order was dropped: device, order, why.
    using AbortedCallback = void (*)(DeviceId, const WorkOrder&, const std::string&);
    /// Something was dropped: why.
    using DroppedCallback = void (*)(DeviceId, const std::string&);

    // SessionHandler
    void SessionOpened(Ptr<Session> session) override;
    void MessageReceived(Ptr<Session> session, Message&& message) override;
    void MessageRefused(Ptr<Session> session,
                        WireError error,
                        const MessageHeader& header) override;
    void SessionClosed(Ptr<Session> session, CloseReason reason) override;

  protected:
    void DoDispose() override;

  private:
    /// What it learns.
    struct Task
    {
        uint32_t id{0};                           //!< number
        std::shared_ptr<const LearningTask> task; //!< shared
        std::vector<uint32_t> samples;            //!< its own
    };

    /// An order under way.
    struct Work
    {
        WorkOrder order;                           //!< what to do
        size_t phase{0};                           //!< which phase is next
        std::shared_ptr<const Payload> model;      //!< as received
        std::future<TrainingResult> training;      //!< from begin to end of the computation
        std::shared_ptr<std::atomic<bool>> cancel; //!< tells training to stop
        Processor::JobId job{0};                   //!< the computation; 0: none
        EventId pause;                             //!< end of a pause
        std::shared_ptr<const Payload> update;     //!< to be sent
        Time expectedUpload;                       //!< as predicted by the server; 0: not known
    };

    /// When what happened, of the order that it has or had last; small, for it outlives the order.
    struct Times
    {
        uint32_t task{0};              //!< of which order
        uint32_t round{0};             //!< of which order
        double firstByteS{ABSENT};     //!< the first byte of the model was there [s]
        double receivedS{ABSENT};      //!< all of the model was there [s]
        double pauseS{0};              //!< pauses after that [s]
        double computeBeginS{ABSENT};  //!< [s]
        double computeEndS{ABSENT};    //!< [s]
        double computeEnergyJ{ABSENT}; //!< when it had ended [J]
        double uploadBeginS{ABSENT};   //!< [s]
        double goneS{ABSENT};          //!< the session ended after it [s]
        double loss{ABSENT};           //!< training loss
        uint32_t samples{0};           //!< trained on
        uint32_t iterations{0};        //!< done
    };

    void StartApplication() override;
    void StopApplication() override;

    /// Open a session with the server; its HELLO follows.
    void Connect();
    /// Try again after the reconnection interval.
    void ScheduleReconnect();
    /// Ask a server that is silent, and give up one that does not answer.
    void CheckAlive();
    /// The session is gone: drop the work, and connect again some time.
    void SessionLost(const std::string& why);
    /**
     * Leave the session at once, and try again later.
     * @param why for logs
     */
    void Disconnect(const std::string& why);
    /// @return whether it may have a session
    bool IsUp() const;
    /**
     * Send a message without a body.
     * @param type of the message
     * @param task it is about
     * @param round it is about
     */
    void Send(MessageType type, uint32_t task, uint32_t round);

    /// @param message a WORK: order and model; damage is counted, traced and dropped
    void HandleWork(Message&& message);
    /// @param message a DATA: samples for the next order of its task and round
    void HandleData(Message&& message);
    /// @param message an ABORT: drop the order, if it is the present one, and answer
    void HandleAbort(const Message& message);
    /**
     * @param order a work order; its task and round are compared with those of the last DATA
     *        message
     * @return whether the samples are there that came for that order
     */
    bool HasSamplesFor(const WorkOrder& order) const;
    /// Do what is next in the order.
    void Advance();
    /// Of the steps of an order.
    using WorkTrace = TracedCallback<DeviceId, const WorkOrder&>;
    /// Fire a trace. @return whether the order is still under way
    /// @param trace one of the traces of the order's life
    bool Tell(const WorkTrace& trace);
    /// @return what is left of the pause that it is in [s]
    double PauseLeftS() const;
    /// @param compute the phase that begins
    void BeginCompute(const Compute& compute);
    /// Computing is over: take the trained model, go on to the next phase.
    void EndCompute();
    /// The processor ended a job: completed, cancelled or switched off.
    void JobEnded(uint64_t job, double cycles, double energyJ);
    /// Do not listen to the processor any more.
    void DisconnectProcessor();
    /// Hand the update over to the session.
    void BeginUpload();
    /// Start the training on the pool.
    void BeginTraining();
    /// Wait for it, and encode what came out. @throws InvalidInput if it diverged, or cannot be
    void EndTraining();
    /// Drop the order, if there is one.
    void AbortWork(const std::string& why);
    /// Drop the order and tell the server.
    void GiveUpWork(const std::string& why);
    /**
     * Count and trace a message that was dropped.
     * @param why in words
     */
    void Drop(const std::string& why);
    /**
     * @param id of a task
     * @return it, or null
     */
    const Task* FindTask(uint32_t id) const;

    Address m_remote;                          //!< of the server
    DeviceId m_device{0};                      //!< who it is
    Ptr<Transport> m_transport;                //!< how messages travel
    Time m_reconnectInterval;                  //!< between attempts
    Time m_keepAlive;                          //!< silence before a PING; zero: never
    EventId m_keepAliveEvent;                  //!< next check
    Ptr<Processor> m_processor;                //!< what it computes on
    std::vector<Task> m_tasks;                 //!< what it learns
    Ptr<Session> m_session;                    //!< null: none
    bool m_running{false};                     //!< between start and stop of the application
    bool m_available{true};                    //!< see SetAvailable
    bool m_powered{true};                      //!< see PowerOff
    EventId m_reconnectEvent;                  //!< next attempt
    std::shared_ptr<Work> m_work;              //!< the order under way
    Times m_times;                             //!< of the order under way, or of the last one
    double m_computeEnergyJ{0};                //!< of computations that are over
    std::shared_ptr<const Dataset> m_received; //!< samples that the server sent
    uint32_t m_receivedTask{0};                //!< for which task
    uint32_t m_receivedRound{0};               //!< for which round

    WorkTrace m_workReceivedTrace; //!< an order came
    WorkTrace m_computeBeginTrace; //!< computation begins
    WorkTrace m_computeEndTrace;   //!< computation ends
    WorkTrace m_uploadBeginTrace;  //!< the update is sent
    TracedCallback<DeviceId, const WorkOrder&, const std::string&> m_abortedTrace; //!< dropped
    TracedCallback<DeviceId, const std::string&> m_droppedTrace; //!< a message was dropped
};

} // namespace fl
} // namespace ns3

#endif /* FL_CLIENT_H */
