"""How many connections there are and how long they may let the server wait: the rules with a clock, and real sockets."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from asking import HANDSHAKE, ask
from running_program import free_port, peak, running_program
from waiting import until

from gdviz.resources import resource
from gdviz.server import connections as rules
from gdviz.server import protocols, visits
from gdviz.server.connections import BODY, HEAD, UNREAD, Connections
from gdviz.server.protocols import bounded_http, bounded_websockets
from gdviz.server.visitors import COOKIE
from gdviz.server.visits import Visits


@dataclass(eq=False)
class Transport:
    """As far as the rules look at one."""

    address: str
    unsent: int = 0
    ended: bool = False

    def get_extra_info(self, name: str) -> tuple[str, int]:
        return self.address, 1

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.ended = True


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Server:
    """Ten connections, seven from one address."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.connections = Connections(0.01, self.clock)

    def enter(self, address: str = "a", asked: bool = False) -> Transport:
        transport = Transport(address)
        assert self.connections.enter(transport) is None
        if asked:
            self.connections.has_asked(transport)
        return transport


def test_at_a_full_server_the_oldest_that_asks_nothing_gives_way():
    server = Server()
    at_work = [server.enter(f"{k}", asked=True) for k in range(8)]
    idle = [server.enter("x"), server.enter("y")]
    server.enter("z")
    assert [other.ended for other in idle] == [True, False] and len(server.connections) == 10
    assert not any(other.ended for other in at_work)


def test_an_address_at_its_bound_takes_from_itself_alone():
    server = Server()
    other = server.enter("b")
    own = [server.enter("a") for _ in range(7)]
    server.enter("a")
    assert own[0].ended and not any(one.ended for one in [other, *own[1:]])


def test_where_all_are_at_work_one_sentence_says_no_and_another_address_gets_in():
    server = Server()
    own = [server.enter("a", asked=True) for _ in range(7)]
    said = server.connections.enter(Transport("a"))
    assert said == (
        "connections: found 7 open, 7 of them from this address; at most 10 are held, 7 from one address; "
        "try again in a minute, or close other tabs."
    )
    server.enter("b")
    server.connections.leave(own[0])
    server.enter("a")
    assert len(server.connections) == 8


def test_a_request_that_does_not_come_is_not_waited_for_however_slowly_it_trickles():
    server = Server()
    silent, slow, sending, working = server.enter("a"), server.enter("a"), server.enter("a"), server.enter("a")
    server.connections.has_asked(working)
    server.connections.sends(sending)
    for _ in range(round(HEAD) + 1):
        server.clock.now += 1
        server.connections.waits(slow)  # a byte more
        server.connections.sends(sending)
        server.connections.look()
    assert silent.ended and slow.ended and not sending.ended
    server.clock.now += BODY
    server.connections.look()
    assert sending.ended and not working.ended and len(server.connections) == 1


def test_who_takes_nothing_of_an_answer_is_not_waited_for_and_a_slow_reader_is():
    server = Server()
    deaf, slow = server.enter("a"), server.enter("a")
    for one in (deaf, slow):
        one.unsent = 1000
        server.connections.reads(one, False)
    for _ in range(round(UNREAD) + 2):
        server.clock.now += 1
        slow.unsent -= 1
        server.connections.look()
    assert deaf.ended and not slow.ended
    server.connections.reads(slow, True)
    assert not server.connections._unread


def test_a_system_that_allows_few_files_is_asked_for_more_and_believed():
    pytest.importorskip("resource")
    code = (
        "import resource\n"
        "from gdviz.server.connections import share_of_files\n"
        "for hard in (8000, 1024):\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))\n"
        "    print(share_of_files(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    wanted = rules.FILES + rules.FILES_OF_ONE * rules.MOST + rules.FILES_OF_A_PAGE * visits.MOST
    expected = [1.0, wanted, (1024 - rules.FILES) / (wanted - rules.FILES), 1024]
    assert [float(word) for word in said.split()] == pytest.approx(expected)


# --- real sockets --------------------------------------------------------------------------------

WAIT = 1.0
"""Seconds for which a server of these tests waits."""


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers with ten bytes, with 5 MB below /large, never below /busy; keeps a websocket open."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        return
    if scope["path"] == "/busy":
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    body = bytes(5_000_000 if scope["path"] == "/large" else 10)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def known() -> Connections:
    """Ten, seven of an address."""
    return Connections(0.01)


@pytest.fixture
def port(known: Connections, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with so many connections, and four pages, three of an address."""
    monkeypatch.setattr(rules, "HEAD", WAIT)
    monkeypatch.setattr(rules, "UNREAD", WAIT)
    monkeypatch.setattr(protocols, "_LOOK", 0.05)
    number = free_port()
    config = uvicorn.Config(
        Visits(application, 0.01), port=number, log_level="critical", lifespan="off",
        http=bounded_http(known, {"X-Content-Type-Options": "nosniff"}), ws=bounded_websockets(known),
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield number
    server.should_exit = server.force_exit = True
    thread.join()


@pytest.fixture
def ways() -> Iterator[list[socket.socket]]:
    """Connections that the test ends."""
    with contextlib.ExitStack() as stack:
        made: list[socket.socket] = []
        stack.callback(lambda: [way.close() for way in made])
        yield made


def opened(port: int, ways: list[socket.socket], first: bytes) -> socket.socket:
    way = socket.create_connection(("127.0.0.1", port), timeout=20)
    ways.append(way)
    way.sendall(first)
    return way


def request(path: str = "/", **headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def has_ended(way: socket.socket) -> bool:
    """Whether the server hangs up."""
    try:
        while way.recv(1 << 16):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def test_half_a_request_is_hung_up_on_and_holds_nobody_up(port, ways):
    slow = [opened(port, ways, request()[:-2]) for _ in range(30)]
    assert ask(port).status == 200
    began = time.monotonic()
    while time.monotonic() - began < 2 * WAIT:
        with contextlib.suppress(OSError):
            slow[-1].sendall(b"X: y\r\n")
        time.sleep(0.1)
    assert all(has_ended(way) for way in slow)


def test_one_sentence_with_503_where_all_are_at_work(port, ways, known):
    for _ in range(7):
        opened(port, ways, request("/busy"))
    assert until(lambda: len(known) == 7 and not known._asks)
    answer = ask(port)
    assert answer.status == 503 and answer.body.startswith(b"connections: found 7 open, 7 of them from this address; at most 10")
    assert answer.headers["retry-after"] == "10" and answer.headers["x-content-type-options"] == "nosniff"
    assert ask(port, **HANDSHAKE).status == 503
    ways[0].close()
    assert until(lambda: ask(port).status == 200)


def test_who_does_not_read_is_hung_up_on(port, ways):
    way = socket.socket()
    ways.append(way)
    way.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    way.connect(("127.0.0.1", port))
    way.sendall(request("/large"))
    for _ in range(10):  # slowly is not never
        time.sleep(WAIT / 5)
        assert way.recv(100_000)
    time.sleep(2 * WAIT)
    received = 0
    with contextlib.suppress(OSError):
        while piece := way.recv(1 << 16):
            received += len(piece)
    assert received < 4_000_000


def test_a_page_without_room_is_told_so_and_one_that_says_nothing_is_hung_up_on(port, ways):
    own = [opened(port, ways, request(**HANDSHAKE)) for _ in range(3)]
    for way in own:
        assert b" 101 " in way.recv(1000)
        way.sendall(bytes([0x81, 0x80, 0, 0, 0, 0]))  # an empty message, masked
    answer = ask(port, **HANDSHAKE)
    assert (answer.status, answer.body) == (
        503, b"pages: found 3 open from this address; at most 3 are held; close one, or try again later."
    )  # fmt: skip
    own[0].close()
    assert until(lambda: ask(port, **HANDSHAKE).status == 101)
    silent = opened(port, ways, request(**HANDSHAKE))
    assert has_ended(silent)
    for way in own[1:]:
        way.settimeout(0.1)
        assert not has_ended(way), "who has asked once may be quiet"


def test_a_browser_may_have_so_many_pages(port, ways, monkeypatch):
    monkeypatch.setattr(visits, "OF_VISITOR", 1)
    mine, other = ({"Cookie": f"{COOKIE}={k:032x}"} for k in (1, 2))
    assert b" 101 " in opened(port, ways, request(**HANDSHAKE, **mine)).recv(1000)
    assert ask(port, **HANDSHAKE, **mine).body.startswith(b"pages: found 1 open in this browser; at most 1 are held")
    assert ask(port, **HANDSHAKE, **other).status == 101


# --- the program itself --------------------------------------------------------------------------


@pytest.mark.verify
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of another process from Linux")
def test_a_flood_takes_little_memory_and_another_address_is_answered(tmp_path, ways, verify_result):
    scene = max(resource("assets", "scenes", "scenes").iterdir(), key=lambda file: file.stat().st_size)
    floods = {
        "half a request": request()[:-2],
        "a silent page": request("/_stcore/stream", **HANDSHAKE),
        "a scene that is not read": request(f"/scene/{scene.name}"),
    }
    with running_program(tmp_path) as program:
        time.sleep(10)  # what it imports after its start is there
        for name, first in floods.items():
            before = peak(program.pid)
            for _ in range(1500):
                way = socket.socket()
                ways.append(way)
                way.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                way.connect(("127.0.0.1", program.port))
                with contextlib.suppress(OSError):
                    way.sendall(first)
            time.sleep(5)
            took = (peak(program.pid) - before) / (1 << 20)
            verify_result(f"MB of a flood of 1500 connections: {name}", took)
            assert took < 250
            elsewhere = socket.create_connection(("127.0.0.1", program.port), timeout=20, source_address=("127.0.0.2", 0))
            ways.append(elsewhere)
            elsewhere.sendall(request("/_stcore/health"))
            assert b" 200 " in elsewhere.recv(1000)
            for way in ways:
                way.close()
            ways.clear()
            time.sleep(2)
