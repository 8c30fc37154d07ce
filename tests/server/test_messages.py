"""What one visitor can make a running server hold: messages without an end, bodies without an end."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from asking import HANDSHAKE, ask
from running_program import peak
from websockets.sync.client import connect

from gdviz.server.messages import LARGEST, MOST_FRAGMENTS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of another process from Linux"),
]
MEGABYTE = 1 << 20


@pytest.fixture(scope="module", autouse=True)
def settled(fenced) -> None:
    """What it imports after its start is there."""
    seen, since, end = 0, 0.0, time.monotonic() + 60
    while time.monotonic() < min(end, since + 3 if seen else end):
        if (now := peak(fenced.program.pid)) != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)


def opened(port: int) -> socket.socket:
    """A websocket after its handshake."""
    way = socket.create_connection(("127.0.0.1", port), timeout=20)
    head = {"Host": f"127.0.0.1:{port}", **HANDSHAKE}
    way.sendall("".join(["GET /_stcore/stream HTTP/1.1\r\n", *(f"{k}: {v}\r\n" for k, v in head.items()), "\r\n"]).encode())
    assert b" 101 " in way.recv(4096)
    return way


def frame(size: int, first: bool = False, last: bool = False) -> bytes:
    """A masked frame of binary zeros."""
    length = bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + size.to_bytes(2, "big")
    return bytes([(0x80 if last else 0) | (2 if first else 0)]) + length + bytes(4) + bytes(size)


def sent_until_closed(way: socket.socket, size: int, most: int) -> int:
    """How many pieces of an unfinished message are taken before the server hangs up."""
    way.sendall(frame(size, first=True))
    block = 1 + 20_000 // (size + 8)
    with way:
        for count in range(1, most, block):
            try:
                way.sendall(frame(size) * block)
            except OSError:
                return count
    return most


@pytest.mark.parametrize("size", [0, 1, 60_000])
def test_a_message_without_an_end_is_cut_off(fenced, size):
    before = peak(fenced.program.pid)
    allowed = min(MOST_FRAGMENTS, LARGEST // max(size, 1))
    on_its_way = 16 * MEGABYTE // (size + 6)  # what lies in the system's buffers when the server hangs up
    ways = [sent_until_closed(opened(fenced.port), size, 3 * (allowed + on_its_way)) for _ in range(3)]
    assert all(count < allowed + on_its_way for count in ways)
    assert peak(fenced.program.pid) - before < 30 * MEGABYTE
    assert ask(fenced.port, "/_stcore/health").status == 200


def put(port: int, path: str, megabytes: int, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """Send a file in pieces, without saying how long it is."""
    start = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n'
    pieces = (bytes(MEGABYTE) if 0 < k <= megabytes else b"" for k in range(megabytes + 2))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    body = (start + piece if k == 0 else piece or b"\r\n--x--\r\n" for k, piece in enumerate(pieces))
    try:
        told = {"Content-Type": "multipart/form-data; boundary=x", **headers}
        connection.request("PUT", path, body, told, encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextlib.contextmanager
def visit(port: int) -> Iterator[str]:
    """A visitor's session, as long as the page is open."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as way:
        asked = BackMsg()
        asked.rerun_script.page_name = "digits"  # asks no worker
        way.send(asked.SerializeToString())
        message, session = ForwardMsg(), ""
        while message.WhichOneof("type") != "script_finished":  # what the page itself needs is held from then on
            message.ParseFromString(way.recv(timeout=60))
            session = session or message.new_session.initialize.session_id
        yield session


def test_a_file_without_an_end_is_given_up_and_one_of_the_right_size_is_taken(fenced):
    port = fenced.port
    token = ask(port, "/_stcore/health").headers["set-cookie"].partition("=")[2].partition(";")[0]
    may = {"Cookie": f"_streamlit_xsrf={token}", "X-Xsrftoken": token}
    with visit(port) as session:
        place = f"/_stcore/upload_file/{session}/file"
        before = peak(fenced.program.pid)
        assert put(port, place, 80, may)[0] == 413
        assert put(port, "/_stcore/upload_file/nobody/file", 80, may)[0] == 400
        assert peak(fenced.program.pid) - before < 30 * MEGABYTE
        assert put(port, place, 2, may)[0] == 204


def test_a_long_body_is_refused_by_what_it_says(fenced):
    answer = ask(fenced.port, "/_stcore/upload_file/a/b", "PUT", Content_Length="200000000")
    assert (answer.status, answer.body) == (413, b"file: found 200,000,000 bytes; at most 64 MB are read.")
