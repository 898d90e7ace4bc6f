"""Mounts, as units of systemd: so that agents wait for them, and do not start without them."""

from pathlib import Path
from typing import Any

from .aws import Aws
from .disks import file_system_of, instance_storage, volume_device
from .metadata import Identity
from .system import BootError, log, run, write_file

UNITS = Path("/run/systemd/system")

#: Source: the EFS user guide, "Recommended NFS mount settings".
EFS_OPTIONS = "nfsvers=4.1,rsize=1048576,wsize=1048576,hard,timeo=600,retrans=2,noresvport,_netdev"


def mount_unit(what: str, where: str, kind: str, options: str) -> str:
    """The text of a mount unit."""
    return f"[Unit]\nDescription=Data of this node\n\n[Mount]\nWhat={what}\nWhere={where}\nType={kind}\nOptions={options}\n"


def needs_unit(mount_points: list[str]) -> str:
    """The text of a drop-in by which a service needs mounts: it does not start without them, and ends before they do."""
    return "[Unit]\n" + "".join(f"RequiresMountsFor={point}\n" for point in mount_points)


def unit_name(mount_point: str) -> str:
    """The name that systemd wants of the unit of a mount point."""
    return run("systemd-escape", "--path", "--suffix=mount", mount_point).strip()


def _what(mount: dict[str, Any], aws: Aws, identity: Identity) -> tuple[str, str, str]:
    if mount["kind"] == "efs":
        options = EFS_OPTIONS + (",ro" if mount["readOnly"] else "")
        return f"{mount['id']}.efs.{identity.region}.{identity.domain}:/", "nfs4", options
    device = volume_device(aws, identity, mount["device"]) if mount["kind"] == "volume" else instance_storage()
    uuid = file_system_of(device, mount["fileSystem"])
    # Devices may have other names after a reboot. (Where udev does not run, there are no such links.)
    link = Path(f"/dev/disk/by-uuid/{uuid}")
    return str(link if link.exists() else device), mount["fileSystem"], "noatime"


def mount_all(mounts: tuple[dict[str, Any], ...], aws: Aws, identity: Identity) -> None:
    """Mounts everything, and has Nomad need it."""
    drop_in = UNITS / "nomad.service.d"
    drop_in.mkdir(parents=True, exist_ok=True)
    write_file(drop_in / "cos-mounts.conf", needs_unit([mount["mountPoint"] for mount in mounts]))
    for mount in mounts:
        what, kind, options = _what(mount, aws, identity)
        point = mount["mountPoint"]
        unit = unit_name(point)
        if write_file(UNITS / unit, mount_unit(what, point, kind, options)):
            run("systemctl", "daemon-reload")
        Path(point).mkdir(parents=True, exist_ok=True)
        try:
            run("systemctl", "start", unit)
        except BootError:
            said = run("journalctl", "--unit", unit, "--boot", "--no-pager", "--output=cat", "--lines=3")
            raise BootError(f"{what} cannot be mounted at {point}: {' '.join(said.split())}", of_this_instance=mount["kind"] != "efs") from None
        log(f"{point} is {what}")
