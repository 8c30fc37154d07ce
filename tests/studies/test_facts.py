"""The exact facts of an Experiment as the Check page asks for them."""

from __future__ import annotations

from listening import Listener, run

from gdviz.presets import load
from gdviz.studies.facts import Facts, FactsAnswer


def test_facts_are_counted_and_what_is_left_out_says_why(tmp_path):
    answer = run(Facts(load("cfg-plus-plus").experiment), tmp_path, heard := Listener())
    report = answer.report
    assert len(report.applicable) == 3 and not report.failures
    left_out = [finding for finding in report.findings if finding.verdict == "not applicable"]
    assert left_out and all(finding.reason for finding in left_out)
    assert heard.shares == sorted(heard.shares) and heard.shares
    assert FactsAnswer.from_bytes(answer.to_bytes()) == answer
