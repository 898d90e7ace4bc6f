"""Block devices: finding them, and making file systems on blank ones."""

import time
from pathlib import Path

from .aws import Aws
from .metadata import Identity
from .system import BootError, log, patience, run

BY_ID = Path("/dev/disk/by-id")


def names_of_volume(volume_id: str, device: str) -> list[Path]:
    """Paths that an attached volume can have: by its ID on Nitro, where its device name is a hint only; by the name on Xen."""
    return [
        BY_ID / f"nvme-Amazon_Elastic_Block_Store_{volume_id.replace('-', '')}",
        Path(device),
        Path(device.replace("/dev/sd", "/dev/xvd")),
    ]


def volume_device(aws: Aws, identity: Identity, device: str) -> Path:
    """The block device of an EBS volume, waited for until it is attached."""
    deadline = time.monotonic() + patience()
    waiting = False
    while True:
        volume_id = aws.volume_of(identity.instance_id, device)
        if volume_id is not None:
            for path in names_of_volume(volume_id, device):
                if path.is_block_device():
                    return path.resolve()
        if time.monotonic() >= deadline:
            what = f"volume {volume_id}" if volume_id else "no volume"
            raise BootError(
                f"the disk of {device} is missing: EC2 knows {what} for this device, and there is no block device for it", of_this_instance=True
            )
        if not waiting:
            log(f"waiting for the disk of {device}")
            waiting = True
        time.sleep(min(1, patience()))


def instance_storage() -> Path:
    """The block device of the instance's own disks, of several a RAID 0."""
    disks = sorted({path.resolve() for path in BY_ID.glob("nvme-Amazon_EC2_NVMe_Instance_Storage_*") if "-part" not in path.name and "-ns-" not in path.name})
    if not disks:
        raise BootError("instanceStorage is asked for, and this instance has no disks of its own: use an instance type that has", of_this_instance=True)
    if len(disks) == 1:
        return disks[0]
    array = Path("/dev/md/cos")
    if not array.exists():
        # Disks that a stop has not emptied, such as after a reboot, are an array already.
        run("mdadm", "--assemble", "--scan", accept=(0, 1, 2))
    if not array.exists():
        run("mdadm", "--create", str(array), "--run", "--level=0", "--homehost=any", f"--raid-devices={len(disks)}", *map(str, disks))
    return array.resolve()


def signatures(device: Path) -> str:
    """What is on a device, in words; empty where two programs, which look differently, find nothing."""
    probed = run("blkid", "-p", "-o", "export", str(device), accept=(0, 2)).strip()
    wiped = run("wipefs", "-n", "--noheadings", "--output", "TYPE", str(device)).strip()
    return " ".join(f"{probed} {wiped}".split())


def file_system_of(device: Path, wanted: str) -> str:
    """UUID of the file system on a device, made if and only if the device is blank."""
    found = signatures(device)
    if found == "":
        log(f"{device} is blank: making a file system, {wanted}")
        run(f"mkfs.{wanted}", "-q", str(device))
        # Has the links below /dev/disk made.
        run("udevadm", "settle", "--timeout=10", accept=(0, 1))
    kind = run("blkid", "-p", "-o", "value", "-s", "TYPE", str(device), accept=(0, 2)).strip()
    if kind != wanted:
        raise BootError(f"{device} is not blank and holds no {wanted}, but: {found}. It is left as it is; take it away, or name its file system")
    return run("blkid", "-p", "-o", "value", "-s", "UUID", str(device)).strip()
