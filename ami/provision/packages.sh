#!/usr/bin/env bash
# Debian's packages: signed by Debian, and kept up to date by its security updates.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

packages=(
  # The system: what cloud-init and systemd need on EC2, time, names, firewall, updates.
  ca-certificates chrony cloud-guest-utils cloud-init curl dbus iproute2 jq nftables openssh-server
  systemd-resolved systemd-sysv udev unattended-upgrades unzip
  # Disks and file systems.
  e2fsprogs mdadm nfs-common util-linux xfsprogs
  # Containers, and networks of tasks.
  amazon-ecr-credential-helper containernetworking-plugins docker.io iptables
  # AWS, cos-boot, and the sample jobs.
  awscli python3 python3-botocore
)
[[ ${COS_JAVA:-false} == true ]] && packages+=(default-jre-headless)

if ! booted; then
  # Asked by Debian's packages before they start a service: 101 says no. Taken away at the end.
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi

# Before the packages that it says something of.
install -D -m 644 "$COS_FILES/etc/dpkg/dpkg.cfg.d/cos" /etc/dpkg/dpkg.cfg.d/cos

# systemd-resolved makes /etc/resolv.conf a link to what does not exist before it runs; until the end, names come from where
# they came before.
resolvers=$(cat /etc/resolv.conf 2>/dev/null || true)
install_packages "${packages[@]}"
if ! booted && [[ -n $resolvers && ! -e /etc/resolv.conf ]]; then
  rm -f /etc/resolv.conf
  printf '%s\n' "$resolvers" >/etc/resolv.conf
fi
