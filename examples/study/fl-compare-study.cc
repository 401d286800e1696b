/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-compare-options.h"
#include "fl-compare-runs.h"
#include "fl-study.h"

namespace ns3
{
namespace fl
{

namespace
{

/// The program fl-compare.
class CompareStudy : public Study
{
  public:
    void AddOptions(OptionParser& parser) override
    {
        AddCompareOptions(parser, m_options);
    }

    void Run(const OptionParser& parser) override
    {
        RunComparison(parser, m_options.cell.out, MakeCompareCells(m_options), QuickstartCase());
    }

  private:
    CompareOptions m_options; //!< the quickstart's defaults, until the command line is parsed
};

/// Its program.
const StudyRegistration<CompareStudy> g_study(
    "fl-compare",
    "Optimizers and PHYs side by side: accuracy, time and energy, with paired differences");

} // namespace

} // namespace fl
} // namespace ns3
