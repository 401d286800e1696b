/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-ledger-keys.h"

#include "ns3/fl-mix-seed.h"

namespace ns3
{
namespace fl
{

std::map<Participant, SigningKey>
MakeLedgerKeys(uint32_t servers, uint32_t devices, uint64_t seed)
{
    constexpr uint64_t KEYS = 1; // stream of the seed
    std::map<Participant, SigningKey> keys;
    const auto add = [&keys, seed](Participant::Role role, uint32_t id) {
        RandomStream random(MixSeed({seed, KEYS, static_cast<uint64_t>(role), id}));
        std::array<uint8_t, 32> secret{};
        for (auto& byte : secret)
        {
            byte = static_cast<uint8_t>(random.Below(256));
        }
        keys[{role, id}] = MakeSigningKey(secret);
    };
    for (uint32_t server = 0; server < servers; ++server)
    {
        add(Participant::Role::SERVER, server);
    }
    for (uint32_t device = 0; device < devices; ++device)
    {
        add(Participant::Role::DEVICE, device);
    }
    return keys;
}

} // namespace fl
} // namespace ns3
