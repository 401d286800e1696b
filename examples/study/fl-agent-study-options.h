/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_AGENT_STUDY_OPTIONS_H
#define FL_AGENT_STUDY_OPTIONS_H

#include "fl-agent-figures.h"
#include "fl-agent-training.h"

#include "ns3/fl-option-parser.h"
#include "ns3/fl-options.h"

#include <cstdint>
#include <string>

/**
 * @file
 * @ingroup fl
 * The command line of fl-offload-agent.
 */

namespace ns3
{
namespace fl
{

/// The command line of fl-offload-agent.
struct AgentStudyOptions
{
    std::string figure{"8b"};            //!< a name of AgentFigures(), or all
    std::string train;                   //!< file of one agent that is trained; empty: figures
    std::string resume;                  //!< file of the agent that is trained further; empty: none
    std::string method{"parameterized"}; //!< of the agent that is trained
    std::string state{"gains"};          //!< what agents know
    std::string step{"trpo"};            //!< where the line search begins
    std::string objective{"sum"};        //!< the latency that counts
    std::string propagation{"sum"};      //!< reading of T_prop
    std::string redraw{"step"};          //!< when sizes and gains are drawn
    bool isGrid{false};                  //!< whether sub-channels are W / G wide
    bool isTuned{true};                  //!< whether actor's rates are chosen from the grid first
    bool isQuick{false};                 //!< small sizes, to see that it runs
    uint32_t devices{30};                //!< N
    uint32_t servers{5};                 //!< M
    uint32_t subChannels{5};             //!< G
    double actorRate{0.003};             //!< of what is not tuned
    double criticRate{0.02};             //!< of the critic
    double discount{0};                  //!< gamma
    AgentEffort effort;                  //!< how much
    OutputOptions output;                //!< folder and threads

    /// @return what all figures start from
    AgentSetting Setting() const;
    /// Sizes of `--quick`, where it is asked for.
    void Shrink();
};

/**
 * @param parser the parser
 * @param options defaults; set by Parse()
 */
void AddAgentStudyOptions(OptionParser& parser, AgentStudyOptions& options);

} // namespace fl
} // namespace ns3

#endif /* FL_AGENT_STUDY_OPTIONS_H */
