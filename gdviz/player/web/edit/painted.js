// The painted reward: a picture of digits over a box, as gdviz/rewards/painted.py has it, and what a brush does to it.

import { accept, bounded, getAt, refuse, setAt, tidy } from "./change.js";
/** @import { Grid } from "../scene.js" */
/** @import { Changed, Experiment, Path } from "./change.js" */

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"; // R in 35ths
const FULL = DIGITS.length - 1;
const CELLS = 40; // columns, and rows, of a picture that is begun here
const STRENGTH = 3; // full paint is exp(3) = 20 times as likely as none, where nothing was known before
const STRONGEST = 4; // a reward that varies more is flat where r is below exp(-4) = 2 % of its most
const THINNEST = 1e-3; // of the box's sides

// ---- the picture as numbers
// Values between 0 and 1, the bottom row first.
/** @type {(reward: any) => {cells: Float64Array, columns: number, rows: number, box: number[]}} */
export function readPicture({ rows, box }) {
  const [columns, count] = [rows[0].length, rows.length];
  const cells = new Float64Array(columns * count);
  for (let i = 0; i < count; i++) for (let j = 0; j < columns; j++) cells[i * columns + j] = DIGITS.indexOf(rows[count - 1 - i][j]) / FULL;
  return { cells, columns, rows: count, box };
}

/** @type {(cells: Float64Array, columns: number) => string[]} */
export function writeRows(cells, columns) {
  const rows = [];
  for (let start = 0; start < cells.length; start += columns) rows.unshift(Array.from(cells.subarray(start, start + columns), (v) => DIGITS[Math.round(v * FULL)]).join(""));
  return rows;
}

// R as a function of a point: the uniform cubic B-spline of the cells, whose edge goes on outside the box.
/** @type {(reward: any) => (x: number, y: number) => number} */
export function paintedFunction(reward) {
  const { cells, columns, rows, box } = readPicture(reward);
  const across = new Float64Array(4);
  const up = Float64Array.of(1, 0, 0, 0);
  return (x, y) => {
    const j = weigh(((x - box[0]) / (box[1] - box[0])) * columns, columns, across);
    const i = rows > 1 ? weigh(((y - box[2]) / (box[3] - box[2])) * rows, rows, up) : 0;
    let total = 0;
    for (let b = 0; b < (rows > 1 ? 4 : 1); b++) {
      const start = Math.min(rows - 1, Math.max(0, i + b)) * columns;
      for (let a = 0; a < 4; a++) total += up[b] * across[a] * cells[start + Math.min(columns - 1, Math.max(0, j + a))];
    }
    return total;
  };
}

// The weights of the four cells that bear on a coordinate, which is counted in cells from the edge; the first of them.
/** @type {(place: number, count: number, out: Float64Array) => number} */
function weigh(place, count, out) {
  const u = Math.min(count + 1, Math.max(-2, place - 0.5));
  const first = Math.floor(u);
  const [f, g] = [u - first, 1 - (u - first)];
  out.set([(g * g * g) / 6, (4 + (3 * f - 6) * f * f) / 6, (4 + (3 * g - 6) * g * g) / 6, (f * f * f) / 6]);
  return first - 1;
}

// ---- in an Experiment
// Where the reward that guides has a picture, null where it has none.
/** @type {(experiment: Experiment, path?: Path) => Path | null} */
export function picturePath(experiment, path = ["guidance", "reward"]) {
  const reward = getAt(experiment, path);
  if (reward?.kind === "painted") return path;
  if (Array.isArray(reward?.of)) return reward.of.reduce((/** @type {Path | null} */ found, /** @type {any} */ _, /** @type {number} */ i) => found ?? picturePath(experiment, [...path, "of", i]), null);
  return reward?.of ? picturePath(experiment, [...path, "of"]) : null;
}

// The Experiment with a picture in its reward: the one it has, or the whole reward as it is drawn (`shown`, r on a grid), over `extent`.
/** @type {(experiment: Experiment, shown: Grid | null, extent: number[]) => Changed} */
export function withPicture(experiment, shown, extent) {
  if (!experiment.guidance?.reward) return refuse(experiment, "paint: the guidance has no reward; choose Reward guidance first.");
  if (picturePath(experiment)) return accept(experiment);
  const box = roundBox(extent);
  const rows = box.length > 2 ? CELLS : 1;
  const logs = new Float64Array(CELLS * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < CELLS; j++) logs[i * CELLS + j] = shown ? Math.log(Math.max(Number.MIN_VALUE, valueAt(shown, middle(box, 0, j, CELLS), middle(box, 2, i, rows)))) : 0;
  }
  const [least, most] = [logs.reduce((a, b) => Math.min(a, b)), logs.reduce((a, b) => Math.max(a, b))];
  const range = Math.min(STRONGEST, most - least);
  const known = range > 0.01; // else r is the same everywhere
  const strength = known ? Number(range.toPrecision(3)) : STRENGTH;
  const cells = logs.map((v) => (known ? Math.max(0, Math.min(1, 1 + (v - most) / strength)) : 0));
  const painted = { kind: "painted", box, rows: writeRows(cells, CELLS) };
  const { name, ...guidance } = experiment.guidance; // the name is the former reward's, which a session keeps under it
  return accept({ ...experiment, guidance: { ...guidance, reward: { kind: "exp", strength, of: painted } } });
}

/** @type {(extent: number[]) => number[]} */
function roundBox(extent) {
  const box = [];
  for (let k = 0; k < extent.length; k += 2) {
    const [low, high] = [extent[k], extent[k + 1]].map(bounded);
    const digit = 10 ** (Math.floor(Math.log10(Math.max(high - low, THINNEST))) - 2);
    box.push(tidy(low, digit), Math.max(tidy(high, digit), tidy(low, digit) + THINNEST));
  }
  return box;
}

/** @type {(box: number[], side: number, cell: number, count: number) => number} */
function middle(box, side, cell, count) { return count > 1 ? box[side] + ((cell + 0.5) / count) * (box[side + 1] - box[side]) : 0; }

// The value of a grid at a point, straight between its nodes; at its edge beyond it.
/** @type {(grid: Grid, x: number, y: number) => number} */
function valueAt({ values, extent, width, height }, x, y) {
  /** @type {(value: number, low: number, high: number, count: number) => number} */
  const place = (value, low, high, count) => Math.min(count - 1, Math.max(0, ((value - low) / (high - low)) * (count - 1)));
  const [u, v] = [place(x, extent[0], extent[1], width), height > 1 ? place(y, extent[2], extent[3], height) : 0];
  const [j, i] = [Math.min(width - 2, Math.floor(u)), Math.max(0, Math.min(height - 2, Math.floor(v)))];
  /** @type {(row: number) => number} */
  const along = (row) => values[row * width + j] * (1 - u + j) + values[row * width + j + 1] * (u - j);
  return height > 1 ? along(i) * (1 - v + i) + along(i + 1) * (v - i) : along(0);
}

// ---- a stroke
/**
 * A brush's way over a picture. It adds at most its amount to a cell, however slowly it goes and however often it comes back.
 * @typedef {{start: Experiment, path: Path, cells: Float64Array, mask: Float64Array, last: number[]}} Stroke
 */

// A stroke begins, in an Experiment that has a picture.
/** @type {(start: Experiment, at: number[]) => Stroke} */
export function beginStroke(start, at) {
  const path = picturePath(start);
  const { cells } = readPicture(getAt(start, path));
  return { start, path, cells, mask: new Float64Array(cells.length), last: at };
}

// It goes on to a place. Its soft edge falls from 1 under the middle of the brush to 0 at its radius.
/** @type {(stroke: Stroke, to: number[], radius: number, amount: number) => Changed} */
export function goOn(stroke, to, radius, amount) {
  const { start, path, cells, mask, last } = stroke;
  const picture = getAt(start, path);
  const { box, columns, rows } = readPicture(picture);
  const cell = (box[1] - box[0]) / columns;
  const reach = Math.max(radius, cell, rows > 1 ? (box[3] - box[2]) / rows : 0); // a small brush paints the cell it is on
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = [middle(box, 0, j, columns), ...(rows > 1 ? [middle(box, 2, i, rows)] : [])];
      const far = gapToSegment(at, last, to) / reach;
      if (far < 1) mask[i * columns + j] = Math.max(mask[i * columns + j], (1 - far * far) ** 2);
    }
  }
  stroke.last = to;
  const next = cells.map((v, k) => Math.max(0, Math.min(1, v + amount * mask[k])));
  return accept(setAt(start, path, { ...picture, rows: writeRows(next, columns) }));
}

/** @type {(at: number[], from: number[], to: number[]) => number} */
function gapToSegment(at, from, to) {
  const way = to.map((v, k) => v - from[k]);
  const length = way.reduce((sum, v) => sum + v * v, 0);
  const share = length > 0 ? Math.max(0, Math.min(1, way.reduce((sum, v, k) => sum + v * (at[k] - from[k]), 0) / length)) : 0;
  return Math.hypot(...at.map((v, k) => v - from[k] - share * way[k]));
}
