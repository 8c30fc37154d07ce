// Differences of two panels particle by particle, where both are driven by the same noise: what the noise
// does to both cancels, so the error is that of the differences and not the two errors joined.

import { isNumber } from "./numbers.js";
import { sameQuantity } from "./rows.js";
/** @import { Header, Row } from "./scene.js" */

/**
 * @typedef {{number: number, se: number | null}} Mean
 *
 * @typedef {{n: number, of: Record<string, Mean>}} Paired
 */

// Whether particle n of both scenes starts at the same point and meets the same noise, and the same reward is read.
/** @type {(headerA: Header, headerB: Header) => boolean} */
function sharesNoise(headerA, headerB) {
  /** @type {(header: Header) => any} */
  const seed = (header) => header.experiment?.seed;
  return Boolean(headerA.logReward && headerB.logReward) && isNumber(seed(headerA)) && seed(headerA) === seed(headerB)
    && headerA.dimension === headerB.dimension && headerA.particles === headerB.particles
    && sameQuantity(headerA, headerB);
}

/** @type {(values: number[]) => Mean} */
function meanWithError(values) {
  const n = values.length, mean = values.reduce((sum, v) => sum + v, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return {number: mean, se: n > 1 ? Math.sqrt(squares / (n - 1) / n) : null};
}

// The means of mean_reward, mean_reciprocal and improved, B − A, over the n shown particles that are finite in both, or
// null where nothing is paired. better is the share of particles with a greater r in B.
/** @type {(headerA: Header, rowA: Row, headerB: Header, rowB: Row) => Paired | null} */
export function pairedDifference(headerA, rowA, headerB, rowB) {
  if (!sharesNoise(headerA, headerB)) return null;
  /** @type {(header: Header, w: number) => Float32Array} */
  const read = (header, w) => header.logReward(header.w.indexOf(w));
  const [a, b, a0, b0] = [read(headerA, rowA.w), read(headerB, rowB.w), read(headerA, 0), read(headerB, 0)];
  const both = Array.from(a.keys()).filter((n) => !Number.isNaN(a[n]) && !Number.isNaN(b[n]));
  if (both.length < 2) return null;
  const whole = both.filter((n) => !Number.isNaN(a0[n]) && !Number.isNaN(b0[n]));
  /** @type {(of: (n: number) => number, particles?: number[]) => Mean} */
  const mean = (of, particles = both) => meanWithError(particles.map(of));
  return {
    n: both.length,
    of: {
      mean_reward: mean((n) => Math.exp(b[n]) - Math.exp(a[n])),
      mean_reciprocal: mean((n) => Math.exp(-b[n]) - Math.exp(-a[n])),
      improved: mean((n) => Number(b[n] > b0[n]) - Number(a[n] > a0[n]), whole),
      better: mean((n) => Number(b[n] > a[n])),
    },
  };
}
