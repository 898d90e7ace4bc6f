#!/usr/bin/env bash
# Makes the root file system that this runs in the image of a COS node. Can be run again: what is done stays as it is.
#
#   run.sh SOURCES
#
# SOURCES: JSON, which programs to install and from where; `npx pulumi-cos image` makes it: see cli/image/sources.ts.
# COS_JAVA=true: installs a Java runtime too, for tasks of the driver java.
# COS_PARTS="packages cleanup": runs these parts only, in this order.
#
# Needs root, Debian 12 or 13, and Debian's mirror. In a root file system that is not booted (chroot), no service is started.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=ami/provision/lib.sh
. "$here/lib.sh"

COS_SOURCES=${1:?"usage: run.sh SOURCES"}
COS_FILES=$(dirname "$here")/files
export COS_SOURCES COS_FILES COS_JAVA="${COS_JAVA:-false}"

[[ $EUID -eq 0 ]] || fail "must run as root"
[[ -r $COS_SOURCES ]] || fail "there is no file $COS_SOURCES (the sources of programs)"
# shellcheck source=/dev/null
suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-unknown}")
[[ $suite == bookworm || $suite == trixie ]] || fail "the system must be Debian 12 (bookworm) or 13 (trixie), it is $suite"

# The order matters: programs are fetched with what is packaged, and files come after the packages whose files they replace.
read -ra parts <<<"${COS_PARTS:-packages programs users files services cleanup}"
for part in "${parts[@]}"; do
  [[ -r $here/$part.sh ]] || fail "there is no part $part in $here"
  started=$(date +%s.%N)
  bash "$here/$part.sh"
  log "part $part took $(awk -v a="$started" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }') s"
done
