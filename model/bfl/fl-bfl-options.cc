/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-bfl-options.h"

#include "ns3/fl-block.h"
#include "ns3/fl-error.h"
#include "ns3/fl-poison-attack.h"
#include "ns3/fl-robust-rule.h"

#include <algorithm>
#include <cmath>

namespace ns3
{
namespace fl
{

namespace
{

/// Refuse a number out of range. @param ok whether it is in range @param name of the field @param
/// value of the field
/// @param allowed what it may be
template <typename Value, typename Allowed>
void
Require(bool ok, const char* name, const Value& value, const Allowed& allowed)
{
    if (!ok)
    {
        throw InvalidInput(Describe(name, " ", value, ": must be ", allowed));
    }
}

/// Check an attack. @param options with it @param devices N
void
CheckAttack(const BflOptions& options, uint32_t devices)
{
    const auto& attack = options.attack;
    PoisonAttack(attack.name, attack.scale);
    if (attack.name == "none")
    {
        return;
    }
    const uint32_t many = attack.isByServers ? options.servers : devices;
    const char* who = attack.isByServers ? "server that attacks" : "device that attacks";
    for (const uint32_t attacker : attack.attackers)
    {
        Require(attacker < many, who, attacker, Describe("from 0 to ", many - 1));
    }
    const bool isAscending = std::adjacent_find(attack.attackers.begin(),
                                                attack.attackers.end(),
                                                std::greater_equal<>()) == attack.attackers.end();
    Require(isAscending, "attackers", attack.attackers.size(), "different, and in ascending order");
    const bool isLone = attack.isByServers && options.scheme == BflScheme::CENTRAL;
    Require(attack.attackers.size() < many || !PoisonAttack(attack.name).NeedsHonest(),
            "attackers",
            attack.attackers.size(),
            Describe("fewer than all for ", attack.name));
    Require(!isLone || attack.attackers.empty() || attack.attackers.back() == 0,
            who,
            attack.attackers.empty() ? 0 : attack.attackers.back(),
            "0, the only one");
    Require(attack.exchange <= options.exchanges,
            "exchange of the attack",
            attack.exchange,
            Describe("at most ", options.exchanges, ", of which there are so many"));
}

} // namespace

void
BflOptions::Validate(uint32_t devices) const
{
    Require(servers >= 1 && servers <= devices,
            "servers",
            servers,
            Describe("from 1 to ", devices, ", the number of devices"));
    Require(mixing >= 0 && std::isfinite(mixing), "mixing weight", mixing, "at least 0 and finite");
    Require(exclusion >= 1, "rounds of exclusion", exclusion, "at least 1");
    Require(realBits <= MAX_TARGET_BITS,
            "real bits",
            realBits,
            Describe("at most ", MAX_TARGET_BITS));
    Require(blockIntervalS > 0 && std::isfinite(blockIntervalS),
            "block interval",
            blockIntervalS,
            "positive and finite");
    const bool hasScore = detection == BflDetection::SCORE || detection == BflDetection::BOTH;
    Require(scheme != BflScheme::BLOCKCHAIN || !hasScore || thresholds.size() == exchanges + 1,
            "thresholds of the deviation score: number",
            thresholds.size(),
            Describe(exchanges + 1, ", one before and one after each exchange"));
    const bool isConsensus = scheme == BflScheme::BLOCKCHAIN || scheme == BflScheme::CONSENSUS;
    Require(serverRule == "mean" || isConsensus,
            "rule between servers",
            serverRule,
            "mean, where servers do not agree");
    RobustOptions constants;
    constants.byzantine = serverByzantine;
    MakeRobustRule(serverRule, constants)->RequireCount(servers);
    constants.byzantine = deviceByzantine;
    const uint32_t aggregators = scheme == BflScheme::CENTRAL ? 1 : servers;
    MakeRobustRule(deviceRule, constants)->RequireCount(devices / aggregators);
    CheckAttack(*this, devices);
}

std::vector<std::pair<std::string, BflScheme>>
BflSchemeNames()
{
    return {{"blockchain", BflScheme::BLOCKCHAIN},
            {"consensus", BflScheme::CONSENSUS},
            {"leader", BflScheme::LEADER},
            {"central", BflScheme::CENTRAL},
            {"independent", BflScheme::INDEPENDENT}};
}

std::string
ToString(BflScheme scheme)
{
    for (const auto& [name, value] : BflSchemeNames())
    {
        if (value == scheme)
        {
            return name;
        }
    }
    return "";
}

} // namespace fl
} // namespace ns3
