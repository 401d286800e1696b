#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a user of fl-joint-energy-time can count on: one line and the right exit code for each bad input, tables whole or not at
# all, the same bytes on any number of threads, and curves that keep what is proved about them.

. "$(dirname "$0")/lib.sh"

study()
{
  fl_program fl-joint-energy-time --runs=3 "$@"
}

# column NAME FILE - a column's values with the curve before it, tab-separated.
column()
{
  awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
    if (!(name in at)) { print "no column " name > "/dev/stderr"; exit 1 }
    next } { print $1 "\t" $at[name] }' "$2"
}

# Bad arguments.
for figures in '' ',' 1 9 '2,' '2,,3' -2 '2 3' 'all,2' trade; do
  expect_error 2 '--figures=.*: must be all, or some of 2 to 8 and trade-off' study "--figures=$figures"
done
expect_error 2 '--method=best: must be one of global, paper' study --method=best
expect_error 2 '--weight-energy=1.1: must be a number from 0 to 1' study --weight-energy=1.1
expect_error 2 '--weight-energy=nan: must be' study --weight-energy=nan
expect_error 2 '--runs=0: must be' study --runs=0
expect_error 2 '--devices=0: must be' study --devices=0
expect_error 2 '--radius=0.5: must be at least 1' study --radius=0.5
expect_error 2 '--payload-bits=0: must be above 0' study --payload-bits=0
expect_error 2 '--min-power=13: must not exceed --max-power=12' study --min-power=13
expect_error 2 '--min-power=6: must not exceed .* 5' study --min-power=6
expect_error 2 '--min-cpu=3e.09: must not exceed --max-cpu=2e.09' study --min-cpu=3e9
expect_error 2 '--min-cpu=3e.08: must not exceed .* 2e.08' study --min-cpu=3e8 --figures=3
expect_error 2 '--min-cycles=4(e.04|0000): must not exceed --max-cycles=3' study --min-cycles=4e4
expect_error 2 '--nosuch: unknown option' study --nosuch=1

# Files that cannot be written.
expect_error 2 '/proc/fl' study --out=/proc/fl --figures=6
limited()
(
  ulimit -f 1 # [kB]
  study --figures=8 --devices=3 --out=limited
)
expect_exit 1 "limited/.*: can't be written" limited
[ -z "$(ls limited)" ] || fail "a failed run left $(ls limited)"

# The same bytes on any number of threads; other random numbers, other drops.
expect_exit 0 'Tables and plots are in a/' study --devices=8 --threads=0 --out=a
expect_exit 0 '' study --devices=8 --threads=3 --out=b
expect_exit 0 '' study --devices=8 --threads=3 --out=c --RngRun=2
header="curve,method,devices,radius_m,max_tx_power_dbm,max_cpu_hz,samples,local_iterations,rounds,weight_energy,deadline_s,drops,feasible,optimal,averaged,energy_j_mean,energy_j_ci95,energy_upload_j_mean,energy_upload_j_ci95,energy_compute_j_mean,energy_compute_j_ci95,time_s_mean,time_s_ci95,objective_mean,objective_ci95,excess_mean,excess_ci95,smallest_excess"
for name in figure-{2,3,4,5,6,7,8} trade-off; do
  expect_same "a/$name.csv" "b/$name.csv"
  ! cmp -s "a/$name.csv" "c/$name.csv" || fail "$name.csv does not depend on the run number"
  [ "$(head -n 1 "a/$name.csv")" = "$header" ] || fail "columns of $name.csv"
  awk -F, -v n="$(tr -cd , <<<"$header" | wc -c)" 'NF != n + 1 { exit 1 }' "a/$name.csv" || fail "$name.csv: a row's fields"
  ! grep -qiE '(^|,)-?(nan|inf)' "a/$name.csv" || fail "$name.csv holds something that is no number"
  # Solvers promise 1e-9.
  column smallest_excess "a/$name.csv" | awk -F'\t' '$2 != "" && $2 < -2e-9 { exit 1 }' || fail "$name: better than the optimum"
  awk -F, 'NR > 1 && $2 == "global" && $13 != $14 { exit 1 }' "a/$name.csv" || fail "$name: an optimum is not proved"
done
[ "$(cut -d, -f1 a/figure-2.csv | uniq -c | awk '{ print $1 }' | tr '\n' ' ')" = "1 8 8 8 8 8 8 " ] || fail "figure 2: curves"

# More power, a higher frequency, a later deadline: never worse, drop by drop, so nor is the mean; to the solver's 1e-9.
falls()
{
  awk -F'\t' '$1 == last && $2 > before * (1 + 2e-9) { exit 1 } { last = $1; before = $2 }'
}
for figure in 2 3; do
  grep -v ^benchmark "a/figure-$figure.csv" >curves.csv
  column objective_mean curves.csv | falls || fail "figure $figure: the objective rises"
done
for figure in 7 8; do
  grep -E '^(curve|global)' "a/figure-$figure.csv" >curves.csv
  column energy_j_mean curves.csv | falls || fail "figure $figure: the energy rises"
done
# More weight on energy: no more energy, no less time.
grep -E '^(curve|global)' a/trade-off.csv >curves.csv
column time_s_mean curves.csv | falls || fail "trade-off: time rises with the weight of time"

# Figures of choice; those of an earlier run that this one does not make go.
expect_exit 0 'figure-6.csv: 35 rows' study --devices=3 --figures=6,4,6 --out=a
[ "$(cd a && echo ./*.csv)" = "./claims.csv ./figure-4.csv ./figure-6.csv" ] || fail "figures 4 and 6 left $(ls a)"
awk -F, 'NR > 1 && $2 !~ /figure [46]/ && $4 != "not tested" { exit 1 }' a/claims.csv || fail "claims about figures that were not made"
[ ! -e a/figure-2-time.plt ] || fail "a plot without its table"
grep -q '"drops": 3' a/summary.json || fail "no summary"

# The paper's algorithm in the curves: compared with the optimum.
expect_exit 0 'w1 = 0.9 .*% above the optimum' study --devices=5 --figures=4 --method=paper --out=paper
grep -q '^w1 = 0.9,paper,' paper/figure-4.csv || fail "--method=paper is not in the table"

# A deadline that nothing meets is a gap.
expect_exit 0 'figure-7.csv' study --devices=5 --figures=7 --max-cpu=2e8 --out=late
awk -F, '$1 == "global" && $11 == 40 && $13 == 0 && $15 == 0 && $16 == "" { found = 1 } END { exit !found }' \
  late/figure-7.csv || fail "an infeasible deadline is no gap"

# One cell through the simulator: what was expected beside what was measured.
packets()
{
  fl_program fl-joint-energy-time --packets --devices=6 --rounds=3 "$@"
}
expect_error 2 '--min-power=13|minTxPowerW' packets --min-power=13
expect_error 2 '--optimizer=best: must be one of' packets --optimizer=best
expect_exit 0 '^time \[s\] +[0-9.]+ +[0-9.]+ +[0-9.]+$' packets --out=p
expect_exit 0 '' packets --out=q
expect_same p/packets/packets.csv q/packets/packets.csv
[ "$(cut -d, -f1 p/packets/packets.csv | tr '\n' ' ')" = "device 0 1 2 3 4 5 all " ] || fail "rows of packets.csv"
[ "$(head -n 1 p/packets/packets.csv)" = "device,orders,bandwidth_hz,tx_power_w,cpu_hz,download_s,compute_s,upload_s,time_s,energy_compute_j,energy_radio_j,energy_j,predicted_download_s,predicted_compute_s,predicted_upload_s,predicted_time_s,predicted_energy_compute_j,predicted_energy_radio_j,predicted_energy_j,formula_compute_s,formula_upload_s,formula_time_s,formula_energy_compute_j,formula_energy_radio_j,formula_energy_j" ] ||
  fail "columns of packets.csv"
awk -F, 'NF != 25 { exit 1 }' p/packets/packets.csv || fail "packets.csv: a row's fields"
# Headers make uploads longer than by formula, by less than a fifth; computing takes what it takes (to the nanosecond, per
# round); downloads are on top.
awk -F, 'function off(a, b) { return a > b ? a - b : b - a }
  NR > 1 && $1 != "all" && !($2 == 3 && $8 > $21 && $8 < 1.2 * $21 && off($7, $20) < 3e-9 && $9 > $22) { exit 1 }
  $1 == "all" && !($9 > $22 && $9 < 1.5 * $22 && $12 > $25 && $12 < 1.1 * $25) { exit 1 }' p/packets/packets.csv ||
  fail "packets.csv: measured and expected are apart"
# More weight on energy saves some, and takes longer; the paper's algorithm is another.
expect_exit 0 '' packets --out=w --weight-energy=0.9
awk -F, '$1 == "all" { e[FNR == NR] = $25; t[FNR == NR] = $22 } END { exit !(e[1] > e[0] && t[1] < t[0]) }' \
  p/packets/packets.csv w/packets/packets.csv || fail "--weight-energy has no effect on packets"
expect_exit 0 '' packets --out=m --method=paper
! cmp -s p/packets/packets.csv m/packets/packets.csv || fail "--method has no effect on packets"

# Without gnuplot the run says how to get the plots, and goes on.
expect_exit 0 'gnuplot' env PATH=/nowhere "$FL_BUILD_DIR/bin/fl-joint-energy-time" --runs=1 --devices=2 --figures=2 \
  --out=unplotted
[ -s unplotted/figure-2.csv ] || fail "no tables without gnuplot"
