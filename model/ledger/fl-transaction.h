/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#ifndef FL_TRANSACTION_H
#define FL_TRANSACTION_H

#include "fl-sodium.h"

#include "ns3/fl-bytes.h"

#include <map>

namespace ns3
{
namespace fl
{

/**
 * @ingroup fl
 * Somebody who signs: an edge server or a device.
 */
struct Participant
{
    /// What somebody is.
    enum class Role : uint8_t
    {
        SERVER, //!< an edge server, which may lead a round
        DEVICE  //!< a device, which mines
    };

    Role role{Role::SERVER}; //!< server or device
    uint32_t id{0};          //!< its number among those of its role

    /// @param other another one @return whether this one comes first: servers, then devices
    bool operator<(const Participant& other) const;
    /// @param other another one @return whether both are the same
    bool operator==(const Participant& other) const;
    /// @return "server 3" or "device 3"
    std::string ToString() const;
};

/// The public key of everybody whose signatures count.
using KeyRing = std::map<Participant, PublicKey>;

/**
 * @ingroup fl
 * An entry of the ledger: who contributed what to which round, signed (Wang et al., "Blockchain
 * and federated edge learning", section II-A; of gradients and models the digest is signed, and the
 * bytes themselves are there or elsewhere).
 */
struct Transaction
{
    /// What is recorded.
    enum class Kind : uint8_t
    {
        REGISTRATION,    //!< the payload is the sender's public key; in the first block alone
        LOCAL_GRADIENT,  //!< of a device or a server, before consensus
        SERVER_GRADIENT, //!< of a server, after a round of consensus
        GLOBAL_MODEL     //!< of a round's leader
    };

    Kind kind{Kind::LOCAL_GRADIENT}; //!< what is recorded
    Participant sender;              //!< who signed
    uint32_t round{0};               //!< round of learning, from 1 on; 0: before the first
    uint32_t consensusRound{0};      //!< of SERVER_GRADIENT: after which exchange, 0: before any
    uint64_t payloadBytes{0};        //!< size of the payload
    Digest payloadDigest{};          //!< SHA-256 of the payload
    bool hasPayload{false};          //!< the payload is here; else the digest refers to it
    std::vector<uint8_t> payload;    //!< empty, or payloadBytes bytes
    Signature signature{};           //!< of all but the payload, whose digest stands for it

    /**
     * Set a payload, its size and its digest.
     * @param bytes the payload
     * @param isKept whether the transaction carries it
     */
    void SetPayload(std::vector<uint8_t> bytes, bool isKept);
    /// Sign. @param key the sender's
    void SignWith(const SigningKey& key);
    /**
     * @return the transaction's hash, which also the block's Merkle tree is made of: of all but the
     *         payload
     */
    Digest GetId() const;
    /**
     * Check what does not depend on the rest of the ledger.
     * @param keys of all participants
     * @return what is wrong with it; empty: nothing
     */
    std::string FindFault(const KeyRing& keys) const;

    /**
     * Append the canonical form: every transaction has one only.
     * @param [in,out] bytes its bytes are appended
     */
    void AppendTo(std::vector<uint8_t>& bytes) const;
    /**
     * @param [in,out] reader at a canonical form
     * @return the transaction
     * @throws InvalidInput if it isn't one: what is wrong, without a place
     */
    static Transaction ReadFrom(ByteReader& reader);

    /// @return its kind: "local gradient", ...
    std::string GetKindName() const;
};

/**
 * Append bytes of a fixed number.
 * @param [in,out] to they are appended
 * @param from the bytes
 */
template <size_t N>
void
AppendBytes(std::vector<uint8_t>& to, const std::array<uint8_t, N>& from)
{
    to.insert(to.end(), from.begin(), from.end());
}

/**
 * @param [in,out] reader where to read
 * @param [out] to the bytes; zeros if there are too few
 */
template <size_t N>
void
ReadBytes(ByteReader& reader, std::array<uint8_t, N>& to)
{
    for (auto& byte : to)
    {
        byte = reader.Read<uint8_t>();
    }
}

/// Append a participant. @param [in,out] to its bytes are appended @param from who
void AppendParticipant(std::vector<uint8_t>& to, const Participant& from);
/**
 * @param [in,out] reader where to read
 * @return the participant
 * @throws InvalidInput if its role is unknown
 */
Participant ReadParticipant(ByteReader& reader);

} // namespace fl
} // namespace ns3

#endif /* FL_TRANSACTION_H */
