"""The profile that first pages share: a test finds nothing there that another one left."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page

KEEP = "() => { localStorage.setItem('mark', '1'); document.cookie = 'mark=1'; }"
KEPT = "() => [localStorage.getItem('mark'), document.cookie.includes('mark')]"
PLAIN = "/_stcore/health"  # of the program's site, and quickly there


def test_nothing_is_kept_for_the_next_visitor(visit: Callable[..., Page], warm: BrowserContext, program_url: str) -> None:
    left = warm.new_page()
    left.goto(program_url + PLAIN)
    left.evaluate(KEEP)
    assert left.evaluate(KEPT) == ["1", True]
    left.close()
    page = visit(PLAIN, color_scheme="dark", viewport={"width": 390, "height": 800})
    assert page.context is warm and page.evaluate(KEPT) == [None, False]
    assert page.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [390, True]
    assert visit(PLAIN).context is not warm
