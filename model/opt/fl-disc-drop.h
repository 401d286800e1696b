/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_DISC_DROP_H
#define FL_DISC_DROP_H

/**
 * @file
 * @ingroup fl
 * Devices dropped in a disc around a base station, and their path loss.
 */

namespace ns3
{
namespace fl
{

class RandomStream;

/**
 * @param db power ratio [dB]
 * @return the same, linear
 */
double FromDb(double db);

/// A disc in which devices are uniform by area, and the log-distance path loss from its centre.
class DiscDrop
{
  public:
    /**
     * @param radiusM of the disc [m]; finite
     * @param minDistanceM who falls nearer to the centre is moved here [m]; positive, at most the
     *        radius
     * @param lossAt1KmDb path loss at 1 km [dB]
     * @param lossPerDecadeDb path loss per tenfold distance [dB]
     * @throws InvalidInput if radius and distance are not such
     */
    DiscDrop(double radiusM, double minDistanceM, double lossAt1KmDb, double lossPerDecadeDb);

    /**
     * Drop a device; that takes one uniform draw.
     * @param random the source of the draw
     * @return its path loss [dB], without shadowing
     */
    double DrawLossDb(RandomStream& random) const;

  private:
    double m_radiusM;         //!< of the disc [m]
    double m_minDistanceM;    //!< nobody is nearer to the centre [m]
    double m_lossAt1KmDb;     //!< [dB]
    double m_lossPerDecadeDb; //!< [dB]
};

} // namespace fl
} // namespace ns3

#endif /* FL_DISC_DROP_H */
