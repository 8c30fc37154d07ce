// The numbers of a live run, with their standard errors from the shown particles (gdviz/metrics has the server's).

/** @import { Row } from "../scene.js" */

/** @typedef {{value: number | null, se: number | null}} Mean */

const FEWEST = 25;
/**
 * Largest skewness over sqrt n of the sample for which a normal interval is given. Half of what the server allows a sample: it also
 * asks the known law, which is not asked here.
 */
const LARGEST_SKEWNESS = 0.2;

// Mean and standard error; no error for a tail that is too heavy for one.
/** @type {(values: Float64Array) => Mean} */
export function meanOf(values) {
  const n = values.length;
  if (n < 2) return { value: null, se: null };
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  if (!Number.isFinite(mean)) return { value: null, se: null };
  let second = 0, third = 0;
  for (const value of values) {
    const off = value - mean;
    second += off * off;
    third += off ** 3;
  }
  const flat = !(second > 0);
  const skewness = flat ? 0 : third / n / (second / n) ** 1.5;
  const covers = n >= FEWEST && skewness / Math.sqrt(n) <= LARGEST_SKEWNESS;
  return { value: mean, se: covers ? Math.sqrt(second / (n - 1) / n) : null };
}

// A share with the error of Agresti and Coull, as the server's rows have it.
/** @type {(hits: number, n: number) => Mean} */
function shareOf(hits, n) {
  if (!n) return { value: null, se: null };
  const q = (hits + 2) / (n + 4);
  return { value: hits / n, se: Math.sqrt((q * (1 - q)) / (n + 4)) };
}

// Root mean square distance from the centre, of points [n, 2].
/** @type {(points: number[][]) => Mean} */
export function spreadOf(points) {
  const n = points.length;
  if (n < 2) return { value: null, se: null };
  const centre = [0, 1].map((axis) => points.reduce((sum, p) => sum + p[axis], 0) / n);
  const squares = points.map((p) => (p[0] - centre[0]) ** 2 + (p[1] - centre[1]) ** 2);
  const total = squares.reduce((a, b) => a + b, 0);
  const s = Math.sqrt(total / (n - 1));
  const deviation = Math.sqrt(squares.reduce((sum, q) => sum + (q - total / n) ** 2, 0) / (n - 1));
  const se = s > 0 ? deviation / (2 * s * Math.sqrt(n)) : 0;
  return Number.isFinite(s) && Number.isFinite(se) ? { value: s, se } : { value: null, se: null };
}

// One row from end points [N, 2] and log r at w and at w = 0 on the same noise.
/** @type {(w: number, ends: Float64Array, logReward: Float32Array | null, logReward0: Float32Array | null) => Row} */
export function liveRow(w, ends, logReward, logReward0) {
  const particles = ends.length / 2;
  const kept = [];
  for (let n = 0; n < particles; n++) {
    if (Number.isFinite(ends[2 * n]) && Number.isFinite(ends[2 * n + 1]) && !(logReward && Number.isNaN(logReward[n]))) kept.push(n);
  }
  const spread = spreadOf(kept.map((n) => [ends[2 * n], ends[2 * n + 1]]));
  /** @type {Row} */
  const row = { w, particles, nonfinite: particles - kept.length, spread: spread.value, se_spread: spread.se, live: true };
  if (!logReward) return row;
  const reward = meanOf(Float64Array.from(kept, (n) => Math.exp(logReward[n])));
  const reciprocal = meanOf(Float64Array.from(kept, (n) => Math.exp(-logReward[n])));
  const both = kept.filter((n) => logReward0 && !Number.isNaN(logReward0[n]));
  const improved = shareOf(both.filter((n) => logReward[n] > logReward0[n]).length, both.length);
  const ties = both.filter((n) => logReward[n] === logReward0[n]).length / Math.max(1, both.length);
  return {
    ...row, mean_reward: reward.value, se_reward: reward.se,
    mean_reciprocal: reciprocal.se === null ? null : reciprocal.value, se_reciprocal: reciprocal.se,
    improved: improved.value, se_improved: ties === 1 ? 0 : improved.se, ties,
  };
}
