// Gaussian mixtures, noised: guided scores, densities, responsibilities. Everything in float64; a line is the plane with y = 0.

/**
 * Components with the K log weights of one law; covs are (xx, xy, yy), labels index the model's names, -1 for none.
 * @typedef {{d: number, count: number, logWeights: Float64Array, means: Float64Array, covs: Float64Array, labels: Int16Array}} Mixture
 *
 * Two laws of a push. "one": a single law. "nested": the first `inside` components, and all. "reweighted": the same components with
 * weights times `ratio`. "apart": another mixture.
 * @typedef {{form: "one" | "nested" | "reweighted" | "apart", mixture: Mixture, base: "toward" | "away", inside: number,
 *   ratio: Float64Array | null, second: Mixture | null}} Push
 *
 * What a noise level makes of a mixture: log N_k = c - (dx, dy) P (dx, dy) / 2 with dx = x - mx. `round` is P where all components
 * share it and it is the same in every direction (points, and their noise), else 0.
 * @typedef {{count: number, c: Float64Array, mx: Float64Array, my: Float64Array, xx: Float64Array, xy: Float64Array, yy: Float64Array,
 *   round: number}} Noised
 */

const FAR = -40; // logarithm below which a component adds nothing to the largest, e^-40 being 4e-18

// exp of a number in [-80, 0] to 6e-15, four times as fast as Math.exp: a table at multiples of 1/32, and six terms between them.
const TABLE = Float64Array.from({ length: 80 * 32 + 1 }, (_, i) => Math.exp(-i / 32));

/** @type {(x: number) => number} */
function expBelow(x) {
  const i = (-32 * x) | 0, r = -x - i * 0.03125;
  return TABLE[i] * (1 + r * (-1 + r * (0.5 + r * (-1 / 6 + r * (1 / 24 + r * (-1 / 120 + r * (1 / 720)))))));
}

// Coefficients at noise variance t; log weights included.
/** @type {(mixture: Mixture, t: number, alphaBar: number) => Noised} */
export function noised({ d, count, logWeights, means, covs }, t, alphaBar) {
  const [c, mx, my, xx, xy, yy] = Array.from({ length: 6 }, () => new Float64Array(count));
  const scale = Math.sqrt(alphaBar);
  for (let k = 0; k < count; k++) {
    const a = alphaBar * covs[3 * k] + t;
    const b = alphaBar * covs[3 * k + 1];
    const e = d === 2 ? alphaBar * covs[3 * k + 2] + t : 1;
    const det = a * e - b * b;
    xx[k] = e / det;
    xy[k] = -b / det;
    yy[k] = d === 2 ? a / det : 0;
    mx[k] = scale * means[2 * k];
    my[k] = scale * means[2 * k + 1];
    c[k] = logWeights[k] - 0.5 * (Math.log(det) + d * Math.log(2 * Math.PI));
  }
  const shared = xx.every((p, k) => p === xx[0] && xy[k] === 0 && (d === 1 || yy[k] === p));
  return { count, c, mx, my, xx, xy, yy, round: shared ? xx[0] : 0 };
}

// Scratch for one point: log terms and pulls of every component, and what `sum` found. Typed arrays, not variables of the
// module: writing a number to one of those makes an object each time.
let logs = new Float64Array(64), pullX = new Float64Array(64), pullY = new Float64Array(64);
const summed = new Float64Array(3); // mass, and the pulls' x and y times it

/** @type {(count: number) => void} */
function room(count) {
  if (logs.length >= count) return;
  [logs, pullX, pullY] = Array.from({ length: 3 }, () => new Float64Array(count));
}

// Log terms of components from..to at a point into the scratch; returns the largest.
/** @type {(at: Noised, x: number, y: number, from: number, to: number) => number} */
function terms({ c, mx, my, xx, xy, yy, round }, x, y, from, to) {
  const l = logs, px = pullX, py = pullY, half = round / 2;
  let top = -Infinity;
  if (half) {
    for (let k = from; k < to; k++) {
      const dx = x - mx[k], dy = y - my[k];
      const log = c[k] - half * (dx * dx + dy * dy);
      l[k] = log;
      if (log > top) top = log;
    }
    return top;
  }
  for (let k = from; k < to; k++) {
    const dx = x - mx[k], dy = y - my[k];
    const ux = xx[k] * dx + xy[k] * dy, uy = xy[k] * dx + yy[k] * dy;
    const log = c[k] - 0.5 * (dx * ux + dy * uy);
    l[k] = log;
    px[k] = ux;
    py[k] = uy;
    if (log > top) top = log;
  }
  return top;
}

// Sums over components from..to of the terms at a point, scaled so that the largest is 1, into `summed`.
/** @type {(at: Noised, x: number, y: number, from: number, to: number, top: number) => void} */
function sum({ mx, my, round }, x, y, from, to, top) {
  const l = logs, px = round ? mx : pullX, py = round ? my : pullY;
  let mass = 0, sumX = 0, sumY = 0;
  for (let k = from; k < to; k++) {
    const below = l[k] - top;
    if (below < FAR) continue;
    const weight = expBelow(below);
    mass += weight;
    sumX += weight * px[k];
    sumY += weight * py[k];
  }
  summed[0] = mass;
  summed[1] = round ? round * (x * mass - sumX) : sumX;
  summed[2] = round ? round * (y * mass - sumY) : sumY;
}

// base + weight (toward - away) at points [N, 2] into out [N, 2].
/** @type {(push: Push, at: Noised, second: Noised | null, points: Float64Array, weight: number, out: Float64Array) => void} */
export function guidedScores(push, at, second, points, weight, out) {
  room(Math.max(at.count, second ? second.count : 0));
  if (push.form === "one" || (weight === 0 && push.base === "toward" && push.form === "nested")) plain(at, push.inside || at.count, points, out);
  else if (push.form === "nested") nested(push, at, points, weight, out);
  else if (weight === 0) plain(at, at.count, points, out);
  else if (push.form === "reweighted") reweighted(push, at, points, weight, out);
  else apart(push, at, second, points, weight, out);
}

/** @type {(at: Noised, count: number, points: Float64Array, out: Float64Array) => void} */
function plain(at, count, points, out) {
  for (let n = 0; n < points.length; n += 2) {
    const x = points[n], y = points[n + 1];
    sum(at, x, y, 0, count, terms(at, x, y, 0, count));
    out[n] = -summed[1] / summed[0];
    out[n + 1] = -summed[2] / summed[0];
  }
}

// The push is (1 - pi) (s_in - s_out), pi the probability of the inside: nothing cancels.
/** @type {(push: Push, at: Noised, points: Float64Array, weight: number, out: Float64Array) => void} */
function nested({ inside, base }, at, points, weight, out) {
  const toward = base === "toward" ? weight : weight - 1; // s_in + (w or w - 1) times the push
  for (let n = 0; n < points.length; n += 2) {
    const x = points[n], y = points[n + 1];
    const topIn = terms(at, x, y, 0, inside), topOut = terms(at, x, y, inside, at.count);
    sum(at, x, y, 0, inside, topIn);
    const mass = summed[0], inX = -summed[1] / mass, inY = -summed[2] / mass;
    sum(at, x, y, inside, at.count, topOut);
    const odds = (mass / summed[0]) * Math.exp(topIn - topOut); // infinite where the outside is nowhere near
    const share = toward / (1 + odds);
    out[n] = inX + share * (inX + summed[1] / summed[0]);
    out[n + 1] = inY + share * (inY + summed[2] / summed[0]);
  }
}

// Atoms, which are round at every level: the score is the pull to the mean of the atoms under each law.
/** @type {(push: Push, at: Noised, points: Float64Array, weight: number, out: Float64Array) => void} */
function reweighted({ ratio, base }, at, points, weight, out) {
  const { count, mx, my, round } = at;
  const ofTilted = base === "away" ? weight : -weight; // the plain law is the base
  for (let n = 0; n < points.length; n += 2) {
    const x = points[n], y = points[n + 1];
    const top = terms(at, x, y, 0, count);
    let mass = 0, meanX = 0, meanY = 0, massTilted = 0, tiltedX = 0, tiltedY = 0;
    for (let k = 0; k < count; k++) {
      const below = logs[k] - top;
      if (below < 2 * FAR) continue; // a ratio may lift it
      const share = expBelow(below), lifted = share * ratio[k];
      mass += share;
      meanX += share * mx[k];
      meanY += share * my[k];
      massTilted += lifted;
      tiltedX += lifted * mx[k];
      tiltedY += lifted * my[k];
    }
    out[n] = round * (meanX / mass - x + ofTilted * (tiltedX / massTilted - meanX / mass));
    out[n + 1] = round * (meanY / mass - y + ofTilted * (tiltedY / massTilted - meanY / mass));
  }
}

/** @type {(push: Push, at: Noised, second: Noised, points: Float64Array, weight: number, out: Float64Array) => void} */
function apart({ base }, at, second, points, weight, out) {
  const sign = base === "away" ? weight : -weight;
  for (let n = 0; n < points.length; n += 2) {
    const x = points[n], y = points[n + 1];
    sum(at, x, y, 0, at.count, terms(at, x, y, 0, at.count));
    const baseX = -summed[1] / summed[0], baseY = -summed[2] / summed[0];
    sum(second, x, y, 0, second.count, terms(second, x, y, 0, second.count));
    out[n] = baseX + sign * (-summed[1] / summed[0] - baseX);
    out[n + 1] = baseY + sign * (-summed[2] / summed[0] - baseY);
  }
}

// log density at a point, of components from..to.
/** @type {(at: Noised, x: number, y: number, from?: number, to?: number) => number} */
export function logDensity(at, x, y, from = 0, to = at.count) {
  room(at.count);
  const top = terms(at, x, y, from, to);
  if (top === -Infinity) return top;
  let total = 0;
  for (let k = from; k < to; k++) total += Math.exp(logs[k] - top);
  return top + Math.log(total);
}

// Joint densities p(x, label) of each label into out, and the whole density as result. out[labels.length] is what has none.
/** @type {(at: Noised, labels: Int16Array, x: number, y: number, out: Float64Array) => number} */
export function jointDensities(at, labels, x, y, out) {
  room(at.count);
  terms(at, x, y, 0, at.count);
  out.fill(0);
  let total = 0;
  for (let k = 0; k < at.count; k++) {
    const density = Math.exp(logs[k]);
    total += density;
    out[labels[k] < 0 ? out.length - 1 : labels[k]] += density;
  }
  return total;
}
