"""What a node does at boot, in order. Safe to run again: what is done is left as it is."""

import json
import os
import shutil
from pathlib import Path

from . import agents, secrets
from .aws import Aws, AwsError, Tag
from .metadata import Identity, identity
from .mounts import UNITS, mount_all
from .node import Node, read_node
from .system import BootError, log, read_json, run, write_file

#: There once the node has booted as it should.
BOOTED = Path("/var/lib/cos/booted")


def open_metadata(node: Node) -> None:
    """Lets tasks ask the metadata service, where the node's user wants that; the image forbids it."""
    if node.tasks_read_metadata:
        run("nft", "-f", "-", stdin="table inet cos\ndelete table inet cos\n")
        log("tasks may ask the metadata service")


def may_bootstrap(node: Node, aws: Aws) -> bool:
    """Whether a server may begin a cluster: not once it has formed, or a blank one would begin a second, empty one."""
    if not node.is_server or node.formed_parameter is None or not node.is_blank:
        return True
    formed = aws.parameter_exists(node.formed_parameter)
    if formed:
        log(f"the cluster has formed ({node.formed_parameter}): this server joins it, and begins none")
    return not formed


def find_peers(tags: list[Tag], aws: Aws, instance: Identity) -> agents.Peers:
    """Addresses of those that this node's agents are to join."""
    if not tags:
        return {}
    try:
        found = aws.addresses(tags, instance.instance_id)
    except AwsError as error:
        # Agents look for each other themselves too, and peers can join this node.
        log(f"peers are not known: {error}")
        return {}
    for (key, _), addresses in found.items():
        log(f"peers by {key}: {', '.join(addresses) or 'none yet'}")
    return found


def configure_agents(node: Node, aws: Aws, instance: Identity) -> None:
    """Fills in the agents' files."""
    given = {agent: read_json(Path(agents.FILES[agent])) for agent in node.agents}
    peers = find_peers([tag for config in given.values() for tag in agents.tags_in(config)], aws, instance)
    bootstrap = may_bootstrap(node, aws)
    for agent, config in given.items():
        render = agents.consul_config if agent == "consul" else agents.nomad_config
        made = render(config, instance, peers, may_bootstrap=bootstrap)
        write_file(Path(agents.FILES[agent]), json.dumps(made, indent=2) + "\n")


def prepare_nomad(node: Node) -> None:
    """What Nomad's servers need other than its clients: a user of their own."""
    drop_in = UNITS / "nomad.service.d/cos-server.conf"
    if node.role != "nomad-server":
        drop_in.unlink(missing_ok=True)
        return
    drop_in.parent.mkdir(parents=True, exist_ok=True)
    write_file(drop_in, Path("/usr/local/lib/cos-boot/nomad-server.conf").read_text())
    shutil.chown("/var/lib/nomad", "nomad", "nomad")
    os.chmod("/var/lib/nomad", 0o700)


def start_agents(node: Node) -> None:
    """Has the agents, and what clients run containers by, started once this program has ended well."""
    run("systemctl", "daemon-reload")
    if not node.is_server:
        run("systemctl", "start", "--no-block", "docker.service")
    for agent in node.agents:
        run("systemctl", "start", "--no-block", f"{agent}.service")


def report(node: Node, aws: Aws, instance: Identity) -> None:
    """Has a client replaced that cannot boot, if it never has and holds nothing. A server never: its data would go with it."""
    if node.is_server or BOOTED.exists() or not node.is_blank:
        return
    try:
        aws.report_unhealthy(instance.instance_id)
        log("reported this instance unhealthy: Auto Scaling puts another in its place")
    except AwsError as error:
        log(f"cannot report this instance unhealthy: {error}")


def boot(node: Node, aws: Aws, instance: Identity) -> None:
    """All of it."""
    open_metadata(node)
    mount_all(node.mounts, aws, instance)
    for directory in node.directories:
        Path(directory).mkdir(parents=True, exist_ok=True)
    # What is mounted may be where they go.
    secrets.fetch(node, aws)
    configure_agents(node, aws, instance)
    prepare_nomad(node)
    start_agents(node)


def main() -> int:
    """The exit code: 0 when the node is what it should be."""
    try:
        node = read_node()
        instance = identity()
        log(f"{instance.instance_id} in {instance.zone} is a {node.role} of {node.cluster}")
        aws = Aws(instance.region)
        try:
            with aws.held():
                boot(node, aws, instance)
        except BootError as error:
            if error.of_this_instance:
                report(node, aws, instance)
            raise
    except BootError as error:
        log(f"error: {error}")
        return 1
    write_file(BOOTED, "")
    log("done")
    return 0
