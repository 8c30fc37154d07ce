// A live answer as a scene: panels draw it as any other, and its numbers say that they are live.

import { isReciprocalReliable } from "../rows.js";
import { isNumber } from "../numbers.js";
import { nearestIndex } from "../motion.js";
/** @import { LiveRequest, LiveResult } from "./answer.js" */
/** @import { Header, Row, Scene } from "../scene.js" */

// What the engine is asked for a scene: its own Experiment, or an edited one, at a w.
/** @type {(scene: Scene, w: number, experiment?: any, steps?: number | null) => LiveRequest} */
export function liveRequest(scene, w, experiment = null, steps = null) {
  const { header } = scene;
  const own = header.experiment;
  const size = scene.particles * scene.d;
  return {
    experiment: experiment ?? own, given: { ...header.live, experiment: own }, w, steps, particles: scene.particles,
    quantisation: { low: scene.low, step: scene.step }, extent: experiment ? header.extent : null,
    start: experiment && experiment.seed !== own.seed ? null : scene.codes(nearestIndex(scene, 0)).slice(0, size),
  };
}

// Whether a scene can be run here. Why not, as a clause, is `absent`.
/** @type {(scene: Scene) => {covered: boolean, absent: string}} */
export function liveCoverage({ header }) {
  const { live } = header;
  if (!live) return { covered: false, absent: header.preview ? "the preview is refined first" : "the scene was made before there was a live engine" };
  return { covered: !live.absent, absent: live.absent ?? "" };
}

// The scene of a live answer, with w = 0 and the asked w. `of` is the scene it was asked for; `edited` is the Experiment, where it is
// another one.
/** @type {(scene: Scene, result: LiveResult, edited?: any) => Scene} */
export function liveScene(scene, result, edited = null) {
  const { w } = result;
  const order = w === 0 ? [0] : w < 0 ? [1, 0] : [0, 1]; // rows of w ascending
  const rows = order.length === 1 ? [result.rows[0]] : result.rows.map((row) => (edited ? withoutReciprocal(row) : besideComputed(scene, row)));
  const same = !edited && result.steps === scene.header.steps_total;
  /** @type {Header} */
  const header = {
    ...scene.header, w: rows.map((row) => row.w), order, rows, frames: result.frames, steps_total: result.steps, preview: false,
    logReward: result.logReward[0] ? (index) => result.logReward[index] : null,
    ...(edited ? { experiment: edited, exact: null, law: null, notes: [], title: "", caption: "" } : {}),
  };
  const grids = result.grids ?? scene.grids;
  return {
    ...scene, header, of: edited ? undefined : scene, coarse: result.coarse,
    id: `${scene.id}:live${edited ? `:${version(result)}` : ""}`, // a panel's still picture is painted anew where fields change
    w: order.map((index) => rows[index].w), frames: result.frames.length, codes: (k) => result.codes[order[k]], row: (k) => rows[order[k]],
    grids, grid: (name) => grids.find((grid) => grid.name === name) ?? null,
    finalClass: result.finalClass[0] ? (k) => result.finalClass[order[k]] : null, law: same ? lawAt(scene, w, order) : null,
    arrows: same ? scene.arrows : null,
  };
}

const versions = new WeakMap();
let latest = 0;

// A number that changes with a result's fields.
/** @type {(result: LiveResult) => number} */
function version(result) {
  const key = result.grids ?? result;
  if (!versions.has(key)) versions.set(key, ++latest);
  return versions.get(key);
}

// The guided law at w where it is between two computed ones near each other, in the logarithm; else none is shown.
/** @type {(scene: Scene, w: number, order: number[]) => Scene["law"]} */
function lawAt(scene, w, order) {
  const { law } = scene;
  const above = scene.w.findIndex((value) => value >= w);
  if (!law || above < 0) return null;
  const below = scene.w[above] === w ? above : above - 1;
  const gap = scene.w[above] - (scene.w[below] ?? -Infinity);
  if (gap >= 0.5) return null;
  const mix = gap > 0 ? (w - scene.w[below]) / gap : 0;
  const zero = scene.w.indexOf(0);
  return {
    ...law,
    log: (k) => {
      if (order[k] === 0) return law.log(zero);
      const next = law.log(above);
      return law.log(below).map((log, i) => (mix ? (1 - mix) * log + mix * next[i] : log));
    },
  };
}

// A live mean of 1 / r and a live error of r are given only where the server gives them at the computed w on both sides: whether a
// normal interval covers is judged by the known law there, and a sample alone may look light.
/** @type {(scene: Scene, row: Row) => Row} */
function besideComputed(scene, row) {
  const above = scene.w.findIndex((value) => value >= row.w);
  const beside = above < 0 ? [scene.w.length - 1] : [above, Math.max(0, above - 1)];
  const rows = beside.map((k) => scene.row(k));
  const kept = rows.every((one) => one && isReciprocalReliable(one)) ? row : withoutReciprocal(row);
  return rows.every((one) => one && isNumber(one.se_reward)) ? kept : { ...kept, se_reward: null };
}

/** @type {(row: Row) => Row} */
function withoutReciprocal(row) { return { ...row, mean_reciprocal: null, se_reciprocal: null }; }
