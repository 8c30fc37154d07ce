"""A scene: what one Experiment looks like, as immutable bytes that the browser can draw.

Layout: ``u32 little-endian header length | UTF-8 JSON header | payload``. The header's ``arrays``
entries say where each payload array lies and how it is encoded; ``decode.js`` is the mirror of
`unpack_scene`. Paths dominate the size, so they are quantised to 12 bits, differenced over w and
time (runs at neighbouring w share their noise, so little is left), split into byte planes and
deflated.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gdviz.errors import GdvizError
from gdviz.player.law_field import LOG_FLOOR as LAW_FLOOR
from gdviz.player.law_field import LawField, from_codes, to_codes
from gdviz.player.payload import Payload, decode, encode_paths
from gdviz.record import finite

FORMAT = 3
READ = (1, 2, 3)
"""Formats that are read; 1 had no law of the guided sampler, 2 nothing for the live engine."""

CODES = 4095  # codes 0..4094 are positions, 4095 means "not finite"
MARGIN = 0.5  # positions are kept this share of the axes beyond each end; further out they are clipped
LOG_FLOOR = 1e-5  # a log grid keeps values down to this share of its largest

# Fields that are the same in the header.
AS_THEY_ARE = (
    "id", "w", "frames", "laws", "measure", "steps_total", "title", "caption", "sampler",
    "experiment", "rows", "exact", "preview", "notes", "live",
)  # fmt: skip

# Arrays of one value for each w and particle, with the type they travel as.
BY_PARTICLE = {"final_class": np.uint8, "log_reward": np.float32}

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class DensityGrid:
    """A field on a regular grid: a density, a class's density, a reward or a goal law.

    Attributes
    ----------
    name : str
        ``"density"``, ``"class:<label>"`` (the joint density p(x, label)), ``"unlabelled"`` (what no label has of it),
        ``"reward"`` or ``"goal:<name>"``.
    extent : tuple of float
        (x0, x1) or (x0, x1, y0, y1): the first and last grid points.
    values : array, shape [n] or [height, width]
        Row i of a 2-D grid is y ascending.
    map : {"log", "linear"}
        How 2-D values become bytes. Log keeps the tails that contours need; values below
        1e-5 of the largest read back as that floor.
    """

    name: str
    extent: tuple[float, ...]
    values: Floats
    map: Literal["log", "linear"] = "log"


@dataclass(frozen=True)
class Arrows:
    """Base and push on a lattice, frame by frame; their sum base + w push is made in the browser.

    The lattice points are the centres of equal cells of the scene's extent.

    Attributes
    ----------
    base, push : array, shape [F, 20, 20, 2] (y, x, component) or [F, 40, 1]
    """

    base: Floats
    push: Floats


@dataclass(frozen=True)
class Scene:
    """Everything the player draws for one Experiment.

    Attributes
    ----------
    id : str
        The scene's content address.
    w : sequence of float
        Guidance scales in the order of the rows; 0 is among them.
    frames : sequence of mapping
        ``{"t", "alpha_bar", "log_snr", "step"}``, from noise to data.
    paths : array, shape [W, F, N, d]
        Positions; d is 1 or 2. Not-finite ones are kept as such.
    extent : tuple of float
        The fixed axes, (x0, x1) or (x0, x1, y0, y1).
    final_class : array of uint8, shape [W, N], optional
        Most probable class of each end point, for colouring.
    law : LawField, optional
        The law of the guided sampler at each w, or why it is not there; None where nobody asked.
    missing : sequence of str
        What is still being computed: "particles" (more of them), "distances", "exact", "law". Nothing of a whole scene.
    log_reward : array of float32, shape [W, N], optional
        log r at the end points (NaN where there is none), from which paired differences of two scenes
        are read. Kept whole: which of two nearly equal rewards is the larger must survive.
    live : mapping, optional
        What the browser needs to run the Experiment itself (`live_model`).

    The remaining fields go into the header as they are (rows and exact as in an Experiment's result).
    """

    id: str
    w: Sequence[float]
    frames: Sequence[Mapping[str, float]]
    paths: Floats
    extent: tuple[float, ...]
    laws: Mapping[str, Any]
    measure: Mapping[str, Any]
    steps_total: int
    title: str = ""
    caption: str = ""
    sampler: str = ""
    experiment: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()
    exact: Mapping[str, Any] = field(default_factory=dict)
    grids: Sequence[DensityGrid] = ()
    arrows: Arrows | None = None
    final_class: NDArray[np.uint8] | None = None
    log_reward: Floats | None = None
    law: LawField | None = None
    preview: bool = False
    notes: Sequence[str] = ()
    missing: Sequence[str] = ()
    live: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        shape = self.paths.shape
        if len(shape) != 4 or shape[3] not in (1, 2):
            raise GdvizError(f"found paths of shape {list(shape)}; a scene holds [w, frames, particles, 1 or 2].")
        if shape[0] != len(self.w) or shape[1] != len(self.frames):
            shapes = f"{len(self.w)} w and {len(self.frames)} frames for paths of shape {list(shape)}"
            raise GdvizError(f"found {shapes}; they must agree.")
        if len(self.extent) != 2 * shape[3]:
            raise GdvizError(f"found an extent of {len(self.extent)} numbers; a {shape[3]}-D scene has {2 * shape[3]}.")
        for name in BY_PARTICLE:
            array = getattr(self, name)
            if array is not None and array.shape != (shape[0], shape[2]):
                shapes = f"{name} of shape {list(array.shape)} for paths of shape {list(shape)}"
                raise GdvizError(f"found {shapes}; it holds one value for each w and particle.")
        if self.law is not None and not self.law.absent and len(self.law.values) != shape[0]:
            raise GdvizError(f"found {len(self.law.values)} densities of the law for {shape[0]} w; there is one at each w.")
        if 0 not in self.w:
            raise GdvizError(f"found w = {list(self.w)}; a scene always holds w = 0, the pair of every other w.")


def encoded_paths(scene: Scene) -> bytes:
    """The largest part of a scene's bytes, as `pack_scene` takes it."""
    order = np.argsort(np.asarray(scene.w, dtype=float), kind="stable")  # payload runs over w ascending
    return encode_paths(_quantise(scene.paths[order], *_quantisation(scene.extent)))


def pack_scene(scene: Scene, paths: bytes | None = None) -> bytes:
    """Write a scene as bytes.

    Parameters
    ----------
    scene : Scene
    paths : bytes, optional
        Its `encoded_paths`, where another scene of the same paths and axes has them already.

    Returns
    -------
    bytes
        About 0.6 bytes a coordinate for 60 frames and 13 w.
    """
    payload = Payload()
    order = np.argsort(np.asarray(scene.w, dtype=float), kind="stable")  # payload runs over w ascending
    low, step = _quantisation(scene.extent)
    payload.add("paths", scene.paths.shape, "uint16", "paths12", paths or encoded_paths(scene))
    for name, dtype in BY_PARTICLE.items():
        if (array := getattr(scene, name)) is not None:
            payload.add_array(name, array[order].astype(dtype))
    if scene.arrows is not None:
        for name, arrows in (("base", scene.arrows.base), ("push", scene.arrows.push)):
            lattice, scale = _quantise_arrows(arrows)
            payload.add_array(f"arrows_{name}", lattice)
            payload.add_array(f"arrows_{name}_scale", scale)
    law = None if scene.law is None else _add_law(payload, scene.law, order)
    grids = [_add_grid(payload, index, grid) for index, grid in enumerate(scene.grids)]
    n, d = scene.paths.shape[2:]
    header = {
        "format": FORMAT, "dimension": d, "particles": n, "order": order.tolist(), "extent": list(scene.extent),
        **{key: getattr(scene, key) for key in AS_THEY_ARE},
        "quantisation": {"low": low.tolist(), "step": step.tolist()}, "grids": grids, "law": law, "arrays": payload.entries,
    }  # fmt: skip
    if scene.missing:
        header["missing"] = list(scene.missing)
    text = json.dumps(finite(header), allow_nan=False, separators=(",", ":")).encode()
    return struct.pack("<I", len(text)) + text + payload.data()


def unpack_scene(data: bytes) -> Scene:
    """Read a scene back; positions and fields come back to within their quantisation.

    Raises
    ------
    GdvizError
        If the bytes are not a scene of this format.
    """
    header, payload = _split(data)
    header.setdefault("live", None)  # formats 1 and 2
    arrays = {entry["name"]: decode(entry, payload) for entry in header["arrays"]}
    order = np.asarray(header["order"])
    low, step = (np.asarray(header["quantisation"][key]) for key in ("low", "step"))
    codes = np.empty_like(arrays["paths"])
    codes[order] = arrays["paths"]
    paths = (low + step * codes).astype(np.float32)  # [W, F, N, d]
    paths[codes == CODES] = np.nan
    by_particle: dict[str, Any] = {name: arrays[name][np.argsort(order)] for name in BY_PARTICLE if name in arrays}
    law = _read_law(header.get("law"), arrays, np.argsort(order))
    arrows = None
    if "arrows_base" in arrays:
        base, push = (_dequantise_arrows(arrays[f"arrows_{name}"], arrays[f"arrows_{name}_scale"]) for name in ("base", "push"))
        arrows = Arrows(base, push)
    return Scene(
        paths=paths, extent=tuple(header["extent"]), arrows=arrows, law=law, **by_particle,
        missing=tuple(header.get("missing", ())),
        grids=tuple(_read_grid(entry, arrays) for entry in header["grids"]), **{key: header[key] for key in AS_THEY_ARE},
    )  # fmt: skip


def read_header(data: bytes) -> dict[str, Any]:
    """The header alone, without unpacking the payload. Raises GdvizError as `unpack_scene` does."""
    return _split(data)[0]


def _split(data: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        (length,) = struct.unpack_from("<I", data)
        header = json.loads(data[4 : 4 + length])
        version = header["format"]
    except (struct.error, ValueError, KeyError, TypeError) as error:
        message = f"found {len(data)} bytes that are not a scene; a scene starts with its header's length and JSON."
        raise GdvizError(message) from error
    if version not in READ:
        raise GdvizError(f"found scene format {version!r}; this program reads formats {READ[0]} to {READ[-1]}.")
    return header, data[4 + length :]


def _quantisation(extent: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Position of code 0 and length of one code, per dimension."""
    ends = np.asarray(extent, dtype=np.float64).reshape(-1, 2)  # [d, 2]
    width = ends[:, 1] - ends[:, 0]
    return ends[:, 0] - MARGIN * width, (1 + 2 * MARGIN) * width / (CODES - 1)


def _quantise(paths: Floats, low: Floats, step: Floats) -> NDArray[np.uint16]:
    scaled = (paths - low.astype(np.float32)) / step.astype(np.float32)  # [W, F, N, d]
    finite = np.isfinite(scaled).all(axis=-1, keepdims=True)  # a point is lost as a whole
    codes = np.clip(np.rint(np.where(finite, scaled, 0)), 0, CODES - 1)
    return np.where(finite, codes, CODES).astype(np.uint16)


def _quantise_arrows(arrows: Floats) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    finite = np.nan_to_num(np.asarray(arrows, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    scale = np.abs(finite).reshape(len(finite), -1).max(axis=1) / 127  # [F]
    shaped = np.where(scale > 0, scale, 1).reshape(-1, *[1] * (finite.ndim - 1))
    return np.rint(finite / shaped).astype(np.int8), scale.astype(np.float32)


def _dequantise_arrows(lattice: NDArray[Any], scale: NDArray[Any]) -> NDArray[np.float32]:
    return (lattice * scale.reshape(-1, *[1] * (lattice.ndim - 1))).astype(np.float32)


def _add_grid(payload: Payload, index: int, grid: DensityGrid) -> dict[str, Any]:
    name, entry = f"grid_{index}", {"name": grid.name, "extent": list(grid.extent)}
    values = np.asarray(grid.values, np.float64)
    if values.ndim == 1:
        payload.add_array(name, values.astype(np.float32))
        return {**entry, "array": name, "map": "linear"}
    mapped, floor = values, float(values.min())
    if grid.map == "log":
        top = float(values.max())
        mapped, floor = np.log(np.maximum(values, top * LOG_FLOOR)) if top > 0 else np.zeros_like(values), 0.0
        floor = float(mapped.min())
    span = float(mapped.max()) - floor
    codes = np.rint((mapped - floor) / (span or 1.0) * 255).astype(np.uint8)
    payload.add_array(name, codes)
    return {**entry, "array": name, "map": grid.map, "low": floor, "high": floor + span}


def _read_grid(entry: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> DensityGrid:
    values = arrays[entry["array"]].astype(np.float64)
    if values.ndim == 2:
        values = entry["low"] + values / 255 * (entry["high"] - entry["low"])
        values = np.exp(values) if entry["map"] == "log" else values
    return DensityGrid(entry["name"], tuple(entry["extent"]), values, entry["map"])


def _add_law(payload: Payload, law: LawField, order: NDArray[np.int64]) -> dict[str, Any]:
    if law.absent:
        return {"absent": law.absent, "errors": []}
    values = law.values[order]  # [W, ..], w ascending
    if values.ndim == 2:
        payload.add_array("law", values.astype(np.float32))
    else:
        codes, largest = to_codes(values)
        payload.add_across("law", codes)
        payload.add_array("law_largest", largest)
    return {"absent": "", "errors": [law.errors[k] for k in order], "floor": LAW_FLOOR}


def _read_law(entry: dict[str, Any] | None, arrays: dict[str, NDArray[Any]], place: NDArray[np.int64]) -> LawField | None:
    if entry is None:
        return None
    if entry["absent"]:
        return LawField.none(entry["absent"])
    values = arrays["law"] if "law_largest" not in arrays else from_codes(arrays["law"], arrays["law_largest"])
    return LawField(values[place], tuple(entry["errors"][k] for k in place))
