// Rewards as sums of exponentials of quadratics, and a mixture times such a sum: again a mixture (gdviz/rewards, gdviz/laws/tilt_mixture.py).

/** @import { Mixture } from "./mixture.js" */

/**
 * r(x) = sum_i exp(constant_i + linear_i . x - x' curvature_i x / 2).
 * @typedef {{constant: number[], linear: number[][], curvature: number[][][]}} Exponentials
 */

export const MOST_COMPONENTS = 512; // of a mixture, and of a tilted one

// The exponentials of a reward's description, null for the kinds that are not known here.
/** @type {(reward: any, d: number) => Exponentials | null} */
export function exponentialsOf(reward, d) {
  if (reward.kind === "bumps") return bumps(reward, d);
  if (reward.kind === "exp") return quadratic(reward.of, d, reward.strength ?? 1);
  if (reward.kind !== "sum" && reward.kind !== "product") return null;
  const parts = reward.of.map((/** @type {any} */ part) => exponentialsOf(part, d));
  if (!parts.length || parts.includes(null)) return null;
  return parts.reduce(reward.kind === "sum" ? joined : multiplied);
}

/** @type {(values: number[][]) => number[][]} */
function square(values) { return values.map((row) => [...row]); }

/** @type {(d: number, of: (i: number, j: number) => number) => number[][]} */
function matrix(d, of) { return Array.from({ length: d }, (_, i) => Array.from({ length: d }, (__, j) => of(i, j))); }

/** @type {(a: number[], b: number[]) => number} */
function dot(a, b) { return a.reduce((sum, value, i) => sum + value * b[i], 0); }

/** @type {(reward: any, d: number) => Exponentials | null} */
function bumps({ bumps: list, floor = 0 }, d) {
  /** @type {Exponentials} */
  const terms = { constant: [], linear: [], curvature: [] };
  if (floor > 0) {
    terms.constant.push(Math.log(floor));
    terms.linear.push(new Array(d).fill(0));
    terms.curvature.push(matrix(d, () => 0));
  }
  for (const { center, width = 1, height = 1 } of list) {
    if (center.length !== d) return null;
    const precision = width ** -2;
    terms.constant.push(Math.log(height) - (precision * dot(center, center)) / 2);
    terms.linear.push(center.map((/** @type {number} */ value) => precision * value));
    terms.curvature.push(matrix(d, (i, j) => (i === j ? precision : 0)));
  }
  return terms;
}

// exp(strength R) of a linear or quadratic R.
/** @type {(potential: any, d: number, strength: number) => Exponentials | null} */
function quadratic(potential, d, strength) {
  if (potential.kind === "linear") {
    if (potential.direction.length !== d) return null;
    return { constant: [0], linear: [potential.direction.map((/** @type {number} */ v) => strength * v)], curvature: [matrix(d, () => 0)] };
  }
  if (potential.kind !== "quadratic" || potential.center.length !== d) return null;
  const { center, curvature = 1 } = potential;
  const full = typeof curvature === "number" ? matrix(d, (i, j) => (i === j ? curvature : 0))
    : typeof curvature[0] === "number" ? matrix(d, (i, j) => (i === j ? curvature[i] : 0)) : square(curvature);
  const pull = full.map((row) => dot(row, center));
  return {
    constant: [(-strength * dot(center, pull)) / 2], linear: [pull.map((v) => strength * v)],
    curvature: [full.map((row) => row.map((v) => strength * v))],
  };
}

/** @type {(a: Exponentials | null, b: Exponentials | null) => Exponentials | null} */
function joined(a, b) {
  if (!a || !b) return null;
  return { constant: [...a.constant, ...b.constant], linear: [...a.linear, ...b.linear], curvature: [...a.curvature, ...b.curvature] };
}

/** @type {(a: Exponentials | null, b: Exponentials | null) => Exponentials | null} */
function multiplied(a, b) {
  if (!a || !b || a.constant.length * b.constant.length > MOST_COMPONENTS) return null;
  /** @type {Exponentials} */
  const terms = { constant: [], linear: [], curvature: [] };
  a.constant.forEach((constant, i) => b.constant.forEach((other, j) => {
    terms.constant.push(constant + other);
    terms.linear.push(a.linear[i].map((value, k) => value + b.linear[j][k]));
    terms.curvature.push(a.curvature[i].map((row, k) => row.map((value, l) => value + b.curvature[j][k][l])));
  }));
  return terms;
}

// 1 / r, known for one term.
/** @type {(terms: Exponentials) => Exponentials | null} */
export function reciprocalOf({ constant, linear, curvature }) {
  if (constant.length !== 1) return null;
  return { constant: [-constant[0]], linear: [linear[0].map((v) => -v)], curvature: [curvature[0].map((row) => row.map((v) => -v))] };
}

/** @type {(terms: Exponentials, x: number, y: number) => number} */
export function logOf({ constant, linear, curvature }, x, y) {
  const logs = constant.map((c, i) => {
    const [[lx, ly = 0], A] = [linear[i], curvature[i]];
    const bent = A.length === 1 ? A[0][0] * x * x : A[0][0] * x * x + 2 * A[0][1] * x * y + A[1][1] * y * y;
    return c + lx * x + ly * y - bent / 2;
  });
  const top = Math.max(...logs);
  return top === -Infinity ? top : top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
}

// The mixture p r / E r, or why there is none.
/** @type {(mixture: Mixture, terms: Exponentials) => Mixture | string} */
export function tilted({ d, count, logWeights, means, covs, labels }, terms) {
  const m = terms.constant.length;
  if (count * m > MOST_COMPONENTS) return `the tilted law has ${count * m} components, more than ${MOST_COMPONENTS}`;
  const out = {
    d, count: count * m, logWeights: new Float64Array(count * m), means: new Float64Array(2 * count * m),
    covs: new Float64Array(3 * count * m), labels: new Int16Array(count * m),
  };
  for (let k = 0; k < count; k++) {
    const [sxx, sxy, syy] = covs.subarray(3 * k, 3 * k + 3), [mx, my] = means.subarray(2 * k, 2 * k + 2);
    for (let i = 0; i < m; i++) {
      const A = terms.curvature[i], [lx, ly = 0] = terms.linear[i];
      const [axx, axy, ayy] = d === 2 ? [A[0][0], A[0][1], A[1][1]] : [A[0][0], 0, 0];
      // B = 1 + S A, whose eigenvalues are those of 1 + S^1/2 A S^1/2; C = B^-1 S.
      const [bxx, bxy, byx, byy] = [1 + sxx * axx + sxy * axy, sxx * axy + sxy * ayy, sxy * axx + syy * axy, 1 + sxy * axy + syy * ayy];
      const det = bxx * byy - bxy * byx, half = (bxx + byy) / 2;
      const least = half - Math.sqrt(Math.max(0, half * half - det));
      if (!(least > 1e-9)) return "the mean of the reward is infinite";
      const [cxx, cxy, cyy] = [(byy * sxx - bxy * sxy) / det, (byy * sxy - bxy * syy) / det, (bxx * syy - byx * sxy) / det];
      const gx = lx - axx * mx - axy * my, gy = ly - axy * mx - ayy * my;
      const [shiftX, shiftY] = [cxx * gx + cxy * gy, cxy * gx + cyy * gy];
      const bent = axx * mx * mx + 2 * axy * mx * my + ayy * my * my;
      const j = k * m + i;
      out.logWeights[j] = logWeights[k] + terms.constant[i] + lx * mx + ly * my - bent / 2 + (gx * shiftX + gy * shiftY) / 2 - Math.log(det) / 2;
      out.means.set([mx + shiftX, my + shiftY], 2 * j);
      out.covs.set([cxx, cxy, cyy], 3 * j);
      out.labels[j] = labels[k];
    }
  }
  return out.logWeights.every(Number.isFinite) ? out : "the mean of the reward is beyond what numbers can hold";
}
