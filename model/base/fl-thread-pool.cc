/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-thread-pool.h"

#include "fl-error.h"

#include <algorithm>
#include <atomic>
#include <exception>

namespace ns3
{
namespace fl
{

namespace
{

/// What the threads of one ParallelFor share. Helpers may outlive the call, the body does not.
class SharedLoop
{
  public:
    /**
     * @param count bodies to do, numbered 0 ... count - 1
     * @param body what to do for a number; must stay valid until Wait() returns
     */
    SharedLoop(size_t count, const std::function<void(size_t)>& body)
        : m_count(count),
          m_body(&body),
          m_firstFailure(count)
    {
    }

    /// Do bodies until none is left to begin.
    void Run()
    {
        for (size_t i = m_next++; i < m_count; i = m_next++)
        {
            std::exception_ptr error;
            try
            {
                (*m_body)(i);
            }
            catch (...)
            {
                error = std::current_exception();
            }
            std::lock_guard<std::mutex> lock(m_mutex);
            if (error && i < m_firstFailure)
            {
                m_firstFailure = i;
                m_error = error;
            }
            if (++m_done == m_count)
            {
                m_allDone.notify_all();
            }
        }
    }

    /// Wait for the bodies that others began; rethrow the first failure.
    void Wait()
    {
        std::unique_lock<std::mutex> lock(m_mutex);
        m_allDone.wait(lock, [this] { return m_done == m_count; });
        if (m_error)
        {
            std::rethrow_exception(m_error);
        }
    }

  private:
    const size_t m_count;                      //!< bodies in all
    const std::function<void(size_t)>* m_body; //!< valid as long as a body is left to begin
    std::atomic<size_t> m_next{0};             //!< the next to begin
    std::mutex m_mutex;                        //!< guards what follows
    std::condition_variable m_allDone;         //!< signalled when m_done reaches m_count
    size_t m_done{0};                          //!< bodies that ended, by return or exception
    /// Number of the first body that threw; m_count: none
    size_t m_firstFailure;
    std::exception_ptr m_error; //!< what it threw; null: nothing
};

} // namespace

ThreadPool::ThreadPool(uint32_t threads)
{
    if (threads > MAX_THREADS)
    {
        throw InvalidInput(
            Describe("threads ", threads, ": must be between 0 and ", uint32_t{MAX_THREADS}));
    }
    m_threads.reserve(threads);
    for (uint32_t i = 0; i < threads; i++)
    {
        m_threads.emplace_back([this] { Work(); });
    }
}

ThreadPool::~ThreadPool()
{
    {
        std::lock_guard<std::mutex> lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    for (auto& thread : m_threads)
    {
        thread.join();
    }
}

uint32_t
ThreadPool::GetNThreads() const
{
    return static_cast<uint32_t>(m_threads.size());
}

void
ThreadPool::ParallelFor(size_t count, const std::function<void(size_t)>& body)
{
    if (count == 0)
    {
        return;
    }
    auto loop = std::make_shared<SharedLoop>(count, body);
    // The caller counts as one of the threads: more would use more cores than were asked for.
    for (size_t helper = 1; helper < std::min(count, m_threads.size()); helper++)
    {
        Enqueue([loop] { loop->Run(); }, true);
    }
    loop->Run();
    loop->Wait();
}

void
ThreadPool::Enqueue(std::function<void()> job, bool urgent)
{
    {
        std::lock_guard<std::mutex> lock(m_mutex);
        m_jobs.insert(urgent ? m_jobs.begin() : m_jobs.end(), std::move(job));
    }
    m_wake.notify_one();
}

void
ThreadPool::Work()
{
    while (true)
    {
        std::function<void()> job;
        {
            std::unique_lock<std::mutex> lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stopping || !m_jobs.empty(); });
            if (m_jobs.empty())
            {
                return;
            }
            job = std::move(m_jobs.front());
            m_jobs.pop_front();
        }
        job();
    }
}

} // namespace fl
} // namespace ns3
