"""How many samples lie where the unguided law has next to no mass."""

from __future__ import annotations

import torch
from torch import Tensor

from gdviz.laws import Law, Mixture
from gdviz.metrics.reading import BLOCK, Reading

QUANTILE = 1e-3
SAMPLES = 50_000
_NEIGHBOURS = 2000


class Support:
    """Share of samples off the support of a law.

    With a density: where it is below its own 1e-3 quantile, so the law itself scores 0.001. Atoms:
    nearest to an atom that the law lacks, or farther from it than half the median distance between
    neighbouring atoms.

    Parameters
    ----------
    law : Law
        The unguided law.
    seed : int
    """

    def __init__(self, law: Law, seed: int) -> None:
        self.law = law
        self.atoms = law if isinstance(law, Mixture) and law.atomic else None
        if law.by_samples:
            return
        if self.atoms is not None:
            self._reach = _reach(self.atoms.components.means[self.atoms.support])
        else:
            x = law.sample(SAMPLES, torch.Generator().manual_seed(seed)).x  # [n, d]
            self._lowest = float(self._log_density(x).quantile(QUANTILE))

    def off(self, reading: Reading) -> float | None:
        """Share of the finite particles that lie off the support; None where the law is known by samples alone."""
        if self.law.by_samples:
            return None
        keep = torch.from_numpy(reading.finite)  # [N]
        x = reading.x[keep]
        if not len(x):
            return None
        if self.atoms is None:
            return float((self._log_density(x) < self._lowest).double().mean())
        assert reading.atom is not None
        atom = reading.atom[keep]
        away = (x.double() - self.atoms.components.means[atom]).norm(dim=-1)  # [n]
        absent = ~torch.isfinite(self.atoms.log_weights)[atom]
        return float((absent | (away > self._reach)).double().mean())

    def _log_density(self, x: Tensor) -> Tensor:
        return torch.cat([self.law.log_density(part.float(), 0.0) for part in x.split(BLOCK)])  # [n]


def _reach(atoms: Tensor) -> float:
    """Half the median distance from an atom to its nearest neighbour; atoms at one place count once."""
    atoms = atoms.unique(dim=0)  # [K, d]
    if len(atoms) < 2:
        return float("inf")
    some = atoms[torch.randperm(len(atoms), generator=torch.Generator().manual_seed(0))[:_NEIGHBOURS]]
    nearest = [torch.cdist(part, atoms).topk(2, largest=False).values[:, 1] for part in some.split(256)]
    return 0.5 * float(torch.cat(nearest).median())
