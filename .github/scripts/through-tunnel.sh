#!/usr/bin/env bash
# Runs a command with the APIs of the stack STACK within reach: as it is, or with TUNNEL=true through SSM Session Manager, whose ports on
# this machine then answer for the names of the load balancers. A stack that is not up yet has no API to reach.
set -euo pipefail

hosts=${HOSTS_FILE:-/etc/hosts}

if [ "${TUNNEL:-}" != true ] || ! address=$(pulumi stack output nomadAddress --stack "$STACK" 2>/dev/null); then
  exec "$@"
fi

host_of() { sed -E 's#^[a-z]+://([^:/]+).*#\1#' <<<"$1"; }
port_of() { sed -E 's#^[a-z]+://[^:/]+:?([0-9]*).*#\1#' <<<"$1"; }
consul=$(pulumi stack output consulAddress --stack "$STACK")
log=$(mktemp)

# In a process group of its own, which ends as a whole.
setsid npx pulumi-cos --stack "$STACK" login apis >"$log" 2>&1 &
tunnel=$!
trap 'kill -- "-$tunnel" 2>/dev/null || true; wait "$tunnel" 2>/dev/null || true; rm -f "$log"' EXIT

for url in "$address" "$consul"; do
  line="127.0.0.1 $(host_of "$url")"
  grep -qxF "$line" "$hosts" || echo "$line" | sudo tee -a "$hosts" >/dev/null
  until (: <"/dev/tcp/127.0.0.1/$(port_of "$url")") 2>/dev/null; do
    if ! kill -0 "$tunnel" 2>/dev/null; then
      echo "The tunnel to the APIs has ended:" >&2
      cat "$log" >&2
      exit 1
    fi
    sleep 0.2
  done
done

"$@"
