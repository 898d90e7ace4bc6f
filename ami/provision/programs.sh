#!/usr/bin/env bash
# The programs of COS_SOURCES, each checked against its SHA-256 sum. All are fetched and checked before the first is installed, so
# that nothing is half-installed.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

architecture=$(jq -er .architecture "$COS_SOURCES") || fail "$COS_SOURCES has no architecture"
case $architecture in
  amd64 | arm64) ;;
  *) fail "architecture must be amd64 or arm64, got $architecture, in $COS_SOURCES" ;;
esac
machine=$(dpkg --print-architecture)
[[ $machine == "$architecture" ]] || fail "the programs of $COS_SOURCES are for $architecture, this machine is $machine"

staging=$(mktemp -d /var/tmp/cos-programs.XXXXXX)
trap 'rm -rf "$staging"' EXIT

# Gets a URL, or a file of this machine.
get() {
  local url=$1 to=$2
  case $url in
    file://*)
      [[ -r ${url#file://} ]] || fail "there is no file ${url#file://}"
      cp -- "${url#file://}" "$to"
      ;;
    https://* | http://*) curl -fsSL --retry 5 --retry-connrefused -o "$to" "$url" || fail "cannot download $url" ;;
    *) fail "a URL must begin with https:// or file://, got $url" ;;
  esac
}

fetch() {
  local name=$1 url=$2 sum=$3 format=$4 got
  local archive=$staging/$name.archive
  [[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "$name: the SHA-256 sum must be 64 hexadecimal digits, got \"$sum\""
  get "$url" "$archive"
  got=$(sha256sum "$archive" | cut -d' ' -f1)
  [[ $got == "$sum" ]] || fail "$name: $url has the SHA-256 sum $got, it should be $sum"
  case $format in
    binary) mv "$archive" "$staging/$name" ;;
    zip) unzip -qp "$archive" "$name" >"$staging/$name" ;;
    deb) mv "$archive" "$staging/$name.deb" ;;
    *) fail "$name: the format must be binary, zip or deb, got $format" ;;
  esac
}

list=$(jq -er '.programs[] | [.name, .version, .url, .sha256, .format] | @tsv' "$COS_SOURCES") ||
  fail "$COS_SOURCES lists no programs"
while IFS=$'\t' read -r name version url sum format; do
  log "fetching $name $version"
  fetch "$name" "$url" "$sum" "$format"
done <<<"$list"

install -d -m 755 /opt/cni/bin
while IFS=$'\t' read -r name version url sum format; do
  case $name in
    consul-cni) install -m 755 "$staging/$name" /opt/cni/bin/ ;;
    *)
      if [[ $format == deb ]]; then
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$staging/$name.deb"
      else
        # By rename: a program that runs is not written over.
        install -m 755 "$staging/$name" "/usr/local/bin/.$name.new"
        mv "/usr/local/bin/.$name.new" "/usr/local/bin/$name"
      fi
      ;;
  esac
done <<<"$list"

# Nomad's bridge networks look here for the reference plugins, which Debian has elsewhere.
for plugin in /usr/lib/cni/*; do
  ln -sfn "$plugin" "/opt/cni/bin/$(basename "$plugin")"
done

jq -r '.omitted[]? | "left out: \(.name): \(.reason)"' "$COS_SOURCES" | while IFS= read -r line; do log "$line"; done
install -d -m 755 /etc/cos
# shellcheck source=/dev/null
suite=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
jq --arg suite "$suite" '{
  suite: $suite,
  architecture,
  programs: (.programs | map({ (.name): .version }) | add),
  omitted: ((.omitted // []) | map({ (.name): .reason }) | add // {})
}' "$COS_SOURCES" >/etc/cos/image.json
