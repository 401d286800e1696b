#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ./fl solve mel: answers, one line per error, exit codes. What JSON in general is refused for is in solve.sh.
. "$(dirname "$0")/lib.sh"

# solve FILE [OPTION...] - of the task allocation.
solve()
{
  fl_program fl-solve mel "$@"
}

# instance [SED SCRIPT] - two learners, with something changed.
instance()
{
  sed -e "${1:-}" <<'END'
{"cycle_time_s": 20, "staleness": 2, "samples": 100, "min_samples": 10, "learners": [
{"c2": 1e-2, "c1": 1e-4, "c0": 0.5, "g2": 1e-3, "g1": 0, "g0": 0.1, "energy_j": 10},
{"c2": 2e-2, "c1": 1e-4, "c0": 0.5, "g2": 1e-3, "g1": 0, "g0": 0.1, "energy_j": 10}]}
END
}

# refuse REGEX SED SCRIPT - the instance after that change is bad input, for a reason that matches.
refuse()
{
  instance "$2" >bad.json
  expect_error 2 "^fl-solve: error: bad\.json: .*$1" solve bad.json
}

# infeasible REGEX JSON SED SCRIPT - after that change there is no answer, and both outputs say why.
infeasible()
{
  instance "$3" >none.json
  for method in exact sai ha-sync hu-sync hu-asyn; do
    expect_exit 3 "^fl-solve: error: .*$1" solve none.json --method=$method
    [ "$(wc -l <<<"$err")" -eq 1 ] || fail "expected one line on standard error, got $err"
    grep -q '"status": "infeasible"' <<<"$out" || fail "no status in $out"
    grep -q "\"method\": \"$method\"" <<<"$out" || fail "no method in $out"
    grep -qE "\"reason\": \".*$1" <<<"$out" || fail "no reason in $out"
    grep -qE "$2" <<<"$out" || fail "not $2 in $out"
  done
}

# --- What is right ---

instance >good.json
for method in exact sai ha-sync hu-sync hu-asyn; do
  expect_exit 0 '"status": "(optimal|feasible)"' solve good.json --method=$method
  [ -z "$err" ] || fail "a good instance wrote to standard error: $err"
  for key in method objective gap iterations solve_s upper_bound learners; do
    grep -q "\"$key\": " <<<"$out" || fail "$method: no $key in $out"
  done
done
expect_exit 0 '"method": "exact"' "$FL" solve mel good.json
expect_exit 0 '"samples": [0-9]+$' solve good.json
for golden in "$FL_SOURCE_DIR"/test/golden/mel-*.json; do
  case $golden in *.expected.json) continue ;; esac
  best=$(grep -oE '"objective": [0-9.]+' "${golden%.json}.expected.json")
  expect_exit 0 "$best" solve "$golden"
  expect_exit 0 '"status": "optimal"' solve "$golden"
done
# Counts may be written with a point, limits may be met exactly.
instance 's/100,/1e2,/;s/: 10,/: 10.0,/' >good.json
expect_exit 0 '"status": "optimal"' solve good.json
# A method has one name, with or without the problem's in front.
expect_exit 0 '"method": "exact"' solve good.json --method=mel-exact
expect_exit 0 '"method": "exact"' solve good.json --method=mel
expect_exit 0 '"method": "sai"' solve good.json --method=mel-sai
expect_error 2 "--method=joint-exact: must be one of exact, sai, ha-sync, hu-sync, hu-asyn" solve good.json --method=joint-exact
expect_error 2 "--method=nonesuch: must be one of exact, sai, ha-sync, hu-sync, hu-asyn" solve good.json --method=nonesuch

# --- No feasible answer ---

infeasible "cycle_time_s must be at least 0\.505; no energy_j helps" '"min_cycle_time_s": 0\.50[45]' 's/: 20,/: 0.5,/'
infeasible "each energy_j must be at least 0\.1; no cycle_time_s helps" '"min_energy_j": 0\.(1|09999)' '2s/: 10}/: 0.01}/'
infeasible "min_samples = 60: must not exceed 50" '"min_cycle_time_s": null' 's/: 10,/: 60,/'
infeasible "neither helps alone" '"min_energy_j": null' 's/: 20,/: 0.5,/;2s/: 10}/: 0.01}/'
# Equal batches may not fit where others do.
instance '2s/"c1": 1e-4/"c1": 1/' >uneven.json
expect_exit 0 '"status": "optimal"' solve uneven.json
expect_exit 3 "no equal batches of samples = 100 fit.*cycle_time_s must be at least 50\.5" solve uneven.json --method=hu-sync
# With what is named, it works.
instance 's/: 20,/: 0.505,/' >good.json
expect_exit 0 '"objective": 0.0' solve good.json

# --- What is in it ---

for key in cycle_time_s staleness samples min_samples learners; do
  refuse "(xx = .*: unknown key|xx is .*: unknown key)" "1s/\"$key\"/\"xx\"/"
  refuse "unknown_key = 0: unknown key: must be one of .*$key" '1s/{/{"unknown_key": 0, /'
done
for key in c2 c1 c0 g2 g1 g0 energy_j; do
  refuse "learners\[1\]\.$key.* = .*unknown key: must be one of c2, c1" "3s/\"$key\"/\"${key}s\"/"
  refuse "learners\[1\]\.$key: is missing" "3s/\"$key\": [^,}]*\(, \)*//;3s/, }/}/"
  for value in -1 '"1"' true null '[]' 1e300; do
    refuse "learners\[1\]\.$key (=|is) .*: must be" "3s/\"$key\": [^,}]*/\"$key\": $value/"
  done
done
refuse "learners\[1\]\.c2 = 0: must be above 0 where g2 is 0" '3s/2e-2/0/;3s/"g2": 1e-3/"g2": 0/'
for value in 0 -1 '"1"' false null '[]' 1e-50; do
  refuse "cycle_time_s (=|is) .*: must be" "s/: 20,/: $value,/"
done
for value in -1 0.5 '"1"' null 1e300; do
  refuse "staleness (=|is) .*: must be a whole number from 0 to 1000000" "s/: 2,/: $value,/"
  refuse "samples (=|is) .*: must be a whole number from 1 to 1000000000000" "s/: 100,/: $value,/"
  refuse "min_samples (=|is) .*: must be a whole number from 0 to 1000000000000" "s/: 10,/: $value,/"
done
refuse "samples = 0: must be a whole number from 1" 's/: 100,/: 0,/'
refuse "learners: 0 of them: must be from 1 to 1000000" 's/\[/[]}/;2,3d'
refuse "learners = 3: must be an array" 's/\[/3}/;2,3d'
refuse "staleness: is missing" '1s/"staleness": 2, //'
refuse "learners: is missing" '1s/, "learners.*/}/;2,3d'
refuse "learners\[1\] = 7: must be an object" '3s/.*/7]}/'
refuse "cycle_time_s = 20: must be shorter, or c2 and g2 larger" 's/"c2": [^,]*/"c2": 1e-30/;s/"g2": [^,]*/"g2": 0/'
