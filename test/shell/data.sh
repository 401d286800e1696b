#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where data come from: ./fl data with an apt-get of its own, sets that are not installed, labels and texts that are not
# MNIST's.
. "$(dirname "$0")/lib.sh"

golden=$FL_SOURCE_DIR/test/golden/r-data
export FL_CACHE=$fl_folder/cache FL_DATASETS=$fl_folder/datasets FL_MODELDATA=$fl_folder/nowhere
quickstart()
{
  fl_program fl-quickstart --devices=2 --rounds=1 --local-iterations=1 "$@"
}

# ./fl data: nothing is installed yet.
expect_error 2 "unknown set 'mnist'; allowed: fashion-mnist, reviews" "$FL" data mnist
expect_error 2 "unexpected argument 'x'" "$FL" data reviews x
expect_exit 0 '^reviews: not installed' "$FL" data
expect_error 1 'missing package .*r-cran-modeldata' env FL_NO_INSTALL=1 "$FL" data reviews
expect_error 2 '\-\-name=reviews: is not installed: must be, by ./fl data reviews' fl_program fl-data --name=reviews

# Fetching a package takes its data out of it.
mkdir bin
cat >bin/apt-get <<'END'
#!/usr/bin/env bash
case " $* " in
  *" download "*) touch r-cran-modeldata_1_all.deb ;;
esac
END
cat >bin/dpkg-deb <<END
#!/usr/bin/env bash
mkdir -p "\$3/usr/lib/R/site-library/modeldata"
cp -r "$golden" "\$3/usr/lib/R/site-library/modeldata/data"
END
chmod +x bin/*
run env PATH="$fl_folder/bin:$PATH" "$FL" data reviews
[ "$status" -eq 0 ] || fail "./fl data reviews: exit code $status: $err"
[ "$out" = "$FL_CACHE/reviews-v1" ] || fail "./fl data reviews printed: $out"
grep -q 'without installing it: r-cran-modeldata' <<<"$err" || fail "does not say what it fetches: $err"
# Later runs need nothing: the package is gone, and there is no network.
run env FL_NO_INSTALL=1 "$FL" data reviews
[ "$out" = "$FL_CACHE/reviews-v1" ] && [ -z "$err" ] || fail "the second time: $status, $out, $err"
head -n 1 cache/reviews-v1/train.tokens | grep -q '^tokens vocabulary=' || fail "no tokens in the cache"

# A set that is not there is said, and another one stands in.
run quickstart --data=fashion-mnist --out=a
[ "$status" -eq 0 ] || fail "--data=fashion-mnist without it: exit code $status: $err"
grep -q '^note: fashion-mnist is not installed (./fl data fashion-mnist does that): these are synthetic-clutter' <<<"$err" ||
  fail "does not say what stands in: $err"

# Text needs a transformer; images may have one too.
expect_error 2 "model 'softmax': does not take text: must be transformer" quickstart --data=synthetic-mrpc
expect_error 2 "model 'transformer:bert-base': takes text: data must be text" quickstart --model=transformer:bert-base
expect_error 2 "model 'transformer:vit-b-16': 784 features per sample: must be 150528" \
  quickstart --model=transformer:vit-b-16
for data in synthetic-sst2 synthetic-digits; do
  expect_exit 0 '' quickstart --data=$data --model=transformer:1-8-2 --train-samples=60 --test-samples=20 --out=text
done

# Labels that begin with 1, by the name of the set in a folder; each owner's samples are a device's.
idx() # idx FILE MAGIC BYTES... - writes an IDX file
{
  printf "$2" >"$1"
  printf "$3" >>"$1"
}
mkdir letters
for part in train test; do
  idx "letters/emnist-letters-$part-images-idx3-ubyte" '\0\0\10\3\0\0\0\4\0\0\0\1\0\0\0\2' '\0\377\1\2\377\0\3\4'
  idx "letters/emnist-letters-$part-labels-idx1-ubyte" '\0\0\10\1\0\0\0\4' '\1\3\1\3'
done
printf 'ann\nann\nbob\nbob\n' >owners
run quickstart --data=letters --data-transpose --partition=owners:owners --out=b
[ "$status" -eq 0 ] || fail "letters: exit code $status: $err"
grep -q '^note: letters: labels 1 to 3 are classes 0 to 2' <<<"$err" || fail "the shift is not said: $err"
grep -q '^note: letters: labels that never occur: 2$' <<<"$err" || fail "missing labels are not said: $err"
[ "$(grep -c '^note: ' <<<"$err")" -eq 2 ] || fail "not said once: $err"
grep -q '"data_transpose": 1\|"data-transpose": 1' b/summary.json || fail "the summary does not have --data-transpose"
expect_exit 0 '' quickstart --data=letters/emnist-letters --out=c
expect_error 2 'owners: 4 lines: must be 300, the owner of each training sample' \
  quickstart --train-samples=300 --test-samples=10 --partition=owners:owners
expect_exit 2 '3 devices: must be at most 2, the number of owners' \
  fl_program fl-quickstart --devices=3 --rounds=1 --data=letters --partition=owners:owners
