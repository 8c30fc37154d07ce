"""The templates of docs/extending.md: dropped into a copy of the house, each is found and keeps the contract."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from gdviz.experiment import FAMILIES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
FILES = re.compile(r"^```python\n# ((?:gdviz|pages)/\S+\.py)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
TEMPLATES: dict[str, str] = dict(FILES.findall(PAGE))
LAB_PAGE = ["gdviz/studies/sample_means.py", "gdviz/ui/sample_means.py", "pages/sample_means.py"]
METHODS = {path: source for path, source in TEMPLATES.items() if path not in LAB_PAGE}
NAMES = [re.findall(r'^    kind: Literal\["(\w+)"\]', source, flags=re.MULTILINE) for source in METHODS.values()]
IMPORT_OF_PRIVATE = r"^\s*(from|import) gdviz\S*\._|^\s*from gdviz.* import .*\b_"
CONTRACTS = [
    "tests/docs/test_every_kind_runs.py",
    "tests/docs/test_generated_pages.py",
    "tests/guidance/test_claims.py",
    "tests/guidance/test_zero_is_no_guidance.py",
    "tests/rewards/test_contract.py",
    "tests/samplers/particles/test_contract.py",
    "tests/samplers/particles/test_resamplers.py",
    "tests/targets/test_contract.py",
    "tests/test_reachable.py",
]


def test_the_page_has_a_template_for_every_family_but_scores():
    """Scores have one kind here, the exact one; guidance has a rule that is affine in w and one that is not."""
    folders = Counter(str(Path(path).parent).replace(os.sep, ".") for path in METHODS)
    packages = {family.package: 1 + (family.name == "guidance") for family in FAMILIES if family.name != "score"}
    assert {package: folders[package] for package in packages} == packages
    assert all(len(names) == 1 for names in NAMES)
    assert not [path for path in TEMPLATES if (ROOT / path).exists()], "a template must not be a file of the house already"
    assert len(re.findall(r"^```python$", PAGE, flags=re.MULTILINE)) == len(TEMPLATES)


def test_templates_need_public_names_only():
    """No name that starts with an underscore, of a module or in one."""
    private = [
        (path, line) for path, source in TEMPLATES.items() for line in source.splitlines() if re.search(IMPORT_OF_PRIVATE, line)
    ]
    assert private == []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its tests with one new file a family, and a new page."""
    copy = tmp_path_factory.mktemp("house")
    for folder in ("gdviz", "pages", "tests", "docs", ".streamlit"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("browser"))
    (copy / "assets").symlink_to(ROOT / "assets")
    for file in ("pyproject.toml", "app.py"):
        shutil.copy(ROOT / file, copy)
    for path, source in TEMPLATES.items():
        assert not (copy / path).exists()
        (copy / path).write_text(source, encoding="utf-8")
    inside(copy, "docs/write.py")  # make docs
    return copy


def inside(house: Path, *arguments: str) -> str:
    """What a Python process started in the copy prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    environment |= {"PYTHONPATH": str(house), "GDVIZ_STORE": str(house / "store")}
    done = subprocess.run([sys.executable, *arguments], cwd=house, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def test_templates_keep_the_contract_of_the_registered_kinds(house):
    chosen = " or ".join([*(names[0] for names in NAMES), "every_kind_in_the_folder", "up_to_date"])
    said = inside(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-rs", "-k", chosen, *CONTRACTS)
    passed = int(re.search(r"(\d+) passed", said)[1])
    assert passed > 60
    assert "failed" not in said and "error" not in said


def test_templates_are_found_run_and_described(house):
    """One Experiment out of six, and another with the rule that needs w, by the Python door of the copy."""
    experiment = """{
      "target": {"kind": "bars", "n": 60},
      "guidance": {"kind": "soft_limit", "label": "left", "schedule": {"kind": "power"}},
      "sampler": {"kind": "between", "steps": 30, "levels": {"kind": "even"}},
      "measure": {"reward": {"kind": "exp", "strength": 1, "of": {"kind": "stripes", "direction": [0, 1]}}},
      "w": [0, 1], "particles": 300}"""
    (house / "new.json").write_text(experiment, encoding="utf-8")
    code = (
        f"import json, gdviz; assert gdviz.__file__.startswith({str(house)!r}), gdviz.__file__\n"
        "from gdviz.schema import experiment_schema\n"
        "result = gdviz.run(gdviz.Experiment.from_json(open('new.json').read()), device='cpu')\n"
        "assert [row.particles for row in result.rows] == [300, 300]\n"
        "assert (result.samples[0] != result.samples[1]).any()\n"
        "changed = result.experiment.model_dump(mode='json') | {'guidance': {'kind': 'norm_cap', 'label': 'left', 'most': 1.5}}\n"
        "capped = gdviz.run(changed, device='cpu')\n"
        "assert (capped.samples[0] == result.samples[0]).all() and (capped.samples[1] != result.samples[1]).any()\n"
        "assert capped.rows[1].identity is None and result.rows[1].identity is None\n"
        "print(json.dumps(sorted(experiment_schema()['$defs'])))\n"
    )
    said = inside(house, "-c", code)
    for family in (
        "guidance.soft_limit",
        "guidance.norm_cap",
        "reward.stripes",
        "schedule.power",
        "sampler.between",
        "levels.even",
        "target.bars",
    ):
        assert f'"{family}"' in said


def test_templates_are_on_the_pages_that_make_docs_writes(house):
    cards, table = ((house / "docs" / name).read_text(encoding="utf-8") for name in ("method-cards.md", "experiment.md"))
    assert all(f"\n`{names[0]}`. " in cards for names in NAMES)
    assert "| guidance.norm_cap | `most` |" in table and "| target.bars | `gap` |" in table


def test_a_new_page_stands_in_the_navigation_and_runs(house):
    """The reader opens it, presses Run, and reads the answer; the next visit finds it in the store."""
    code = (
        "from streamlit.testing.v1 import AppTest\n"
        "page = AppTest.from_file('pages/sample_means.py', default_timeout=120).run()\n"
        "assert not page.exception and 'Press Run' in page.info[0].value\n"
        "page.button(key='sample_means.run').click().run()\n"
        "assert not page.exception, page.exception\n"
        "assert page.dataframe[0].value.shape[0] == 4, 'the page waits for the answer by itself'\n"
        "again = AppTest.from_file('pages/sample_means.py', default_timeout=120).run()\n"
        "assert not again.exception and again.dataframe[0].value.shape[0] == 4\n"
        "whole = AppTest.from_file('app.py', default_timeout=120).run()\n"
        "assert not whole.exception, whole.exception\n"
    )
    inside(house, "-c", code)
    rules = "arrows or known_room or router"
    inside(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", rules, "tests/test_architecture.py")


def test_templates_are_clean(house):
    """What a stranger copies passes the house's own linter, where it is installed."""
    ruff = Path(sys.executable).with_name("ruff")
    if not ruff.exists():
        pytest.skip("ruff is not installed")
    done = subprocess.run([ruff, "check", *TEMPLATES], cwd=house, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
