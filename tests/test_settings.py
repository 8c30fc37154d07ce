"""Streamlit's settings: every key is one it knows, and the promises of the README hold."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def flat(table: dict, prefix: str = "") -> dict:
    """{"server": {"port": 1}} -> {"server.port": 1}."""
    found = {}
    for key, value in table.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_streamlit_knows_every_key():
    from streamlit import config

    assert sorted(set(flat(SETTINGS)) - set(config.get_config_options())) == []


def test_nothing_leaves_the_machine():
    settings = flat(SETTINGS)
    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.address"] == "127.0.0.1"
    assert settings["client.showErrorLinks"] is False
    assert "http" not in str(settings)  # a font or style sheet from elsewhere


def test_the_server_reads_them_wherever_it_is_started(tmp_path):
    """Streamlit looks beside the script only if the script is known before the first option is read."""
    program = (
        "import uvicorn\n"
        "uvicorn.run = lambda *args, **kwargs: None\n"
        "from gdviz.server import serve\n"
        "serve(open_browser=False)\n"
        "from streamlit import config\n"
        "keys = ('browser.gatherUsageStats', 'client.toolbarMode', 'theme.light.primaryColor')\n"
        "print([config.get_option(key) for key in keys])"
    )
    environment = os.environ | {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = [False, "minimal", SETTINGS["theme"]["light"]["primaryColor"]]
    assert done.stdout.splitlines()[-1] == str(expected)


def test_both_themes_can_be_read():
    for name in ("light", "dark"):
        theme = SETTINGS["theme"][name]
        for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
            assert contrast(theme["textColor"], ground) >= 7, name
            assert contrast(theme["linkColor"], ground) >= 4.5, name
            assert contrast(theme["primaryColor"], ground) >= 3, name
        for colour in theme["chartCategoricalColors"]:
            assert contrast(colour, theme["backgroundColor"]) >= 2, (name, colour)
