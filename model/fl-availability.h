/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AVAILABILITY_H
#define FL_AVAILABILITY_H

#include "ns3/callback.h"
#include "ns3/event-id.h"
#include "ns3/fl-plan.h"
#include "ns3/object.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Availability of the devices over time (churn).
 *
 * Either a trace file with lines `time_s,device,available` (available 0 or 1; a header line and
 * lines that begin with `#` are skipped), or, if no file is given and OffTime is set, an
 * independent on-off process per device that begins in the on state, with durations from OnTime and
 * OffTime [s]. All devices are available until the first change.
 */
class Availability : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /// Called at each change with the device and its new state.
    using ChangeCallback = Callback<void, DeviceId, bool>;

    /// Signature of the trace source "Change": the device and its new state.
    using ChangeTraceCallback = void (*)(DeviceId, bool);

    /**
     * Start the process; to be called once.
     * @param devices number of devices
     * @param change called at each change
     * @throws InvalidInput if the trace file is missing or malformed; the message names file, line,
     *         value and what is allowed. Later, from within the simulation, if OnTime or OffTime
     *         yields a value that is not positive
     */
    void Start(uint32_t devices, ChangeCallback change);

    /**
     * Assign fixed random variable streams.
     * @param stream index of the first stream
     * @return number of streams assigned
     */
    int64_t AssignStreams(int64_t stream);

    /// One line of a trace file.
    struct Change
    {
        double timeS{0};      //!< simulated time [s]
        DeviceId device{0};   //!< the device
        bool available{true}; //!< state from that time on
    };

    /**
     * Read a trace file.
     * @param path path of the file
     * @param devices number of devices; larger DeviceIds are refused
     * @return its lines in ascending order of time; lines of equal time in the order of the file
     * @throws InvalidInput as Start()
     */
    static std::vector<Change> ReadTrace(const std::string& path, uint32_t devices);

  protected:
    void DoDispose() override;

  private:
    /**
     * Change a device's state, and schedule the next change after a random time.
     * @param device the device
     * @param available its new state
     */
    void Toggle(DeviceId device, bool available);
    /**
     * Apply the changes of the trace file that are due, and schedule the next one.
     * @throws InvalidInput that names the file, the line and what is allowed
     */
    void ApplyTrace();

    std::string m_file;                  //!< path of the trace file; empty: none
    Ptr<RandomVariableStream> m_onTime;  //!< duration of the on state [s]
    Ptr<RandomVariableStream> m_offTime; //!< duration of the off state; null: always on [s]
    ChangeCallback m_callback;           //!< called at each change
    std::vector<Change> m_trace;         //!< content of the trace file
    size_t m_next{0};                    //!< index in m_trace of the next line
    std::vector<EventId> m_events;       //!< next change, by device; a single one with a trace file
    TracedCallback<DeviceId, bool> m_changeTrace; //!< "Change"
};

} // namespace fl
} // namespace ns3

#endif /* FL_AVAILABILITY_H */
