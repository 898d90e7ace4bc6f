"""Secrets of the node: files whose content SSM parameters hold."""

import json
from pathlib import Path

from .aws import Aws
from .node import Node
from .system import log, make_directory, write_file

#: Versions of the parameters whose values the node has, by their names; without those of files that agents change themselves.
Versions = dict[str, int]

VERSIONS = Path("/var/lib/cos/secrets.json")
#: What is in here agents read when they start, and change themselves while they run.
KEPT_BY_AGENTS = Path("/var/lib")
#: Where agents have a directory each for what they are reloaded for.
CONFIGURATION = Path("/etc")
#: What an agent reads when it starts, and not when it is reloaded: Nomad's token of Consul, and the management token of Consul's servers.
STARTED_WITH = {Path("/etc/nomad.d/acl.json"), Path("/etc/consul.d/initial-management.json")}
#: The management tokens that Nomad's servers have it know, and the order to do so: the last of all, for it needs a Nomad that leads.
MANAGEMENT = Path("/etc/cos/nomad-management.json")
TAKE_TOKENS = "take tokens"


def fetch(node: Node, aws: Aws, *, running: bool = False) -> set[str]:
    """Writes secrets to their files, in directories made where missing. All are fetched before the first is written.

    While agents are `running`, files that they change themselves are left to them. Returns what agents have to do to read theirs again, "restart nomad", and
    TAKE_TOKENS where Nomad is to know other management tokens.
    """
    found = [(secret, aws.parameter(secret["parameter"])) for secret in node.secrets if not (running and _is_kept(secret))]
    changed = []
    for secret, parameter in found:
        path, owner = Path(secret["path"]), secret["owner"]
        make_directory(path.parent, owner=owner, mode=0o700)
        if write_file(path, parameter.value, owner=owner, mode=0o600):
            log(f"{path} holds version {parameter.version} of the parameter {secret['parameter']}")
            changed.append(path)
    versions = {secret["parameter"]: parameter.version for secret, parameter in found if not _is_kept(secret)}
    write_file(VERSIONS, json.dumps(versions) + "\n")
    orders = {
        f"{'restart' if path in STARTED_WITH else 'reload'} {agent}"
        for agent in node.agents
        for path in changed
        if path.is_relative_to(CONFIGURATION / f"{agent}.d")
    }
    # Who starts anew reads everything.
    superfluous = {order.replace("restart", "reload") for order in orders if order.startswith("restart")}
    return orders - superfluous | ({TAKE_TOKENS} if MANAGEMENT in changed else set())


def _is_kept(secret: dict[str, str]) -> bool:
    return Path(secret["path"]).is_relative_to(KEPT_BY_AGENTS)


def known() -> Versions:
    """What the node has; nothing where that cannot be told."""
    try:
        content = json.loads(VERSIONS.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
