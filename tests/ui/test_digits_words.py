"""What the Digits page says: the sentence follows the intervals, the table holds every w."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gdviz.papers.digit_readings import ClassReading, Estimate
from gdviz.studies.digit_answers import DistanceRow, LabelsAnswer, RewardRow
from gdviz.studies.digits import shipped_labels, shipped_reward
from gdviz.ui.digits.words import about_classifier, reward_table, sentence, table


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 0.01)


def answer(high_at_2: float) -> LabelsAnswer:
    readings = (
        ClassReading("3", 0.0, estimate(20, 10, 30), None, None, 0.9),
        ClassReading("3", 2.0, estimate(2, 1, high_at_2), estimate(0.97, 0.96, 0.98), estimate(0.8, 0.7, 0.9), 0.99),
    )
    return replace(shipped_labels(6000), readings=readings, frechet=(DistanceRow(0, 9.0, 0.5), DistanceRow(2, 7.0, 0.5)))


@pytest.mark.parametrize("high, said", [(9.0, "do not overlap"), (11.0, "intervals overlap")])
def test_the_sentence_follows_the_intervals(high, said):
    words = sentence(answer(high), "3")
    assert said in words and "for 3 goes from 20 (10 to 30) to 2 (1 to" in words
    assert "97.0 % of the samples improve, not all" in words and "above 1/2 for 90.0 % of them at w = 0 and 99.0 % at 2" in words
    assert "nearest to real images at w = 2 of those tried" in words


def test_the_table_holds_every_w():
    lines = table(answer(9.0), "3")
    assert [line["w"] for line in lines] == ["0", "2"]
    assert lines[0]["improved"] == "-" and lines[1]["p(c | x) above 1/2"] == "99.0 %"
    reward = replace(shipped_reward("ink"), rows=(RewardRow(1.0, 5.0, 0.2, (0.1, 0.01), (0.9, 0.01)),))
    assert reward_table(reward) == [
        {"w": "1", "mean": "0.100 ± 0.020", "improved": "0.900 ± 0.020", "Frechet distance": "5.00 ± 0.39"}
    ]


def test_the_classifier_is_told_from_its_own_report():
    words = about_classifier()
    assert "398" in words and "98.7 ± 1.1 %" in words and "at most 9,010" in words
