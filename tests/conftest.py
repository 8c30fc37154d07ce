"""Fixtures and hooks shared by all tests: one thread, `make quick`, the browser, and the dated results of the long counts.

Tests mirror the house: what is in gdviz/ROOM/FILE.py is tested in tests/ROOM/test_FILE.py, what is in gdviz/FILE.py in
tests/test_FILE.py. Helpers lie in tests/ itself, from where every test imports them by name.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read by torch here and in every process a test starts

import platform
import shutil
from collections.abc import Callable, Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import gdviz

BROWSER_TESTS = Path(__file__).parent / "browser"
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NOT_QUICK = "browser", "slow"
RESULT = "verify_result"  # the user property that carries a result from an xdist worker to the main process
# Chromium draws two hidden pages of its address bar for every profile, which costs more than a test's own page. Of several
# such flags the last is obeyed, so those of Playwright's own that bear on a test are repeated.
FEATURES_OFF = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,"
    "PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning"
)
IN_CI = os.environ.get("CI", "").lower() in {"true", "1"}

# Wall time on a shared machine says nothing, so no deadline; in CI the same examples every time.
settings.register_profile("gdviz", deadline=None, derandomize=IN_CI, print_blob=True)
settings.register_profile("quick", settings.get_profile("gdviz"), max_examples=10)
settings.load_profile("gdviz")


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Two workers share two cores; and sums are then added in one order."""
    import torch

    torch.set_num_threads(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker(pytest.mark.browser)
    if config.getoption("--quick"):
        kept = first_of_each(item for item in items if not any(item.get_closest_marker(name) for name in NOT_QUICK))
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = [item for item in items if item in kept]


def first_of_each(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """One example of every test that has several: its first."""
    first: dict[str, pytest.Item] = {}
    for item in items:
        first.setdefault(item.nodeid.partition("[")[0], item)
    return set(first.values())


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("cuda"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device")


# --- the browser ---------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """The system's Chromium; GDVIZ_CHROMIUM names another."""
    named = os.environ.get("GDVIZ_CHROMIUM")
    if named:
        return named
    return next((found for name in SYSTEM_BROWSERS if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Any) -> dict[str, Any]:
    """pytest-playwright's launch arguments, with the system's Chromium before Playwright's own."""
    own = "--no-sandbox", f"--disable-features={FEATURES_OFF}"
    args = {**browser_type_launch_args, "args": [*own, *browser_type_launch_args.get("args", [])]}
    chromium = find_chromium()
    if chromium:
        return {**args, "executable_path": chromium}
    if not Path(playwright.chromium.executable_path).exists():
        without_browser()
    return args


def without_browser() -> None:
    """Skip at a desk; fail where nobody would notice the skip."""
    reason = "no Chromium found (apt-get install chromium, or playwright install chromium)"
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


# --- make verify: dated results ------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="no browser, one example a test, nothing slow: `make quick`")
    parser.addoption("--write-results", metavar="FILE", help="write what verify_result recorded, dated, into this Markdown file")


@pytest.fixture
def verify_result(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Record a number for docs/verification.md: verify_result("E[1/p] at w = 0", found, expected, standard_error)."""

    def record(what: str, found: float, expected: float | None = None, se: float | None = None) -> None:
        record_property(RESULT, [what, float(found), *(None if v is None else float(v) for v in (expected, se))])

    return record


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--quick"):
        settings.load_profile("quick")
    config.pluginmanager.register(Results(config), "gdviz-results")


class Results:
    """Collects what `verify_result` recorded; in the main process only, whatever the number of workers."""

    def __init__(self, config: pytest.Config) -> None:
        self.file = None if hasattr(config, "workerinput") else config.getoption("--write-results", default=None)
        self.tests: list[tuple[str, str, float]] = []
        self.rows: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        self.tests.append((report.nodeid, report.outcome, report.duration))
        self.rows += [result_row(value, report.outcome) for name, value in report.user_properties if name == RESULT]

    def pytest_sessionfinish(self) -> None:
        if self.file and self.tests:
            Path(self.file).parent.mkdir(parents=True, exist_ok=True)
            Path(self.file).write_text(results_page(self.rows, self.tests), encoding="utf-8")


def result_row(value: Any, outcome: str) -> str:
    what, found, expected, se = value
    off = f"{(found - expected) / se:+.2f}" if expected is not None and se else ""
    numbers = " | ".join("" if v is None else f"{v:.6g}" for v in (found, expected, se))
    return f"| {what} | {numbers} | {off} | {outcome} |"


def results_page(rows: list[str], tests: list[tuple[str, str, float]]) -> str:
    others = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy"))
    versions = f"gdviz {gdviz.__version__}, {others}"  # a checkout that is not installed has no metadata
    lines = [
        "# Verification",
        "",
        f"Written by `make verify` on {date.today().isoformat()}: {versions}, Python {platform.python_version()}, "
        f"{platform.machine()}, {os.cpu_count()} cores.",
        "",
        "| What | found | expected | standard error | standard errors off | test |",
        "|---|---|---|---|---|---|",
        *sorted(rows),
        "",
        "| Test | outcome | seconds |",
        "|---|---|---|",
        *(f"| `{name}` | {outcome} | {seconds:.1f} |" for name, outcome, seconds in sorted(tests)),
        "",
    ]
    return "\n".join(lines)
