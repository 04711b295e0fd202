"""A real PostgreSQL for tests, from Debian's packages: started once a process in a folder of its own, ended with it."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from workbench.domain.team import TeamPlace

WHY_NOT = "There is no PostgreSQL here: apt-get install -y postgresql, then run this again."
USER, DATABASE = "team", "postgres"
#: a user who must give a password; it has to be made first
ASKED = "asked"


@dataclass
class Server:
    """A running server that trusts whoever comes over its socket or loopback as `team`."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    as_user: dict[str, object] = field(default_factory=dict)

    @property
    def place(self) -> TeamPlace:
        return TeamPlace("127.0.0.1", DATABASE, USER, self.port)

    def start(self, *, flushes: bool = False) -> None:
        """`flushes`: commits reach the disk before they are acknowledged, as on a real server."""
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder,
            "fsync": "on" if flushes else "off", "synchronous_commit": "on" if flushes else "off",
            "shared_buffers": "16MB", "max_connections": 20, "autovacuum": "off", "logging_collector": "off",
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.folder / "data", *options],
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
            start_new_session=True,
            **self.as_user,  # type: ignore[call-overload]
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            ready = subprocess.run(
                [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", DATABASE],
                check=False,
            )
            if ready.returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text(errors="replace"))

    def stop(self) -> None:
        """Ends it in order; those who are connected are cut off."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL to the whole server, as a power cut would end it."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            if how is signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
            self.process.wait(60)
            self.process = None
            # Children of a killed server let go of its port and memory a moment later.
            (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)


def programs() -> Path | None:
    """Where Debian keeps the server's programs, the newest first; None when it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).parent if elsewhere else None


def new_server() -> Server | None:
    """A server of its own, not started yet; None where there is no PostgreSQL. It ends with this process."""
    place = programs()
    if place is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            return None
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    folder.chmod(0o755)
    subprocess.run(
        [place / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
         "--no-sync", "--no-instructions"],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        **as_user,  # type: ignore[call-overload]
    )  # fmt: skip
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text(f"host all {ASKED} 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
    server = Server(place, folder, _free_port(), as_user=as_user)
    atexit.register(_clear, server)
    return server


@cache
def shared_server() -> Server | None:
    """The one server of this test process, running; None where there is no PostgreSQL."""
    server = new_server()
    if server is not None:
        server.start()
    return server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _clear(server: Server) -> None:
    if server.process is not None:
        server.kill()
    shutil.rmtree(server.folder, ignore_errors=True)
