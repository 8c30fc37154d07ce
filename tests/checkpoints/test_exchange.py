"""A network from a file that lies about itself: refused in one sentence, at once."""

from __future__ import annotations

import json
import resource
import struct
import zipfile
from pathlib import Path

import pytest

from gdviz.checkpoints import Library
from gdviz.checkpoints.exchange import read_network
from gdviz.errors import GdvizError

CASES = Path(__file__).parents[1] / "data" / "cases"
NESTED = "[" * 100_000 + "]" * 100_000


def refusal(path: Path, root: Path) -> str:
    with pytest.raises(GdvizError) as refused:
        read_network(Library(root), path)
    assert len(str(refused.value)) < 500
    return str(refused.value)


def test_a_network_larger_than_its_weights_is_refused_before_it_is_made(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "do not fit their description" in refusal(CASES / "dimension.safetensors", tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB; it would take 5 GB


def test_nested_json(tmp_path: Path) -> None:
    about = json.dumps({"__metadata__": {"gdviz": NESTED}}).encode()
    network = tmp_path / "nested.safetensors"
    network.write_bytes(struct.pack("<Q", len(about)) + about)
    assert "damaged or foreign" in refusal(network, tmp_path)
    header = b'{"a":' + NESTED.encode() + b"}"
    network.write_bytes(struct.pack("<Q", len(header)) + header)
    assert "damaged or foreign" in refusal(network, tmp_path)


@pytest.mark.parametrize("file", ["report.json", "history.json"])
def test_nested_json_beside_a_network(file: str, tmp_path: Path) -> None:
    library = Library(tmp_path)
    files = library.networks.read(library.networks.names()[0])
    assert files is not None
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as archive:
        archive.writestr("checkpoint.safetensors", files["checkpoint.safetensors"])
        archive.writestr(file, NESTED)
    assert "nested.zip" in refusal(tmp_path / "nested.zip", tmp_path)
