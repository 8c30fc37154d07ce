// Axes that hold all of an edited scene: what the parts cover, and the start N(0, I).

import { dimensionOf } from "./handles.js";
/** @import { Experiment } from "./change.js" */
/** @import { Thing } from "./handles.js" */

const START = 2.2; // as gdviz/player/build.py
const MARGIN = 1.04;
const TAILS = 3.3; // widths of a Gaussian that are shown

// As gdviz/player/build.py makes them, without the end points of the guided cloud; the present ones for a named target.
/** @type {(experiment: Experiment, things: Thing[], extent: number[]) => number[]} */
export function fittedExtent({ target }, things, extent) {
  const d = dimensionOf(target) ?? extent.length / 2;
  const low = new Array(d).fill(-START);
  const high = new Array(d).fill(START);
  /** @type {(at: number[], reach: number[]) => void} */
  const cover = (at, reach) => at.forEach((v, i) => {
    low[i] = Math.min(low[i], v - reach[i]);
    high[i] = Math.max(high[i], v + reach[i]);
  });
  if (target.kind === "points") for (const point of target.points) cover(point, point.map(() => TAILS * Math.sqrt(target.noise ?? 0)));
  else if (target.kind === "gaussian_mixture") for (const c of target.components) cover(c.mean, c.mean.map((/** @type {any} */ _, /** @type {number} */ i) => TAILS * Math.sqrt(c.covariance[i][i])));
  else for (let i = 0; i < d; i++) [low[i], high[i]] = [Math.min(low[i], extent[2 * i]), Math.max(high[i], extent[2 * i + 1])];
  for (const thing of things) for (const handle of thing.handles) if (thing.group === "reward" && !handle.shares) cover(handle.at, handle.at.map(() => 0));
  const middle = low.map((v, i) => (v + high[i]) / 2);
  const halves = low.map((v, i) => (MARGIN * (high[i] - v)) / 2);
  const half = Math.max(...halves);
  return middle.flatMap((m) => [m - half, m + half]);
}
