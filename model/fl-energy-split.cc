/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-energy-split.h"

#include <algorithm>
#include <utility>

namespace ns3
{
namespace fl
{

void
EnergySplit::Settle(Account& account, const RadioEnergies& counters)
{
    auto& active = account.active;
    const auto find = [&active](Step step) {
        return std::find_if(active.begin(), active.end(), [step](const Active& order) {
            return order.step == step;
        });
    };
    const auto give = [&](double RadioEnergies::* what, Step first, Step second) {
        const double spentJ = counters.*what - account.counters.*what;
        auto to = find(first);
        to = to == active.end() ? find(second) : to;
        if (to != active.end())
        {
            to->energies.*what += spentJ;
            return;
        }
        for (auto& order : active)
        {
            order.energies.*what += spentJ / static_cast<double>(active.size());
        }
    };
    give(&RadioEnergies::radiatedJ, Step::UPLOAD, Step::DOWNLOAD);
    give(&RadioEnergies::stationJ, Step::DOWNLOAD, Step::UPLOAD);
    for (auto& order : active)
    {
        order.energies.circuitJ +=
            (counters.circuitJ - account.counters.circuitJ) / static_cast<double>(active.size());
    }
    account.counters = counters;
}

void
EnergySplit::Begin(const OrderKey& key, const RadioEnergies& counters)
{
    if (key.device >= m_accounts.size())
    {
        m_accounts.resize(key.device + 1);
    }
    auto& account = m_accounts[key.device];
    Settle(account, counters);
    account.active.push_back({key, Step::DOWNLOAD});
}

void
EnergySplit::SetStep(const OrderKey& key, const RadioEnergies& counters, Step step)
{
    if (key.device >= m_accounts.size())
    {
        return;
    }
    auto& active = m_accounts[key.device].active;
    const auto found = std::find_if(active.begin(), active.end(), [&key](const Active& order) {
        return !(order.key < key) && !(key < order.key);
    });
    if (found == active.end())
    {
        return;
    }
    Settle(m_accounts[key.device], counters);
    found->step = step;
    std::rotate(found, found + 1, active.end()); // behind those that came to their step before
}

void
EnergySplit::Received(const OrderKey& key, const RadioEnergies& counters)
{
    SetStep(key, counters, Step::WORK);
}

void
EnergySplit::Uploading(const OrderKey& key, const RadioEnergies& counters)
{
    SetStep(key, counters, Step::UPLOAD);
}

RadioEnergies
EnergySplit::End(const OrderKey& key, const RadioEnergies& counters)
{
    SetStep(key, counters, Step::WORK);
    auto& active = m_accounts.at(key.device).active;
    const RadioEnergies energies = active.back().energies;
    active.pop_back();
    return energies;
}

} // namespace fl
} // namespace ns3
