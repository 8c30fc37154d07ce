"""A judgement as lines of text, the same on the terminal and on the page."""

from __future__ import annotations

from gdviz.facts.judgement import Judgement

FLOOR = "distances are of 2,000 points, their floor is what samples of the law itself show in 95 % of cases"


HEAVY = "- (heavy tail)"
"""In place of a mean of 1 / r, as in a run's table."""


def headings(found: Judgement) -> tuple[str, ...]:
    """What stands over `law_rows`."""
    reward = found.reward_title or "r"
    return ("law", "told apart by", "distance", "floor", f"mean {reward}", f"mean 1/{reward}", "mode weights off by")


def law_rows(found: Judgement) -> list[tuple[str, ...]]:
    """One line a goal law, under `headings`; the samples' own numbers first."""
    own = (
        "the samples",
        "",
        "",
        "",
        _with_error(found.mean_reward, found.se_reward),
        _with_error(found.mean_reciprocal, found.se_reciprocal) if _estimable(found) else HEAVY,
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
        for fit in found.fits
    ]
    return [own, *laws]


def mode_rows(found: Judgement) -> tuple[list[str], list[tuple[str, ...]]]:
    """Headings and one line a mode: its share of the samples and of each goal law."""
    fits = [fit for fit in found.fits if fit.mode_weights]
    shares = zip(found.mode_weights, *(fit.mode_weights for fit in fits), strict=True)
    lines = [(mode, *(f"{share:.3f}" for share in line)) for mode, line in zip(found.modes, shares, strict=True)]
    return ["mode", "samples", *(fit.title for fit in fits)], lines


def facts_line(found: Judgement) -> str:
    """Count, spread and off-support share in a line."""
    said = f"{found.samples:,} samples"
    if found.nonfinite:
        said += f", {found.nonfinite:,} of them not finite and left out"
    said += f"; spread {found.spread:.4g}"
    return said + ("" if found.off_support is None else f"; {100 * found.off_support:.2g} % off the target's support") + "."


def classifier_line(found: Judgement) -> str:
    """What a classifier says of the samples and the nearest goal law; empty where there is none."""
    nearest = found.nearest
    if nearest is None or nearest.classifier is None:
        return ""
    test = nearest.classifier
    return (
        f"Trained on half of the points, a classifier tells {test.held_out // 2:,} held-out samples from as many of "
        f"{nearest.title} in {100 * test.accuracy:.1f} % of cases (50 % by chance, p = {test.p_value:.2g}); "
        f"{50 * (1 + test.smallest_difference):.1f} % would have been noticed in 95 % of cases."
    )


def tail_line(found: Judgement) -> str:
    """What to say where a mean of 1 / r is not printed, in the words of the pages; empty where all are."""
    if _estimable(found) and all(fit.mean_reciprocal is not None or fit.mean_reward is None for fit in found.fits):
        return ""
    words = f"1 / {found.reward_title} is not estimable from {found.samples:,} samples where the table says so"
    return words + ": its tail is too heavy, so no value and no error are printed there."


def _estimable(found: Judgement) -> bool:
    return found.tail is None or found.tail.reliable


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _with_error(value: float | None, se: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if se is None else f"{value:.4g} ± {1.96 * se:.2g}"
