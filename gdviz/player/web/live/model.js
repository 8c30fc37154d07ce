// An Experiment as something that can be run here: its mixture, its push, its levels, and what is read off the end points.

import { buildLevels, levelsFromLogSnr, uniformFrames } from "./levels.js";
import { exponentialsOf, logOf, reciprocalOf, tilted } from "./rewards.js";
import { logDensity, noised } from "./mixture.js";
import { labelFirst, nearestMean, targetGiven, targetOf } from "./target.js";
import { SAMPLERS, SCHEDULES } from "./sampler.js";
/** @import { Levels } from "./levels.js" */
/** @import { Push } from "./mixture.js" */
/** @import { Exponentials } from "./rewards.js" */
/** @import { Sampler } from "./sampler.js" */
/** @import { GivenComponents, Target } from "./target.js" */

/**
 * What a scene's header gives (gdviz/player/live_model.py), or why it gives nothing; `experiment` is the scene's own.
 * @typedef {{absent?: string, experiment?: any, components: GivenComponents, names: string[], exponentials: Exponentials | null,
 *   log_reward?: number[] | null, log_snr: number[], frames: number[], seed: number, steps: number}} Given
 *
 * @typedef {object} Model
 * @property {number} d
 * @property {number} seed
 * @property {Levels} levels
 * @property {number[]} frames - indices of the levels that are shown
 * @property {Target} target
 * @property {Push} push
 * @property {Sampler} sampler
 * @property {any} schedule
 * @property {((x: number, y: number) => number) | null} logReward - of a clean point, what the rows read
 * @property {((x: number, y: number) => number) | null} rewardShown - log r as a field, where a reward guides
 *
 * @typedef {{absent: string}} Absent - why there is no model, as a clause
 */

const MOST_STEPS = 400;

/** @type {(a: any, b: any) => boolean} */
function same(a, b) { return JSON.stringify(a ?? null) === JSON.stringify(b ?? null); }

// The model of an Experiment's JSON, maybe edited; `steps` overrides the sampler's number of steps.
/** @type {(experiment: any, given: Given, steps?: number | null) => Model | Absent} */
export function liveModel(experiment, given, steps = null) {
  const { sampler, guidance, score } = experiment;
  const schedule = guidance.schedule ?? { kind: "constant" };
  const own = given.absent ? null : given.experiment ?? null;
  if ((score?.kind ?? "exact") !== "exact") return { absent: `the scores are not exact but '${score.kind}'` };
  if (!SAMPLERS.includes(sampler.kind)) return { absent: `the sampler '${sampler.kind}' is not among ${SAMPLERS.join(", ")}` };
  if (!SCHEDULES.includes(schedule.kind)) return { absent: `the schedule '${schedule.kind}' is not a formula` };
  const unedited = own !== null && same(experiment.target, own.target);
  const target = unedited ? targetGiven(given.components, given.names) : targetOf(experiment.target);
  if (typeof target === "string") return { absent: given.absent ?? target };
  const count = steps ?? sampler.steps ?? 400;
  if (count > MOST_STEPS) return { absent: `${count} steps are more than ${MOST_STEPS}` };
  const sameLevels = own !== null && same(sampler.levels, own.sampler.levels) && count === given.steps;
  const levels = sameLevels ? levelsFromLogSnr(given.log_snr) : buildLevels(sampler.levels, count);
  if (!levels) return { absent: "these noise levels are built by the server" };
  const frames = sameLevels ? given.frames : uniformFrames(levels, experiment.frames ?? 60);
  const guided = guidedBy(experiment, given, target, unedited);
  if (typeof guided === "string") return { absent: guided };
  return {
    d: guided.target.mixture.d, seed: experiment.seed ?? 0, levels, frames, sampler, schedule, target: guided.target, push: guided.push,
    logReward: measured(experiment, guided), rewardShown: guidance.kind === "reward" && guidance.reward.kind !== "class_probability" ? guided.log : null,
  };
}

/** @typedef {{target: Target, push: Push, log: ((x: number, y: number) => number) | null}} Guided */

/** @type {(experiment: any, given: Given, target: Target, unedited: boolean) => Guided | string} */
function guidedBy({ guidance }, given, target, unedited) {
  if (guidance.kind === "none") return { target, log: null, push: oneLaw(target) };
  if (guidance.kind === "cfg") return towardLabel(target, guidance.label, "toward");
  if (guidance.kind !== "reward") return `the guidance '${guidance.kind}' is not among cfg, reward, none`;
  const { reward, form = "reward" } = guidance;
  if (reward.kind === "class_probability" && form === "reward" && !target.atomic) return towardLabel(target, reward.label, "away");
  const unchanged = given.experiment && same(reward, given.experiment.guidance.reward);
  const terms = unchanged && given.exponentials ? given.exponentials : exponentialsOf(reward, target.mixture.d);
  if (target.atomic) {
    const byAtom = unchanged && unedited && given.log_reward ? Float64Array.from(given.log_reward) : terms && atAtoms(target, terms);
    return byAtom ? tiltedAtoms(target, byAtom, form) : "this reward is read by the server";
  }
  if (!terms) return given.absent ?? "an edited reward of this kind is tilted by the server";
  const used = form === "reward" ? terms : reciprocalOf(terms);
  if (!used) return "the cost has no closed form on this target";
  const second = tilted(target.mixture, used);
  if (typeof second === "string") return second;
  const base = form === "reward" ? /** @type {const} */ ("away") : /** @type {const} */ ("toward");
  return { target, log: (x, y) => logOf(terms, x, y), push: { ...oneLaw(target), form: "apart", base, second } };
}

/** @type {(target: Target) => Push} */
function oneLaw({ mixture }) { return { form: "one", mixture, base: "toward", inside: 0, ratio: null, second: null }; }

// Toward p(. | label), away from p; w = 0 follows the one or the other.
/** @type {(target: Target, label: string, base: "toward" | "away") => Guided | string} */
function towardLabel(given, label, base) {
  const { target, inside } = labelFirst(given, label);
  if (!inside) return `no component is labelled '${label}'`;
  const { mixture } = target;
  const log = labelPosterior(target, inside);
  if (inside === mixture.count) return { target, log, push: oneLaw(target) }; // everything is of this label: nothing to push
  return { target, log, push: { form: "nested", mixture, base, inside, ratio: null, second: null } };
}

/** @type {(target: Target, terms: Exponentials) => Float64Array} */
function atAtoms({ mixture: { count, means } }, terms) {
  return Float64Array.from({ length: count }, (_, k) => logOf(terms, means[2 * k], means[2 * k + 1]));
}

/** @type {(target: Target, byAtom: Float64Array, form: string) => Guided} */
function tiltedAtoms(target, byAtom, form) {
  const { mixture } = target;
  const sign = form === "reward" ? 1 : -1;
  const top = byAtom.reduce((a, b) => Math.max(a, sign * b), -Infinity);
  const ratio = byAtom.map((log) => Math.exp(sign * log - top));
  const base = form === "reward" ? /** @type {const} */ ("away") : /** @type {const} */ ("toward");
  const shared = ratio.every((value) => value > 1e-13); // else a far component of one law is the nearest of the other
  const second = { ...mixture, logWeights: mixture.logWeights.map((log, k) => log + sign * byAtom[k]) };
  const push = { ...oneLaw(target), form: shared ? /** @type {const} */ ("reweighted") : /** @type {const} */ ("apart"), base, ratio, second };
  return { target, push, log: (x, y) => byAtom[nearestMean(mixture, x, y)] };
}

// log p(label | x) of a clean point, by the odds; atoms at the same place share it.
/** @type {(target: Target, inside: number) => (x: number, y: number) => number} */
function labelPosterior({ mixture, atomic }, inside) {
  if (!atomic) {
    const at = noised(mixture, 0, 1);
    return (x, y) => {
      const odds = logDensity(at, x, y, 0, inside) - logDensity(at, x, y, inside);
      return odds > 0 ? -Math.log1p(Math.exp(-odds)) : odds - Math.log1p(Math.exp(odds));
    };
  }
  /** @type {(k: number) => string} */
  const place = (k) => `${mixture.means[2 * k]},${mixture.means[2 * k + 1]}`;
  /** @type {Map<string, number[]>} */
  const masses = new Map();
  mixture.logWeights.forEach((log, k) => {
    const [own, all] = masses.get(place(k)) ?? [0, 0];
    masses.set(place(k), [own + (k < inside ? Math.exp(log) : 0), all + Math.exp(log)]);
  });
  return (x, y) => {
    const [own, all] = masses.get(place(nearestMean(mixture, x, y)));
    return Math.log(own / all);
  };
}

// What the rows read: the reward that guides, or a measured label. A measured reward is read by the server.
/** @type {(experiment: any, guided: Guided) => ((x: number, y: number) => number) | null} */
function measured({ measure }, { target, log }) {
  if (!measure) return log;
  if (!measure.label) return null;
  const { target: sorted, inside } = labelFirst(target, measure.label);
  return inside ? labelPosterior(sorted, inside) : null;
}

