// Running a model: the particles of the server's run, on its noise, at any w. One step a frame while something is dragged
// ("coarse"; one in several frames where there are many components), every step once it rests.

import { composeNoise } from "./noise.js";
import { guidedScores, jointDensities, noised } from "./mixture.js";
import { stepsBetween } from "./sampler.js";
/** @import { Model } from "./model.js" */
/** @import { Noise } from "./noise.js" */
/** @import { Steps } from "./sampler.js" */

/**
 * Steps with the noise that belongs to them, [steps + 1, N, d], and the frame that shows each kept level, -1 for none.
 * @typedef {{steps: Steps, noise: Float32Array, particles: number, slots: number[], frames: number}} Course
 *
 * Where the particles went: positions [F, N, d], and the end points [N, 2], a line being the plane with y = 0.
 * @typedef {{frames: Float32Array, ends: Float64Array}} Paths
 *
 * The scene's quantisation: position of code 0 and length of one code, for each coordinate.
 * @typedef {{low: number[], step: number[]}} Quantisation
 */

const QUICK = 64; // components that are still quick at one step a frame
const CODES = 4095; // codes 0..4094 are positions, 4095 is a particle that is not finite

/** @type {(model: Model, noise: Noise, coarse: boolean) => Course} */
export function courseOf({ sampler, schedule, levels, frames, push }, noise, coarse) {
  const components = push.mixture.count + (push.second && push.form === "apart" ? push.second.count : 0);
  const stride = Math.min(4, Math.ceil(components / QUICK)), last = frames.length - 1;
  const all = Array.from({ length: levels.steps + 1 }, (_, k) => k);
  const kept = coarse ? frames.filter((_, i) => i % stride === 0 || i === last) : all;
  const steps = stepsBetween(sampler, schedule, levels, kept);
  const values = coarse ? composeNoise(noise, levels, kept) : noise.values;
  return { steps, noise: values, particles: noise.particles, slots: kept.map((level) => frames.indexOf(level)), frames: frames.length };
}

// One run, yielding after each step, so that a worker can look whether something newer was asked for.
/** @type {(model: Model, course: Course, w: number) => Generator<void, Paths>} */
export function* flow({ d, push, levels }, { steps, noise, particles, slots, frames }, w) {
  const size = particles * d;
  const x = new Float64Array(2 * particles), score = new Float64Array(2 * particles);
  const out = new Float32Array(frames * size);
  for (let n = 0; n < size; n++) x[d === 2 ? n : 2 * n] = noise[n];
  let shown = 0;
  /** @type {(slot: number) => void} */
  const show = (slot) => {
    if (slot < 0) return;
    const from = slot * size;
    for (let n = 0; n < size; n++) out[from + n] = x[d === 2 ? n : 2 * n];
    for (let between = shown + 1; between < slot; between++) { // straight from the frame shown last
      const share = (between - shown) / (slot - shown);
      for (let n = 0; n < size; n++) out[between * size + n] = out[shown * size + n] + share * (out[from + n] - out[shown * size + n]);
    }
    shown = slot;
  };
  show(slots[0]);
  for (let k = 0; k < steps.keep.length; k++) {
    const level = steps.from[k];
    const at = noised(push.mixture, levels.t[level], levels.alphaBar[level]);
    const second = push.form === "apart" ? noised(push.second, levels.t[level], levels.alphaBar[level]) : null;
    guidedScores(push, at, second, x, push.form === "one" ? 0 : w * steps.omega[k], score);
    advance(x, score, noise, (k + 1) * size, d, steps.keep[k], steps.drift[k], steps.noise[k]);
    show(slots[k + 1]);
    yield;
  }
  return { frames: out, ends: x };
}

// One step of all particles.
/** @type {(x: Float64Array, score: Float64Array, noise: Float32Array, from: number, d: number, keep: number, drift: number, gain: number) => void} */
function advance(x, score, noise, from, d, keep, drift, gain) {
  const every = d === 2 ? 1 : 2;
  for (let n = 0, i = 0; i < x.length; n++, i += every) x[i] = keep * x[i] + drift * score[i] + gain * noise[from + n];
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
  for (let axis = 0; axis < d; axis++) {
    const from = low[axis], perCode = 1 / step[axis];
    for (let i = axis; i < frames.length; i += d) {
      const scaled = (frames[i] - from) * perCode;
      codes[i] = scaled > 0 ? (scaled < CODES - 1 ? scaled + 0.5 : CODES - 1) : 0; // kept at the axes' far ends
    }
  }
  for (let i = 0; i < frames.length; i++) {
    if (frames[i] - frames[i] !== 0) codes.fill(CODES, i - (i % d), i - (i % d) + d); // not finite: a point is lost as a whole
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
