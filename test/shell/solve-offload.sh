#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ./fl solve offload: methods on a golden instance, mining that takes all energy, bad input.
. "$(dirname "$0")/lib.sh"

golden=$FL_SOURCE_DIR/test/golden/offload-n8-m3.json

# changed SED SCRIPT - the golden instance on one line, with something changed.
changed()
{
  tr -d '\n' <"$golden" | sed -E "$1" >changed.json
}

for method in exact search blind local all random; do
  expect_exit 0 '"residuals"' fl_program fl-solve offload "$golden" --method=$method
done
expect_exit 0 '"status": "optimal"' fl_program fl-solve offload "$golden"
expect_exit 0 '"lower_bound": 5\.9217' fl_program fl-solve offload "$golden" --method=offload-search --tight-bound
changed 's/"model_bits"/"objective": "makespan", "model_bits"/'
expect_exit 0 '"status": "optimal"' fl_program fl-solve offload changed.json

# Of a budget that mining exceeds, what would do.
changed 's/"energy_budget_j": *[0-9.e+-]+/"energy_budget_j": 2400/'
expect_exit 3 '^fl-solve: error: 28h: devices\[0\]\.energy_budget_j = 2400: must exceed 2500 J, what mining takes$' \
  fl_program fl-solve offload changed.json
expect_exit 3 '"status": "infeasible"' fl_program fl-solve offload changed.json
expect_exit 3 '"least_energy_budget_j": 2500\.0' fl_program fl-solve offload changed.json

expect_error 2 "--agent is needed: the file of a trained agent$" fl_program fl-solve offload "$golden" --method=agent
expect_error 2 "--agent=x: --method=agent alone takes it$" fl_program fl-solve offload "$golden" --agent=x

changed 's/"noise_w"/"noise"/'
expect_error 2 'changed\.json.*noise.*unknown key' fl_program fl-solve offload changed.json
changed 's/"consensus_s": *[0-9.e+-]+/"consensus_s": -1/'
expect_error 2 'changed\.json.*consensus_s = -1: must be' fl_program fl-solve offload changed.json
expect_error 2 "--method=nonesuch: must be one of exact, " fl_program fl-solve offload "$golden" --method=nonesuch
expect_error 2 "--seconds=0: must be" fl_program fl-solve offload "$golden" --seconds=0
