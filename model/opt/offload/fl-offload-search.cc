/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-offload-search.h"

#include "fl-offload-matching.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ns3
{
namespace fl
{

namespace
{

/// Differences below this, relative, are rounding errors.
constexpr double NOISE = 1e-10;

} // namespace

bool
OffloadScore::IsBelow(const OffloadScore& other) const
{
    const double slackS = NOISE * other.learnS;
    return learnS < other.learnS - slackS ||
           (learnS <= other.learnS && tieS < other.tieS - NOISE * other.tieS);
}

OffloadState::OffloadState(OffloadColumns& columns)
    : m_columns(columns),
      m_cells(columns.Cells())
{
    Set(OffloadColumnsOf(columns.Problem(), {}));
}

void
OffloadState::Set(const std::vector<OffloadColumn>& columns)
{
    m_now = columns;
    m_costS.assign(m_now.size(), 0);
    m_slotOf.assign(m_columns.Devices(), UNMATCHED);
    for (size_t g = 0; g < m_now.size(); ++g)
    {
        for (size_t m = 0; m < m_cells; ++m)
        {
            if (m_now[g][m] != OFFLOAD_NOBODY)
            {
                m_slotOf[m_now[g][m]] = g * m_cells + m;
            }
        }
        Refresh(g);
    }
    m_score = Evaluate();
}

void
OffloadState::Put(size_t slot, char16_t n)
{
    m_now[slot / m_cells][slot % m_cells] = n;
    if (n != OFFLOAD_NOBODY)
    {
        m_slotOf[n] = slot;
    }
}

void
OffloadState::Refresh(size_t g)
{
    m_costS[g] = m_columns.Cost(g, m_now[g]).costS;
}

OffloadScore
OffloadState::Evaluate() const
{
    double columnTimeS = 0;
    double longestS = 0;
    for (const double costS : m_costS)
    {
        columnTimeS += costS;
        longestS = std::max(longestS, costS);
    }
    double ownS = 0;
    double localS = 0;
    m_serverS.assign(m_cells, 0);
    for (size_t n = 0; n < m_slotOf.size(); ++n)
    {
        if (m_slotOf[n] == UNMATCHED)
        {
            localS = std::max(localS, m_columns.LocalS(n));
            ownS += m_columns.LocalS(n);
        }
        else
        {
            const double executeS = m_columns.ExecuteS(n, m_slotOf[n] % m_cells);
            m_serverS[m_slotOf[n] % m_cells] += executeS;
            ownS += executeS;
        }
    }
    if (m_columns.Problem().objective == OffloadObjective::SUM)
    {
        return {columnTimeS + ownS, 0};
    }
    const double busiestS = *std::max_element(m_serverS.begin(), m_serverS.end());
    return {longestS + std::max(localS, busiestS), columnTimeS + ownS};
}

double
OffloadState::OwnS(char16_t n, size_t slot) const
{
    if (n == OFFLOAD_NOBODY)
    {
        return 0;
    }
    return slot == UNMATCHED ? m_columns.LocalS(n) : m_columns.ExecuteS(n, slot % m_cells);
}

double
OffloadState::WithoutS(size_t slot)
{
    auto& now = m_now[slot / m_cells];
    const char16_t before = std::exchange(now[slot % m_cells], OFFLOAD_NOBODY);
    const double costS = m_columns.Cost(slot / m_cells, now).costS;
    now[slot % m_cells] = before;
    return costS;
}

double
OffloadState::LeastChange(size_t slot, char16_t n, bool hasExchange)
{
    const char16_t before = Occupant(slot);
    const size_t other = n == OFFLOAD_NOBODY ? UNMATCHED : m_slotOf[n];
    const size_t next = hasExchange ? other : UNMATCHED;
    const auto freeS = [this](char16_t device, size_t at) {
        return device == OFFLOAD_NOBODY ? 0 : m_columns.FreeS(device, at % m_cells, at / m_cells);
    };
    double change = OwnS(n, slot) - OwnS(n, other) + OwnS(before, next) - OwnS(before, slot);
    const size_t g = slot / m_cells;
    const bool isWithin = other != UNMATCHED && other / m_cells == g;
    // Who comes adds at least what it takes without interference.
    change += freeS(n, slot) - m_costS[g];
    if (isWithin)
    {
        return change + (hasExchange ? freeS(before, other) : 0) + m_columns.FreeCost(g, m_now[g]) -
               freeS(before, slot) - freeS(n, other);
    }
    if (other != UNMATCHED)
    {
        change +=
            WithoutS(other) + (hasExchange ? freeS(before, other) : 0) - m_costS[other / m_cells];
    }
    return change < 0 ? change + WithoutS(slot) : change;
}

bool
OffloadState::Improve(size_t slot, char16_t n, bool hasExchange)
{
    if (m_columns.Problem().objective == OffloadObjective::SUM &&
        !(LeastChange(slot, n, hasExchange) < 0))
    {
        return false;
    }
    const char16_t before = Occupant(slot);
    const size_t other = n == OFFLOAD_NOBODY ? UNMATCHED : m_slotOf[n];
    const size_t g = slot / m_cells;
    const size_t h = other == UNMATCHED ? g : other / m_cells;
    const double costG = m_costS[g];
    const double costH = m_costS[h];
    const auto move = [&](char16_t here, char16_t there) {
        for (const char16_t device : {n, before})
        {
            if (device != OFFLOAD_NOBODY)
            {
                m_slotOf[device] = UNMATCHED;
            }
        }
        Put(slot, here);
        if (other != UNMATCHED)
        {
            Put(other, there);
        }
    };
    move(n, hasExchange ? before : OFFLOAD_NOBODY);
    Refresh(g);
    if (h != g)
    {
        Refresh(h);
    }
    const auto score = Evaluate();
    if (score.IsBelow(m_score))
    {
        m_score = score;
        return true;
    }
    move(before, n);
    m_costS[g] = costG;
    m_costS[h] = costH;
    return false;
}

void
OffloadState::Clear(size_t slot)
{
    const char16_t before = Occupant(slot);
    if (before != OFFLOAD_NOBODY)
    {
        m_slotOf[before] = UNMATCHED;
        Put(slot, OFFLOAD_NOBODY);
        Refresh(slot / m_cells);
        m_score = Evaluate();
    }
}

void
ImproveOffload(OffloadState& state, RandomStream& random, const std::function<bool()>& isLate)
{
    const auto order = [&random](size_t count) {
        std::vector<size_t> numbers(count);
        std::iota(numbers.begin(), numbers.end(), size_t{0});
        random.Shuffle(numbers);
        return numbers;
    };
    const auto slots = order(state.Columns().size() * state.Columns()[0].size());
    const auto devices = order(state.Devices());
    // Until every slot has been looked at since the last change, and nothing helped.
    for (size_t k = 0, idle = 0; idle < slots.size(); k = (k + 1) % slots.size())
    {
        const size_t slot = slots[k];
        bool isBetter =
            state.Occupant(slot) != OFFLOAD_NOBODY && state.Improve(slot, OFFLOAD_NOBODY, false);
        for (const size_t n : devices)
        {
            const size_t other = state.SlotOf(n);
            if (other == slot)
            {
                continue;
            }
            const auto device = static_cast<char16_t>(n);
            isBetter |= state.Improve(slot, device, false);
            // Where nobody has the slot, an exchange is the same.
            if (other != UNMATCHED && state.SlotOf(n) == other &&
                state.Occupant(slot) != OFFLOAD_NOBODY)
            {
                isBetter |= state.Improve(slot, device, true);
            }
        }
        idle = isBetter ? 0 : idle + 1;
        if (isLate && isLate())
        {
            return;
        }
    }
}

std::vector<OffloadColumn>
FreeOffloadMatching(const OffloadColumns& columns)
{
    const size_t cells = columns.Cells();
    const size_t slots = cells * columns.Channels();
    const size_t devices = columns.Devices();
    const bool isByDevice = devices <= slots;
    std::vector<double> weights(devices * slots);
    for (size_t n = 0; n < devices; ++n)
    {
        for (size_t slot = 0; slot < slots; ++slot)
        {
            const size_t m = slot % cells;
            weights[isByDevice ? n * slots + slot : slot * devices + n] =
                columns.LocalS(n) - columns.ExecuteS(n, m) - columns.FreeS(n, m, slot / cells);
        }
    }
    const auto matched = isByDevice ? LargestMatching(weights, devices, slots)
                                    : LargestMatching(weights, slots, devices);
    OffloadAssignment assignment(devices);
    for (size_t row = 0; row < matched.size(); ++row)
    {
        if (matched[row] != UNMATCHED)
        {
            const size_t slot = isByDevice ? matched[row] : row;
            assignment[isByDevice ? row : matched[row]] =
                OffloadSlot{static_cast<uint32_t>(slot % cells),
                            static_cast<uint32_t>(slot / cells)};
        }
    }
    return OffloadColumnsOf(columns.Problem(), assignment);
}

std::vector<OffloadColumn>
SearchOffload(OffloadColumns& columns, const OffloadSearchOptions& options)
{
    RandomStream random(options.seed);
    OffloadState state(columns);
    ImproveOffload(state, random, options.isLate);
    auto best = state.Columns();
    auto score = state.Score();
    const auto compare = [&] {
        if (state.Score().IsBelow(score))
        {
            best = state.Columns();
            score = state.Score();
        }
    };
    state.Set(FreeOffloadMatching(columns));
    ImproveOffload(state, random, options.isLate);
    compare();
    const size_t slots = columns.Cells() * columns.Channels();
    const uint64_t most = columns.Solves() + options.solvesPerDevice * columns.Devices();
    for (uint32_t kick = 0; kick < options.kicks && columns.Solves() < most; ++kick)
    {
        if (options.isLate && options.isLate())
        {
            break;
        }
        state.Set(best);
        for (uint64_t k = 0, count = 2 + random.Below(1 + slots / 4); k < count; ++k)
        {
            state.Clear(random.Below(slots));
        }
        ImproveOffload(state, random, options.isLate);
        compare();
    }
    return best;
}

} // namespace fl
} // namespace ns3
