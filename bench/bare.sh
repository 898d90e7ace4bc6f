#!/bin/sh
# Starts the local COS by hand: Consul, Nomad, both job files, and waits for the first answer through fabio. Goes on
# running until Ctrl-C, and then stops all of it.
#
# usage: bare.sh DIRECTORY URL
#   DIRECTORY  holds consul.json and nomad.json, the agents' configurations, and fabio.hcl and ping.hcl, the variables
#              of the jobs; takes the logs
#   URL        of the sample service, through fabio
#
# CONSUL_HTTP_ADDR and NOMAD_ADDR are the agents' URLs; consul, nomad and fabio are on PATH.
set -eu
directory=$1
url=$2
jobs=$(dirname "$0")/../jobs
consul=
nomad=

stop() {
  trap '' INT TERM
  if [ -n "$nomad" ]; then
    # Tasks would outlive their agent. This waits until they have stopped.
    nomad node drain -enable -self -force -yes || true
    kill "$nomad" || true
    wait "$nomad" || true
  fi
  if [ -n "$consul" ]; then
    kill "$consul" || true
    wait "$consul" || true
  fi
  # Nomad keeps the secrets of tasks on file systems of their own.
  awk -v under="$directory/" 'index($2, under) == 1 { print $2 }' /proc/self/mounts | sort -r | xargs -r -n 1 umount
}
trap stop EXIT
trap 'exit 0' INT TERM

# wait_for PATTERN URL: until the answer has the pattern.
wait_for() {
  until curl --silent "$2" | grep --quiet "$1"; do sleep 0.1; done
}

# The agents in sessions of their own, so that Ctrl-C does not reach them before the script has stopped the tasks.
setsid consul agent -config-file "$directory/consul.json" >"$directory/consul.log" 2>&1 &
consul=$!
wait_for ':[0-9]' "$CONSUL_HTTP_ADDR/v1/status/leader"

# Nomad after Consul: a client that starts without it takes up to 10 seconds to notice it.
setsid nomad agent -config "$directory/nomad.json" >"$directory/nomad.log" 2>&1 &
nomad=$!
wait_for ':[0-9]' "$NOMAD_ADDR/v1/status/leader"
wait_for '"Status":"ready"' "$NOMAD_ADDR/v1/nodes"

nomad job run -detach -var-file "$directory/fabio.hcl" "$jobs/fabio.nomad.hcl"
nomad job run -detach -var-file "$directory/ping.hcl" "$jobs/ping.nomad.hcl"

until curl --silent --fail "$url"; do sleep 0.1; done
wait
