#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ./fl ledger: a sound chain, a damaged one, bad input.
. "$(dirname "$0")/lib.sh"

expect_error 2 "nothing and 0 more words are given: must be verify FILE or show FILE" fl_program fl-ledger
expect_error 2 "'mend' and 1 more words are given: must be verify FILE or show FILE" fl_program fl-ledger mend chain
expect_error 2 "ledger: verify FILE or show FILE is needed" "$FL" ledger verify
expect_error 2 "missing.*cannot be read" fl_program fl-ledger verify missing

: >empty
run fl_program fl-ledger verify empty
if [[ $err = *"without libsodium"* ]]; then
  exit 0
fi

# A sound file of four blocks.
run fl_program fl-fuzz-read --reader=ledger --cases=1
chain=$PWD/fuzz-ledger
expect_exit 0 '^4 blocks and 8 transactions are sound; the last block is 0[0-9a-f]{63}$' fl_program fl-ledger verify "$chain"
expect_exit 0 '^4 blocks' "$FL" ledger verify "$chain"
expect_exit 0 '^block 3  0[0-9a-f]{15}  at 3 s, led by server 0, mined by device 7, 4 zero bits, nonce ' \
  fl_program fl-ledger show "$chain"
expect_exit 0 '^  2 x registration$' fl_program fl-ledger show "$chain"
expect_exit 0 '^  global model of server 0, round 2, exchange 0, 2 bytes elsewhere, SHA-256 [0-9a-f]{64}$' \
  fl_program fl-ledger show "$chain" --block=2
expect_error 2 '--block=4: must be at most 3' fl_program fl-ledger show "$chain" --block=4
expect_error 2 "--block=x: must be a block's number" fl_program fl-ledger show "$chain" --block=x

# The last byte is of the last transaction's signature.
head -c -1 "$chain" >damaged
printf '\xff' >>damaged
expect_error 2 'damaged: block 3: transactions do not have the Merkle root' fl_program fl-ledger verify damaged
head -c -1 "$chain" >damaged
expect_error 2 'damaged: block 3: size of [0-9]+ bytes: must be at most' fl_program fl-ledger show damaged
