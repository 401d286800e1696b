#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-offload-agent can count on: figures are the same bytes on any number of threads, and again by --like; an
# agent's file goes on where it ended, and decides instances of its sizes only; bad input is refused.
. "$(dirname "$0")/lib.sh"

small=(--devices=4 --servers=2 --sub-channels=2)

# study OPTION...
study()
{
  fl_program fl-offload-agent --quick "$@"
}

# --- Figures ---

expect_exit 0 "Tables and plots are in one/" study --figure=8b --out=one --threads=1
expect_exit 0 "parameterized .* % above the bound" study --figure=8b --out=two --threads=3
for file in figure-8b.csv figure-8b-episodes.csv; do
  cmp one/$file two/$file || fail "$file depends on the number of threads"
done
expect_exit 0 "Tables and plots" fl_program fl-offload-agent --like=one/summary.json --out=again
cmp one/figure-8b.csv again/figure-8b.csv || fail "--like is another run"
[ "$(head -n 1 one/figure-8b.csv)" = "x,curve,actor_rate,critic_rate,latency_mean_s,latency_ci95_s,above_bound_mean,above_bound_ci95,reward_mean,reward_ci95,worst_divergence" ] ||
  fail "columns of figure-8b.csv"
[ "$(wc -l <one/figure-8b.csv)" -eq 12 ] || fail "figure-8b.csv: 5 schemes, 6 without training, and a header"
# No scheme is below the bound, no step of TRPO beyond its divergence, and the search is not below the bound either.
awk -F, 'NR > 1 && ($7 != "" && $7 < 0 || $11 > 0.01) { exit 1 }' one/figure-8b.csv || fail "bound or divergence"
awk -F, '$2 == "bound" { b = $5 } $2 == "search" { exit !($5 >= b) }' one/figure-8b.csv || fail "search below the bound"
expect_exit 0 "rounds of consensus = 20" study --figure=9b --tune=false --out=nine
# A round of consensus takes 1.04 ms, and nothing else moves.
awk -F, '$2 == "local" { if ($1 == 0) a = $5; if ($1 == 20) b = $5 }
  END { d = b - a - 0.0208; exit !(d < 1e-9 && d > -1e-9) }' nine/figure-9b.csv || fail "consensus"

# --- One agent ---

expect_exit 0 "Wrote half.agent: agent parameterized, state gains, after 3 episodes" \
  fl_program fl-offload-agent --train=half.agent "${small[@]}" --episodes=3 --out=train
[ "$(wc -l <train/training.csv)" -eq 4 ] || fail "training.csv: 3 episodes and a header"
expect_exit 0 "after 5 episodes" fl_program fl-offload-agent --train=rest.agent --resume=half.agent --episodes=2
expect_exit 0 "after 5 episodes" fl_program fl-offload-agent --train=whole.agent "${small[@]}" --episodes=5
cmp rest.agent whole.agent || fail "a run that is resumed is another one"
expect_exit 0 '"termination": "agent parameterized, state gains, after 5 episodes"' fl_program fl-solve offload \
  "$FL_SOURCE_DIR/test/golden/offload-n4-m2.json" --method=agent --agent=whole.agent
expect_error 2 "problem of 8 devices, 3 servers and 3 sub-channels: the agent is for 4 devices, 2 servers and 2 sub-channels" \
  fl_program fl-solve offload "$FL_SOURCE_DIR/test/golden/offload-n8-m3.json" --method=agent --agent=whole.agent
head -c 1000 whole.agent >cut.agent
expect_error 2 "cut\.agent: damaged: 976 bytes after its header: must be " fl_program fl-offload-agent --train=x --resume=cut.agent
expect_error 2 "nonesuch: cannot be read" fl_program fl-offload-agent --train=x --resume=nonesuch
expect_exit 2 "nonesuch/x: cannot be written" fl_program fl-offload-agent --train=nonesuch/x "${small[@]}" --episodes=1

# --- Bad input ---

expect_error 2 "--figure=6: must be" study --figure=6
expect_error 2 "--method=ddpg: must be left out with --train=: only that trains one agent" study --method=ddpg
expect_error 2 "--figure=7: must be left out with --train=x: that trains one agent" study --figure=7 --train=x
expect_error 2 "--devices=4: must be left out with --resume=whole.agent: the file says that" \
  fl_program fl-offload-agent --train=x --resume=whole.agent --devices=4
expect_error 2 "--episodes=0: must be" study --episodes=0
expect_error 2 "--discount=1: must be" study --discount=1
