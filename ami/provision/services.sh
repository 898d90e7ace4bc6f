#!/usr/bin/env bash
# Which services an image has: those of the system at boot, the agents only by cos-boot.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

systemctl --quiet enable \
  chrony.service cos-acl.service cos-boot.service cos-health.service cos-lifecycle.service cos-secrets.service nftables.service ssh.service \
  systemd-networkd.service systemd-resolved.service cos-docker-prune.timer unattended-upgrades.service nomad.slice
systemctl --quiet disable consul.service nomad.service nfs-blkmap.service
# Started by cos-boot on clients: servers run no containers.
systemctl --quiet disable docker.service containerd.service
# NFS 4 needs none of what NFS 3 does, and nothing else is to listen.
systemctl --quiet mask rpcbind.service rpcbind.socket
# It looks for snapshots of LVM, which there is none of, for a second of each boot.
systemctl --quiet mask e2scrub_reap.service e2scrub_all.timer
# Images of Debian's cloud team have it; one network manager is enough.
if [[ -e /etc/network/interfaces ]] && dpkg -s ifupdown >/dev/null 2>&1; then
  systemctl --quiet disable networking.service
fi

# Docker is not updated under its containers: a new image has a new one.
apt-mark hold docker.io containerd runc >/dev/null

if booted; then
  systemctl daemon-reload
  sysctl --quiet --system
fi
