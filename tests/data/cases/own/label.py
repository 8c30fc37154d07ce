"""Exact noise predictors of a at -1.5 and b at 1.5, variance 0.25, half each, for --schedule vp (time is the noise variance)."""
import torch

PLACES = (-1.5, 1.5)


def _class(x, t, place):
    return t.sqrt() * (x - (1 - t).sqrt() * place) / ((1 - t) * 0.25 + t)


def _all(x, t):
    spread = (1 - t) * 0.25 + t
    weight = torch.stack([-((x - (1 - t).sqrt() * p) ** 2) / (2 * spread) for p in PLACES]).softmax(0)
    return sum(w * _class(x, t, p) for w, p in zip(weight, PLACES, strict=True))


def _pick(x, time, which):
    """which [M]: 0 for a, 1 for b, 2 for no label."""
    t = time[:, None]
    three = torch.stack([_class(x, t, PLACES[0]), _class(x, t, PLACES[1]), _all(x, t)])
    return three.gather(0, which[None, :, None].expand(1, *x.shape))[0]


def right(x, time, label):
    """gdviz's order: a, b, no label."""
    return _pick(x, time, label)


def null_first(x, time, label):
    """Trained with 0 for no label and classes from 1 (padding_idx=0): 0 none, 1 a, 2 b."""
    return _pick(x, time, (label + 2) % 3)


def null_never_learned(x, time, label):
    """Trained without dropping labels: the index after the last is clamped to the last class."""
    return _pick(x, time, label.clamp(max=1))


def label_ignored(x, time, label):
    """A backbone that takes y and does not use it."""
    return _pick(x, time, torch.full_like(label, 2))
