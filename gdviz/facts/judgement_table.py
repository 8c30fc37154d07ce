"""A judgement as lines of text, the same on the terminal and on the page."""

from __future__ import annotations

from gdviz.facts.judgement import Judgement

FLOOR = "distances are of 2,000 points, their floor is what samples of the law itself show in 95 % of cases"


HEAVY = "- (heavy tail)"
"""In place of a mean of 1 / r, as in a run's table."""


def headings(judgement: Judgement) -> tuple[str, ...]:
    """What stands over `law_rows`."""
    reward = judgement.reward_title or "r"
    return ("law", "told apart by", "distance", "floor", f"mean {reward}", f"mean 1/{reward}", "mode weights off by")


def law_rows(judgement: Judgement) -> list[tuple[str, ...]]:
    """One line a goal law, under `headings`; the samples' own numbers first."""
    own = (
        "the samples",
        "",
        "",
        "",
        _with_error(judgement.mean_reward, judgement.se_reward),
        _with_error(judgement.mean_reciprocal, judgement.se_reciprocal) if _estimable(judgement) else HEAVY,
        "",
    )
    laws = [
        (
            fit.title,
            "" if fit.distance is None else ", ".join(fit.told_by) or "nothing",
            "not known" if fit.distance is None else _with_error(fit.distance, fit.se),
            _number(fit.floor),
            _number(fit.mean_reward),
            HEAVY if fit.mean_reciprocal is None and fit.mean_reward is not None else _number(fit.mean_reciprocal),
            _number(fit.mode_weight_tv),
        )
        for fit in judgement.fits
    ]
    return [own, *laws]


def mode_rows(judgement: Judgement) -> tuple[list[str], list[tuple[str, ...]]]:
    """Headings and one line a mode: its share of the samples and of each goal law."""
    fits = [fit for fit in judgement.fits if fit.mode_weights]
    shares = zip(judgement.mode_weights, *(fit.mode_weights for fit in fits), strict=True)
    lines = [(mode, *(f"{share:.3f}" for share in line)) for mode, line in zip(judgement.modes, shares, strict=True)]
    return ["mode", "samples", *(fit.title for fit in fits)], lines


def facts_line(judgement: Judgement) -> str:
    """Count, spread and off-support share in a line."""
    said = f"{judgement.samples:,} samples"
    if judgement.nonfinite:
        said += f", {judgement.nonfinite:,} of them not finite and left out"
    said += f"; spread {judgement.spread:.4g}"
    return (
        said + ("" if judgement.off_support is None else f"; {100 * judgement.off_support:.2g} % off the target's support") + "."
    )


def classifier_line(judgement: Judgement) -> str:
    """What a classifier says of the samples and the nearest goal law; empty where there is none."""
    nearest = judgement.nearest
    if nearest is None or nearest.classifier is None:
        return ""
    test = nearest.classifier
    return (
        f"Trained on half of the points, a classifier tells {test.held_out // 2:,} held-out samples from as many of "
        f"{nearest.title} in {100 * test.accuracy:.1f} % of cases (50 % by chance, p = {test.p_value:.2g}); "
        f"{50 * (1 + test.smallest_difference):.1f} % would have been noticed in 95 % of cases."
    )


def tail_line(judgement: Judgement) -> str:
    """What to say where a mean of 1 / r is not printed, in the words of the pages; empty where all are."""
    if _estimable(judgement) and all(fit.mean_reciprocal is not None or fit.mean_reward is None for fit in judgement.fits):
        return ""
    words = f"1 / {judgement.reward_title} is not estimable from {judgement.samples:,} samples where the table says so"
    return words + ": its tail is too heavy, so no value and no error are printed there."


def _estimable(judgement: Judgement) -> bool:
    return judgement.tail is None or judgement.tail.reliable


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _with_error(value: float | None, se: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if se is None else f"{value:.4g} ± {1.96 * se:.2g}"
