#!/usr/bin/env bash
# The users that agents run as, and their directories.
set -euo pipefail

for agent in consul nomad; do
  getent group "$agent" >/dev/null || groupadd --system "$agent"
  getent passwd "$agent" >/dev/null ||
    useradd --system --gid "$agent" --home-dir "/var/lib/$agent" --no-create-home --shell /usr/sbin/nologin "$agent"
  install -d -m 755 "/etc/$agent.d"
done
install -d -m 700 -o consul -g consul /var/lib/consul
# Owned by root on clients, whose tasks' directories are in it; cos-boot gives it to nomad on servers.
install -d -m 711 /var/lib/nomad
install -d -m 755 /etc/cos /var/lib/cos
