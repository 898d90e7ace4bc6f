# shellcheck shell=sh
# For who logs in as root (`sudo --login`): how the node's own Nomad is asked, where it talks TLS.
if [ -r /etc/nomad.d/tls/ca.pem ]; then
  export NOMAD_ADDR=https://127.0.0.1:4646 NOMAD_CACERT=/etc/nomad.d/tls/ca.pem
fi
