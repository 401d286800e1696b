#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ./fl solve: the answer to standard output, one line per error, exit codes.
. "$(dirname "$0")/lib.sh"

# solve FILE [OPTION...] - of the joint problem.
solve()
{
  fl_program fl-solve joint "$@"
}

# device [SED SCRIPT] - a device, with something changed.
device()
{
  sed -e "${1:-}" <<'END'
{"gain": 1e-10, "payload_bits": 28100, "samples": 500, "cycles_per_sample": 2e4,
  "capacitance": 1e-28, "cpu_hz": [1e8, 2e9], "power_w": [0.001, 0.015]}
END
}

# instance [SED SCRIPT [SED SCRIPT]] - two devices, something changed in the second one, or in all of the text.
instance()
{
  sed -e "${2:-}" <<END
{"weight_energy": 0.5, "weight_time": 0.5, "bandwidth_hz": 5e6, "noise_w_per_hz": 4e-21, "rounds": 400,
"local_iterations": 10, "devices": [
$(device),
$(device "${1:-}")
]}
END
}

# refuse REGEX [SED SCRIPT [SED SCRIPT]] - the instance of that kind is bad input, for a reason that matches.
refuse()
{
  local regex=$1
  shift
  instance "$@" >bad.json
  expect_error 2 "^fl-solve: error: bad\.json:.*$regex" solve bad.json --method=equal
}

# --- What is right ---

instance >good.json
expect_exit 0 '"status": "feasible"' solve good.json --method=equal
[ -z "$err" ] || fail "a good instance wrote to standard error: $err"
[ "$(head -c 1 <<<"$out")" = "{" ] || fail "standard output does not begin with JSON: $out"
expect_exit 0 '"bandwidth_hz": 2500000.0' "$FL" solve joint good.json --method=equal
piped()
{
  solve /dev/stdin "$@" <good.json
}
expect_exit 0 '"bandwidth_hz": 2500000.0' piped --method=equal
for golden in "$FL_SOURCE_DIR"/test/golden/joint-*.json; do
  case $golden in *.expected.json) continue ;; esac
  expect_exit 0 '"status": "(optimal|feasible)"' solve "$golden"
done
# A number may be written as any number, a count with a point as well.
instance 's/500,/500.0,/' 's/400/4e2/' >good.json
expect_exit 0 '"status": "feasible"' solve good.json --method=equal
instance "" 's/"rounds"/"round_deadline_s": 100, "rounds"/' >good.json
expect_exit 0 '"time_s": 40000.0' solve good.json --method=equal
expect_exit 0 'Problems and methods' solve --help

# A method's answer that breaks a constraint is an answer.
instance "" 's/"rounds"/"round_deadline_s": 1e-3, "rounds"/' >tight.json
expect_exit 0 '"deadline_s": 0\.[0-9]+' solve tight.json --method=equal
expect_exit 0 '"status": "infeasible"' solve tight.json --method=equal

# --- No feasible answer ---

# Methods with closed forms do not know that there is none.
expect_exit 3 "^fl-solve: error: .*devices\[[01]\]" solve tight.json --method=global
grep -q '"status": "infeasible"' <<<"$out" || fail "infeasible: standard output says $out"
grep -q '"reason": ".*devices\[[01]\]' <<<"$out" || fail "infeasible: standard output says $out"
[ "$(wc -l <<<"$err")" -eq 1 ] || fail "infeasible: expected one line on standard error, got $err"

# --- How it is called ---

expect_error 2 "PROBLEM and FILE.json" fl_program fl-solve
expect_error 2 "PROBLEM and FILE.json" fl_program fl-solve joint
expect_error 2 "unknown problem 'nonesuch': must be one of dma, joint" "$FL" solve nonesuch good.json
expect_error 2 "unknown problem '.x1b.x0a'" fl_program fl-solve $'\e\n' good.json
expect_error 2 "unexpected argument 'more.json'" solve good.json more.json
expect_error 2 "--method=nonesuch: must be one of .*equal" solve good.json --method=nonesuch
expect_error 2 "--methods: unknown option" solve good.json --methods=equal
expect_error 2 "--threads=0: must be a whole number from 1" solve good.json --threads=0
expect_error 2 "--seed=-1: must be a whole number" solve good.json --seed=-1

# --- Files ---

expect_error 2 "none.json: cannot be read \(No such file" solve none.json
expect_error 2 "cannot be read \(Is a directory\)" solve "$PWD"
expect_error 2 "a\?b.json: cannot be read" solve $'a\nb.json'
if [ "$(id -u)" -ne 0 ]; then
  (umask 777 && : >closed.json)
  expect_error 2 "closed.json: cannot be read \(Permission denied" solve closed.json
fi
: >large.json
truncate -s $(((1 << 29) + 1)) large.json
expect_error 2 "large.json: is too large: must have at most 536870912 bytes" solve large.json
rm large.json
if [ -e /dev/full ]; then
  full()
  {
    solve "$@" >/dev/full
  }
  instance >good.json
  expect_error 1 "standard output: cannot be written" full good.json --method=equal
fi

# --- Broken JSON: where ---

# broken LINE:COLUMN REGEX TEXT - the text, as printf takes it, is no JSON, from there on.
broken()
{
  # shellcheck disable=SC2059 # it is a format
  printf "$3" >bad.json
  expect_error 2 "^fl-solve: error: bad\.json:$1: must be JSON: .*$2" solve bad.json --method=equal
}
broken 1:1 "unexpected end of input" ''
broken 3:4 "unexpected '}'" '{\n"a": 1,\n   }'
broken 2:7 "unexpected end of input" '{\n"a": 1'
broken 1:9 "expected end of input" '{"a": 1}}'
broken 1:2 "zero byte" '1\0'
broken 1:2 "expected string literal" "{'a': 1}"
broken 1:7 "invalid literal" '{"a": NaN}'
broken 1:7 "invalid literal" '{"a": Infinity}'
broken 1:8 "invalid number" '{"a": -Infinity}'
broken 1:3 "ill-formed UTF-8" '{"\377": 1}'
broken 1:2 "invalid literal" '{\033[31m'
broken 1:3 "control character" '{"\n": 1}'
broken 1:2 "invalid literal" '{// none\n}'
refuse "1:23: number out of range: 1e999: must be within" "" '1s/0.5/1e999/'
refuse 'key "rounds" is given twice' "" 's/"rounds"/"rounds": 1, "rounds"/'
refuse 'devices\[1\]: key "gain" is given twice' 's/"gain"/"gain": 1, "gain"/'
for bracket in '[' '{"a":'; do
  { head -c 1000000 /dev/zero | tr '\0' '[' | sed "s/\[/$bracket/g"; } >bad.json
  expect_error 2 "bad.json: arrays and objects lie in each other deeper than 8" solve bad.json --method=equal
done

# --- What is in it ---

for text in '[]' 1 null '"text"' true; do
  echo "$text" >bad.json
  expect_error 2 "the instance (is|=) .*: must be an object" solve bad.json --method=equal
done
for key in weight_energy weight_time bandwidth_hz noise_w_per_hz rounds local_iterations devices; do
  refuse "$key: is missing" "" "s/\"$key\"/\"round_deadline_s\"/"
  refuse "unknown_key = .*: unknown key: must be one of .*$key" "" "s/\"rounds\"/\"unknown_key\": 0, \"rounds\"/"
done
for key in gain payload_bits samples cycles_per_sample capacitance cpu_hz power_w; do
  refuse "devices\[1\]\.$key.* = .*unknown key: must be one of gain, payload_bits" "s/\"$key\"/\"${key}s\"/"
  for value in '"1"' true null '{}'; do
    refuse "devices\[1\]\.$key (=|is) .*must be" "s/\"$key\": [^ ]*\( [^ ]*]\)*,*/\"$key\": $value,/;s/,}/}/"
  done
  refuse "devices\[1\]\.$key.*: must be" "s/\"$key\": \[*/&-/"
done
sed 's/"samples": 500, //' <(instance) >bad.json
expect_error 2 "devices\[0\]\.samples: is missing" solve bad.json --method=equal
for key in bandwidth_hz noise_w_per_hz rounds local_iterations round_deadline_s; do
  for value in 0 -1 '"1"' false null '[]'; do
    refuse "$key (=|is) .*: must be" "" "/\"devices\"/s/^/\"round_deadline_s\": 1, /
s/\"$key\": [^,]*/\"$key\": $value/"
  done
done
for key in rounds local_iterations samples; do
  refuse "$key = 1.5: must be a whole number from [01] to" "" "s/\"$key\": [^,]*/\"$key\": 1.5/"
  refuse "$key = 1e\+?300: must be a whole number" "" "s/\"$key\": [^,]*/\"$key\": 1e300/"
  refuse "$key = 18446744073709551615: must be a whole" "" "s/\"$key\": [^,]*/\"$key\": 18446744073709551615/"
done
refuse "devices\[1\]\.gain = 0: must be" 's/1e-10/0/'
refuse "weight_energy \+ weight_time = 1.1, off by 0.1: must be 1" "" '1s/0.5/0.6/'
refuse "weight_energy \+ weight_time = 1, off by 2e-09: must be 1" "" '1s/0.5/0.500000002/'
refuse "weight_energy = -0.5: must be" "" '1s/0.5/-0.5/;1s/0.5,/1.5,/2'
refuse "devices = 3: must be an array" "" 's/"devices": \[/"devices": 3}/;3,9d'
refuse "devices: must have at least one" "" 's/"devices": \[/"devices": []}/;3,9d'
refuse "devices\[1\] = 7: must be an object" 's/^{.*/7/;2d'
refuse "devices\[1\]\.cpu_hz\[0\] = 3e\+09.*must not exceed the maximum, devices\[1\]\.cpu_hz\[1\] = 2e\+09" 's/1e8/3e9/'
refuse "devices\[1\]\.power_w\[0\] = 0.5.*must not exceed" 's/0\.001/0.5/'
refuse "devices\[1\]\.power_w is an array of 3: must be \[minimum, maximum\]" 's/0\.001/0, 0.001/'
refuse "devices\[1\]\.cpu_hz is an array of 1: must be \[minimum, maximum\]" 's/1e8, //'
refuse "devices\[1\]\.cpu_hz\[1\] = \"x\": must be a number" 's/2e9/"x"/'
refuse "devices\[1\]\.power_w\[1\] = 0: must be" 's/0.001, 0.015/0, 0/'
refuse "devices\[1\]\.cycles_per_sample = 1e\+307: its product" 's/2e4/1e307/'
refuse "devices\[1\]\.power_w\[0\] = 0: .*weight_time is 0" 's/0\.001/0/' '1s/0.5/1/;1s/0.5/0/'
refuse "devices\[1\]\.cpu_hz\[0\] = 0: .*weight_time is 0" 's/1e8/0/' '1s/0.5/1/;1s/0.5/0/'
# What is long is cut, what would move the cursor is not printed.
refuse 'gain = "aaaaaaaaaaaaaaaaaaaa[a]*\.\.\.: must be' "s/1e-10/\"$(head -c 5000 /dev/zero | tr '\0' a)\"/"
refuse 'gain = "\\u001b\[31m": must be' 's/1e-10/"\\u001b[31m"/'
refuse '\\x1b\[31m = 1: unknown key' 's/"gain"/"\\u001b[31m": 1, "gain"/'

# --- Device scheduling ---

# schedule FILE [OPTION...] - of the scheduling problem.
schedule()
{
  fl_program fl-solve schedule "$@"
}

# few [SED SCRIPT] - three devices, something changed.
few()
{
  sed -e "${1:-}" <<END
{"bandwidth_hz": 1e7, "payload_bits": 1000, "queue_weight": 30,
"gain_over_noise_hz": [2e5, 1e4, 6e5]}
END
}

# refuse_few REGEX SED SCRIPT - the instance of that kind is bad input, for a reason that matches.
refuse_few()
{
  few "$2" >bad.json
  expect_error 2 "^fl-solve: error: bad\.json:.*$1" schedule bad.json
}

few >good.json
expect_exit 0 '"status": "optimal"' schedule good.json
expect_exit 0 '"upper_bound": [0-9]' "$FL" solve schedule good.json
[ -z "$err" ] || fail "a good instance wrote to standard error: $err"
for method in paper aaba greedy all random round-robin best-channel proportional-fair; do
  expect_exit 0 '"status": "feasible"' schedule good.json --method="$method"
  if grep -q upper_bound <<<"$out"; then
    fail "$method claims a bound"
  fi
done
expect_error 2 "--method=joint: must be one of exact, paper" schedule good.json --method=joint
# Nobody is a set, so that there is always an answer.
few 's/}$/, "delay_limit_s": 1e-12}/' >good.json
for method in aaba greedy; do
  expect_exit 0 '"selected": 0,' schedule good.json --method="$method"
done
few 's/}$/, "devices_per_round": 1, "round": 2, "average_gain_over_noise_hz": [1, 1e-5, 1]}/' >good.json
for method in random round-robin best-channel proportional-fair; do
  expect_exit 0 '"selected": 1,' schedule good.json --method="$method"
done
for key in bandwidth_hz payload_bits queue_weight gain_over_noise_hz; do
  refuse_few "$key: is missing" "s/\"$key\": \(\[.*\]\|[^,]*\)/\"round\": 1/"
  for value in '"1"' true null '{}'; do
    refuse_few "$key (=|is) .*must be" "s/\"$key\": \(\[.*\]\|[^,]*\)/\"$key\": $value/"
  done
done
for key in bandwidth_hz payload_bits; do
  for value in 0 -1 1e41; do
    refuse_few "$key = .*: must be from 1e-40 to 1e\+40" "s/\"$key\": [^,]*/\"$key\": $value/"
  done
done
refuse_few "queue_weight = -1: must be 0 or from 1e-40" 's/30/-1/'
refuse_few "gain_over_noise_hz\[1\] = 0: must be from 1e-40" 's/1e4/0/'
refuse_few "gain_over_noise_hz\[1\] = -10000: must be from" 's/1e4/-1e4/'
refuse_few "gain_over_noise_hz\[1\] = \"x\": must be a number" 's/1e4/"x"/'
refuse_few "1:.*invalid literal" '1s/1e7/NaN/'
refuse_few "gain_over_noise_hz: must have at least one entry" 's/2e5, 1e4, 6e5//'
refuse_few "gains = 1: unknown key: must be one of bandwidth_hz.*average_gain" 's/}$/, "gains": 1}/'
refuse_few "delay_limit_s = 0: must be from" 's/}$/, "delay_limit_s": 0}/'
refuse_few "devices_per_round = 4: must be a whole number from 1 to 3" 's/}$/, "devices_per_round": 4}/'
refuse_few "devices_per_round = 0: must be a whole number from 1" 's/}$/, "devices_per_round": 0}/'
refuse_few "devices_per_round = 1.5: must be a whole number" 's/}$/, "devices_per_round": 1.5}/'
refuse_few "round = 0: must be a whole number from 1" 's/}$/, "round": 0}/'
refuse_few "average_gain_over_noise_hz has 2 entries: must have 3" 's/}$/, "average_gain_over_noise_hz": [1, 2]}/'
refuse_few "average_gain_over_noise_hz: must have one entry per device" 's/}$/, "average_gain_over_noise_hz": []}/'
refuse_few "average_gain_over_noise_hz\[2\] = -1: must be from" 's/}$/, "average_gain_over_noise_hz": [1, 2, -1]}/'
