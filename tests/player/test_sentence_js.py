"""The live sentence, the read-outs and B - A, run in the browser they are written for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from chart_rows import charts_page, make_header, make_row, reward_header, stand_in_rows
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def js(page: Page) -> Any:
    """Call one of the player's functions: js("gdvizNumber", 1.5, 0.1)."""
    page.set_content(charts_page([]))

    def call(name: str, *arguments: Any) -> Any:
        return page.evaluate(f"(given) => {name}(...given)", list(arguments))

    return call


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (1.76338, 0.0066, "1.763 ± 0.007"),
        (1.76338, 0.0266, "1.763 ± 0.027"),
        (1.76338, 0.31, "1.76 ± 0.31"),
        (-0.23111, 0.0093, "−0.231 ± 0.009"),
        (0.004, 0.02, "0.004 ± 0.020"),
        (-0.0001, 0.02, "0.000 ± 0.020"),
        (0, 0.5, "0.0 ± 0.5"),
        (1234.6, 41, "1230 ± 40"),
        (99.96, 0.099, "99.96 ± 0.10"),
        (1.5e7, 2.1e5, "1.500×10⁷ ± 0.021×10⁷"),
        (3.2e-7, 4.4e-8, "3.2×10⁻⁷ ± 0.4×10⁻⁷"),
        (2, None, "2"),
        (2.97658, None, "2.977"),
        (100, None, "100"),
        (0, None, "0"),
        (0.5, 0, "0.5 ± 0"),
        (None, None, "not finite"),
    ],
)
def test_digits_follow_the_error(js: Any, value: float | None, half: float | None, text: str) -> None:
    assert js("gdvizPlusMinus", value, half) == text


def test_a_tiny_error_is_not_printed_as_zero(js: Any) -> None:
    number = js("gdvizNumber", 2.0, 1e-12)
    assert number["error"] not in {"0", "0.000000"}
    assert number["value"] == "2.00000"


def test_sentence_says_who_improved_and_that_the_powered_law_is_missed(js: Any) -> None:
    rows = stand_in_rows()
    said = js("gdvizSentence", make_header(rows), rows[4], rows[0])
    assert said == (
        "At w = 2, 89 % of the particles became likelier to be b than without guidance, spread fell from 1.410 to 1.330, "
        "and the cloud differs measurably from p(x | b)³ p(x)⁻² (distance 0.0150, floor 0.0031)."
    )


def test_sentence_at_zero_names_the_unguided_law(js: Any) -> None:
    rows = stand_in_rows()
    said = js("gdvizSentence", make_header(rows), rows[0], rows[0])
    samples = "At w = 0 these are the unguided particles, samples of p(x | b)"
    assert said == f"{samples}; the mean of 1 / p(b | x) is 1.994 ± 0.007 (exact 2)."


@pytest.mark.parametrize(
    ("kind", "words"),
    [("cfg", "steering away from b"), ("reward", "steering away from high reward"), ("cost", "steering toward high cost")],
)
def test_negative_w_steers_away(js: Any, kind: str, words: str) -> None:
    rows = [make_row(-1, improved=0.12, se_improved=0.002), make_row(0)]
    header = make_header(rows) if kind == "cfg" else reward_header(rows, kind)
    assert js("gdvizSentence", header, rows[0], rows[1]).startswith(f"At w = −1, {words}, 12 % of the particles")


@pytest.mark.parametrize(("size", "claimed"), [(1.5, False), (2.5, True)])
def test_no_change_is_claimed_below_two_standard_errors(js: Any, size: float, claimed: bool) -> None:
    se = 0.01 * 2**0.5  # of a difference of two values with standard error 0.01 each
    rows = [make_row(0, mean_reward=1, se_reward=0.01, spread=1, se_spread=0.01)]
    rows.append(make_row(1, mean_reward=1 + size * se, se_reward=0.01, spread=1 - size * se, se_spread=0.01))
    said = js("gdvizSentence", reward_header(rows), rows[1], rows[0])
    assert said.count("no measurable change") == (0 if claimed else 2)
    assert ("rose" in said) is claimed
    assert ("fell" in said) is claimed


@pytest.mark.parametrize(("now", "words"), [(0.02, "moved closer to"), (0.2, "moved away from"), (0.101, "no measurable change")])
def test_distance_to_a_fixed_goal_is_compared_with_no_guidance(js: Any, now: float, words: str) -> None:
    far = [{"to": "tilted", "energy_distance": d, "se": 0.002, "floor": 0.004} for d in (0.1, now)]
    rows = [make_row(0, distances=far[:1]), make_row(1, distances=far[1:])]
    said = js("gdvizSentence", reward_header(rows), rows[1], rows[0])
    assert words in said
    assert "p(x) r(x) / E r" in said
    assert "floor 0.004" in said


def test_at_the_floor_a_cloud_cannot_be_told_from_the_law(js: Any) -> None:
    rows = [make_row(0), make_row(2, distances=[{"to": "powered", "energy_distance": 0.0045, "se": 0.001, "floor": 0.003}])]
    assert "cannot be told from p(x | b)³ p(x)⁻²" in js("gdvizSentence", make_header(rows), rows[1], rows[0])


def test_sentence_survives_nulls_and_reports_lost_particles(js: Any) -> None:
    lost = make_row(1e6, particles=100, nonfinite=40)
    said = js("gdvizSentence", make_header([lost]), lost, None)
    assert said == "At w = 1×10⁶, nothing here could be measured. 40 of 100 particles overflowed and are left out."
    assert "interpolated" in js("gdvizSentence", make_header([lost]), None, None)


@pytest.mark.parametrize(
    ("w", "law"),
    [(2, "p(x | b)³ p(x)⁻²"), (0.5, "p(x | b)^1.5 p(x)^−0.5"), (0, "p(x | b)"), (-1, "p(x)"), (-2, "p(x | b)⁻¹ p(x)²")],
)
def test_powered_law_is_written_for_its_w(js: Any, w: float, law: str) -> None:
    assert js("gdvizLawAt", "p(x | b)^(1+w) p(x)^(-w)", w) == law


def test_every_readout_has_an_error_or_says_why_not(js: Any) -> None:
    rows = stand_in_rows()
    for row in [*rows, make_row(3), make_row(1, mean_reward=0.5, particles=10, nonfinite=3)]:
        for readout in js("gdvizReadouts", make_header(rows), row):
            assert readout["kind"] in {"exact", "estimated", "not estimable"}
            assert readout["value"] and readout["error"]
            if readout["kind"] == "estimated":
                assert readout["error"].startswith("±") or readout["error"] == "no error known"


def test_readouts_of_one_row(js: Any) -> None:
    rows = stand_in_rows()
    readouts = {r["key"]: r for r in js("gdvizReadouts", make_header(rows), rows[4])}
    assert (readouts["mean_reciprocal"]["value"], readouts["mean_reciprocal"]["error"]) == ("1.763", "± 0.007")
    assert readouts["mean_reciprocal"]["hint"].startswith("How many times you would ask a random labeller before hearing b.")
    assert (readouts["improved"]["value"], readouts["improved"]["error"]) == ("89.4 %", "± 0.4 %")
    assert readouts["distance:powered"]["label"] == "distance to p(x | b)³ p(x)⁻²"
    assert readouts["distance:powered"]["floor"] == "0.0031"
    assert "nonfinite" not in readouts
    at_zero = {r["key"]: r for r in js("gdvizReadouts", make_header(rows), rows[0])}
    assert (at_zero["mean_reciprocal_w0"]["value"], at_zero["mean_reciprocal_w0"]["kind"]) == ("2", "exact")
    assert "improved" not in at_zero  # every particle is its own pair
    assert "distance:powered" not in at_zero  # the powered law is the conditional one there


def test_a_heavy_tail_is_not_estimable(js: Any) -> None:
    tail = {"k_hat": 0.93, "top_share": 0.6, "reliable": False}
    row = make_row(0, particles=4000, mean_reciprocal=7.1, se_reciprocal=0.2, tail=tail)
    header = make_header([row])
    [readout] = [r for r in js("gdvizReadouts", header, row) if r["key"] == "mean_reciprocal"]
    assert (readout["value"], readout["error"], readout["kind"]) == ("not estimable", "from 4000 samples", "not estimable")
    assert "7.1" not in js("gdvizSentence", header, row, row)
    changed = js("gdvizDifference", header, row, header, {**row, "w": 1})
    assert changed["rows"][0]["value"] == "not estimable"


def test_a_share_of_all_particles_still_has_an_error(js: Any) -> None:
    row = make_row(1, particles=300, improved=1.0, se_improved=0.0)
    [readout] = js("gdvizReadouts", reward_header([row]), row)
    assert (readout["value"], readout["error"]) == ("100.0 %", "± 1.0 %")  # three in n


def test_difference_says_only_what_differs_and_joins_errors(js: Any) -> None:
    rows = stand_in_rows()
    a = make_header(rows)
    b = make_header(rows, experiment={**a["experiment"], "sampler": {"kind": "ddim", "steps": 400, "eta": 0}})
    changed = js("gdvizDifference", a, rows[3], b, rows[4])
    assert changed["differs"] == "w 1 → 2; sampler ddpm → ddim"
    reward = next(r for r in changed["rows"] if r["key"] == "mean_reward")
    assert reward["number"] == pytest.approx(0.60884 - 0.57044)
    assert reward["half"] == pytest.approx(1.96 * (0.00112**2 + 0.00108**2) ** 0.5)
    assert reward["value"] == "+0.0384"
    assert reward["error"].endswith("(unpaired)")
    assert js("gdvizDifference", a, rows[3], a, rows[3])["differs"] == "nothing: the same experiment"


PAIRED = """([headerA, rowA, logsA, headerB, rowB, logsB]) => {
  const log = (logs) => (k) => Float32Array.from(logs[k]);
  const shown = (header, logs) => ({...header, dimension: 2, particles: logs[0].length, logReward: log(logs)});
  return gdvizDifference(shown(headerA, logsA), rowA, shown(headerB, logsB), rowB);
}"""


def paired_case(n: int = 400) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """A scene's header and float32 log r of two runs at w = 0 and 1, the second a little better on the same noise."""
    rng = np.random.default_rng(0)
    start = -rng.exponential(1, n)
    a = np.stack([start, 0.8 * start]).astype(np.float32)
    b = np.stack([start, 0.8 * start + rng.normal(0.02, 0.05, n)]).astype(np.float32)
    means = {"mean_reward": 0.5, "se_reward": 0.01, "mean_reciprocal": 2.0, "se_reciprocal": 0.1}
    return make_header([make_row(w, particles=n, improved=0.9, se_improved=0.01, **means) for w in (0, 1)]), a, b


def test_on_shared_noise_the_difference_and_its_error_are_paired(js: Any, page: Page) -> None:
    header, a, b = paired_case()
    row, n = header["rows"][1], a.shape[1]
    changed = page.evaluate(PAIRED, [header, row, a.tolist(), {**header, "id": "other"}, row, b.tolist()])
    assert changed["paired"] == n
    found = {r["key"]: r for r in changed["rows"]}
    x, y = a[1].astype(float), b[1].astype(float)
    for key, gap in (("mean_reward", np.exp(y) - np.exp(x)), ("mean_reciprocal", np.exp(-y) - np.exp(-x)), ("better", y > x)):
        gap = gap.astype(float)
        assert found[key]["number"] == pytest.approx(gap.mean())
        assert found[key]["half"] == pytest.approx(1.96 * gap.std(ddof=1) / n**0.5)
        assert found[key]["paired"]
    assert found["mean_reward"]["error"].endswith("(paired, 400 shown particles)")
    unguided = b[1] > b[0]
    assert found["improved"]["number"] == pytest.approx(unguided.mean() - (a[1] > a[0]).mean())


def test_the_difference_of_means_without_an_error_has_none(js: Any, page: Page) -> None:
    header, a, b = paired_case()
    row = {**header["rows"][1], "se_reward": None}
    changed = page.evaluate(PAIRED, [header, row, a.tolist(), {**header, "id": "other"}, row, b.tolist()])
    reward = next(r for r in changed["rows"] if r["key"] == "mean_reward")
    assert reward["half"] is None and not reward["paired"] and reward["bar"] == "no error known" and not reward["clear"]


def test_particles_lost_in_one_run_leave_the_pairs(js: Any, page: Page) -> None:
    header, a, b = paired_case()
    row = header["rows"][1]
    lost = b.astype(object)
    lost[1, :7] = None  # null in JSON; Float32Array reads null as 0, so it is sent as a word below
    script = PAIRED.replace("Float32Array.from(logs[k])", "Float32Array.from(logs[k], (v) => v ?? NaN)")
    changed = page.evaluate(script, [header, row, a.tolist(), header, row, lost.tolist()])
    assert changed["paired"] == a.shape[1] - 7
    reward = next(r for r in changed["rows"] if r["key"] == "mean_reward")
    assert reward["number"] == pytest.approx((np.exp(b[1, 7:].astype(float)) - np.exp(a[1, 7:].astype(float))).mean())


OTHER_MEASURE = {"reward_name": "r(x)", "reciprocal_name": "1 / r(x)", "kind": "cfg", "label": "b"}


@pytest.mark.parametrize("other", [{"experiment": {"seed": 1}}, {"experiment": {}}, {"measure": OTHER_MEASURE}])
def test_another_seed_or_reward_is_not_paired(js: Any, page: Page, other: dict[str, Any]) -> None:
    header, a, b = paired_case()
    row = header["rows"][1]
    changed = page.evaluate(PAIRED, [header, row, a.tolist(), {**header, **other}, row, b.tolist()])
    assert changed["paired"] == 0
    assert all(r["error"].endswith("(unpaired)") for r in changed["rows"])
    assert "better" not in {r["key"] for r in changed["rows"]}


def test_an_unreliable_tail_is_not_paired_away(js: Any, page: Page) -> None:
    header, a, b = paired_case()
    row = header["rows"][1]
    heavy = {**row, "mean_reciprocal": None, "se_reciprocal": None, "tail": {"k_hat": 0.9, "top_share": 0.6, "reliable": False}}
    for one, two in ((heavy, row), (row, heavy)):
        changed = page.evaluate(PAIRED, [header, one, a.tolist(), header, two, b.tolist()])
        reciprocal = next(r for r in changed["rows"] if r["key"] == "mean_reciprocal")
        assert reciprocal["value"] == "not estimable"


@pytest.mark.parametrize(
    ("key", "a", "b", "words"),
    [
        ("guidance", {"kind": "reward", "form": "reward"}, {"kind": "reward", "form": "cost"},
         "guidance seek high reward → avoid high cost"),
        ("sampler", {"kind": "ddpm", "steps": 400}, {"kind": "ddpm", "steps": 100}, "sampler steps 400 → 100"),
        ("sampler", {"kind": "ddim", "eta": 0}, {"kind": "ddim"}, "sampler eta 0 → default"),
        ("sampler", {"kind": "ddim", "eta": 0, "steps": 4}, {"kind": "dpm_solver", "steps": 4}, "sampler ddim → dpm solver"),
        ("target", {"kind": "points", "points": [[0], [1]]}, {"kind": "points", "points": [[0], [2]]}, "target points differs"),
        ("seed", 0, 1, "seed 0 → 1"),
        ("w", [0, 1], [0, 2], "nothing: the same experiment"),  # the w shown is what counts
        ("frames", 60, 30, "nothing: the same experiment"),
    ],
)  # fmt: skip
def test_what_differs_in_words(js: Any, key: str, a: Any, b: Any, words: str) -> None:
    row = make_row(1)
    assert js("gdvizDiffers", {"experiment": {key: a}}, row, {"experiment": {key: b}}, row) == words
