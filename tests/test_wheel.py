"""The wheel carries the pages and the player, and runs where there is no checkout."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ["app.py", "pages", "assets", "static", ".streamlit/config.toml"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The project's wheel, built offline by the hatchling of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("gdviz-*.whl")
    return found


def files_below(*folders: str) -> set[str]:
    """The project's own files there: what git would carry."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def test_every_file_of_the_program_is_inside(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    expected = files_below("gdviz") | {f"gdviz/_app/{name}" for name in files_below(*PROGRAM)}
    assert "gdviz/_app/app.py" in expected
    assert {name for name in inside if ".dist-info/" not in name} == expected
    for wanted in (r"gdviz/_app/pages/.+\.py", r"gdviz/_app/assets/.+", r"gdviz/player/.+\.js", r"gdviz/player/.+\.css"):
        assert any(re.fullmatch(wanted, name) for name in inside), f"no file like {wanted}"


def test_it_names_its_licences_and_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = archive.namelist()
        read = {Path(name).name: archive.read(name).decode() for name in inside if ".dist-info/" in name}
    assert "gdviz = gdviz.cli:main" in read["entry_points.txt"]
    assert "Apache License" in read["LICENSE"]
    assert "License-Expression: Apache-2.0" in read["METADATA"]
    assert "Requires-Dist: torch>=2.4\n" in read["METADATA"], "torch keeps no upper bound"


@pytest.mark.verify
@pytest.mark.browser
def test_an_installed_wheel_runs_the_program(wheel, tmp_path, page):
    """Into a fresh environment, away from the checkout; dependencies are borrowed from this environment."""
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, cwd=tmp_path)
    site = output([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], cwd=tmp_path)
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    Path(site, "borrowed.pth").write_text("\n".join(borrowed))

    away = tmp_path / "away"
    away.mkdir()
    imported = output([python, "-c", "import gdviz; print(gdviz.__file__)"], cwd=away)
    assert Path(imported).is_relative_to(home), "the checkout was imported, not the wheel"

    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"BROWSER": "true"}
    command = [str(scripts / "gdviz"), "app", "--port", str(port)]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, cwd=away, env=environment, stdout=log, stderr=subprocess.STDOUT) as server,
    ):
        try:
            address = f"http://127.0.0.1:{port}/"
            assert "<title>" in fetch(address, server, seconds=60), (tmp_path / "log").read_text()
            page.goto(address)
            # The shell is served whatever the program does; the player is drawn only by a program that found all its files.
            player = page.get_by_test_id("player").first
            with contextlib.suppress(PlaywrightTimeout):
                player.wait_for(timeout=60_000)
            said = f"{page.inner_text('body')}\n{(tmp_path / 'log').read_text()}"
            assert player.is_visible(), said
        finally:
            server.terminate()
            server.wait(20)


def output(command: list[str], cwd: Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=cwd).stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(address: str, server: subprocess.Popen, seconds: float) -> str:
    """The page, as soon as the server answers; "" if it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
    return ""
