// The samplers that are linear in one score: three numbers a step, x' = keep x + drift score + noise Z (gdviz/samplers).

import { momentAt, signalKept, stepBeta } from "./levels.js";
/** @import { Levels, Moment } from "./levels.js" */

/**
 * Steps from one kept level to the next: the levels they start at, the three numbers, and the weight's factor omega.
 * @typedef {{from: number[], keep: Float64Array, drift: Float64Array, noise: Float64Array, omega: Float64Array}} Steps
 *
 * A sampler's description, as in an Experiment.
 * @typedef {{kind: string, eta?: number, steps?: number, levels?: any}} Sampler
 */

export const SAMPLERS = ["ddpm", "ancestral", "ddim"];

/** @type {(sampler: Sampler, moment: Moment) => number[]} */
function linearStep(sampler, moment) {
  const a = signalKept(moment), beta = stepBeta(moment);
  const grow = a ** -0.5;
  if (sampler.kind === "ddpm") return [grow, grow * beta, grow * Math.sqrt(beta)];
  if (sampler.kind === "ancestral") return [grow, grow * beta, Math.sqrt((beta * moment.tNext) / moment.t)];
  const redrawn = ((sampler.eta ?? 0) ** 2 * beta) / moment.t; // the share of the new noise that is drawn afresh
  const kept = Math.sqrt(1 - redrawn);
  const sigmaRatio = Math.sqrt((a * moment.tNext) / moment.t);
  const drift = (beta + a * moment.tNext * redrawn) / (1 + sigmaRatio * kept);
  return [grow, grow * drift, Math.sqrt(moment.tNext * redrawn)];
}

/** @type {Record<string, (schedule: any, tau: number) => number>} */
const SHAPES = {
  linear: ({ direction }, tau) => (direction === "falling" ? 1 - tau : tau),
  cosine: ({ direction }, tau) => 1 + (direction === "falling" ? 1 : -1) * Math.cos(Math.PI * tau),
  clamped: ({ direction, floor = 0.5 }, tau) => Math.max(2 * (direction === "falling" ? 1 - tau : tau), floor),
  beta: ({ a = 2, b = 2 }, tau) => tau ** (a - 1) * (1 - tau) ** (b - 1),
};

export const SCHEDULES = ["constant", "interval", ...Object.keys(SHAPES)];

// omega at each step; schedules that are a shape over the progress have mean 1.
/** @type {(schedule: any, levels: Levels) => Float64Array} */
function omegas(schedule, levels) {
  const { steps, t } = levels;
  const { kind = "constant", low = 0.073, high = 0.967 } = schedule ?? {};
  if (kind === "constant") return new Float64Array(steps).fill(1);
  if (kind === "interval") return Float64Array.from({ length: steps }, (_, k) => Number(low < t[k] && t[k] <= high));
  const shape = Float64Array.from({ length: steps }, (_, k) => SHAPES[kind](schedule, (k + 0.5) / steps));
  const mean = shape.reduce((a, b) => a + b, 0) / steps;
  return shape.map((value) => value / mean);
}

// The steps between the levels in `kept` (all of them, or the frames' alone). A step over several levels has their mean omega.
/** @type {(sampler: Sampler, schedule: any, levels: Levels, kept: number[]) => Steps} */
export function stepsBetween(sampler, schedule, levels, kept) {
  const count = kept.length - 1;
  const fine = omegas(schedule, levels);
  const [keep, drift, noise, omega] = Array.from({ length: 4 }, () => new Float64Array(count));
  for (let i = 0; i < count; i++) {
    [keep[i], drift[i], noise[i]] = linearStep(sampler, momentAt(levels, kept[i], kept[i + 1]));
    let sum = 0;
    for (let k = kept[i]; k < kept[i + 1]; k++) sum += fine[k];
    omega[i] = sum / (kept[i + 1] - kept[i]);
  }
  return { from: kept, keep, drift, noise, omega };
}
