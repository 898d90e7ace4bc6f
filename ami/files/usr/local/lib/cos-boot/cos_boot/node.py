"""The file that says what a node is: components/node/node-file.ts writes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .system import BootError, read_json

NODE_FILE = Path("/etc/cos/node.json")

LIFECYCLE_FIELDS = ("arrivalHook", "departureHook", "drainDeadlineSeconds", "heartbeatSeconds")
#: Of the file's format: 2 has `lifecycle`, 3 `health`, 4 secrets in the agents' data directories, 5 secrets that
#: agents are told of when they change, 6 those by which tokens are made, got and changed.
VERSIONS = (1, 2, 3, 4, 5, 6)
#: Files of an agent's data that the boot itself writes: keys for gossip.
KEYRINGS = "*.keyring"
ROLES = ("consul-server", "nomad-server", "client")
AGENTS = ("consul", "nomad")
FIELDS = {
    "volume": ("device", "mountPoint", "fileSystem"),
    "instance-storage": ("mountPoint", "fileSystem"),
    "efs": ("id", "mountPoint", "readOnly"),
}


@dataclass(frozen=True)
class Lifecycle:
    """How a client comes and goes."""

    #: Name of the hook by which Auto Scaling waits until the node takes tasks.
    arrival_hook: str
    #: Name of the hook by which Auto Scaling waits until the node has drained.
    departure_hook: str
    #: For how long tasks may take to be elsewhere, where Auto Scaling ends the node.
    drain_deadline_seconds: float
    #: How often Auto Scaling is to be told that the node still drains.
    heartbeat_seconds: float


@dataclass(frozen=True)
class Node:
    """What the node is."""

    cluster: str
    role: str
    agents: tuple[str, ...]
    mounts: tuple[dict[str, Any], ...]
    directories: tuple[str, ...]
    secrets: tuple[dict[str, str], ...]
    formed_parameter: str | None
    tasks_read_metadata: bool
    #: On clients.
    lifecycle: Lifecycle | None
    #: For how long agents may be ill until their instances are replaced, on servers; None where they never are.
    health_limit_seconds: float | None

    @property
    def is_server(self) -> bool:
        return self.role != "client"

    @property
    def is_blank(self) -> bool:
        """Whether that agent has not kept anything, in a directory where there may be others, such as mount points."""
        return not any(path.is_file() and not path.match(KEYRINGS) for path in self.data_directory.rglob("*"))

    @property
    def data_directory(self) -> Path:
        """Where the agent that makes the node what it is keeps its state."""
        return Path("/var/lib/consul" if self.role == "consul-server" else "/var/lib/nomad")


def parse_node(content: Any) -> Node:
    """The node that the content of the file describes. Raises with all that is wrong."""
    if not isinstance(content, dict):
        raise BootError(f"{NODE_FILE} must hold an object, got {content!r}")
    if content.get("version") not in VERSIONS:
        known = f"{', '.join(map(str, VERSIONS[:-1]))} and {VERSIONS[-1]}"
        raise BootError(f"{NODE_FILE} has the version {content.get('version')!r}, and this image knows {known}: use a newer image")
    wrong = []
    if content.get("role") not in ROLES:
        wrong.append(f"role must be one of {', '.join(ROLES)}, got {content.get('role')!r}")
    for agent in content.get("agents", []):
        if agent not in AGENTS:
            wrong.append(f"agents: there is no agent {agent!r}, there are {' and '.join(AGENTS)}")
    for i, mount in enumerate(content.get("mounts", [])):
        fields = FIELDS.get(mount.get("kind"))
        if fields is None:
            wrong.append(f"mounts[{i}].kind must be one of {', '.join(FIELDS)}, got {mount.get('kind')!r}")
            continue
        wrong.extend(f"mounts[{i}].{field} is missing" for field in fields if field not in mount)
        if mount.get("fileSystem", "ext4") not in ("ext4", "xfs"):
            wrong.append(f"mounts[{i}].fileSystem must be ext4 or xfs, got {mount['fileSystem']!r}")
    for i, secret in enumerate(content.get("secrets", [])):
        wrong.extend(f"secrets[{i}].{field} is missing" for field in ("parameter", "path", "owner") if field not in secret)
    lifecycle = content.get("lifecycle")
    if lifecycle is not None:
        wrong.extend(f"lifecycle.{field} is missing" for field in LIFECYCLE_FIELDS if field not in lifecycle)
    health = content.get("health")
    if health is not None and "limitSeconds" not in health:
        wrong.append("health.limitSeconds is missing")
    if wrong:
        raise BootError(f"{NODE_FILE}: {'; '.join(wrong)}")
    return Node(
        cluster=content.get("cluster", ""),
        role=content["role"],
        agents=tuple(content.get("agents", [])),
        mounts=tuple(content.get("mounts", [])),
        directories=tuple(content.get("directories", [])),
        secrets=tuple(content.get("secrets", [])),
        formed_parameter=content.get("formedParameter"),
        tasks_read_metadata=content.get("tasksReadMetadata", False),
        lifecycle=None
        if lifecycle is None
        else Lifecycle(
            arrival_hook=lifecycle["arrivalHook"],
            departure_hook=lifecycle["departureHook"],
            drain_deadline_seconds=lifecycle["drainDeadlineSeconds"],
            heartbeat_seconds=lifecycle["heartbeatSeconds"],
        ),
        health_limit_seconds=None if health is None else health["limitSeconds"],
    )


def read_node() -> Node:
    """The node that the file describes."""
    return parse_node(read_json(NODE_FILE))
