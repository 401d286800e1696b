/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-sodium.h"

#include "ns3/fl-error.h"

#ifdef HAVE_SODIUM
#include <sodium.h>
#endif

#include <stdexcept>

namespace ns3
{
namespace fl
{

Digest
Sha256(const std::vector<uint8_t>& bytes)
{
    return Sha256(bytes.data(), bytes.size());
}

#ifdef HAVE_SODIUM

bool
SodiumIsAvailable()
{
    return true;
}

void
RequireSodium()
{
    // Chooses the fastest code for this processor, once.
    static const int status = sodium_init();
    if (status < 0)
    {
        throw std::runtime_error("libsodium: cannot be initialized");
    }
}

Digest
Sha256(const uint8_t* data, size_t size)
{
    Digest digest;
    crypto_hash_sha256(digest.data(), data, size);
    return digest;
}

SigningKey
MakeSigningKey(const std::array<uint8_t, 32>& seed)
{
    RequireSodium();
    SigningKey key;
    crypto_sign_seed_keypair(key.publicKey.data(), key.secret.data(), seed.data());
    return key;
}

Signature
Sign(const std::vector<uint8_t>& bytes, const SigningKey& key)
{
    RequireSodium();
    Signature signature;
    crypto_sign_detached(signature.data(), nullptr, bytes.data(), bytes.size(), key.secret.data());
    return signature;
}

bool
IsSignedBy(const std::vector<uint8_t>& bytes, const Signature& signature, const PublicKey& key)
{
    RequireSodium();
    return crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(), key.data()) ==
           0;
}

#else

bool
SodiumIsAvailable()
{
    return false;
}

void
RequireSodium()
{
    throw InvalidInput("ledger: this was built without libsodium: must be installed (Debian: "
                       "libsodium-dev) when fl is built");
}

Digest
Sha256(const uint8_t* /* data */, size_t /* size */)
{
    RequireSodium();
    return {};
}

SigningKey
MakeSigningKey(const std::array<uint8_t, 32>& /* seed */)
{
    RequireSodium();
    return {};
}

Signature
Sign(const std::vector<uint8_t>& /* bytes */, const SigningKey& /* key */)
{
    RequireSodium();
    return {};
}

bool
IsSignedBy(const std::vector<uint8_t>& /* bytes */,
           const Signature& /* signature */,
           const PublicKey& /* key */)
{
    RequireSodium();
    return false;
}

#endif

} // namespace fl
} // namespace ns3
