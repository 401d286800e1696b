/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_REPLAY_H
#define FL_REPLAY_H

#include "ns3/fl-random-stream.h"

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace ns3
{
namespace fl
{

class AgentReader;
class AgentWriter;

/// Transitions, a column each.
struct ReplayBatch
{
    Eigen::MatrixXf states;  //!< before
    Eigen::MatrixXf actions; //!< as numbers
    Eigen::VectorXf rewards; //!< after
    Eigen::MatrixXf next;    //!< states after
};

/**
 * @ingroup fl
 * The last transitions (L.-J. Lin, 1992), of which some are drawn to learn from. The oldest ones
 * make room for new ones.
 */
class Replay
{
  public:
    /// @param capacity transitions, at least 1 @param stateSize numbers of a state @param
    /// actionSize numbers of an action
    Replay(uint32_t capacity, uint32_t stateSize, uint32_t actionSize);

    /// @return transitions that are there
    uint32_t Size() const
    {
        return m_size;
    }

    /// Add a transition. @param state before @param action done @param reward for it @param next
    /// state after
    void Add(const Eigen::VectorXf& state,
             const Eigen::VectorXf& action,
             double reward,
             const Eigen::VectorXf& next);
    /// Draw transitions, with replacement; there is at least one. @param random source of the draws
    /// @param count how many @param [out] batch gets them
    void Draw(RandomStream& random, uint32_t count, ReplayBatch& batch) const;
    /// Write all. @param writer where to
    void Save(AgentWriter& writer) const;
    /// Read them back. @param reader what was saved
    void Load(AgentReader& reader);

  private:
    uint32_t m_capacity;    //!< transitions that there is room for
    uint32_t m_stateSize;   //!< numbers of a state
    uint32_t m_actionSize;  //!< numbers of an action
    uint32_t m_size{0};     //!< see Size()
    uint32_t m_next{0};     //!< where the next one goes
    Eigen::MatrixXf m_rows; //!< a column each: state, action, reward, next state
};

} // namespace fl
} // namespace ns3

#endif /* FL_REPLAY_H */
