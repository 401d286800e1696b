# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034
#
# To be sourced: installs the Debian packages that a command needs, where they are missing.

# To build standalone.
PACKAGES_BUILD=(cmake g++ ninja-build pkg-config libns3-dev libeigen3-dev libboost-dev nlohmann-json3-dev zlib1g-dev)
# What it can do without: the ledger's hashes and signatures.
PACKAGES_OPTIONAL=(libsodium-dev)
# To build inside an ns-3 tree, whose test.py is in Python.
PACKAGES_IN_TREE=(cmake g++ ninja-build python3 libeigen3-dev libboost-dev nlohmann-json3-dev zlib1g-dev)
# To fetch Debian's source package of ns-3.
PACKAGES_SOURCE=(dpkg-dev)
# To draw plots. Runs go on without it.
PACKAGES_PLOT=(gnuplot-nox)
# To test that a strict renderer takes the plots. The check is skipped without it.
PACKAGES_TEST=(librsvg2-bin)

# Real data sets, each installed when ./fl data asks for it.
PACKAGE_FASHION_MNIST=dataset-fashion-mnist
# Its data are taken out of the package: installed, it would bring all of R.
PACKAGE_REVIEWS=r-cran-modeldata

# missing_packages PACKAGE... - prints those that are not there. A program that was installed in another way counts. Off
# Debian nothing is known to be missing, and it is left to CMake to complain.
missing_packages()
{
  command -v dpkg-query >/dev/null || return 0
  local installed package program
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Abbrev}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -q "^$package ii" <<<"$installed" && continue
    case $package in
      cmake | g++ | pkg-config | python3) program=$package ;;
      ninja-build) program=ninja ;;
      gnuplot-nox) program=gnuplot ;;
      librsvg2-bin) program=rsvg-convert ;;
      dpkg-dev) program=dpkg-source ;;
      *) program= ;;
    esac
    [ -n "$program" ] && command -v "$program" >/dev/null && continue
    printf '%s\n' "$package"
  done
}

# as_root COMMAND... - fails when there is no way to become root.
as_root()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# apt_install PACKAGE... - with an apt-get update first where there are no package lists yet, or old ones do not do.
apt_install()
{
  local log status=0
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=600
    install --no-install-recommends "$@")
  local update=(apt-get -q -o DPkg::Lock::Timeout=600 update)
  log=$(mktemp)
  {
    if ls /var/lib/apt/lists/*_Packages* && as_root "${install[@]}"; then
      :
    else
      as_root "${update[@]}" && as_root "${install[@]}" || status=1
    fi
  } >"$log" 2>&1 </dev/null
  [ $status -eq 0 ] || tail -n 20 "$log" >&2
  rm -f "$log"
  return $status
}

# unpack_package PACKAGE FOLDER - puts the files of a Debian package below a folder, without installing it. Says so, and
# fails where it can't.
unpack_package()
{
  local package=$1 folder=$2 work
  if [ "${FL_NO_INSTALL:-}" = 1 ]; then
    echo "fl: missing package (not fetched, since FL_NO_INSTALL=1): $package" >&2
    return 1
  fi
  echo "fl: fetching with apt-get, without installing it: $package" >&2
  work=$(mktemp -d)
  # As root, apt-get fetches as a user of its own.
  chmod 755 "$work"
  if ! (
    cd "$work" || exit 1
    apt-get -q download "$package" || { as_root apt-get -q -o DPkg::Lock::Timeout=600 update && apt-get -q download "$package"; }
  ) >"$work/log" 2>&1 || ! dpkg-deb -x "$work/$package"_*.deb "$folder" 2>>"$work/log"; then
    tail -n 5 "$work/log" >&2
    rm -rf "$work"
    echo "fl: could not fetch $package; as root, run: apt-get install $package" >&2
    return 1
  fi
  rm -rf "$work"
}

# need_packages PACKAGE... - installs what is missing, saying so; silent when nothing is. Fails where it can't.
need_packages()
{
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "${FL_NO_INSTALL:-}" = 1 ]; then
    echo "fl: missing packages (not installed, since FL_NO_INSTALL=1): ${missing[*]}" >&2
    return 1
  fi
  echo "fl: installing with apt-get: ${missing[*]}" >&2
  apt_install "${missing[@]}" || true
  mapfile -t missing < <(missing_packages "${missing[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "fl: could not install; as root, run: apt-get install ${missing[*]}" >&2
  return 1
}

# want_packages PACKAGE... - the same for what is good to have: it never fails, and is silent where it may not install.
want_packages()
{
  [ "${FL_NO_INSTALL:-}" = 1 ] || need_packages "$@" || true
}
