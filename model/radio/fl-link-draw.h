/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LINK_DRAW_H
#define FL_LINK_DRAW_H

#include "ns3/mobility-model.h"
#include "ns3/random-variable-stream.h"

#include <cstdint>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Random numbers that belong to a link and a time block: a pure function of (seed, run, stream,
 * link, block, sub-channel). So all evaluations in a block agree, links are independent of each
 * other, results do not depend on the order of evaluation, and nothing needs to be stored.
 *
 * A key of 64 bits is drawn once from an ns-3 stream, and so follows seed, run and AssignStreams.
 * It is mixed with link and block by the finalizer of SplitMix64 (G. L. Steele, D. Lea, C. H.
 * Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014), used as a counter-based
 * generator as in J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
class LinkDraw
{
  public:
    /// A pair of independent standard normal variables.
    struct NormalPair
    {
        double first;  //!< mean 0, variance 1
        double second; //!< the same
    };

    LinkDraw();

    /**
     * @param stream the random stream to draw the key from
     * @return 1, the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

    /**
     * @param a node id of the transmitter
     * @param b node id of the receiver
     * @param block number of the time block
     * @param subChannel number of the sub-channel
     * @return two normal variables; those of (a, b) and of (b, a) are independent
     */
    NormalPair DrawNormals(uint32_t a, uint32_t b, int64_t block, uint32_t subChannel = 0);

    /**
     * @param mobility a mobility model that is aggregated to a node
     * @return the node's id
     * @throws InvalidInput if there is no node
     */
    static uint32_t NodeIdOf(const Ptr<MobilityModel>& mobility);

  private:
    Ptr<UniformRandomVariable> m_stream; //!< the stream that the key is drawn from
    uint64_t m_key{0};                   //!< drawn at first use
    bool m_hasKey{false};                //!< whether m_key was drawn
};

} // namespace fl
} // namespace ns3

#endif /* FL_LINK_DRAW_H */
