/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_JOINT_UPLOADS_H
#define FL_JOINT_UPLOADS_H

#include "fl-joint-problem.h"

#include <functional>

/**
 * @file
 * @ingroup fl
 * The other half of a JointProblem, solved exactly in O(devices) per sweep: power and bandwidth,
 * given how long each upload may take.
 */

namespace ns3
{
namespace fl
{

/**
 * Give out the band at one price.
 *
 * Each device asks for less the higher the price; the price is found at which all of the band is
 * asked for. Where what is asked jumps at that price, each device gets the same part of its jump.
 * If less than the band is asked for at any price, the rest is shared out in proportion.
 * @param bandwidthHz B, what there is [Hz]
 * @param guess where to look for the price first, above 0; replaced by the price found
 * @param ask called with a price, fills in what each device asks for [Hz]
 * @param askedHz what each device gets; its size is the number of devices
 * @return false if more than the band is asked for at any price, or numbers overflow
 */
bool GiveOutBand(double bandwidthHz,
                 double& guess,
                 const std::function<void(double price, std::vector<double>& askedHz)>& ask,
                 std::vector<double>& askedHz);

/**
 * What of an upload does not depend on the price of bandwidth: the range of the band in which it is
 * over in time.
 */
struct UploadRange
{
    double limitS{0};       //!< tau: how long the upload may take [s]
    double nats{0};         //!< a = d ln2 [nat]
    double noisePerGain{0}; //!< N0 / g [W/Hz]
    double minX{0};         //!< x = ln(1 + SNR) where p_min is just in time; 0: it never is
    double maxX{0};         //!< the same with p_max; 0: it never is, and there is no answer

    /**
     * @param problem a valid problem
     * @param device of the problem, with payload
     * @param limit how long the upload may take [s]
     */
    UploadRange(const JointProblem& problem, const JointDevice& device, double limit);

    /**
     * @param x ln(1 + SNR)
     * @return the band with which an upload at that SNR takes exactly limitS [Hz]
     */
    double BandAt(double x) const
    {
        return nats / (limitS * x);
    }

    /**
     * @param powerW p [W]
     * @param x ln(1 + SNR), above 0
     * @return the band in which that power has that SNR [Hz]
     */
    double BandAtPower(double powerW, double x) const;
    /**
     * @param bandwidthHz B [Hz]
     * @return the power with which the upload takes exactly limitS [W]
     */
    double PowerFor(double bandwidthHz) const;
};

/**
 * @param problem a valid problem
 * @param limitS by device, how long its upload may take [s]
 * @return what follows, by device; meaningless for devices without payload
 */
std::vector<UploadRange> UploadRanges(const JointProblem& problem,
                                      const std::vector<double>& limitS);

/**
 * @param problem a valid problem
 * @param ranges of its devices
 * @return whether an upload is late even with p_max and any bandwidth
 */
bool HasHopelessUpload(const JointProblem& problem, const std::vector<UploadRange>& ranges);

/**
 * @param problem a valid problem
 * @param ranges of its devices, with at least one sender and none hopeless
 * @return a price of bandwidth near the one to be found: the geometric mean of what saved energy
 *         is worth to the devices at equal shares [J/Hz]
 */
double GuessBandPrice(const JointProblem& problem, const std::vector<UploadRange>& ranges);

/**
 * Why no bandwidth makes all uploads end in time.
 * @param problem a valid problem
 * @param limitS by device, how long its upload may take [s]
 * @return the message for the user; empty if the band is wide enough
 */
std::string UploadObstacle(const JointProblem& problem, const std::vector<double>& limitS);

/**
 * Power and bandwidth given a deadline for each upload: minimise sum p_n d_n / r_n subject to
 * d_n / r_n <= limit, sum B_n <= B and the range of p. All of the band is given out.
 *
 * This is Subproblem 2 of the paper, (11). With t = limit at power P(B) = (N0 B / g)(e^x - 1), x =
 * d ln2 / (limit B), the energy e(B) = max(limit P(B), p_min d / r(p_min, B)) is convex and falls
 * with B: the second where p_min is more than enough and the upload ends early. So one price of
 * bandwidth gives the optimum, B_n where -e_n'(B_n) is the price, but at least what p_max needs.
 * @param problem a valid problem
 * @param limitS by device, how long its upload may take [s]; of senders only
 * @param shares bandwidthHz, txPowerW and uploadS are written; cpuHz and computeS are left
 * @return false, and shares as they were, if p_max on the whole band is not in time
 */
bool SolveUploads(const JointProblem& problem,
                  const std::vector<double>& limitS,
                  std::vector<JointShare>& shares);

/**
 * The same for uploads that take as long as they are told even where p_min would let them end
 * sooner: minimise sum p_n length_n. Band that nobody saves energy with is shared out in
 * proportion.
 * @param problem a valid problem
 * @param lengthS by device, how long its upload takes [s]; of senders only
 * @param shares as in SolveUploads(); uploadS is what (p, B) allow, and may be less than lengthS
 * @return false, and shares as they were, if p_max on the whole band is not in time
 */
bool SolveFullLengthUploads(const JointProblem& problem,
                            const std::vector<double>& lengthS,
                            std::vector<JointShare>& shares);

} // namespace fl
} // namespace ns3

#endif /* FL_JOINT_UPLOADS_H */
