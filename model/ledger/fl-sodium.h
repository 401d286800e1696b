/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_SODIUM_H
#define FL_SODIUM_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/**
 * @file
 * @ingroup fl
 * SHA-256 (FIPS 180-4) and Ed25519 (RFC 8032), for the ledger. The only place that knows libsodium,
 * which is optional: its ISC licence goes with GPL-2.0-only, that of OpenSSL 3 does not, and Boost
 * has neither of the two.
 */

namespace ns3
{
namespace fl
{

/// A SHA-256 hash.
using Digest = std::array<uint8_t, 32>;
/// An Ed25519 public key.
using PublicKey = std::array<uint8_t, 32>;
/// An Ed25519 signature.
using Signature = std::array<uint8_t, 64>;

/**
 * @ingroup fl
 * An Ed25519 key pair.
 */
struct SigningKey
{
    PublicKey publicKey{};            //!< what others verify with
    std::array<uint8_t, 64> secret{}; //!< RFC 8032's private key, followed by the public key
};

/// @return whether this was built with libsodium
bool SodiumIsAvailable();

/**
 * @throws InvalidInput if this was built without libsodium; the message names Debian's package. So
 *         does every other function here
 */
void RequireSodium();

/**
 * @param data first byte
 * @param size number of bytes
 * @return their SHA-256
 */
Digest Sha256(const uint8_t* data, size_t size);

/**
 * @param bytes a message
 * @return its SHA-256
 */
Digest Sha256(const std::vector<uint8_t>& bytes);

/**
 * @param seed RFC 8032's private key
 * @return the key pair that it gives; the same seed gives the same keys
 */
SigningKey MakeSigningKey(const std::array<uint8_t, 32>& seed);

/**
 * @param bytes a message
 * @param key whose secret signs
 * @return the signature, without randomness
 */
Signature Sign(const std::vector<uint8_t>& bytes, const SigningKey& key);

/**
 * @param bytes a message
 * @param signature its signature, as it is claimed
 * @param key of who signed, as it is claimed
 * @return whether it is that; malleated signatures and keys of small order are refused
 */
bool IsSignedBy(const std::vector<uint8_t>& bytes,
                const Signature& signature,
                const PublicKey& key);

/**
 * @param bytes any bytes
 * @return two lower-case hexadecimal digits for each
 */
template <size_t N>
std::string
ToHex(const std::array<uint8_t, N>& bytes)
{
    constexpr const char* DIGITS = "0123456789abcdef";
    std::string text;
    for (const uint8_t byte : bytes)
    {
        text += {DIGITS[byte >> 4], DIGITS[byte & 15]};
    }
    return text;
}

} // namespace fl
} // namespace ns3

#endif /* FL_SODIUM_H */
