// The fields of an edited scene, on the scene's axes: density, classes, reward, and the law that guidance aims at.

import { jointDensities, logDensity, noised } from "./mixture.js";
/** @import { Grid } from "../scene.js" */
/** @import { Model } from "./model.js" */

const POINTS_1D = 400, POINTS_2D = 96; // a side
const SHOWN_NOISE = 2e-3; // atoms have no density: their fields are drawn at this noise variance at least

// As gdviz/player/build.py names them.
/** @type {(model: Model, extent: number[]) => Grid[]} */
export function liveGrids(model, extent) {
  const { target: { mixture, names, atomic }, levels, push, rewardShown, d } = model;
  const [width, height] = d === 2 ? [POINTS_2D, POINTS_2D] : [POINTS_1D, 1];
  const t = Math.max(levels.t[levels.steps], atomic ? SHOWN_NOISE : 0);
  const at = noised(mixture, t, 1 - t);
  const goal = goalOf(push, t);
  /** @type {(name: string) => Grid} */
  const grid = (name) => ({ name, width, height, extent, values: new Float32Array(width * height) });
  const density = grid("density"), classes = names.map((name) => grid(`class:${name}`)), rest = grid("unlabelled");
  const reward = rewardShown ? grid("reward") : null, aimed = goal ? grid(goal.name) : null;
  const joint = new Float64Array(names.length + 1);
  for (let i = 0; i < width * height; i++) {
    const x = extent[0] + ((i % width) * (extent[1] - extent[0])) / (width - 1);
    const y = d === 2 ? extent[2] + (Math.floor(i / width) * (extent[3] - extent[2])) / (height - 1) : 0;
    density.values[i] = jointDensities(at, mixture.labels, x, y, joint);
    classes.forEach((one, label) => { one.values[i] = joint[label]; });
    rest.values[i] = joint[names.length];
    if (reward) reward.values[i] = Math.exp(rewardShown(x, y));
    if (aimed) aimed.values[i] = Math.exp(goal.log(x, y));
  }
  const unlabelled = names.length > 0 && mixture.labels.some((label) => label < 0);
  return [density, ...classes, ...(unlabelled ? [rest] : []), ...(reward ? [reward] : []), ...(aimed ? [aimed] : [])];
}

// The law toward which guidance leads, as a density.
/** @type {(push: Model["push"], t: number) => {name: string, log: (x: number, y: number) => number} | null} */
function goalOf(push, t) {
  if (push.form === "nested") {
    const at = noised(push.mixture, t, 1 - t);
    let inside = 0;
    for (let k = 0; k < push.inside; k++) inside += Math.exp(push.mixture.logWeights[k]);
    const log = Math.log(inside);
    return { name: push.base === "toward" ? "goal:conditional" : "goal:tilted", log: (x, y) => logDensity(at, x, y, 0, push.inside) - log };
  }
  if (!push.second || push.base !== "away") return null;
  const { second } = push;
  const top = second.logWeights.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = top + Math.log(second.logWeights.reduce((sum, log) => sum + Math.exp(log - top), 0));
  const at = noised(second, t, 1 - t);
  return { name: "goal:tilted", log: (x, y) => logDensity(at, x, y) - total };
}
