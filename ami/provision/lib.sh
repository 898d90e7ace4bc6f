# shellcheck shell=bash
# What the parts of the provisioning share.

log() { printf 'cos-image: %s\n' "$*"; }

fail() {
  printf 'cos-image: error: %s\n' "$*" >&2
  exit 1
}

# Whether systemd runs here, so that services can be started: on an instance, and not in a chroot.
booted() { [[ -d /run/systemd/system ]]; }

# Installs Debian packages that are missing, without starting a service where nothing is booted.
install_packages() {
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  apt-get update -qq
  # What a killed run has left half configured.
  DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confold
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}"
}
