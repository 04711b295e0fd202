"""Runs a command where the kernel has no network but loopback: `python tests/without_network.py COMMAND ...`.

Exit code 77 when this machine does not let us make such a place.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

NOT_HERE = 77
_LOOPBACK_UP = (
    "import fcntl, os, socket, struct, sys\n"
    "with socket.socket() as any_socket:\n"
    "    fcntl.ioctl(any_socket, 0x8914, struct.pack('16sh', b'lo', 0x41))\n"  # SIOCSIFFLAGS: up, running
    "os.execvp(sys.argv[1], sys.argv[1:])\n"
)


def can() -> bool:
    """Whether this machine lets us."""
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rn", "true"], check=False).returncode == 0


def wrapped(command: list[str]) -> list[str]:
    """The command in a network namespace of its own, loopback up."""
    return ["unshare", "-rn", sys.executable, "-c", _LOOPBACK_UP, *command]


if __name__ == "__main__":
    sys.exit(subprocess.run(wrapped(sys.argv[1:]), check=False).returncode if can() else NOT_HERE)
