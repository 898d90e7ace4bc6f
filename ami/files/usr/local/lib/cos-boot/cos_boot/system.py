"""The machine: commands, files, waiting."""

import json
import os
import pwd
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

#: Which of the programs this is.
PROGRAM = Path(sys.argv[0]).name


def direct(context: ssl.SSLContext | None = None) -> urllib.request.OpenerDirector:
    """Asks what is on the node itself, not through a proxy that the environment names."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


#: Made once: it reads all certificates of the system.
DIRECT = direct()


class BootError(Exception):
    """What went wrong, as a sentence for the journal."""

    def __init__(self, message: str, *, of_this_instance: bool = False) -> None:
        super().__init__(message)
        #: Whether another instance in its place would not have the trouble.
        self.of_this_instance = of_this_instance


def log(message: str) -> None:
    """Says what is being done, to the journal and the console."""
    print(f"{PROGRAM}: {message}", flush=True)


def patience() -> float:
    """For how many seconds to wait for what may come back. COS_BOOT_PATIENCE is for tests."""
    return float(os.environ.get("COS_BOOT_PATIENCE", "120"))


def retried(what: str, attempt: Callable[[], T], *, transient: type[Exception] | tuple[type[Exception], ...]) -> T:
    """What the attempt returns, tried again with growing pauses while it raises `transient`, as long as patience lasts."""
    deadline = time.monotonic() + patience()
    pause = 0.5
    while True:
        try:
            return attempt()
        except transient as error:
            left = deadline - time.monotonic()
            if left <= 0:
                raise
            log(f"{what}: {error}; trying again")
            time.sleep(min(pause, left))
            pause = min(pause * 2, 10)


def insist(attempt: Callable[[], T], *, transient: tuple[type[Exception], ...], pause: float, longest: float | None = None) -> T:
    """What the attempt returns, however long that takes.

    What raises `transient` is said once in a row, and tried again: after pauses that double up to `longest`, where that is given.
    """
    said, wait = "", pause
    while True:
        try:
            return attempt()
        except transient as error:
            if str(error) != said:
                log(f"{error}; trying again")
            said, wait = str(error), min(wait * 2, longest or pause)
        time.sleep(wait)


def repeat(step: Callable[[], object], *, transient: tuple[type[Exception], ...], pause: float, longest: float | None = None) -> NoReturn:
    """Takes one step after the other, each as `insist` does, with pauses between them, as long as the node is there."""
    while True:
        insist(step, transient=transient, pause=pause, longest=longest)
        time.sleep(pause)


def run(*command: str, stdin: str | None = None, accept: tuple[int, ...] = (0,)) -> str:
    """What a command prints. Its arguments are seen by everybody on the node: no secrets in them."""
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode not in accept:
        raise BootError(f"{' '.join(command)} failed with exit code {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def user_named(name: str, *, to_write: Path) -> pwd.struct_passwd:
    """The user who is to own a path."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise BootError(f"{to_write} cannot be written: there is no user {name}") from None


def make_directory(path: Path, *, owner: str, mode: int) -> None:
    """Makes a directory where there is none. One that is there stays as it is, whoever owns it."""
    if path.is_dir():
        return
    user = user_named(owner, to_write=path)
    if not path.parent.is_dir():
        raise BootError(f"{path} cannot be made: there is no directory {path.parent}")
    path.mkdir(mode=mode)
    os.chown(path, user.pw_uid, user.pw_gid)


def write_file(path: Path, content: str, *, owner: str = "root", mode: int = 0o644) -> bool:
    """Writes a file at once or not at all. Returns whether anything of it is new."""
    user = user_named(owner, to_write=path)
    if path.exists():
        was = path.stat()
        same = (was.st_uid, was.st_gid, was.st_mode & 0o7777) == (user.pw_uid, user.pw_gid, mode)
        if same and path.read_text() == content:
            return False
    if not path.parent.is_dir():
        raise BootError(f"{path} cannot be written: there is no directory {path.parent}")
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w") as file:
            os.fchown(file.fileno(), user.pw_uid, user.pw_gid)
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True


def read_json(path: Path) -> Any:
    """The JSON in a file."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise BootError(f"there is no file {path}: cloud-init writes it from the user data") from None
    except ValueError as error:
        raise BootError(f"{path} is not JSON: {error}") from None
