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
 * When devices are there and when they are not.
 *
 * Either a trace file with lines `time_s,device,available` (available 0 or 1; a header line and
 * lines that begin with `#` are skipped), or, where no file is given and OffTime is set, a random
 * on-off process per device that begins in the on state. All devices are available until they are
 * told otherwise.
 */
class Availability : public Object
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();

    /// Told of each change: the device, and whether it is available from now on.
    using ChangeCallback = Callback<void, DeviceId, bool>;

    /// Signature of the trace source "Change".
    using ChangeTraceCallback = void (*)(DeviceId, bool);

    /**
     * Begin; to be called once.
     * @param devices how many devices there are
     * @param change whom to tell
     * @throws InvalidInput if the trace file is missing or malformed; the message names file, line,
     *         value and what is allowed. Later, from within the simulation, if a time that is drawn
     *         is not positive
     */
    void Start(uint32_t devices, ChangeCallback change);

    /**
     * Fix the random streams.
     * @param stream the first one to use
     * @return how many were used
     */
    int64_t AssignStreams(int64_t stream);

    /// One line of a trace.
    struct Change
    {
        double timeS{0};      //!< simulated time [s]
        DeviceId device{0};   //!< who
        bool available{true}; //!< from now on
    };

    /**
     * Read a trace file.
     * @param path the file
     * @param devices how many devices there are
     * @return its lines, in the order of time (of equal times: of the file)
     * @throws InvalidInput as Start()
     */
    static std::vector<Change> ReadTrace(const std::string& path, uint32_t devices);

  protected:
    void DoDispose() override;

  private:
    /**
     * A device comes or goes, and will again after a random time.
     * @param device which
     * @param available whether it comes
     */
    void Toggle(DeviceId device, bool available);
    /**
     * Read the trace file and schedule what stands in it.
     * @throws InvalidInput that names the file, the line and what is allowed
     */
    void ApplyTrace();

    std::string m_file;                  //!< trace file, or empty
    Ptr<RandomVariableStream> m_onTime;  //!< [s]
    Ptr<RandomVariableStream> m_offTime; //!< [s], or null: always on
    ChangeCallback m_callback;           //!< whom to tell
    std::vector<Change> m_trace;         //!< the trace
    size_t m_next{0};                    //!< next line of the trace
    std::vector<EventId> m_events;       //!< next change, per device (or one for the trace)
    TracedCallback<DeviceId, bool> m_changeTrace; //!< each change
};

} // namespace fl
} // namespace ns3

#endif /* FL_AVAILABILITY_H */
