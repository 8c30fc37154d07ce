// A weight or a height as a handle: it slides along a short track beside the part, by the part's share among its like.

import { getAt } from "./change.js";
import { unit } from "./ellipse.js";
import { along, placeOf } from "./kinds.js";
/** @import { Experiment, Path } from "./change.js" */
/** @import { Handle, Numbers, Outline } from "./kinds.js" */

const NEAR = 0.07; // of the axes: where the track begins
const LONG = 0.13; // and how long it is
const LEAST = 0.005; // a share that is dragged stays between this and 1 - this

// What a part shares with: the other components' weights, or the other bumps' heights and the floor; null where it is alone.
/** @type {(experiment: Experiment, path: Path) => {name: string, rest: number} | null} */
export function sharedWith(experiment, path) {
  const list = path.at(-2);
  const name = { components: "weight", bumps: "height" }[list];
  if (!name) return null;
  const all = getAt(experiment, path.slice(0, -1));
  const floor = list === "bumps" ? getAt(experiment, path.slice(0, -2)).floor ?? 0 : 0;
  const rest = all.reduce((/** @type {number} */ sum, /** @type {any} */ part, /** @type {number} */ i) => (i === path.at(-1) ? sum : sum + (part[name] ?? 1)), floor);
  return rest > 0 ? { name, rest } : null;
}

// Away from the handles of the widths: to the lower left, on a line to the left.
/** @type {(name: string, rest: number, numbers: Numbers, d: number, extent: number[]) => {handle: Handle, track: Outline}} */
export function shareHandle(name, rest, numbers, d, extent) {
  const direction = d > 1 ? unit(225) : [-1];
  const origin = placeOf(numbers, d);
  const wide = extent[1] - extent[0];
  const share = numbers[name] / (numbers[name] + rest);
  const [near, far] = [0, 1].map((v) => along(origin, direction, (NEAR + LONG * v) * wide));
  return {
    handle: { name, at: along(origin, direction, (NEAR + LONG * share) * wide), shares: name, share, rest, travel: LONG * wide, direction, origin, least: 28 },
    track: { arrow: [near, far], faint: true, held: true },
  };
}

// The weight or height that has another share of the whole.
/** @type {(share: number, rest: number) => number} */
export function amountOf(share, rest) {
  const kept = Math.min(1 - LEAST, Math.max(LEAST, share));
  return Number(((rest * kept) / (1 - kept)).toPrecision(3));
}
