#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How ./fl sets up what is missing: a dpkg-query that knows of nothing but what the apt-get here "installed" takes the
# place of the real one.
. "$(dirname "$0")/lib.sh"

mkdir bin
export FL_TEST_INSTALLED=$fl_folder/installed FL_TEST_CALLS=$fl_folder/calls
touch "$FL_TEST_INSTALLED" "$FL_TEST_CALLS"

cat >bin/dpkg-query <<'END'
#!/usr/bin/env bash
for package; do
  grep -qxF -- "$package" "$FL_TEST_INSTALLED" && echo "$package ii "
done
true
END
cat >bin/apt-get <<'END'
#!/usr/bin/env bash
echo "$*" >>"$FL_TEST_CALLS"
[ "${FL_TEST_BROKEN:-}" != 1 ] || exit 100
case " $* " in
  *" install "*) printf '%s\n' "$@" >>"$FL_TEST_INSTALLED" ;;
esac
END
# Not everyone who runs this is root.
cat >bin/sudo <<'END'
#!/usr/bin/env bash
exec "$@"
END
chmod +x bin/*
PATH=$fl_folder/bin:$PATH

expect_error 1 "missing packages .*libns3-dev.*libeigen3-dev" env FL_NO_INSTALL=1 "$FL" build
[ ! -s calls ] || fail "FL_NO_INSTALL=1, and yet apt-get was called: $(cat calls)"

# Programs count however they came; this machine has a compiler, or there would be no build to test.
[[ $err != *g++* ]] || fail "a compiler is there, and was named as missing: $err"

run env FL_TEST_BROKEN=1 "$FL" build
[ "$status" -eq 1 ] || fail "exit code $status after apt-get failed, expected 1"
grep -q 'could not install.*libns3-dev' <<<"$err" || fail "does not say what could not be installed: $err"
# The package lists may have been old.
grep -qx '.* update' calls || fail "gave up without apt-get update: $(cat calls)"

# Works, says so on standard error only, and only once.
: >calls
expect_error 0 "installing with apt-get: libns3-dev" "$FL" build
grep -q 'install .*libns3-dev' calls || fail "apt-get was not called to install: $(cat calls)"
: >calls
expect_exit 0 "" "$FL" build
[ -z "$out$err" ] || fail "nothing was missing, and yet it said: $out$err"
[ ! -s calls ] || fail "nothing was missing, and yet apt-get was called: $(cat calls)"

# The quickstart learns from real data where it can: what cannot be installed is tried once, and the run goes on. This one ends
# at once, as it has no devices.
tried=$FL_BUILD_DIR/fl.tried-dataset-fashion-mnist
rm -f "$tried"
printf '%s\n' gnuplot-nox libsodium-dev >>"$FL_TEST_INSTALLED"
: >calls
expect_exit 2 '--devices=0: must be' env FL_TEST_BROKEN=1 "$FL" run -- --devices=0
grep -q 'install .*dataset-fashion-mnist' calls || fail "real data were not asked for: $(cat calls)"
: >calls
expect_error 2 '--devices=0: must be' "$FL" run -- --devices=0
[ ! -s calls ] || fail "what could not be installed was tried again: $(cat calls)"
rm -f "$tried"
for option in --train-samples=300 --data=synthetic-digits --payload-bits=1000 --like=nowhere; do
  run "$FL" run -- --devices=0 "$option"
  [ ! -s calls ] || fail "$option, and yet real data were asked for: $(cat calls)"
done
expect_exit 2 '^fl: installing with apt-get: dataset-fashion-mnist$' "$FL" run -- --devices=0
[ ! -e "$tried" ] || fail "what was installed is marked as failed"
