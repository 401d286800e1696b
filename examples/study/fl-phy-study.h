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
 * What studies that run one scenario over several PHYs share.
 */

namespace ns3
{
namespace fl
{

/// A study of one cell over each PHY of the build; its command line is that of the cell.
class PhyStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        fl::AddOptions(parser, m_options);
    }

  protected:
    /// Eight devices, within Wi-Fi's reach on all PHYs, so that path losses are the same.
    PhyStudy()
    {
        m_options.phy = ALL_PHYS;
        m_options.devices = 8;
        m_options.radius = 50;
    }

    Options m_options; //!< defaults, until the command line is parsed
};

} // namespace fl
} // namespace ns3

#endif /* FL_PHY_STUDY_H */
