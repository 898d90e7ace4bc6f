"""The agents' files: what only the instance knows is filled in."""

import copy
import re
from typing import Any

from .aws import Tag
from .metadata import Identity

FILES = {"consul": "/etc/consul.d/cos.json", "nomad": "/etc/nomad.d/cos.json"}

#: Addresses of the instances that have a tag.
Peers = dict[Tag, list[str]]

#: A go-discover term as components/consul-cluster/join.ts writes it.
TERM = re.compile(r"provider=aws .*\btag_key=(\S+) tag_value=(\S+)$")


def tags_of(terms: list[str]) -> list[Tag]:
    """Tags of the instances that terms are about."""
    return [(match.group(1), match.group(2)) for term in terms if (match := TERM.search(term))]


def joined(terms: list[str], peers: Peers) -> list[str]:
    """Whom to join: the addresses of today's peers first, then the terms, by which agents find later ones themselves."""
    kept = [term for term in terms if "=" in term or not re.fullmatch(r"[0-9.]+|[0-9a-f:]+", term)]
    found = [address for tag in tags_of(kept) for address in peers.get(tag, [])]
    return [*dict.fromkeys(found), *kept]


def join_lists(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of an agent's configuration that say whom to join, of which `retry_join` is the list."""
    # Consul's `server` is no block.
    blocks = [config[name] for name in ("server", "client") if isinstance(config.get(name), dict)]
    parts = [config, *(block.get("server_join", {}) for block in blocks)]
    return [part for part in parts if "retry_join" in part]


def tags_in(config: dict[str, Any]) -> list[Tag]:
    """Tags of the instances that an agent is to join."""
    return [tag for part in join_lists(config) for tag in tags_of(part["retry_join"])]


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
    config: dict[str, Any], identity: Identity, peers: Peers, *, may_bootstrap: bool
) -> dict[str, Any]:
    """The configuration of this node's Consul agent. The user's own metadata stays as it is."""
    made = copy.deepcopy(config)
    for part in join_lists(made):
        part["retry_join"] = joined(part["retry_join"], peers)
    made["node_meta"] = {**node_metadata(identity), **made.get("node_meta", {})}
    if not may_bootstrap:
        made.pop("bootstrap_expect", None)
    return made


def nomad_config(
    config: dict[str, Any], identity: Identity, peers: Peers, *, may_bootstrap: bool
) -> dict[str, Any]:
    """The configuration of this node's Nomad agent."""
    made = copy.deepcopy(config)
    for part in join_lists(made):
        part["retry_join"] = joined(part["retry_join"], peers)
    if "client" in made:
        made["client"]["meta"] = {**node_metadata(identity), **made["client"].get("meta", {})}
    if not may_bootstrap and "server" in made:
        made["server"].pop("bootstrap_expect", None)
    return made
