"""Files that visitors send: refused before they are read where there is no room, and gone when their visitor is."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from gdviz.server import uploads
from gdviz.server.uploads import GRACE, MEGABYTES, Leavers, Uploads

MEGABYTE = 1 << 20


def test_streamlit_reads_no_more_than_we_let_through():
    settings = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text())
    assert settings["server"]["maxUploadSize"] == MEGABYTES


def kept(*sizes: int, session: str = "a", store: MemoryUploadedFileManager | None = None) -> MemoryUploadedFileManager:
    store = store or MemoryUploadedFileManager("/")
    for k, size in enumerate(sizes):
        store.add_file(session, UploadedFileRec(file_id=str(k), name="x", type="x", data=bytes(size)))
    return store


class Asked:
    """An upload that is answered with 204 once it has come, by a server that holds some files."""

    def __init__(self, store: MemoryUploadedFileManager) -> None:
        self.come = asyncio.Event()
        self._front = Uploads(self._streamlit, lambda: store)

    async def _streamlit(self, scope, receive, send) -> None:
        await self.come.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def put(self, size: int | None, session: str = "a") -> tuple[int, str]:
        said = []

        async def send(message) -> None:
            said.append(message)

        told = [] if size is None else [(b"content-length", str(size).encode())]
        path = f"/lab/_stcore/upload_file/{session}/file"
        await self._front({"type": "http", "method": "PUT", "path": path, "headers": told}, None, send)
        return said[0]["status"], "".join(part.get("body", b"").decode() for part in said)


def put(store: MemoryUploadedFileManager, size: int | None) -> tuple[int, str]:
    async def one() -> tuple[int, str]:
        asked = Asked(store)
        asked.come.set()
        return await asked.put(size)

    return asyncio.run(one())


def test_a_file_that_is_too_large_is_refused_unread():
    assert put(kept(), 200_000_000) == (413, "file: found 200,000,000 bytes; at most 64 MB are read.")
    assert put(kept(), MEGABYTES * MEGABYTE + 300)[0] == 204, "a file of that size and what is around it"


def test_a_visitor_holds_so_much_and_another_has_room(monkeypatch):
    monkeypatch.setattr(uploads, "OF_A_VISITOR", 2 * MEGABYTE)
    full = kept(MEGABYTE, MEGABYTE - 10)
    status, said = put(full, 11)
    assert status == 413 and said.startswith("file: found 2,097,142 bytes of this visitor's files here already; at most ")
    assert put(full, 10)[0] == 204
    assert put(kept(2 * MEGABYTE, session="b"), 10)[0] == 204


def test_all_visitors_hold_so_much(monkeypatch):
    monkeypatch.setattr(uploads, "OF_ALL", MEGABYTE)
    assert put(kept(MEGABYTE, session="b"), 1)[0] == 413


def test_what_is_on_its_way_counts_as_much_as_it_may_be(monkeypatch):
    monkeypatch.setattr(uploads, "OF_A_VISITOR", MEGABYTES * MEGABYTE)

    async def two() -> tuple[int, int, int]:
        asked = Asked(kept())
        first = asyncio.create_task(asked.put(None))  # in pieces, of unknown length
        await asyncio.sleep(0)
        second = (await asked.put(1))[0]
        asked.come.set()
        return (await first)[0], second, (await asked.put(1))[0]

    assert asyncio.run(two()) == (204, 413, 204)


@pytest.mark.parametrize("back", [False, True])
def test_files_of_who_has_left_are_dropped(back):
    store = kept(10, session="b", store=kept(MEGABYTE))
    here = {"b"}
    watch = Leavers(store, here.__contains__)
    watch.look(0.0)
    if back:
        here.add("a")
        watch.look(1.0)
        here.discard("a")
        watch.look(2.0)
    watch.look(GRACE - 1)
    assert set(store.file_storage) == {"a", "b"}
    watch.look(GRACE + 1)
    assert set(store.file_storage) == ({"a", "b"} if back else {"b"})
    watch.look(GRACE + 3)
    assert set(store.file_storage) == {"b"}
