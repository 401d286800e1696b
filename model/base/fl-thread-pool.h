/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_THREAD_POOL_H
#define FL_THREAD_POOL_H

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * A fixed number of threads for training and evaluation, concurrent with the simulation.
 *
 * With 0 threads everything runs in the caller, at once. Results must not depend on the number of
 * threads: jobs share nothing that they write to, and are numbered rather than timed.
 *
 * The destructor waits until every submitted job has run. A job that is no longer needed has to end
 * by itself, as training does by the cancel flag of Train().
 */
class ThreadPool
{
  public:
    /**
     * @param threads number of worker threads; 0: run inline
     * @throws InvalidInput above MAX_THREADS
     */
    explicit ThreadPool(uint32_t threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    /// Maximum number of threads: a limit far above useful numbers, to refuse mistyped ones.
    static constexpr uint32_t MAX_THREADS = 1024;

    /// @return the number of worker threads
    uint32_t GetNThreads() const;

    /**
     * Run a job as soon as a thread is free, in the order of submission.
     * @param job callable without arguments
     * @return the future of its result, or of the exception that it threw
     */
    template <typename Job>
    std::future<std::invoke_result_t<Job>> Submit(Job job)
    {
        using Result = std::invoke_result_t<Job>;
        // std::function must be copyable, std::packaged_task is not: hence the shared pointer
        auto task = std::make_shared<std::packaged_task<Result()>>(std::move(job));
        std::future<Result> result = task->get_future();
        if (m_threads.empty())
        {
            (*task)();
        }
        else
        {
            Enqueue([task] { (*task)(); }, false);
        }
        return result;
    }

    /**
     * Call body(0) ... body(count - 1), in any order and side by side, and return when all are
     * done. The caller works too, as one of the pool's threads, so that this ends even where all
     * workers are busy with other jobs, or when called from within a job.
     * @param count number of calls
     * @param body callable with the index
     * @throws the exception of the lowest index that threw, after all calls that had begun are over
     */
    void ParallelFor(size_t count, const std::function<void(size_t)>& body);

  private:
    /// Append a job to the queue, or put it at the head where urgent.
    void Enqueue(std::function<void()> job, bool urgent);
    /// The loop of a worker thread, which ends when the pool is destroyed.
    void Work();

    std::mutex m_mutex;                       //!< protects m_jobs and m_stopping
    std::condition_variable m_wake;           //!< notified of a new job, and of the destructor
    std::deque<std::function<void()>> m_jobs; //!< jobs not yet begun
    bool m_stopping{false};                   //!< whether the destructor runs
    std::vector<std::thread> m_threads;       //!< the workers
};

} // namespace fl
} // namespace ns3

#endif /* FL_THREAD_POOL_H */
