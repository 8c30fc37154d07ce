// Running a model: the particles of the server's run, on its noise, at any w. One step a frame while something is dragged
// ("coarse"), every step once it rests.

import { composeNoise } from "./noise.js";
import { guidedScores, jointDensities, noised } from "./mixture.js";
import { stepsBetween } from "./sampler.js";
/** @import { Model } from "./model.js" */
/** @import { Noise } from "./noise.js" */
/** @import { Steps } from "./sampler.js" */

/**
 * Steps with the noise that belongs to them, [steps + 1, N, d]. `frames` are the indices of the kept levels that are shown.
 * @typedef {{steps: Steps, noise: Float32Array, particles: number, frames: number[]}} Course
 *
 * Where the particles went: positions [F, N, d], and the end points [N, 2], a line being the plane with y = 0.
 * @typedef {{frames: Float32Array, ends: Float64Array}} Paths
 *
 * The scene's quantisation: position of code 0 and length of one code, for each coordinate.
 * @typedef {{low: number[], step: number[]}} Quantisation
 */

const CODES = 4095; // codes 0..4094 are positions, 4095 is a particle that is not finite

/** @type {(model: Model, noise: Noise, coarse: boolean) => Course} */
export function courseOf({ sampler, schedule, levels, frames }, noise, coarse) {
  const all = Array.from({ length: levels.steps + 1 }, (_, k) => k);
  const kept = coarse ? frames : all;
  const steps = stepsBetween(sampler, schedule, levels, kept);
  const values = coarse ? composeNoise(noise, levels, kept) : noise.values;
  return { steps, noise: values, particles: noise.particles, frames: coarse ? frames.map((_, i) => i) : frames };
}

// One run, yielding after each step, so that a worker can look whether something newer was asked for.
/** @type {(model: Model, course: Course, w: number) => Generator<void, Paths>} */
export function* flow({ d, push, levels }, { steps, noise, particles, frames }, w) {
  const size = particles * d;
  const x = new Float64Array(2 * particles), score = new Float64Array(2 * particles);
  const out = new Float32Array(frames.length * size);
  for (let n = 0; n < size; n++) x[d === 2 ? n : 2 * n] = noise[n];
  let shown = 0;
  const show = () => {
    for (let n = 0; n < size; n++) out[shown * size + n] = x[d === 2 ? n : 2 * n];
    shown++;
  };
  if (frames[0] === 0) show();
  for (let k = 0; k < steps.keep.length; k++) {
    const level = steps.from[k];
    const at = noised(push.mixture, levels.t[level], levels.alphaBar[level]);
    const second = push.form === "apart" ? noised(push.second, levels.t[level], levels.alphaBar[level]) : null;
    guidedScores(push, at, second, x, push.form === "one" ? 0 : w * steps.omega[k], score);
    const keep = steps.keep[k], drift = steps.drift[k], gain = steps.noise[k], from = (k + 1) * size;
    if (d === 2) for (let n = 0; n < size; n++) x[n] = keep * x[n] + drift * score[n] + gain * noise[from + n];
    else for (let n = 0; n < size; n++) x[2 * n] = keep * x[2 * n] + drift * score[2 * n] + gain * noise[from + n];
    if (frames[shown] === k + 1) show();
    yield;
  }
  return { frames: out, ends: x };
}

// The same at once.
/** @type {(model: Model, noise: Noise, w: number, coarse?: boolean) => Paths} */
export function run(model, noise, w, coarse = false) {
  const running = flow(model, courseOf(model, noise, coarse), w);
  for (let next = running.next(); ; next = running.next()) if (next.done) return next.value;
}

// Positions as the scene's codes.
/** @type {(frames: Float32Array, d: number, quantisation: Quantisation) => Int16Array} */
export function positionCodes(frames, d, { low, step }) {
  const codes = new Int16Array(frames.length);
  for (let i = 0; i < frames.length; i += d) {
    let lost = false;
    for (let axis = 0; axis < d; axis++) {
      const scaled = (frames[i + axis] - low[axis]) / step[axis];
      lost = lost || !Number.isFinite(scaled);
      codes[i + axis] = Math.min(CODES - 1, Math.max(0, Math.round(scaled)));
    }
    if (lost) codes.fill(CODES, i, i + d); // a point is lost as a whole
  }
  return codes;
}

// log r at the end points [N], NaN for a particle that is lost; null where nothing is read.
/** @type {(model: Model, ends: Float64Array) => Float32Array | null} */
export function logRewards({ logReward }, ends) {
  if (!logReward) return null;
  return Float32Array.from({ length: ends.length / 2 }, (_, n) => {
    const x = ends[2 * n], y = ends[2 * n + 1];
    return Number.isFinite(x) && Number.isFinite(y) ? logReward(x, y) : NaN;
  });
}

// The most probable class of each end point, null with fewer than two classes.
/** @type {(model: Model, ends: Float64Array) => Uint8Array | null} */
export function finalClasses({ target: { mixture, names, atomic } }, ends) {
  if (names.length < 2) return null;
  const at = noised(mixture, atomic ? 1e-9 : 0, 1), joint = new Float64Array(names.length + 1);
  return Uint8Array.from({ length: ends.length / 2 }, (_, n) => {
    jointDensities(at, mixture.labels, ends[2 * n], ends[2 * n + 1], joint);
    let best = 0;
    for (let label = 1; label < names.length; label++) if (joint[label] > joint[best]) best = label;
    return best;
  });
}
