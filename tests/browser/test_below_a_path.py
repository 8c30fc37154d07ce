"""The program below a path: of its own, and behind a proxy that takes the path away."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from running_program import running_program
from stripping_proxy import stripping_proxy


@pytest.mark.parametrize(
    "passed_on", [pytest.param(True, id="base-path", marks=pytest.mark.verify), pytest.param(False, id="stripped")]
)
def test_the_player_finds_its_scene_below_the_path(visit: Any, program_url: str, tmp_path: Any, passed_on: bool) -> None:
    own = running_program(tmp_path, ["--base-path", "/courses/lab"], base="/courses/lab")
    stripped = stripping_proxy(int(urlsplit(program_url).port or 0), "/courses/lab")
    with own if passed_on else stripped as found:
        at = found.url if passed_on else found
        page = visit("/curves", at=at)
        page.get_by_role("link", name="Explore").click()
        expect(page.get_by_test_id("player")).to_have_attribute("data-frame", re.compile(r"\d+"))
        asked = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
        scenes = [urlsplit(url).path for url in asked if "/scene/" in url]
        assert scenes and all(path.startswith("/courses/lab/scene/") for path in scenes)
        page.context.close()
