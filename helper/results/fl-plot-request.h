/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_PLOT_REQUEST_H
#define FL_PLOT_REQUEST_H

#include <cstdint>
#include <filesystem>
#include <string>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Parameters of the plots of a results folder.
 */
struct PlotRequest
{
    std::filesystem::path folder;   //!< a finished results folder
    uint32_t runs{1};               //!< number of its runs
    std::string curve;              //!< entry of the curves in keys, as the optimizer's name
    std::string gnuplot{"gnuplot"}; //!< name or path of gnuplot
    bool isAsynchronous{false};     //!< rounds are aggregations of an AsyncCoordinator
};

} // namespace fl
} // namespace ns3

#endif /* FL_PLOT_REQUEST_H */
