/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DMA_OPTIMIZER_H
#define FL_DMA_OPTIMIZER_H

#include "fl-optimizer.h"

#include "ns3/fl-dma-problem.h"
#include "ns3/fl-dma-resources.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{
namespace fl
{

/// What the bound (19) of DMA-FL has to know of one device's data of a task.
struct DmaDeviceConstants
{
    double dissimilarity{0.1}; //!< delta_ij of (10) [(loss/w)^2]
    double sampleVariance{1};  //!< S_ij [datum^2]
    double idleDrift{1e-4};    //!< Delta^ID_ij of (11), until it is measured [loss/s]
    double activeDrift{1e-4};  //!< Delta^AC_ij of (12), until it is measured [loss/s]
};

/// What the bound (19) of DMA-FL has to know of a task. The defaults only stand for an order of
/// magnitude; measured ones are those of EstimateConstants().
struct DmaConstants
{
    double importance{1};                    //!< gamma_j, at least 0
    double energyWeight{1};                  //!< chi_j, at least 0
    double learningRate{0.03};               //!< eta, of all versions
    double smoothness{1};                    //!< beta_j [loss/w^2]
    double dataVariability{1};               //!< Theta_j [gradient/datum]
    double lossDrop{2};                      //!< F(w^0) - F(w^G) [loss]
    std::vector<DmaDeviceConstants> devices; //!< by device; of others the defaults hold
};

/**
 * @ingroup fl
 * Dynamic multi-task asynchronous FL (Chang et al., problem P): plans who trains which task from
 * which version of its model, and of each such period the idle time, CPU frequency, minibatch size
 * and number of SGD steps, for all aggregations to come, by the methods of DmaMethods(). It needs
 * AsyncCoordinator, tasks whose local iterations are SGD steps, and a radio.
 *
 * Rates are Shannon's on the device's part of the bands, with the gains at planning time.
 *
 * With the method "middle" it plans no horizon but one device at a time, with e, B and f in the
 * middle of their ranges, as FedAsync and FedAvg have them in the paper; AsyncCoordinator's
 * CloseAfter makes rounds of that.
 */
class DmaOptimizer : public Optimizer
{
  public:
    /// @return the TypeId
    static TypeId GetTypeId();
    DmaOptimizer();

    /**
     * @param task number of a task
     * @param constants of it; by default those of DmaConstants
     */
    void SetConstants(uint32_t task, const DmaConstants& constants);
    /// @return the answer that the last horizon was made of; by task with aggregations left
    const DmaSolution& GetSolution() const;
    /// @return the problem that it answers
    const DmaProblem& GetProblem() const;

  private:
    Plan DoPlan(const SystemState& state) override;
    bool DoPlansHorizon() const override;
    Plan DoPlanHorizon(const std::vector<const SystemState*>& tasks) override;

    /// @param method a name of DmaMethods()
    void SetMethod(std::string method);
    /// @return the attribute Method, a name of DmaMethods()
    std::string GetMethod() const;

    /// A horizon, between system states and the problem.
    struct Horizon
    {
        std::vector<const SystemState*> tasks; //!< those with aggregations left
        std::vector<DeviceId> devices;         //!< those that take part
    };

    /**
     * @param tasks system states by task
     * @return the tasks with aggregations left, and the devices that have data of all of them
     */
    static Horizon MakeHorizonOf(const std::vector<const SystemState*>& tasks);
    /**
     * @param horizon tasks and devices
     * @return problem P
     */
    DmaProblem MakeProblem(const Horizon& horizon) const;
    /// @param state system state of the task
    /// @return task j of problem P, without time limit
    DmaTask MakeTask(const SystemState& state) const;
    /**
     * @param horizon tasks and devices
     * @param device the device
     * @return device i of problem P
     */
    DmaDevice MakeDevice(const Horizon& horizon, DeviceId device) const;
    /**
     * @param horizon tasks and devices
     * @return the plan of m_solution
     */
    Plan MakePlanOf(const Horizon& horizon) const;
    /**
     * @param state system state of the task
     * @param device the device
     * @param period what it is to do
     * @param outcome what follows from that
     * @return work order, whose version and aggregation are not set yet
     */
    WorkOrder MakeOrder(const SystemState& state,
                        DeviceId device,
                        const DmaPeriodPlan& period,
                        const DmaPeriodOutcome& outcome) const;
    /// @param task number of a task
    /// @return its constants
    const DmaConstants& ConstantsOf(uint32_t task) const;

    int64_t DoAssignStreams(int64_t stream) override;
    void DoDispose() override;
    /// @param problem what to solve
    /// @param method a name of DmaMethods()
    /// @return its answer
    DmaSolution Solve(const std::string& method, const DmaProblem& problem) const;

    Ptr<UniformRandomVariable> m_uniform;  //!< of the method conventional, in [0, 1)
    std::string m_method{"best"};          //!< attribute
    double m_weightModel{1e-9};            //!< attribute: c1
    double m_weightDevice{1};              //!< attribute: c2
    double m_weightStation{1};             //!< attribute: c3
    double m_rho{1};                       //!< attribute
    double m_v1{2};                        //!< attribute
    double m_v2{5};                        //!< attribute
    double m_alpha{0.6};                   //!< attribute
    double m_stalenessFactor{0.5};         //!< attribute
    uint32_t m_stalenessLimit{5};          //!< attribute: K
    uint32_t m_minIterations{1};           //!< attribute
    uint32_t m_maxIterations{20};          //!< attribute
    Time m_qoe;                            //!< attribute; 0: m_qoeFactor holds
    double m_qoeFactor{1.2};               //!< attribute
    double m_budgetJ{0};                   //!< attribute; 0: that of the profile
    uint32_t m_minUploads{0};              //!< attribute
    uint32_t m_tasks{1};                   //!< attribute
    std::vector<DmaConstants> m_constants; //!< by task
    DmaProblem m_problem;                  //!< see GetProblem
    DmaSolution m_solution;                //!< see GetSolution
};

} // namespace fl
} // namespace ns3

#endif /* FL_DMA_OPTIMIZER_H */
