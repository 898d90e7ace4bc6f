"""The agents' files: what only the instance knows is filled in."""

import copy
import re
from collections.abc import Callable
from typing import Any

from .metadata import Identity

FILES = {"consul": "/etc/consul.d/cos.json", "nomad": "/etc/nomad.d/cos.json"}

#: A go-discover term as components/consul-cluster/join.ts writes it.
TERM = re.compile(r"provider=aws .*\btag_key=(\S+) tag_value=(\S+)$")


def joined(terms: list[str], peers: Callable[[str, str], list[str]]) -> list[str]:
    """Whom to join: the addresses of today's peers first, then the terms, by which agents find later ones themselves."""
    kept = [term for term in terms if "=" in term or not re.fullmatch(r"[0-9.]+|[0-9a-f:]+", term)]
    found = []
    for term in kept:
        match = TERM.search(term)
        if match:
            found.extend(peers(match.group(1), match.group(2)))
    return [*dict.fromkeys(found), *kept]


def node_metadata(identity: Identity) -> dict[str, str]:
    """What jobs and operators may want to know of a node."""
    known = {
        "availability_zone": identity.zone,
        "instance_id": identity.instance_id,
        "instance_type": identity.instance_type,
        "instance_lifecycle": identity.lifecycle,
        "launch_template": identity.launch_template,
    }
    return {name: value for name, value in known.items() if value is not None}


def consul_config(
    config: dict[str, Any], identity: Identity, peers: Callable[[str, str], list[str]], *, may_bootstrap: bool
) -> dict[str, Any]:
    """The configuration of this node's Consul agent. The user's own metadata stays as it is."""
    made = copy.deepcopy(config)
    if "retry_join" in made:
        made["retry_join"] = joined(made["retry_join"], peers)
    made["node_meta"] = {**node_metadata(identity), **made.get("node_meta", {})}
    if not may_bootstrap:
        made.pop("bootstrap_expect", None)
    return made


def nomad_config(
    config: dict[str, Any], identity: Identity, peers: Callable[[str, str], list[str]], *, may_bootstrap: bool
) -> dict[str, Any]:
    """The configuration of this node's Nomad agent."""
    made = copy.deepcopy(config)
    for part in ("server", "client"):
        join = made.get(part, {}).get("server_join", {})
        if "retry_join" in join:
            join["retry_join"] = joined(join["retry_join"], peers)
    if "client" in made:
        made["client"]["meta"] = {**node_metadata(identity), **made["client"].get("meta", {})}
    if not may_bootstrap and "server" in made:
        made["server"].pop("bootstrap_expect", None)
    return made
