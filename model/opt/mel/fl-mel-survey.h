/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_MEL_SURVEY_H
#define FL_MEL_SURVEY_H

#include "fl-mel-problem.h"

#include <cstdint>
#include <vector>

/**
 * @file
 * @ingroup fl
 * Answers and bounds of all bases of a MelProblem, by their relaxations alone.
 */

namespace ns3
{
namespace fl
{

/// A base of which the relaxation does not say that it holds no more than what is known.
struct MelOpenBase
{
    int64_t base{0};  //!< m
    int64_t bound{0}; //!< no answer at that base has more iterations in all, the base's included
    double real{0};   //!< the relaxation's value above the base, before it was rounded down
    double price{0};  //!< iterations per sample, at the relaxation's optimum
};

/// What the relaxations say.
struct MelSurvey
{
    int64_t best{0};                 //!< iterations of the best answer known, in all
    std::vector<int64_t> iterations; //!< of that answer, by learner; empty: what was known before
    std::vector<MelOpenBase> open;   //!< by bound, the largest first; of equals the largest base
    int64_t left{0};                 //!< no base that was not looked at has more than this, or best
    uint32_t bases{0};               //!< that were looked at, one by one

    /// @return what no answer exceeds
    int64_t GetBound() const;
};

/**
 * Look at all bases up to the synchronous optimum that may hold more than what is known. Each gives
 * a bound and an answer that falls short of it by no more than c (BoundMelBase()), so that the best
 * answer falls short of the largest bound by no more than c in all: c / K of the mean. Up to 64
 * bases, which have O(K c) choices each, are gone through one by one; of more, the relaxation of
 * many bases at once says where to look first, and where not at all.
 * @param problem a problem that has an answer
 * @param most the synchronous optimum, MelSynchronousIterations()
 * @param known an answer has as many iterations in all
 * @param work how many choices may be looked at; is reduced by those that were. Where it runs out,
 *        the survey ends with what it has, and `left` bounds the rest
 * @return what was found
 */
MelSurvey SurveyMelBases(const MelProblem& problem, int64_t most, int64_t known, uint64_t& work);

} // namespace fl
} // namespace ns3

#endif /* FL_MEL_SURVEY_H */
