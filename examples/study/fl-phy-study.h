/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PHY_STUDY_H
#define FL_PHY_STUDY_H

#include "fl-study.h"

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

/**
 * @file
 * @ingroup fl
 * Base of studies that run one scenario over several PHYs.
 */

namespace ns3
{
namespace fl
{

/// A study of one cell over each PHY of the build; its options are those of the cell.
class PhyStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        fl::AddOptions(parser, m_options);
    }

  protected:
    /// Defaults: eight devices in a disc within the range of Wi-Fi, so that positions and path
    /// losses are the same over all PHYs.
    PhyStudy()
    {
        m_options.phy = ALL_PHYS;
        m_options.devices = 8;
        m_options.radius = 50;
    }

    Options m_options; //!< options of the cell
};

} // namespace fl
} // namespace ns3

#endif /* FL_PHY_STUDY_H */
