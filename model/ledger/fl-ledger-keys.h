/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_LEDGER_KEYS_H
#define FL_LEDGER_KEYS_H

#include "fl-transaction.h"

#include <cstdint>
#include <map>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Draw the key pairs of all who take part in a ledger. The same numbers give the same keys, so that
 * a simulation can be repeated: they keep no secret from anybody outside of it.
 * @param servers M
 * @param devices N
 * @param seed of the keys
 * @return servers' and devices' keys
 * @throws InvalidInput if this was built without libsodium
 */
std::map<Participant, SigningKey> MakeLedgerKeys(uint32_t servers, uint32_t devices, uint64_t seed);

} // namespace fl
} // namespace ns3

#endif /* FL_LEDGER_KEYS_H */
