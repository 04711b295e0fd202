"""The door: nothing leaves this machine, whatever library asks."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from workbench.net.addresses import is_local


def run_behind_the_door(code: str) -> str:
    """Runs code in a process of its own (the lock cannot be undone) and returns what it printed."""
    script = "from workbench.net import lock\nlock.lock()\n" + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 443), timeout=1)",
        "socket.getaddrinfo('example.com', 443)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "urllib.request.urlopen('http://example.com/', timeout=1)",
        "socket.gethostbyaddr('what-was-asked.example.com')",
        "socket.getnameinfo(('192.0.2.1', 53), 0)",
        "socket.getaddrinfo('/what-was-asked.example.com', 443)",
        "asyncio.run(asyncio.wait_for(asyncio.open_connection('192.0.2.1', 80), 2))",
    ],
)
def test_that_no_library_reaches_another_machine(attempt: str) -> None:
    said = run_behind_the_door(f"""
        import asyncio, socket, urllib.request
        try:
            {attempt}
        except lock.DoorShut as refusal:
            print(refusal)
    """)
    assert "sends nothing to other machines" in said


def test_that_a_refusal_is_remembered_for_the_privacy_line() -> None:
    said = run_behind_the_door("""
        import socket
        try:
            socket.getaddrinfo('example.com', 443)
        except lock.DoorShut:
            print(lock.refused())
    """)
    assert said == "('example.com',)"


def test_that_this_machine_itself_can_be_reached() -> None:
    said = run_behind_the_door("""
        import socket
        server = socket.create_server(('127.0.0.1', 0))
        with socket.create_connection(server.getsockname()):
            print('connected')
        for file in ('/nowhere', b'\\0nowhere'):
            try:
                socket.socket(socket.AF_UNIX).connect(file)
            except OSError:
                print('no such file')
    """)
    assert said.split("\n") == ["connected", "no such file", "no such file"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", b"127.0.0.1", None, ""])
def test_that_loopback_names_are_local(address: object) -> None:
    assert is_local(address)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "example.com", "::ffff:8.8.8.8", "localhost.evil.com"])
def test_that_private_ranges_and_lookalike_names_are_not_local(address: str) -> None:
    assert not is_local(address)


def test_that_a_granted_request_gets_through_the_lock_and_nothing_beside_it() -> None:
    said = run_behind_the_door("""
        import asyncio, socket, sys
        sys.path.insert(0, "tests")
        from doorways import House
        looked_up = socket.getaddrinfo
        def look_up(host, port, **how):
            looked_up("no-such-host.invalid", port) if host == "api.example.com" else None
        socket.getaddrinfo = look_up
        async def both(doorway):
            grant = doorway.guard.prompt("https://api.example.com", provider="x", whose=None)
            async with doorway.client(grant) as client:
                for attempt in (lambda: client.get("https://api.example.com"), beside):
                    try:
                        await attempt()
                    except Exception as error:
                        print(type(error).__name__, error.what)
        async def beside():
            await asyncio.get_running_loop().sock_connect(socket.socket(), ("192.0.2.1", 443))
        House().run(both)
    """)
    first, second = said.splitlines()
    assert first == "Unreached The name api.example.com is not known"
    assert second.startswith("DoorShut A connection to 192.0.2.1 was refused")
