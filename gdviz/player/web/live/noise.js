// The noise of the server's run, and the same noise summed onto fewer steps.

import { momentAt, signalKept, stepBeta } from "./levels.js";
/** @import { Levels } from "./levels.js" */

/**
 * Standard normal numbers [steps + 1, N, d], index 0 the start; they belong to (seed, particle, step).
 * @typedef {{seed: number, d: number, particles: number, steps: number, values: Float32Array}} Noise
 */

// Fetch it; a refusal is an Error that says why in a clause.
/** @type {(base: string, of: {seed: number, d: number, particles: number, steps: number}) => Promise<Noise>} */
export async function fetchNoise(base, of) {
  const address = `noise/${of.seed}-${of.d}-${of.particles}-${of.steps}`;
  const answer = await fetch(new URL(address, base), { cache: "force-cache" }).catch(() => /** @type {Response | null} */ (null));
  if (!answer) throw new Error("the noise of this run could not be fetched: the server did not answer");
  const bytes = answer.ok ? await answer.arrayBuffer() : null;
  if (!bytes || bytes.byteLength !== 4 * (of.steps + 1) * of.particles * of.d) {
    throw new Error(`the noise of this run could not be fetched: the server answered ${answer.status}`);
  }
  return { ...of, values: new Float32Array(bytes) };
}

// One run's noise holds that of every run with fewer steps: the increments are numbered by step.
/** @type {(noise: Noise | null, of: {seed: number, d: number, particles: number, steps: number}) => boolean} */
export function holdsNoise(noise, of) {
  return noise !== null && noise.seed === of.seed && noise.d === of.d && noise.particles === of.particles && noise.steps >= of.steps;
}

// The increments between the levels in `kept`, with unit variance again, [kept.length, N, d]. As CoarseNoise does in
// gdviz/diffusion/noise.py: a step over several levels adds, to first order, their increments weighted by the variance that
// each leaves at the end, a_1 ... a_(j-1) (1 - a_j).
/** @type {(noise: Noise, levels: Levels, kept: number[]) => Float32Array} */
export function composeNoise(noise, levels, kept) {
  const size = noise.particles * noise.d;
  const { values } = noise;
  const out = new Float32Array(kept.length * size);
  out.set(values.subarray(0, size));
  for (let i = 0; i + 1 < kept.length; i++) {
    let before = 1;
    const weights = [];
    for (let k = kept[i]; k < kept[i + 1]; k++) {
      const moment = momentAt(levels, k);
      weights.push(before * stepBeta(moment));
      before *= signalKept(moment);
    }
    const total = weights.reduce((a, b) => a + b, 0);
    weights.forEach((weight, j) => {
      const factor = Math.sqrt(weight / total);
      const from = (kept[i] + j + 1) * size, to = (i + 1) * size;
      for (let n = 0; n < size; n++) out[to + n] += factor * values[from + n];
    });
  }
  return out;
}
