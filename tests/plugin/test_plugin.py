"""A rule of the reader's own in the app: registered here and in a worker, shown on the pages, refused in one sentence."""

from __future__ import annotations

import pickle
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from as_read import as_read
from streamlit.testing.v1 import AppTest

import gdviz
import gdviz.plugin
from gdviz.cli import main
from gdviz.comparison.methods import METHODS, methods_for
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.guidance import GUIDANCE
from gdviz.jobs.cluster_worker import run_part
from gdviz.jobs.worker import JobReport, outcome
from gdviz.plugin import SETTING, banner, load_plugin
from gdviz.presets import load
from gdviz.studies.comparison import Comparison
from gdviz.sweep import SweepOptions
from gdviz.sweep_request import SweepRequest

ROOT = Path(__file__).resolve().parents[2]
RULE = '''"""Half of the push."""

TITLE = "Half push"


def guided(problem, x, t, w):
    return problem.base(x, t) + w / 2 * (problem.toward(x, t) - problem.away(x, t))
'''
TARGET = {
    "kind": "gaussian_mixture",
    "components": [
        {"mean": [0, 0], "covariance": [[1, 0], [0, 1]], "label": "a"},
        {"mean": [2, 0], "covariance": [[0.5, 0], [0, 0.5]], "label": "b"},
    ],
}
REWARD = {"kind": "bumps", "bumps": [{"center": [1, 1], "width": 0.8}], "floor": 0.05}
SMALL = {"target": TARGET, "sampler": {"kind": "ddpm", "steps": 20}, "particles": 200}


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """Nothing that is registered here is seen by another test."""
    monkeypatch.setitem(GUIDANCE.__dict__, "kinds", dict(GUIDANCE.kinds))
    monkeypatch.setattr(gdviz.plugin, "_loaded", None)
    monkeypatch.setenv(SETTING, "")
    monkeypatch.delenv(SETTING)
    before, modules = dict(METHODS), set(sys.modules)
    yield
    METHODS.clear()
    METHODS.update(before)
    for name in set(sys.modules) - modules:
        if name.startswith("gdviz_own_"):
            del sys.modules[name]


def forget() -> None:
    """What is loaded is loaded no more; the setting stays."""
    for name in gdviz.plugin._loaded.kinds:
        del GUIDANCE.kinds[name], METHODS[name]
    for name in [name for name in sys.modules if name.startswith("gdviz_own_")]:
        del sys.modules[name]
    gdviz.plugin._loaded = None


@pytest.fixture
def rule(tmp_path) -> Path:
    path = tmp_path / "half_push.py"
    path.write_text(RULE)
    return path


@pytest.mark.parametrize(("name", "shipped"), [("half_push", "cfg"), ("half_push_reward", "reward")])
def test_a_function_is_a_method_beside_the_shipped_ones(rule, name, shipped):
    assert load_plugin(rule).kinds == ("half_push", "half_push_reward")
    guides = {"label": "b"} if shipped == "cfg" else {"reward": REWARD}
    mine = gdviz.run({**SMALL, "guidance": {"kind": name, **guides}, "w": [0, 2]}, device="cpu")
    ours = gdviz.run({**SMALL, "guidance": {"kind": shipped, **guides}, "w": [0, 1]}, device="cpu")
    np.testing.assert_allclose(mine.samples, ours.samples, rtol=1e-3, atol=1e-3)
    assert mine.rows[1].identity is None, "what holds for cfg is not claimed for it"
    scene = Experiment.parse({**SMALL, "guidance": {"kind": shipped, **guides}, "w": [1]})
    (method,) = [method for method in methods_for(scene) if method.name.startswith("half")]
    assert method.name == name and method.scores == 2


def test_answers_belong_to_one_version_of_the_file(rule):
    def known() -> tuple[str, str, dict]:
        experiment = Experiment.parse({**SMALL, "guidance": {"kind": "half_push", "label": "b"}, "w": [1]})
        study = Comparison(load("overlapping-classes").experiment, ("cfg", "half_push"))
        return experiment.id, study.key, experiment.model_dump(mode="json")

    plain = Comparison(load("overlapping-classes").experiment, ("cfg",)).key
    load_plugin(rule)
    first, key, saved = known()
    assert Comparison(load("overlapping-classes").experiment, ("cfg",)).key == plain
    forget()
    rule.write_text(RULE + "\n# another version\n")
    load_plugin(rule)
    assert known()[0] != first and known()[1] != key
    with pytest.raises(GdvizError, match=r"guidance\.own_file: found '"):
        Experiment.parse(saved)


def test_a_template_of_extending_is_a_plugin_as_it_is(tmp_path):
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    source = re.search(r"^# gdviz/guidance/soft_limit.py\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)[1]
    (tmp_path / "mine.py").write_text(source)
    assert load_plugin(tmp_path / "mine.py").kinds == ("soft_limit",)
    experiment = Experiment.parse({**SMALL, "guidance": {"kind": "soft_limit", "label": "b", "limit": 0.3}, "w": [1]})
    assert pickle.loads(pickle.dumps(experiment)) == experiment
    assert METHODS["soft_limit"].takes == "label" and METHODS["soft_limit"].title == "CFG with a soft limit"


def test_a_worker_knows_it_and_refuses_another_version(rule):
    load_plugin(rule)
    experiment = Experiment.parse({**SMALL, "guidance": {"kind": "half_push", "label": "b"}, "w": [2]})
    call = pickle.dumps((run_part, (SweepRequest(experiment, SweepOptions((2.0,), 256, 0), 2),)))
    forget()  # as in a worker's process that has just begun: nothing is loaded, and the pickle's classes are in no module
    assert "gdviz_own_half_push" not in sys.modules and "half_push" not in GUIDANCE.kinds
    state, (first, x, _) = outcome(call, JobReport(lambda *said: None, lambda: False))
    assert state == "done" and first == 0 and x.shape == (1, 256, 2) and "half_push" in GUIDANCE.kinds
    forget()
    rule.write_text(RULE + "\n# changed\n")
    state, why = outcome(call, JobReport(lambda *said: None, lambda: False))
    assert state == "failed" and why.endswith("found another file than the one that was loaded; start gdviz app again.")


def test_pages_say_so_and_offer_it(rule):
    assert banner() is None
    load_plugin(rule)
    script = "from gdviz.ui.parts.frame import heading\nheading('Title')\nfrom gdviz.ui.compare.page import page\npage()"
    page = AppTest.from_string(script, default_timeout=60)
    page.query_params["preset"] = "overlapping-classes"
    page.run()
    assert not page.exception and as_read(page.info[0].value).startswith(f"Your own rule is loaded: {rule}")
    assert "Half push (yours, by a label)" in page.multiselect[0].options
    page.multiselect[0].set_value(["cfg", "half_push"]).run()
    assert not page.exception and any("Half of the push." in text.value for text in page.markdown)
    form = AppTest.from_string(
        "import streamlit as st\nfrom gdviz.guidance import GUIDANCE\nfrom gdviz.ui.parts.forms import edit_kind\n"
        "st.json(edit_kind(GUIDANCE, {'kind': 'cfg', 'label': 'b'}, 'g', {'label': ['a', 'b']}))"
    ).run()
    form.selectbox(key="g.kind").set_value("half_push").run()
    assert not form.exception and '"kind": "half_push"' in form.json[0].value
    assert all(box.label != "own file" for box in form.selectbox), "a choice of one thing is none"


BROKEN = {
    "syntax.py": ("def guided(", "syntax.py: found a file that does not run (SyntaxError: "),
    "shape.py": ("def guided(problem, x, t, w): return x[:, :1]", "shape: found shape [64, 1]; [64, 2] is required."),
    "raises.py": ("def guided(problem, x, t, w): return y", "raises: found NameError in your function (name 'y' is not"),
    "whole.py": ("def sampler(problem, w): return problem.start", "whole.py: found a sampler; a rule for the app is guided"),
    "cfg.py": (RULE, "cfg.py: found the name 'cfg', which a method of the program has; give it another."),
    "a-b.py": (RULE, "a-b.py: found a file name that is no name of a method; letters, digits and _ are."),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_sentence_at_start(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    text, sentence = BROKEN[name]
    (tmp_path / name).write_text(text)
    assert sentence in started(capsys, "--plugin", name)
    assert banner() is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--host", "0.0.0.0"], "--plugin: found --host 0.0.0.0; a rule of your own runs where nobody else can reach it"),
        (["--allow-host", "gdviz.example.org"], "--plugin: found a name that a proxy shows it under; a rule of your own"),
        (["--scheduler", "tcp://127.0.0.1:1"], "--plugin: found with --scheduler; a rule of your own runs on this machine only."),
    ],
)
def test_only_a_server_of_this_machine_takes_one(capsys, rule, options, sentence):
    rule.write_text("raise SystemExit('it ran')")
    said = started(capsys, "--plugin", str(rule), *options)
    assert sentence in said and "it ran" not in said


def test_a_server_for_others_refuses_the_setting_too(monkeypatch, rule):
    from gdviz.server import create_app

    monkeypatch.setenv(SETTING, f"0:{rule}")
    with pytest.raises(GdvizError, match=r"--plugin: found --host 0\.0\.0\.0"):
        create_app("0.0.0.0")


def started(capsys, *options: str) -> str:
    """What `gdviz app` says when it does not start."""
    with pytest.raises(SystemExit) as ended:
        main(["app", "--no-browser", *options])
    assert ended.value.code == 2
    return " ".join(capsys.readouterr().err.split())
