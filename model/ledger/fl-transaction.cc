/*
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include "fl-transaction.h"

#include "ns3/fl-error.h"

#include <tuple>

namespace ns3
{
namespace fl
{

namespace
{

/// So that a signature of a transaction never serves as one of something else.
constexpr uint8_t TRANSACTION_DOMAIN[] = {'f', 'l', '-', 't', 'x', '-', '1'};

/// Append all that is signed: everything but signature and payload.
void
AppendSigned(std::vector<uint8_t>& bytes, const Transaction& transaction)
{
    AppendNumber(bytes, static_cast<uint8_t>(transaction.kind));
    AppendParticipant(bytes, transaction.sender);
    AppendNumber(bytes, transaction.round);
    AppendNumber(bytes, transaction.consensusRound);
    AppendNumber(bytes, transaction.payloadBytes);
    AppendBytes(bytes, transaction.payloadDigest);
    AppendNumber(bytes, static_cast<uint8_t>(transaction.hasPayload));
}

/// @param transaction any one @return what is signed, with its domain
std::vector<uint8_t>
SignedBytes(const Transaction& transaction)
{
    std::vector<uint8_t> bytes(std::begin(TRANSACTION_DOMAIN), std::end(TRANSACTION_DOMAIN));
    AppendSigned(bytes, transaction);
    return bytes;
}

} // namespace

bool
Participant::operator<(const Participant& other) const
{
    return std::tie(role, id) < std::tie(other.role, other.id);
}

bool
Participant::operator==(const Participant& other) const
{
    return role == other.role && id == other.id;
}

std::string
Participant::ToString() const
{
    return Describe(role == Role::SERVER ? "server " : "device ", id);
}

void
AppendParticipant(std::vector<uint8_t>& to, const Participant& from)
{
    AppendNumber(to, static_cast<uint8_t>(from.role));
    AppendNumber(to, from.id);
}

Participant
ReadParticipant(ByteReader& reader)
{
    const auto role = reader.Read<uint8_t>();
    if (role > static_cast<uint8_t>(Participant::Role::DEVICE))
    {
        throw InvalidInput(Describe("participant's role ", +role, ": must be 0 or 1"));
    }
    Participant participant;
    participant.role = static_cast<Participant::Role>(role);
    participant.id = reader.Read<uint32_t>();
    return participant;
}

void
Transaction::SetPayload(std::vector<uint8_t> bytes, bool isKept)
{
    payloadBytes = bytes.size();
    payloadDigest = Sha256(bytes);
    hasPayload = isKept;
    payload = isKept ? std::move(bytes) : std::vector<uint8_t>();
}

void
Transaction::SignWith(const SigningKey& key)
{
    signature = Sign(SignedBytes(*this), key);
}

Digest
Transaction::GetId() const
{
    std::vector<uint8_t> bytes;
    AppendSigned(bytes, *this);
    AppendBytes(bytes, signature);
    return Sha256(bytes);
}

std::string
Transaction::FindFault(const KeyRing& keys) const
{
    if (hasPayload && Sha256(payload) != payloadDigest)
    {
        return "payload does not have the digest that was signed";
    }
    if (kind != Kind::SERVER_GRADIENT && consensusRound != 0)
    {
        return Describe("consensus round ", consensusRound, " of a ", GetKindName(), ": must be 0");
    }
    if (kind != Kind::LOCAL_GRADIENT && kind != Kind::REGISTRATION &&
        sender.role != Participant::Role::SERVER)
    {
        return Describe(GetKindName(), " of ", sender.ToString(), ": must be a server's");
    }
    const auto key = keys.find(sender);
    if (key == keys.end())
    {
        return sender.ToString() + " is not registered";
    }
    return IsSignedBy(SignedBytes(*this), signature, key->second)
               ? ""
               : "not signed by " + sender.ToString();
}

void
Transaction::AppendTo(std::vector<uint8_t>& bytes) const
{
    AppendSigned(bytes, *this);
    AppendBytes(bytes, signature);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
}

Transaction
Transaction::ReadFrom(ByteReader& reader)
{
    Transaction transaction;
    const auto kind = reader.Read<uint8_t>();
    if (kind > static_cast<uint8_t>(Kind::GLOBAL_MODEL))
    {
        throw InvalidInput(Describe("transaction's kind ", +kind, ": must be from 0 to 3"));
    }
    transaction.kind = static_cast<Kind>(kind);
    transaction.sender = ReadParticipant(reader);
    transaction.round = reader.Read<uint32_t>();
    transaction.consensusRound = reader.Read<uint32_t>();
    transaction.payloadBytes = reader.Read<uint64_t>();
    ReadBytes(reader, transaction.payloadDigest);
    const auto hasPayload = reader.Read<uint8_t>();
    if (hasPayload > 1)
    {
        throw InvalidInput(
            Describe("transaction's mark of a payload ", +hasPayload, ": must be 0 or 1"));
    }
    transaction.hasPayload = hasPayload == 1;
    ReadBytes(reader, transaction.signature);
    if (transaction.hasPayload)
    {
        if (transaction.payloadBytes > reader.GetLeft())
        {
            throw InvalidInput(Describe("payload of ",
                                        transaction.payloadBytes,
                                        " bytes: must be at most the ",
                                        reader.GetLeft(),
                                        " bytes that are left"));
        }
        transaction.payload.reserve(transaction.payloadBytes);
        for (uint64_t i = 0; i < transaction.payloadBytes; ++i)
        {
            transaction.payload.push_back(reader.Read<uint8_t>());
        }
    }
    return transaction;
}

std::string
Transaction::GetKindName() const
{
    switch (kind)
    {
    case Kind::REGISTRATION:
        return "registration";
    case Kind::LOCAL_GRADIENT:
        return "local gradient";
    case Kind::SERVER_GRADIENT:
        return "server gradient";
    case Kind::GLOBAL_MODEL:
        break;
    }
    return "global model";
}

} // namespace fl
} // namespace ns3
