"""The same numbers through every form in which a scene is shared."""

from __future__ import annotations

import contextlib
import io
import json
import random
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import urlencode

import pytest
from experiments import SMALL
from PIL import Image
from typer.testing import CliRunner

from gdviz.cli._source import read_experiment
from gdviz.cli._terminal import app
from gdviz.errors import GdvizError
from gdviz.experiment import Experiment
from gdviz.export.address import address_of, read_address
from gdviz.export.lines import command_line, frame_lines, python_lines
from gdviz.export.notebook_file import notebook
from gdviz.export.qr import LONGEST, qr_svg
from gdviz.export.shared import FORMS, Shared
from gdviz.player.build import scene_from_result
from gdviz.player.scene import pack_scene
from gdviz.presets import load, names
from gdviz.result import run

TINY: dict[str, Any] = {"w": [0, 1], "particles": 40, "frames": 3}


def random_scene(number: int) -> tuple[Experiment, str | None]:
    """A preset with a few things changed, or a mixture of one's own; small."""
    draw = random.Random(number)
    steps = draw.randint(4, 12)
    if number % 3 == 0:
        components = [
            {"mean": [round(draw.uniform(-3, 3), 2) for _ in range(2)], "covariance": [[1, 0], [0, 0.5]], "label": "ab"[k % 2]}
            for k in range(draw.randint(2, 5))
        ]
        own = {"target": {"kind": "gaussian_mixture", "components": components}, "guidance": {"kind": "cfg", "label": "b"}}
        return Experiment.parse({**own, **TINY, "sampler": {"kind": "ddim", "steps": steps}, "seed": number}), None
    preset = draw.choice([name for name in names() if name not in ("expression-reward", "avoid-cost")])  # tables take seconds
    base = load(preset).experiment.model_dump(mode="json")
    base["sampler"]["steps"] = steps
    return Experiment.parse({**base, **TINY, "w": draw.choice([[0, 1], [0, 0.25, 0.5, 0.75, 1]]), "seed": number}), preset


def experiment_of(code: str) -> Experiment:
    """What a script or a notebook's cell calls `experiment`."""
    names: dict[str, Any] = {}
    exec(code, names)
    return Experiment.parse(names["experiment"])


def through_every_form(experiment: Experiment, preset: str | None, tmp_path) -> dict[str, Experiment]:
    draft = experiment.model_dump(mode="json")
    fields = address_of(draft, preset)
    assert fields is not None
    opened = read_address(fields)
    shared = Shared(experiment, "", lambda: b"")
    file = tmp_path / "experiment.json"
    file.write_bytes(shared.form(".json"))
    cells = json.loads(shared.form(".ipynb"))["cells"]
    command = command_line(experiment, preset).removeprefix("gdviz run ").strip("'")
    return {
        "link": Experiment.parse(opened.draft),
        "address on the command line": read_experiment(f"https://example.org/a/?{urlencode(fields)}"),
        "file": read_experiment(str(file)),
        "notebook": experiment_of("".join(cells[1]["source"])),
        "script": experiment_of(shared.form(".py").decode().split("\nresult =")[0]),
        "command": read_experiment(command if command.startswith("preset:") else str(file)),
    }


def numbers(experiment: Experiment) -> Any:
    return json.loads(run(experiment, step_change=False, exact=False, distances=False).to_json())["rows"]


def test_ten_random_scenes_through_every_form(tmp_path) -> None:
    for number in range(10):
        experiment, preset = random_scene(number)
        for form, read in through_every_form(experiment, preset, tmp_path).items():
            assert read.canonical() == experiment.canonical(), (number, form)  # equal numbers follow: same seed, same text
    assert numbers(read) == numbers(experiment)


@pytest.mark.verify
def test_two_hundred_random_scenes_and_their_numbers(tmp_path, verify_result) -> None:
    differ = 0
    for number in range(1000, 1200):
        experiment, preset = random_scene(number)
        wanted = numbers(experiment)
        differ += any(numbers(read) != wanted for read in through_every_form(experiment, preset, tmp_path).values())
    verify_result("200 random scenes through link, file, notebook, script and command: with other numbers", differ, 0)
    assert differ == 0


def test_a_notebook_and_a_script_run() -> None:
    experiment = Experiment.parse({**SMALL, **TINY})
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(python_lines(experiment), {})
        cells = json.loads(notebook(experiment, "A <title>"))["cells"]
        assert cells[0]["source"][0] == "# A <title>\n"
        shared: dict[str, Any] = {}
        for cell in cells[1:]:
            exec("".join(cell["source"]), shared)
    assert "<iframe" in shared["result"]._repr_html_()
    assert len(printed.getvalue().splitlines()) == 4  # two w, twice


@pytest.fixture(scope="module")
def packed() -> bytes:
    return pack_scene(scene_from_result(run(Experiment.parse({**SMALL, **TINY}), frame_particles=40), "Two classes"))


def test_drawn_forms(packed) -> None:
    shared = Shared(Experiment.parse({**SMALL, **TINY}), "Two <classes>", lambda: packed, view="w1*f2")
    page = shared.form(".html").decode()
    assert "<title>Two &lt;classes&gt;</title>" in page and '{"view": "w1*f2"}' in page
    picture = Image.open(io.BytesIO(shared.form(".png")))
    assert picture.size[0] > 1000 and len(picture.convert("RGB").getcolors(1 << 24)) > 20
    assert ElementTree.fromstring(shared.form(".svg")).tag.endswith("svg")


def test_a_line_has_a_poster_too() -> None:
    components = [{"mean": [-1], "covariance": [[1]], "label": "b"}, {"mean": [2], "covariance": [[1]]}]
    line = {"kind": "gaussian_mixture", "components": components}
    result = run(Experiment.parse({**SMALL, **TINY, "target": line}), frame_particles=40)
    data = pack_scene(scene_from_result(result))
    assert Shared(result.experiment, "", lambda: data).form(".png").startswith(b"\x89PNG")


def test_a_poster_takes_the_computed_w_and_moment_next_to_those_asked_for(packed) -> None:
    experiment = Experiment.parse(SMALL)
    asked, there = (Shared(experiment, "", lambda: packed, w=w, frame=frame) for w, frame in ((0.8, 99), (1.0, 2)))
    assert asked.form(".svg") == there.form(".svg") != Shared(experiment, "", lambda: packed, w=1.0, frame=0).form(".svg")
    with pytest.raises(GdvizError, match=r"found a name that ends in '\.gif'"):
        there.form(".gif")


def test_a_code_and_a_frame() -> None:
    svg = qr_svg("http://localhost:8501/?preset=two-moons")
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    with pytest.raises(GdvizError, match="QR code: found an address of"):
        qr_svg("x" * (LONGEST + 1))
    assert 'src="/?a=1&amp;b=&quot;2"' in frame_lines('/?a=1&b="2', "t")


def test_the_command(tmp_path) -> None:
    named = [str(tmp_path / f"scene{ending}") for ending in FORMS]
    source = "preset:overlapping-classes?sampler.steps=8&w=0,1&particles=60&frames=4"
    answer = CliRunner().invoke(app, ["share", source, *(part for name in named for part in ("--out", name))])
    assert answer.exit_code == 0, answer.output
    assert all((tmp_path / f"scene{ending}").stat().st_size > 300 for ending in FORMS)
    printed = CliRunner().invoke(app, ["share", source]).output
    assert "?preset=overlapping-classes&sampler.steps=8&w=0,1&particles=60&frames=4" in printed
    assert f"gdviz run '{source}'" in printed
    compile(printed.partition("\n\n")[2], "script", "exec")
    refused = CliRunner().invoke(app, ["share", source, "--out", "scene.gif"])
    early = CliRunner().invoke(app, ["share", source, "--out", named[0], "--w", "3"])
    assert isinstance(early.exception, GdvizError) and str(early.exception) == "--w: found 3; the scene is computed at 0, 1."
    assert isinstance(refused.exception, GdvizError) and "allowed: a name that ends in .html" in str(refused.exception)
