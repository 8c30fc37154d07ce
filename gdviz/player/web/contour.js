// Contours: highest-density regions of a gridded law, traced by marching squares.

/** @import { Field } from "./scene.js" */

// Levels whose regions hold the given shares of the law's mass (on this grid).
/** @type {(values: Float32Array, shares: number[]) => number[]} */
export function massLevels(values, shares) {
  const sorted = Float32Array.from(values).sort().reverse();
  const total = sorted.reduce((sum, v) => sum + v, 0);
  const levels = [];
  let sum = 0;
  let i = 0;
  for (const share of shares) {
    while (i < sorted.length - 1 && sum + sorted[i] < share * total) sum += sorted[i++];
    levels.push(sorted[i]);
  }
  return levels;
}

// Line segments [x0, y0, x1, y1, ...] of one level, in data units.
/** @type {(grid: Field, level: number) => number[]} */
export function contourSegments(grid, level) {
  const { width, height, values } = grid;
  const [x0, x1, y0, y1] = grid.extent;
  const dx = (x1 - x0) / (width - 1);
  const dy = (y1 - y0) / (height - 1);
  const log = Math.log(level); // densities are near exponential between grid points, so cross in log
  const segments = [];
  /** @type {(a: number, b: number) => number} */
  const cross = (a, b) => {
    const [p, q] = [Math.log(Math.max(a, 1e-300)), Math.log(Math.max(b, 1e-300))];
    return (log - p) / (q - p || 1);
  };
  for (let i = 0; i < height - 1; i++) {
    for (let j = 0; j < width - 1; j++) {
      const k = i * width + j;
      const [a, b, c, d] = [values[k], values[k + 1], values[k + width + 1], values[k + width]];
      const code = Number(a > level) | (Number(b > level) << 1) | (Number(c > level) << 2) | (Number(d > level) << 3);
      if (code === 0 || code === 15) continue;
      /** @type {Record<string, () => [number, number]>} */
      const at = {
        s: () => [x0 + (j + cross(a, b)) * dx, y0 + i * dy],
        e: () => [x0 + (j + 1) * dx, y0 + (i + cross(b, c)) * dy],
        n: () => [x0 + (j + cross(d, c)) * dx, y0 + (i + 1) * dy],
        w: () => [x0 + j * dx, y0 + (i + cross(a, d)) * dy],
      };
      for (const pair of SQUARES[code]) segments.push(...at[pair[0]](), ...at[pair[1]]());
    }
  }
  return segments;
}

// Which sides a level crosses, by the bits "corner is above" (south-west, south-east, north-east, north-west).
const SQUARES = [
  [], ["ws"], ["se"], ["we"], ["en"], ["ws", "en"], ["sn"], ["wn"],
  ["nw"], ["ns"], ["se", "nw"], ["ne"], ["ew"], ["es"], ["sw"], [],
];

// Where a grid is highest, and how high.
/** @type {(grid: Field) => number[]} */
export function peakOf({ values, width, height, extent: [x0, x1, y0, y1] }) {
  const top = values.reduce((best, v, i) => (v > values[best] ? i : best), 0);
  return [x0 + ((top % width) / (width - 1)) * (x1 - x0), height > 1 ? y0 + (Math.floor(top / width) / (height - 1)) * (y1 - y0) : 0, values[top]];
}

// Join segments end to end, so that a dashed pen keeps its rhythm round a curve.
/** @type {(segments: number[]) => number[][][]} */
export function joinSegments(segments) {
  /** @type {(x: number, y: number) => string} */
  const key = (x, y) => `${x.toFixed(5)},${y.toFixed(5)}`;
  /** @type {Map<string, number[]>} */
  const ends = new Map();
  /** @type {(k: string, s: number) => void} */
  const add = (k, s) => { if (ends.has(k)) ends.get(k).push(s); else ends.set(k, [s]); };
  const count = segments.length / 4;
  for (let s = 0; s < count; s++) {
    add(key(segments[4 * s], segments[4 * s + 1]), s);
    add(key(segments[4 * s + 2], segments[4 * s + 3]), s);
  }
  const used = new Uint8Array(count);
  /** @type {(x: number, y: number) => number[][]} */
  const walk = (x, y) => {
    const line = [];
    for (;;) {
      const next = (ends.get(key(x, y)) ?? []).find((s) => !used[s]);
      if (next === undefined) return line;
      used[next] = 1;
      const [a, b, c, d] = segments.slice(4 * next, 4 * next + 4);
      [x, y] = key(a, b) === key(x, y) ? [c, d] : [a, b];
      line.push([x, y]);
    }
  };
  const lines = [];
  for (let s = 0; s < count; s++) {
    if (used[s]) continue;
    const start = [segments[4 * s], segments[4 * s + 1]];
    const forward = walk(start[0], start[1]);
    const backward = walk(start[0], start[1]);
    lines.push([...backward.reverse(), start, ...forward]);
  }
  return lines;
}
