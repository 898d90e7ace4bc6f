# shellcheck shell=sh
# For who logs in as root (`sudo --login`): how the node's own agents are asked, where they talk TLS and want tokens. On servers, with all rights.
if [ -r /etc/nomad.d/tls/ca.pem ]; then
  export NOMAD_ADDR=https://127.0.0.1:4646 NOMAD_CACERT=/etc/nomad.d/tls/ca.pem
fi
if [ -r /etc/cos/nomad-token ]; then
  NOMAD_TOKEN=$(cat /etc/cos/nomad-token)
  export NOMAD_TOKEN
fi
for cos_file in /etc/cos/consul-management-token /etc/cos/consul-token; do
  if [ -r "$cos_file" ]; then
    export CONSUL_HTTP_TOKEN_FILE="$cos_file"
    break
  fi
done
unset cos_file
