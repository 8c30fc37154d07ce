// Targets as mixtures: from what a scene's header gives, or from an edited description of components or points.

import { MOST_COMPONENTS } from "./rewards.js";
/** @import { Mixture } from "./mixture.js" */

/**
 * A mixture, the names of its classes, and whether it is atoms.
 * @typedef {{mixture: Mixture, names: string[], atomic: boolean}} Target
 *
 * @typedef {{log_weights: number[], means: number[][], covs: number[][][], labels: number[]}} GivenComponents
 */

/** @type {(components: GivenComponents, names: string[]) => Target} */
export function targetGiven({ log_weights, means, covs, labels }, names) {
  const d = means[0].length, count = means.length;
  const mixture = {
    d, count, logWeights: Float64Array.from(log_weights), labels: Int16Array.from(labels),
    means: Float64Array.from(means.flatMap(([x, y = 0]) => [x, y])),
    covs: Float64Array.from(covs.flatMap((rows) => (d === 2 ? [rows[0][0], rows[0][1], rows[1][1]] : [rows[0][0], 0, 0]))),
  };
  return { mixture, names, atomic: mixture.covs.every((value) => value === 0) };
}

// From a target's description, or why not, as a clause.
/** @type {(target: any) => Target | string} */
export function targetOf(target) {
  if (target.kind === "gaussian_mixture") {
    return described(target.components.map((/** @type {any} */ c) => ({ mean: c.mean, covariance: c.covariance, weight: c.weight ?? 1, label: c.label ?? null })));
  }
  if (target.kind !== "points") return `an edited target of kind '${target.kind}' is built by the server`;
  const { points, labels, weights, noise = 0 } = target;
  return described(points.map((/** @type {number[]} */ mean, /** @type {number} */ i) => ({
    mean, covariance: mean.map((_, row) => mean.map((__, column) => (row === column ? noise : 0))),
    weight: weights?.[i] ?? 1, label: labels?.[i] ?? null,
  })));
}

/** @type {(parts: {mean: number[], covariance: number[][], weight: number, label: string | null}[]) => Target | string} */
function described(parts) {
  const d = parts[0]?.mean.length;
  if (d !== 1 && d !== 2) return "the target is not on a line or in the plane";
  if (parts.length > MOST_COMPONENTS) return `${parts.length} components are more than ${MOST_COMPONENTS}`;
  const names = [...new Set(parts.map((part) => part.label).filter((label) => label !== null))];
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  return targetGiven({
    log_weights: parts.map((part) => Math.log(part.weight / total)), means: parts.map((part) => part.mean),
    covs: parts.map(({ covariance }) => covariance.map((row, i) => row.map((value, j) => (value + covariance[j][i]) / 2))),
    labels: parts.map((part) => (part.label === null ? -1 : names.indexOf(part.label))),
  }, names);
}

// The mixture with the components of one label first, and how many they are.
/** @type {(target: Target, label: string) => {target: Target, inside: number}} */
export function labelFirst({ mixture, names, atomic }, label) {
  const own = names.indexOf(label);
  const all = Array.from(mixture.labels.keys());
  const order = [...all.filter((k) => mixture.labels[k] === own), ...all.filter((k) => mixture.labels[k] !== own)];
  /** @type {(values: Float64Array, width: number) => Float64Array} */
  const taken = (values, width) => Float64Array.from(order.flatMap((k) => [...values.subarray(width * k, width * (k + 1))]));
  const sorted = {
    ...mixture, logWeights: taken(mixture.logWeights, 1), means: taken(mixture.means, 2), covs: taken(mixture.covs, 3),
    labels: Int16Array.from(order, (k) => mixture.labels[k]),
  };
  return { target: { mixture: sorted, names, atomic }, inside: own < 0 ? 0 : all.filter((k) => mixture.labels[k] === own).length };
}

// Index of the nearest mean.
/** @type {(mixture: Mixture, x: number, y: number) => number} */
export function nearestMean({ count, means }, x, y) {
  let best = 0, least = Infinity;
  for (let k = 0; k < count; k++) {
    const gap = (x - means[2 * k]) ** 2 + (y - means[2 * k + 1]) ** 2;
    if (gap < least) [best, least] = [k, gap];
  }
  return best;
}
