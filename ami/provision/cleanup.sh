#!/usr/bin/env bash
# What must not be in an image: keys, identities, logs, caches. The last part, as names may not resolve any more after it.
set -euo pipefail
# shellcheck source=ami/provision/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
# Made anew at the first boot, by cloud-init and systemd.
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
rm -f /var/lib/systemd/random-seed /var/lib/systemd/credential.secret /var/lib/dbus/machine-id
: >/etc/machine-id
cloud-init clean --logs --seed >/dev/null 2>&1 || true
rm -f /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys /root/.bash_history /home/*/.bash_history
rm -rf /root/.aws /root/.docker /root/.cache
find /var/log -type f -exec truncate --size=0 {} +
rm -rf /var/log/journal/* /var/tmp/cos-programs.*
# All that systemd makes anew after a change of /usr (the linker's cache, the journal's catalog) is new: not once more at the first boot.
# Debian 12 leaves all of that to its packages.
if [[ -x /usr/lib/systemd/systemd-update-done ]]; then /usr/lib/systemd/systemd-update-done; fi
# In a chroot it may be the file of the machine around it, bound there.
if ! mountpoint --quiet /etc/resolv.conf; then
  rm -f /etc/resolv.conf
  # The stub that tasks in networks of their own reach too: see files/etc/systemd/resolved.conf.d/cos.conf.
  printf 'nameserver 169.254.1.1\nsearch .\noptions edns0 trust-ad\n' >/etc/resolv.conf
fi
