"""What the Digits page says: the sentence follows the intervals, the table holds every w."""

from __future__ import annotations

import pytest

from gdviz.ui.digits.words import about_classifier, sentence, table


def estimate(value: float, low: float, high: float) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high, "se": 0.01, "step": None}


def answer(high_at_2: float) -> dict[str, object]:
    readings = [
        {"label": "3", "w": 0, "reciprocal": estimate(20, 10, 30), "improved": None, "unrelated": None, "recognised": 0.9},
        {"label": "3", "w": 2, "reciprocal": estimate(2, 1, high_at_2), "improved": estimate(0.97, 0.96, 0.98),
         "unrelated": estimate(0.8, 0.7, 0.9), "recognised": 0.99},
    ]  # fmt: skip
    return {"readings": readings, "frechet": [{"w": 0, "distance": 9.0, "se": 0.5}, {"w": 2, "distance": 7.0, "se": 0.5}]}


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
    reward = {"rows": [{"w": 1.0, "potential": [0.1, 0.01], "improved": [0.9, 0.01], "distance": 5.0, "se": 0.2}]}
    assert table(reward, None) == [
        {"w": "1", "mean": "0.100 ± 0.020", "improved": "0.900 ± 0.020", "Frechet distance": "5.00 ± 0.39"}
    ]


def test_the_classifier_is_told_from_its_own_report():
    words = about_classifier()
    assert "398" in words and "98.7 ± 1.1 %" in words and "at most 9,010" in words
