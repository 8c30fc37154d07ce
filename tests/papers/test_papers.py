"""The papers' figures, small: what is drawn, what is written, and the numbers against a second way to them."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from listening import JobReport
from PIL import Image
from scipy.integrate import quad
from scipy.stats import norm

import gdviz
from gdviz import GdvizError
from gdviz.experiment import Experiment
from gdviz.jobs.study_job import run_study
from gdviz.palette import LIGHT
from gdviz.papers import figure_1, figure_3
from gdviz.papers.files import write
from gdviz.papers.layout import TOP, draw, named, ticks
from gdviz.papers.make import FigureSize, check_number, make, maker
from gdviz.papers.paper_figure import PaperFigure
from gdviz.papers.picture import Dots, Line, Panel, Picture
from gdviz.papers.png import dashed, to_png
from gdviz.store import SceneStore
from gdviz.studies.paper_figures import PaperFigures

pytestmark = pytest.mark.slow

SIZE = FigureSize(steps=100, particles=1000)
MADE = 1, 3, 4, 5
Z = 4.5
"""Standard errors: some 300 bins are compared, so one false alarm in 500 changes of the seed."""


@pytest.fixture(scope="module")
def figures() -> dict[int, PaperFigure]:
    return {number: make(number, size=SIZE) for number in MADE}


def select(figure: PaperFigure, quantity: str, kind: str = "estimated", run: str | None = None) -> list:
    return [v for v in figure.values if v.quantity == quantity and v.kind == kind and (run is None or v.run == run)]


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize("number", MADE)
def test_a_figure_is_five_files_that_open_and_ask_nobody(figures, number, tmp_path):
    figure = figures[number]
    paths = {path.suffix[1:]: path for path in write(figure, tmp_path)}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"figure-{number}-quick.{e}" for e in paths)
    assert set(paths) == {"png", "svg", "html", "json", "csv"}

    colours = {colour for _, colour in Image.open(paths["png"]).convert("RGB").getcolors(1 << 22)}
    assert (255, 255, 255) in colours and tuple(bytes.fromhex(LIGHT.guided[1:])) in colours

    svg = ElementTree.parse(paths["svg"]).getroot()
    said = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert figure.picture.title in said and {mark.name for mark in named(figure.picture)} <= set(said)
    assert svg.find("{http://www.w3.org/2000/svg}desc").text == figure.sentence

    html = paths["html"].read_text()
    assert html.count("Plotly.newPlot(") >= len(figure.picture.rows)
    assert not re.search(r"<(script|link|img|iframe)\b[^>]*\b(src|href)=", html)

    numbers = json.loads(paths["json"].read_text(), parse_constant=lambda name: pytest.fail(name))
    assert numbers["figure"] == number and numbers["quick"] is True and numbers["sentence"] == figure.sentence
    lines = list(csv.DictReader(io.StringIO(paths["csv"].read_text())))
    assert [float(line["value"]) for line in lines] == [value["value"] for value in numbers["values"]]


@pytest.mark.parametrize("number", MADE)
def test_every_number_is_exact_or_has_an_error_bar(figures, number):
    for value in figures[number].values:
        assert math.isfinite(value.value)
        if value.kind == "estimated":
            assert value.standard_error is not None and value.standard_error >= 0 and value.error is None
        else:
            assert value.error is not None and 0 <= value.error < 0.01 and value.standard_error is None


@pytest.mark.parametrize("number", MADE)
def test_the_sentence_says_what_is_ours_and_what_quick_left_out(figures, number):
    sentence, full = figures[number].sentence, maker(number).FULL
    assert "Ours: " in sentence
    assert f"Quick version: 100 steps and 1,000 trials for each w in place of {full.steps:,} and {full.particles:,}" in sentence


def test_figure_1_has_the_papers_size():
    assert FigureSize(4000, 10_000) == figure_1.FULL
    assert min(w for w in figure_1.W if w) == 0.01 and max(figure_1.W) == 10


@pytest.mark.parametrize("number", MADE)
def test_the_json_holds_experiments_that_can_be_run_again(figures, number):
    numbers = figures[number].numbers()
    assert {name: Experiment.parse(result["experiment"]) for name, result in numbers["results"].items()} == maker(
        number
    ).experiments(SIZE)
    if number != 1:
        return
    again = gdviz.run(numbers["results"]["line"]["experiment"], frame_particles=0).to_dict()
    assert again["rows"] == numbers["results"]["line"]["rows"]


@pytest.mark.parametrize("number", MADE)
def test_a_figure_survives_its_json(figures, number):
    text = figures[number].to_json()
    assert PaperFigure.from_json(text) == figures[number]


# --- the numbers ----------------------------------------------------------------------------------


def test_figure_1_agrees_with_the_exact_values(figures):
    figure = figures[1]
    assert [v.value for v in select(figure, figure_1.MEAN, "exact")] == [-2.0]
    (slope,) = select(figure, f"slope in w of the {figure_1.MEAN}", "exact")
    assert slope.value == pytest.approx(0.1148, abs=5e-5)
    law = {v.w: v.value for v in select(figure, f"{figure_1.MEAN}, guided law in the limit of small steps", "exact")}
    assert law[0.01] == pytest.approx(-2 + 0.01 * slope.value, abs=1e-4)  # the tangent touches it
    means = select(figure, figure_1.MEAN)
    assert [v.w for v in means] == list(figure_1.W)
    for v in means:
        # at 100 steps the error of a first-order method is about as large as its step change
        assert abs(v.value - law[v.w]) <= 4 * v.standard_error + 2 * v.step_change, v.w


def test_figure_3_shares_are_what_closed_forms_say(figures):
    """p by the normal distribution function, the tilted law by adaptive quadrature of p r."""

    def density(x):
        return 0.7 * norm.pdf(x, -1.5, 0.5**0.5) + 0.3 * norm.pdf(x, 1.5, 0.5**0.5)

    def tilted(x):
        return density(x) * (0.05 + math.exp(-((x - 2) ** 2) / (2 * 0.8**2)))

    whole = quad(tilted, -8, 8, epsabs=1e-12)[0]
    for v in select(figures[3], "share of samples, p", "exact"):
        expected = sum(
            weight * (norm.cdf(v.high, mean, 0.5**0.5) - norm.cdf(v.low, mean, 0.5**0.5))
            for weight, mean in ((0.7, -1.5), (0.3, 1.5))
        )
        assert v.value == pytest.approx(expected, abs=1e-10)
    for v in select(figures[3], "share of samples, tilted law", "exact"):
        assert v.value == pytest.approx(quad(tilted, v.low, v.high, epsabs=1e-12)[0] / whole, abs=1e-9)


def test_figure_3_guided_law_is_p_without_guidance_and_the_tilted_law_at_1(figures):
    guided = select(figures[3], "share of samples, guided law", "exact")
    for w, goal in ((0.0, "p"), (1.0, "tilted law")):
        ours = [v for v in guided if v.w == w]
        exact = select(figures[3], f"share of samples, {goal}", "exact")
        assert len(ours) == figure_3.BINS
        # the run starts and ends a little short of the noise levels 1 and 0, and the grid has its own error
        assert max(abs(a.value - b.value) for a, b in zip(ours, exact, strict=True)) < 1e-3 + max(v.error for v in ours)


def test_figure_4_and_5_shares_are_the_weights_of_the_points(figures):
    """The roll and both rewards written out again."""
    angle = 1.5 * math.pi + 3 * math.pi * (np.arange(200) + 0.5) / 200
    radius = 0.6 * math.pi * angle / (4.5 * math.pi)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    rewards = {4: np.exp(x), 5: 0.05 + np.exp(-((x - 1.26) ** 2 + y**2) / (2 * 0.35**2))}
    for number, r in rewards.items():
        expected = (r / r.sum()).reshape(20, 10).sum(1)
        found = [v.value for v in select(figures[number], "share of samples, tilted law", "exact")]
        assert found == pytest.approx(expected, abs=1e-9)
        assert [v.value for v in select(figures[number], "share of samples, p", "exact")] == pytest.approx([0.05] * 20)
        (mean,) = (v for v in select(figures[number], "mean of r", "exact") if v.w == 1)
        assert mean.value == pytest.approx((r**2).sum() / r.sum(), rel=1e-9)


@pytest.mark.parametrize("number, run", [(3, "line"), (4, "roll"), (5, "roll")])
def test_the_histograms_lie_on_the_exact_laws_at_0_and_1(figures, number, run):
    figure, n = figures[number], SIZE.particles
    for w, goal in ((0.0, "p"), (1.0, "tilted law")):
        samples = [v for v in select(figure, "share of samples", run=run) if v.w == w]
        exact = select(figure, f"share of samples, {goal}", "exact")
        for a, b in zip(samples, exact, strict=True):
            se = math.sqrt(b.value * (1 - b.value) / n)
            assert abs(a.value - b.value) <= Z * se + 3 / n, (w, a.low)  # few are expected in the outer bins


# --- the picture ----------------------------------------------------------------------------------


class Recorder:
    """A pen that only remembers."""

    def __init__(self) -> None:
        self.discs, self.lines, self.words = [], [], []

    def line(self, points, colour, width, dash="solid"):
        self.lines.append((list(points), colour, dash))

    def area(self, points, colour, opacity): ...

    def disc(self, at, diameter, colour, opacity, hollow):
        self.discs.append(at)

    def text(self, at, words, size, colour, anchor="start", upright=False):
        self.words.append((words, at))

    def width_of(self, words, size):
        return 6.0 * len(words)


def test_points_lie_where_the_axes_say():
    dots = Dots((0.1, 1.0, 10.0, 99.0), (0.0, 5.0, 10.0, 1.0), "guided")
    panel = Panel("t", "x", "y", (0.1, 10.0), (0.0, 10.0), (dots,), log_x=True, width=100, height=50)
    pen = Recorder()
    draw(Picture("title", ((panel,),)), pen)
    (x0, y0), (x1, y1), (x2, y2) = pen.discs  # the one outside is not drawn
    assert (x1 - x0, x2 - x1) == pytest.approx((50, 50)) and (y0 - y1, y1 - y2) == pytest.approx((25, 25))
    labels = dict(pen.words)
    assert labels["0.1"][0] == pytest.approx(x0) and labels["10"] and labels["t"][1] == pytest.approx(y2 - 8)
    assert TOP > 8


def test_a_curve_that_leaves_its_panel_runs_along_the_edge():
    line = Line((0.0, 0.5, 1.0), (0.0, 5.0, -5.0), "exact", dash="dash")
    panel = Panel("", "", "", (0.0, 1.0), (0.0, 1.0), (line,), width=100, height=100)
    pen = Recorder()
    draw(Picture("", ((panel,),)), pen)
    (points,) = (points for points, _, dash in pen.lines if dash == "dash")
    heights = [y for _, y in points]
    assert max(heights) - min(heights) == pytest.approx(100)


@pytest.mark.parametrize(
    "low, high, log, labels",
    [
        (0, 1, False, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (-2.05, -0.8, False, ["−2", "−1.5", "−1"]),
        (0.008, 12, True, ["0.01", "0.1", "1", "10"]),
    ],
)
def test_ticks_are_round_numbers(low, high, log, labels):
    found = ticks(low, high, log)
    assert [label for _, label in found] == labels
    assert all(low <= value <= high for value, _ in found)


def test_dashes_add_up_along_a_bend():
    parts = dashed([(0, 0), (3, 0), (3, 7)], (4.0, 2.0))
    lengths = [sum(math.dist(a, b) for a, b in pairwise(part)) for part in parts]
    assert lengths == pytest.approx([4, 4]) and parts[0][-1] == (3, 1.0)


def test_the_same_picture_is_the_same_file(figures):
    picture = figures[1].picture
    assert to_png(picture) == to_png(Picture.from_json(picture.to_json()))


# --- which there are, and background work -----------------------------------------------------------


def test_a_figure_that_there_is_not_is_refused():
    check_number(2)  # its numbers have a file of tests of their own
    with pytest.raises(GdvizError, match="found 6; allowed: 1, 2, 3, 4, 5"):
        make(6)


def test_the_job_reports_keeps_its_answer_and_is_found_by_key(tmp_path, monkeypatch):
    monkeypatch.setattr("gdviz.papers.figure_4.QUICK", SIZE)

    study, report = PaperFigures(4, quick=True), JobReport()
    answer = run_study(study, str(tmp_path), report)
    assert report.shares == sorted(report.shares) and 0 < report.shares[-1] <= 1
    store = SceneStore(tmp_path)
    assert store.read(store.find(study.key)) == answer
    assert PaperFigure.from_bytes(answer).figure == 4
    assert store.find(PaperFigures(4, quick=False).key) is None and store.find(PaperFigures(5, quick=True).key) is None
