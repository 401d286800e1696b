/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_PACK_H
#define FL_JOINT_PACK_H

#include "fl-joint-sums.h"

#include "ns3/fl-lanes.h"

/**
 * @file
 * @ingroup fl
 * Some devices of a JointProblem that are worked on at a time: their best answers to a price of
 * bandwidth and a duration of the round. JointSweep says what the states and equations are.
 */

namespace ns3
{
namespace fl
{

/// Keeps quotients and logarithms finite.
inline constexpr double TINY = 1e-290;

/// Where the power is at a device's optimum; kept by lane, as numbers.
enum JointPower
{
    INTERIOR = 0,  //!< inside of its range
    MAX_POWER = 1, //!< at its upper bound
    MIN_POWER = 2  //!< at its lower bound
};

/// And, if the power is at a bound, the pace of computing.
enum JointPace
{
    FREE = 0, //!< frequency inside of its range
    FAST = 1, //!< frequency at its upper bound
    SLOW = 2, //!< frequency at its lower bound
    SPARE = 3 //!< the same, and time to spare
};

/// Several devices that upload.
struct JointPack
{
    Lanes a;        //!< d ln 2 [nat]
    Lanes s;        //!< g / N0 [Hz/W]
    Lanes minPower; //!< [W]
    Lanes maxPower; //!< [W]
    Lanes fastest;  //!< C / f_max [s]
    Lanes slowest;  //!< C / f_min [s]; infinite where f_min is 0
    Lanes k;        //!< 2 w1 kappa C^3
    Lanes slack;    //!< the base less the device's own [s]
    Lanes weight;   //!< 1, and 0 in lanes that only fill up the last pack
    Lanes u;        //!< ln x of the last answer
    Lanes power;    //!< JointPower of the last answer
    Lanes pace;     //!< JointPace of the last answer

    /**
     * Find the bandwidth needed at full power and frequency, which becomes the state.
     * @param roomS duration of the round less the base, positive [s]
     * @return the pack's part of the sums: bandwidth, and as `cross` its derivative -dB/dT
     */
    JointSums Pin(double roomS);

    /**
     * Find each device's best answer, from the last one on.
     * @param weightEnergy w1, positive
     * @param lambda price of bandwidth [1/Hz], positive
     * @param roomS duration of the round less the base [s]
     * @param tolerance of ln x
     * @return the pack's part of the sums
     */
    JointSums Solve(double weightEnergy, double lambda, double roomS, double tolerance);
};

/// What a pack of devices answers, as functions of u = ln x, and the residual of the equation.
struct JointPackAnswer
{
    /**
     * @param pack the devices, in their states
     * @param u ln x, x = ln(1 + SNR)
     * @param w1 weight of energy
     * @param lambda price of bandwidth [1/Hz]
     * @param roomS duration of the round less the base [s]
     */
    JointPackAnswer(const JointPack& pack, const Lanes& u, double w1, double lambda, double roomS)
        : weight(w1),
          x(u.exp()),
          f(x),
          eta(f.exp / f.slope),
          y(x * x * f.slope),
          room(pack.slack + roomS),
          longest(pack.a / (pack.maxPower * pack.s) + room)
    {
        // Devices of one pack are mostly in one state.
        if ((pack.power == double(INTERIOR)).any())
        {
            EvaluateInside(pack, w1, lambda);
        }
        if ((pack.power != double(INTERIOR)).any())
        {
            EvaluateAtBound(pack, w1, lambda);
        }
        shade = w1 * t * y / pack.s;
        residual = residual.max(TINY).log();
    }

    double weight;  //!< w1
    Lanes x;        //!< ln(1 + SNR)
    ExpFunctions f; //!< of x
    Lanes eta;      //!< d ln y / d ln x
    Lanes y;        //!< (x - 1) e^x + 1
    Lanes room;     //!< upload time at full frequency, less that of full power on endless band [s]
    Lanes longest;  //!< upload time at full frequency [s]
    Lanes power{Lanes::Ones()};    //!< p where it is at a bound [W]
    Lanes t{Lanes::Ones()};        //!< upload time [s]
    Lanes compute{Lanes::Ones()};  //!< time to compute [s]
    Lanes mu{Lanes::Ones()};       //!< price of time
    Lanes beta{Lanes::Ones()};     //!< -dB/dt at constant power
    Lanes betaLog{Lanes::Ones()};  //!< d ln beta / du
    Lanes shade;                   //!< w1 t y / s: what more bandwidth would save
    Lanes residual{Lanes::Ones()}; //!< increases with u; 0 at the answer
    Lanes slope{Lanes::Ones()};    //!< d residual / du

  private:
    /**
     * Where the power is inside of its range: the price of time follows from that of bandwidth.
     * @param pack the devices, in their states
     * @param w1 weight of energy
     * @param lambda price of bandwidth [1/Hz]
     */
    void EvaluateInside(const JointPack& pack, double w1, double lambda);
    /**
     * Where the power is at a bound: time and bandwidth follow from x. What is not so for a lane is
     * left alone.
     * @param pack the devices, in their states
     * @param w1 weight of energy
     * @param lambda price of bandwidth [1/Hz]
     */
    void EvaluateAtBound(const JointPack& pack, double w1, double lambda);
};

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_PACK_H */
