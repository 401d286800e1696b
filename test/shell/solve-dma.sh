#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ./fl solve dma: methods on a golden instance, limits that cannot be met, bad input.
. "$(dirname "$0")/lib.sh"

golden=$FL_SOURCE_DIR/test/golden/dma-enum-2x2.json

# changed SED SCRIPT - the golden instance on one line, with something changed.
changed()
{
  tr -d '\n' <"$golden" | sed -E "$1" >changed.json
}

for method in best enumerate local sca; do
  expect_exit 0 '"residuals"' fl_program fl-solve dma "$golden" --method=$method
done

# Of a time limit that nothing can keep, the least one that works.
changed 's/"qoe_s": *[0-9.e+-]+/"qoe_s": 1e-3/'
expect_exit 3 '^fl-solve: error: 29b: tasks\[0\]\.qoe_s = 0\.001: the schedule takes at least [0-9.]+ s$' \
  fl_program fl-solve dma changed.json
expect_exit 3 '"status": "infeasible"' fl_program fl-solve dma changed.json

changed 's/"rho"/"rhoo"/'
expect_error 2 'changed\.json.*rhoo' fl_program fl-solve dma changed.json
changed 's/"rho": *[0-9.e+-]+/"rho": -1/'
expect_error 2 'changed\.json.*rho = -1: must be' fl_program fl-solve dma changed.json
expect_error 2 "--method=nonesuch: must be one of best, " fl_program fl-solve dma "$golden" --method=nonesuch
