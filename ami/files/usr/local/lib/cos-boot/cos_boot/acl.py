"""
The first tokens of Consul and Nomad: made by their servers as soon as one of them leads.

Agents wait 15 seconds and more before they tell the catalog again what was refused: in a cluster that has just been made, tokens are to be there before
agents use them. What those of Consul are to be says a file (components/cluster-acl/files.ts); `ConsulAcl` looks after them from then on. Of Nomad it is the
management tokens, which it takes from its servers alone once it has one; `NomadAcl` ends them.
"""

import re
from pathlib import Path
from typing import Any

from .api import CONSUL, NOMAD, Api, ApiError
from .node import read_node
from .secrets import MANAGEMENT
from .system import BootError, insist, log, read_json, write_file

#: Secrets of Consul's servers: requests, each of which may be made again, and the management token that they are made with.
FIRST_TOKENS = Path("/etc/cos/consul-acl.json")
CONSUL_MANAGEMENT = Path("/etc/cos/consul-management-token")
#: Seconds between two attempts: agents look for tokens about as often.
INTERVAL = 0.5
#: How Consul refuses what is there already. Source: consul 1.22, agent/consul/acl_endpoint.go.
THERE = ("already exists", "already in use")
#: What has Nomad's leader take a management token although it has taken one, and how it asks for that. Source: nomad 1.11, nomad/acl_endpoint.go (`Bootstrap`).
AGENT = "nomad"
RESET = Path("/var/lib/nomad/server/acl-bootstrap-reset")
RESET_INDEX = re.compile(r"reset index: (\d+)\)")


def found(consul: Api, requests: list[dict[str, Any]]) -> None:
    """Makes what is not there yet. Raises ApiError where that is to be tried again."""
    for request in requests:
        try:
            consul.call(request["method"], request["path"], request["body"])
        except ApiError as error:
            # Another server has been first, or this one in an earlier life.
            if not any(words in str(error) for words in THERE):
                raise


def accept() -> None:
    """
    Has Nomad know all its management tokens. Raises ApiError where that is to be tried again, as on each server but the leader until that has done it.

    Who leads need not be known: a leader looks into its own file alone.
    """
    for secret in read_json(MANAGEMENT):
        nomad = Api(NOMAD, token=secret)
        if not nomad.is_known():
            _bootstrap(nomad, secret)


def _bootstrap(nomad: Api, secret: str) -> None:
    try:
        _take(nomad, secret)
    except ApiError as error:
        index = RESET_INDEX.search(str(error))
        if index is None:
            raise
        # Another server, or `up`, may have been first: taken twice, it would end with the first of the two.
        if nomad.is_known():
            return
        try:
            write_file(RESET, index[1], owner=AGENT, mode=0o600)
            _take(nomad, secret)
            log("Nomad has taken another management token")
        finally:
            # With it there, whoever asks a leader would be let in.
            RESET.unlink(missing_ok=True)


def _take(nomad: Api, secret: str) -> None:
    nomad.call("POST", "acl/bootstrap", {"BootstrapSecret": secret})


def main() -> int:
    """Ends with 0 once it is done, and on what has nothing to do."""
    try:
        node = read_node()
        if node.role == "consul-server" and FIRST_TOKENS.exists():
            requests = read_json(FIRST_TOKENS)
            consul = Api(CONSUL, token=CONSUL_MANAGEMENT.read_text().strip())
            # Servers know the management token once they have a leader.
            insist(lambda: found(consul, requests), transient=(ApiError,), pause=INTERVAL)
            log("Consul knows the tokens of its agents")
        elif node.role == "nomad-server" and MANAGEMENT.exists():
            insist(accept, transient=(ApiError,), pause=INTERVAL)
            log("Nomad knows its management tokens")
        else:
            log("this node makes no tokens")
    except BootError as error:
        log(f"error: {error}")
        return 1
    return 0
