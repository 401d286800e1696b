/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_GRADIENT_STEP_H
#define FL_GRADIENT_STEP_H

#include <Eigen/Core>
#include <cstdint>

namespace ns3
{
namespace fl
{

/// How parameters follow a gradient.
struct StepOptions
{
    /// The rules.
    enum class Rule : uint8_t
    {
        SGD,  //!< w = w - eta g
        ADAM, //!< D. Kingma, J. Ba, ICLR 2015, algorithm 1
        NONE  //!< they stay as they are
    };

    Rule rule{Rule::SGD};     //!< which one
    double learningRate{0.1}; //!< eta; positive and finite
    double beta1{0.9};        //!< of ADAM: decay of the gradient's mean; in [0, 1)
    double beta2{0.999};      //!< of ADAM: decay of its square's mean; in [0, 1)
    double eps{1e-8};         //!< of ADAM: is added to the deviation; positive

    /// @throws InvalidInput that names the option, its value and what is allowed
    void Validate() const;
};

/**
 * @ingroup fl
 * Takes steps along gradients of one vector of parameters, and keeps what the rule must remember
 * from one to the next: nothing (SGD), or two vectors (ADAM).
 */
class GradientStep
{
  public:
    /**
     * @param options the rule
     * @throws InvalidInput if they are not valid
     */
    explicit GradientStep(const StepOptions& options);

    /**
     * Take a step.
     * @param gradient of the loss; of the parameters' length at every step
     * @param [in,out] parameters follow it
     */
    void Apply(const Eigen::VectorXf& gradient, Eigen::VectorXf& parameters);

    /// @return the rule
    const StepOptions& GetOptions() const;

    /// What is remembered from one step to the next.
    struct State
    {
        Eigen::VectorXf mean;   //!< of gradients; empty before the first step, and with SGD
        Eigen::VectorXf square; //!< mean of their squares; as long
        uint64_t count{0};      //!< steps so far of ADAM
    };

    /// @return what the next steps depend on, for SetState()
    const State& GetState() const;
    /// Go on as the one that had this state. @param state of GetState()
    void SetState(State state);

  private:
    StepOptions m_options; //!< the rule
    State m_state;         //!< see there
};

} // namespace fl
} // namespace ns3

#endif /* FL_GRADIENT_STEP_H */
