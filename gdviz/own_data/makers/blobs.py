"""Round clouds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from numpy.typing import NDArray
from pydantic import Field

from gdviz.family import Card
from gdviz.own_data.makers._maker import MakerKind


class MakeBlobs(MakerKind):
    """`sklearn.datasets.make_blobs`; labels `1`, `2` and so on, a blob each."""

    kind: Literal["make_blobs"] = "make_blobs"
    n_features: Annotated[int, Field(ge=1, le=2, description="Coordinates of a point.")] = 2
    centers: Annotated[int, Field(ge=1, le=16, description="Number of blobs.")] = 3
    cluster_std: Annotated[float, Field(gt=0, le=100, description="Standard deviation of each.")] = 0.6
    box: Annotated[float, Field(gt=0, le=1000, description="The centres lie between -box and box (center_box).")] = 4.0

    card = Card(title="make_blobs", idea="Round clouds around centres drawn at random.", citation="scikit-learn")

    def _make(self) -> tuple[NDArray[Any], tuple[str, ...]]:
        from sklearn.datasets import make_blobs

        made = make_blobs(
            n_samples=self.n_samples,
            n_features=self.n_features,
            centers=self.centers,
            cluster_std=self.cluster_std,
            center_box=(-self.box, self.box),
            random_state=self.random_state,
        )
        return made[0], tuple(str(k + 1) for k in made[1])
