"""PostgreSQL clusters of their own, made and thrown away, with a synchronous standby where one is wanted."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BINARIES = Path(os.environ.get("PG_BIN", "/usr/lib/postgresql/15/bin"))
THERE = (BINARIES / "initdb").exists()
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 64MB
max_connections = 60
log_min_messages = fatal
"""


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _run(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess:
    """Runs a program of PostgreSQL, which root may not."""
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*as_postgres, str(BINARIES / words[0]), *map(str, words[1:])]
    return subprocess.run(command, check=check, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Cluster:
    """A database server in a folder, at a port."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port

    @property
    def url(self) -> str:
        """Where its database is."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """A new, empty one that stands."""
        _run("initdb", "-D", self.folder, "-U", "postgres", "--auth=trust", "-N")
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write(f"{SETTINGS}port = {self.port}\n")
        self.start()

    def start(self) -> None:
        """Starts it; after a crash it recovers first."""
        _run("pg_ctl", "-D", self.folder, "-w", "-t", "60", "-l", self.folder / "log", "start")

    def crash(self) -> None:
        """Ends it without a chance to put anything in order."""
        with suppress(subprocess.CalledProcessError):
            _run("pg_ctl", "-D", self.folder, "-w", "-m", "immediate", "stop")

    def stand_by(self, folder: Path, port: int) -> "Cluster":
        """A standby that has everything before this one says that it is saved."""
        _run(
            "pg_basebackup",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-D",
            folder,
            "-R",
            "-X",
            "stream",
            "--checkpoint=fast",  # else it waits for the next one, for minutes, where little is written
        )
        with (folder / "postgresql.conf").open("a") as file:
            file.write(f"port = {port}\n")
        standby = Cluster(folder, port)
        standby.start()
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write("synchronous_standby_names = '*'\n")
        _run("pg_ctl", "-D", self.folder, "reload")
        return standby

    def promote(self) -> None:
        """Makes a standby the server."""
        _run("pg_ctl", "-D", self.folder, "-w", "promote")


@contextmanager
def clusters(folder: Path) -> Iterator[Path]:
    """A folder for clusters; those that stand in it are ended."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        for above in folder.parents[:-2]:
            above.chmod(above.stat().st_mode | 0o011)
    try:
        yield folder
    finally:
        for pid in folder.glob("*/postmaster.pid"):
            _run("pg_ctl", "-D", pid.parent, "-m", "immediate", "stop", check=False)
