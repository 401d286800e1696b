/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-test-federation.h"

#include "ns3/fl-order-book.h"
#include "ns3/fl-round-coordinator.h"
#include "ns3/fl-sample-allotment.h"
#include "ns3/fl-server.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/test.h"

#include <stdexcept>
#include <string>

/**
 * @file
 * @ingroup fl
 * Orders in flight, several on one device: the book that keeps them, and what coordinators of
 * rounds do with them. There is a server, but no device.
 */

using namespace ns3;
using namespace ns3::fl;

namespace
{

/// @return an order with transfers up, down and up on the same grant
/// @param device whose
/// @param task of which task
/// @param round of which round
/// @param startHz place of the grant [Hz]
WorkOrder
MakeOrder(DeviceId device, uint32_t task, uint32_t round, double startHz)
{
    const Grant grant{0, Direction::UPLINK, startHz, 1e6, 0.01};
    WorkOrder order;
    order.device = device;
    order.task = task;
    order.round = round;
    order.phases = {Transfer{0, Direction::UPLINK, 1e4, grant, PayloadKind::ACTIVATIONS},
                    Transfer{0, Direction::DOWNLINK, 1e4, {}, PayloadKind::GRADIENTS},
                    Transfer{0, Direction::UPLINK, 1e4, grant, PayloadKind::UPDATE}};
    return order;
}

/// @return it in flight
/// @param order an order
/// @param isDropped whether its device was told to stop
OrderInFlight
InFlight(WorkOrder order, bool isDropped = false)
{
    OrderInFlight inFlight;
    inFlight.order = std::move(order);
    inFlight.isDropped = isDropped;
    return inFlight;
}

/// The book of orders in flight.
class OrderBookTestCase : public TestCase
{
  public:
    OrderBookTestCase()
        : TestCase("orders are told apart by device, task and round")
    {
    }

  private:
    void DoRun() override
    {
        TestKeys();
        TestGrants();
    }

    void TestKeys()
    {
        OrderBook book;
        NS_TEST_EXPECT_MSG_EQ(book.HasOrders(0), false, "empty");
        book.Add(InFlight(MakeOrder(2, 1, 5, 0)));
        book.Add(InFlight(MakeOrder(2, 0, 5, 0)));
        book.Add(InFlight(MakeOrder(2, 0, 4, 0), true));
        book.Add(InFlight(MakeOrder(4, 0, 5, 0)));
        NS_TEST_EXPECT_MSG_EQ(book.Keys().size(), 4, "all");
        NS_TEST_EXPECT_MSG_EQ(book.KeysOf(2).size(), 3, "of one device");
        NS_TEST_EXPECT_MSG_EQ(book.KeysOf(3).size(), 0, "of another one");
        NS_TEST_EXPECT_MSG_EQ(book.GetNDropped(), 1, "dropped");
        NS_TEST_ASSERT_MSG_NE(book.Find({2, 1, 5}), nullptr, "in flight");
        NS_TEST_EXPECT_MSG_EQ(book.Find({2, 1, 5})->order.task, 1, "the one of that task");
        NS_TEST_EXPECT_MSG_EQ(book.Find({2, 1, 4}), nullptr, "task and round of different ones");
        std::string message;
        try
        {
            book.Add(InFlight(MakeOrder(4, 0, 5, 0)));
        }
        catch (const std::logic_error& error)
        {
            message = error.what();
        }
        NS_TEST_EXPECT_MSG_EQ(
            message,
            "device 4 has an order of task 0 and round 5 already: a plan must have one at most",
            "twice");
        NS_TEST_EXPECT_MSG_EQ(book.Take({2, 0, 4}).isDropped, true, "taken");
        NS_TEST_EXPECT_MSG_EQ(book.GetNDropped(), 0, "none is dropped any more");
        book.Take({4, 0, 5});
        NS_TEST_EXPECT_MSG_EQ(book.HasOrders(4), false, "free");
        NS_TEST_EXPECT_MSG_EQ(book.HasOrders(2), true, "not free");
        book.Clear();
        NS_TEST_EXPECT_MSG_EQ(book.Keys().size(), 0, "cleared");
    }

    void TestGrants()
    {
        OrderBook book;
        // Both orders of device 1 hold one sub-band of 1 MHz, that of device 3 another one.
        book.Add(InFlight(MakeOrder(1, 0, 1, 2e6)));
        book.Add(InFlight(MakeOrder(1, 1, 1, 2e6)));
        book.Add(InFlight(MakeOrder(3, 0, 1, 5e6)));
        const auto held = book.HeldGrants();
        NS_TEST_ASSERT_MSG_EQ(held.size(), 2, "each sub-band once");
        NS_TEST_EXPECT_MSG_EQ(held[0].startHz, 2e6, "that of the first device");
        NS_TEST_EXPECT_MSG_EQ(held[1].startHz, 5e6, "that of the second one");

        Plan plan;
        plan.orders = {MakeOrder(0, 0, 2, 0)};
        std::vector<CellState> cells(1);
        cells[0].uplinkBandwidthHz = 8e6; // of 10 MHz
        book.AppendTo(plan, cells);
        NS_TEST_ASSERT_MSG_EQ(plan.orders.size(), 4, "behind the plan's");
        const double placesHz[] = {0, 8e6, 8e6, 9e6};
        for (size_t i = 0; i < plan.orders.size(); ++i)
        {
            for (const size_t phase : {0, 2})
            {
                const auto& transfer = std::get<Transfer>(plan.orders[i].phases[phase]);
                NS_TEST_EXPECT_MSG_EQ(transfer.grant->startHz, placesHz[i], "place of " << i);
                NS_TEST_EXPECT_MSG_EQ(transfer.grant->bandwidthHz, 1e6, "width of " << i);
            }
        }
    }
};

/// A coordinator that begins rounds when a test says so, and writes down what it is told.
class TestCoordinator : public RoundCoordinator
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId()
    {
        static TypeId tid = AddRoundAttributes(TypeId("ns3::fl::test::TestCoordinator")
                                                   .SetParent<RoundCoordinator>()
                                                   .AddConstructor<TestCoordinator>());
        return tid;
    }

    /**
     * Plan a round for device 0 alone, and open it.
     * @param task of its order
     */
    void Open(uint32_t task)
    {
        auto state = Observe();
        state.task = task;
        Plan plan;
        plan.orders = {MakeOrder(0, task, state.round, 0)};
        plan.orders[0].baseVersion = state.modelVersion;
        OpenRound(state, plan);
    }

    using RoundCoordinator::CloseRound;
    using RoundCoordinator::IsAvailable;
    using RoundCoordinator::m_orders;

    std::string told; //!< what happened, a letter each

  private:
    void DoStart() override
    {
        BeginRun();
    }

    void DoStop() override
    {
        AbortRun();
        Interrupt("stopped");
    }

    void DoJoined() override
    {
        told += 'j';
    }

    void DoRoundOver() override
    {
        told += 'r';
        CloseRound();
    }

    void DoOrderOver() override
    {
        told += 'o';
    }

    void DoDroppedOver() override
    {
        told += 'd';
    }
};

/// Two tasks in flight on one device.
class TwoTasksTestCase : public TestCase
{
  public:
    TwoTasksTestCase()
        : TestCase("two tasks in flight on one device")
    {
    }

  private:
    static constexpr uint64_t STATED_BYTES = 1000; //!< of an update

    /// @return whether an update of device 0 was expected
    /// @param task of which task
    /// @param round of which round
    /// @param bytes its size
    bool Update(uint32_t task, uint32_t round, uint64_t bytes = STATED_BYTES)
    {
        Message message;
        message.header.type = MessageType::UPDATE;
        message.header.task = task;
        message.header.round = round;
        message.virtualBytes = bytes;
        return m_coordinator->NotifyUpdate(0, message, WorkReport());
    }

    /// Opens a round of either task, the first one's order being late.
    void OpenBoth()
    {
        m_coordinator->NotifyJoined(0);
        m_coordinator->Open(0);
        m_coordinator->CloseRound();
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->m_orders.Keys().size(), 1, "it goes on");
        m_coordinator->Open(1);
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->m_orders.KeysOf(0).size(), 2, "two in flight");
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->IsAvailable(0), false, "busy");
    }

    /**
     * Run a server with a coordinator for one device, which are in m_coordinator and m_records.
     * @param action what to do when both are started
     */
    void Run(const std::function<void()>& action)
    {
        auto task = std::make_shared<LearningTask>();
        task->statedBytes = STATED_BYTES;
        m_records.clear();
        m_coordinator = CreateObject<TestCoordinator>();
        m_coordinator->SetAttribute("LatePolicy", EnumValue(RoundCoordinator::NEXT_ROUND));
        m_coordinator->AddTask(task);
        m_coordinator->SetOptimizer(CreateObject<test::ScriptedOptimizer>());
        DeviceProfile profile;
        profile.samples = 10;
        m_coordinator->AddDevice(profile, nullptr);
        m_coordinator->TraceConnectWithoutContext(
            "RoundEnd",
            MakeFlCallback<void, const RoundRecord&>(
                [this](const RoundRecord& record) { m_records.push_back(record); }));
        auto node = CreateObject<Node>();
        InternetStackHelper().Install(node);
        auto server = CreateObject<Server>();
        server->SetCoordinator(m_coordinator);
        node->AddApplication(server);
        Simulator::Schedule(Seconds(1), action);
        Simulator::Run();
        Simulator::Destroy();
        m_coordinator = nullptr;
    }

    void DoRun() override
    {
        Run([this] { TestUpdates(); });
        Run([this] { TestFailures(); });
        Run([this] { TestLeaving(); });
        Run([this] { TestStop(); });
    }

    /// @return how the orders of a round that is over ended, by task
    /// @param record of the round
    static std::string StatusOf(const RoundRecord& record)
    {
        std::string text;
        for (const auto& work : record.ended)
        {
            text += Describe(work.order.task, " ", ToString(work.measured.status), " ");
        }
        return text;
    }

    void TestUpdates()
    {
        OpenBoth();
        NS_TEST_EXPECT_MSG_EQ(Update(1, 1), false, "no order of that task and round");
        NS_TEST_EXPECT_MSG_EQ(Update(0, 1), true, "that of the first task");
        NS_TEST_EXPECT_MSG_EQ(Update(0, 1), false, "twice");
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->m_orders.KeysOf(0).size(), 1, "the other one goes on");
        NS_TEST_EXPECT_MSG_EQ(Update(1, 2), true, "that of the second one");
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->IsAvailable(0), true, "free");
        // Not from within the message's callback.
        NS_TEST_EXPECT_MSG_EQ(m_records.size(), 1, "the second round is still open");
        Simulator::Schedule(Seconds(1), [this] {
            NS_TEST_ASSERT_MSG_EQ(m_records.size(), 2, "closed, since all is there");
            NS_TEST_EXPECT_MSG_EQ(StatusOf(m_records[0]), "", "nothing was there in the first one");
            NS_TEST_EXPECT_MSG_EQ(StatusOf(m_records[1]), "0 late 1 merged ", "in the second");
            NS_TEST_EXPECT_MSG_EQ(m_records[1].received, 2, "both count");
            NS_TEST_EXPECT_MSG_EQ(m_coordinator->GetModelVersion(), 1, "one aggregation");
            NS_TEST_EXPECT_MSG_EQ(m_coordinator->told, "jr", "what the subclass was told");
        });
    }

    void TestFailures()
    {
        OpenBoth();
        m_coordinator->NotifyFailed(0, 1, 1);
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->m_orders.KeysOf(0).size(), 2, "no such order");
        m_coordinator->NotifyFailed(0, 1, 2);
        NS_TEST_EXPECT_MSG_EQ(Update(0, 1, STATED_BYTES + 1), false, "not of the model's size");
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->IsAvailable(0), true, "free");
        Simulator::Schedule(Seconds(1), [this] {
            NS_TEST_ASSERT_MSG_EQ(m_records.size(), 2, "closed: nothing more can come");
            NS_TEST_EXPECT_MSG_EQ(StatusOf(m_records[1]), "1 refused 0 refused ", "both refused");
            NS_TEST_EXPECT_MSG_EQ(m_coordinator->GetModelVersion(), 0, "nothing to aggregate");
        });
    }

    void TestLeaving()
    {
        OpenBoth();
        m_coordinator->NotifyLeft(0);
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->m_orders.Keys().size(), 0, "all of its orders");
        Simulator::Schedule(Seconds(1), [this] {
            NS_TEST_ASSERT_MSG_EQ(m_records.size(), 2, "closed");
            NS_TEST_EXPECT_MSG_EQ(StatusOf(m_records[1]), "0 lost 1 lost ", "both lost");
        });
    }

    void TestStop()
    {
        OpenBoth();
        NS_TEST_EXPECT_MSG_EQ(Update(0, 1), true, "one has come");
        m_coordinator->Stop();
        NS_TEST_ASSERT_MSG_EQ(m_records.size(), 2, "the record of the running round");
        NS_TEST_EXPECT_MSG_EQ(m_records[1].aborted, true, "aborted");
        NS_TEST_EXPECT_MSG_EQ(m_records[1].received, 0, "what had come is thrown away");
        NS_TEST_EXPECT_MSG_EQ(StatusOf(m_records[1]), "0 aborted 1 aborted ", "both");
        NS_TEST_EXPECT_MSG_EQ(m_coordinator->GetRound(), 2, "to be begun anew");
        NS_TEST_EXPECT_MSG_EQ(Update(1, 2), false, "nothing is expected any more");
    }

    Ptr<TestCoordinator> m_coordinator; ///< of the server
    std::vector<RoundRecord> m_records; ///< of the rounds so far
};

/// Samples that were sent are a transfer of their own in the record.
class SeparateSamplesTestCase : public TestCase
{
  public:
    SeparateSamplesTestCase()
        : TestCase("samples are a transfer of their own in the record")
    {
    }

  private:
    void DoRun() override
    {
        WorkRecord work;
        work.order.samples = 10;
        work.order.samplesSent = true;
        work.order.phases = {Idle{1},
                             Transfer{0, Direction::DOWNLINK, 4000, {}},
                             Transfer{0, Direction::UPLINK, 500, {}, PayloadKind::UPDATE}};
        work.predicted.phases = {{2, 3}, {3, 5}, {5, 6}};
        work.measured.startS = 2;
        work.measured.phases = {{2, 3}, {3.5, 6}, {6, 8}};
        const WorkRecord before = work;

        SampleAllotment::Separate(work, 100);
        NS_TEST_ASSERT_MSG_EQ(work.order.phases.size(), 4, "one more");
        const auto& samples = std::get<Transfer>(work.order.phases[1]);
        const auto& model = std::get<Transfer>(work.order.phases[2]);
        NS_TEST_EXPECT_MSG_EQ((samples.kind == PayloadKind::SAMPLES), true, "samples first");
        NS_TEST_EXPECT_MSG_EQ((samples.direction == Direction::DOWNLINK), true, "go down");
        NS_TEST_EXPECT_MSG_EQ(samples.payloadBits, 1000, "10 of 100 bit");
        NS_TEST_EXPECT_MSG_EQ((model.kind == PayloadKind::MODEL), true, "then the model");
        NS_TEST_EXPECT_MSG_EQ(model.payloadBits, 3000, "the rest");
        // A quarter of 2 s.
        NS_TEST_EXPECT_MSG_EQ(work.predicted.phases[1].endS, 3.5, "their part of the time");
        NS_TEST_EXPECT_MSG_EQ(work.predicted.phases[2].startS, 3.5, "the model's begins there");
        NS_TEST_EXPECT_MSG_EQ(work.predicted.phases[2].endS, 5, "and ends as before");
        NS_TEST_EXPECT_MSG_EQ(work.measured.phases[1].startS, 2, "sent when the order began");
        NS_TEST_EXPECT_MSG_EQ(std::isnan(work.measured.phases[1].endS), true, "not measured");
        NS_TEST_EXPECT_MSG_EQ(work.measured.phases[2].startS, 3.5, "the model as before");
        NS_TEST_EXPECT_MSG_EQ(work.measured.phases[3].endS, 8, "and the update");

        WorkRecord none = before;
        none.order.samplesSent = false;
        SampleAllotment::Separate(none, 100);
        NS_TEST_EXPECT_MSG_EQ(none.order.phases.size(), 3, "no samples were sent");
        WorkRecord small = before;
        std::get<Transfer>(small.order.phases[1]).payloadBits = 1000;
        SampleAllotment::Separate(small, 100);
        NS_TEST_EXPECT_MSG_EQ(small.order.phases.size(), 3, "they were not planned with");
    }
};

/// The suite.
class OrderTestSuite : public TestSuite
{
  public:
    OrderTestSuite()
        : TestSuite("fl-order", TestSuite::Type::UNIT)
    {
        AddTestCase(new OrderBookTestCase);
        AddTestCase(new TwoTasksTestCase);
        AddTestCase(new SeparateSamplesTestCase);
    }
};

OrderTestSuite g_orderTestSuite; //!< registers itself

} // namespace
