// The fields of an edited scene: density, classes, reward and goal, worked out here while a handle is dragged.

import { picturePath } from "./painted.js";
import { rewardFunction } from "./reward_field.js";
import { labelsOf } from "./labels.js";
/** @import { Grid, Scene } from "../scene.js" */
/** @import { Experiment } from "./change.js" */

/** @typedef {{weight: number, mean: number[], a: number, b: number, c: number, label: number}} Gaussian - precision [[a, b], [b, c]]; weight with its constant */

const SHOWN_NOISE = 2e-3; // as gdviz/player/build.py: atoms have no density of their own
const DRAGGED = 64, AT_REST = 128; // points a side
const FAR = 30; // exponents beyond which nothing is drawn

// The scene with the fields of an edited Experiment; its dots are those of the old one until they are computed.
/** @type {(scene: Scene, experiment: Experiment, extent: number[], rough: boolean, id: string) => Scene} */
export function editedScene(scene, experiment, extent, rough, id) {
  const points = rough ? DRAGGED : AT_REST;
  const grids = editedGrids(scene, experiment, extent, points);
  const header = { ...scene.header, id, experiment, extent };
  return { ...scene, header, id, grids, grid: (name) => grids.find((grid) => grid.name === name) ?? null, law: null, arrows: null, rough };
}

/** @type {(scene: Scene, experiment: Experiment, extent: number[], points: number) => Grid[]} */
export function editedGrids(scene, experiment, extent, points) {
  const { target, guidance } = experiment;
  const labels = labelsOf(target);
  const parts = gaussians(target, labels, scene.header.frames.at(-1).t, scene.d);
  if (!parts) return rewardGrids(scene, experiment);
  const [width, height] = scene.d > 1 ? [points, points] : [400, 1];
  /** @type {(name: string, values: Float32Array) => Grid} */
  const grid = (name, values) => ({ name, extent, width, height, values });
  const layers = Array.from({ length: labels.length + 1 }, () => new Float32Array(width * height)); // the last has no label
  for (const part of parts) addGaussian(part, layers[part.label < 0 ? labels.length : part.label], extent, width, height);
  const density = sum(layers);
  const grids = [grid("density", density), ...labels.map((label, i) => grid(`class:${label}`, layers[i]))];
  if (labels.length && layers[labels.length].some((v) => v > 0)) grids.push(grid("unlabelled", layers[labels.length]));
  const goals = (scene.header.laws.goals ?? []).map((goal) => goal.name);
  if (goals.includes("conditional") && labels.includes(guidance.label)) {
    const mine = layers[labels.indexOf(guidance.label)];
    grids.push(grid("goal:conditional", normalised(mine, extent, width)));
  }
  const old = scene.grid("reward");
  if (guidance.reward && (old || picturePath(experiment))) {
    const reward = rewardFunction(guidance.reward, shares(labels, layers, density, extent, width, height));
    const values = reward ? onGrid(reward, extent, width, height) : old && sameGrid(old, extent, width, height) ? old.values : null;
    if (values) {
      grids.push(grid("reward", values));
      const better = guidance.form === "cost" ? values.map((v) => 1 / v) : values;
      if (goals.includes("tilted")) grids.push(grid("goal:tilted", normalised(density.map((v, i) => v * better[i]), extent, width)));
    }
  }
  return grids;
}

// A named target stays as it is; the reward over it may have changed.
/** @type {(scene: Scene, experiment: Experiment) => Grid[]} */
function rewardGrids(scene, experiment) {
  const { guidance } = experiment;
  const density = scene.grid("density");
  const reward = guidance.reward && density && rewardFunction(guidance.reward, () => null);
  if (!reward) return scene.grids;
  const { extent, width, height } = density;
  const values = onGrid(reward, extent, width, height);
  const better = guidance.form === "cost" ? values.map((v) => 1 / v) : values;
  const grids = scene.grid("reward") || !picturePath(experiment) ? scene.grids : [...scene.grids, { ...density, name: "reward" }];
  return grids.map((grid) => {
    if (grid.name === "reward") return { ...grid, values };
    return grid.name === "goal:tilted" ? { ...grid, values: normalised(density.values.map((v, i) => v * better[i]), extent, width) } : grid;
  });
}

/** @type {(target: any, labels: string[], noise: number, d: number) => Gaussian[] | null} */
function gaussians(target, labels, noise, d) {
  if (target.kind === "points") {
    const t = target.noise > 0 ? noise : Math.max(noise, SHOWN_NOISE);
    const covariance = [[target.noise ?? 0, 0], [0, target.noise ?? 0]];
    return normalise(target.points.map((/** @type {number[]} */ mean, /** @type {number} */ i) => gaussian(target.weights?.[i] ?? 1, mean, covariance, labels.indexOf(target.labels?.[i]), t, d)));
  }
  if (target.kind !== "gaussian_mixture") return null;
  return normalise(target.components.map((/** @type {any} */ c) => gaussian(c.weight ?? 1, c.mean, c.covariance, labels.indexOf(c.label), noise, d)));
}

// A component at noise variance t: N(sqrt(1 - t) mean, (1 - t) covariance + t I).
/** @type {(weight: number, mean: number[], covariance: number[][], label: number, t: number, d: number) => Gaussian & {share: number}} */
function gaussian(weight, mean, covariance, label, t, d) {
  const centre = mean.map((v) => Math.sqrt(1 - t) * v);
  const a = (1 - t) * covariance[0][0] + t;
  if (d === 1) return { weight: weight / Math.sqrt(2 * Math.PI * a), share: weight, mean: centre, a: 1 / a, b: 0, c: 0, label };
  const [b, c] = [(1 - t) * covariance[0][1], (1 - t) * covariance[1][1] + t];
  const det = a * c - b * b;
  return { weight: weight / (2 * Math.PI * Math.sqrt(det)), share: weight, mean: centre, a: c / det, b: -b / det, c: a / det, label };
}

/** @type {(parts: (Gaussian & {share: number})[]) => Gaussian[]} */
function normalise(parts) {
  const total = parts.reduce((all, part) => all + part.share, 0);
  return parts.map((part) => ({ ...part, weight: part.weight / total }));
}

// Adds a Gaussian where it is more than nothing.
/** @type {(part: Gaussian, out: Float32Array, extent: number[], width: number, height: number) => void} */
function addGaussian({ weight, mean, a, b, c }, out, extent, width, height) {
  const dx = (extent[1] - extent[0]) / (width - 1);
  const dy = height > 1 ? (extent[3] - extent[2]) / (height - 1) : 1;
  const [x0, y0] = [extent[0] - mean[0], height > 1 ? extent[2] - mean[1] : 0];
  const reach = Math.sqrt((2 * FAR) / (height > 1 ? c - (b * b) / a : 1)); // in y
  const [low, high] = height > 1 ? [Math.max(0, Math.ceil((-reach - y0) / dy)), Math.min(height - 1, Math.floor((reach - y0) / dy))] : [0, 0];
  for (let i = low; i <= high; i++) {
    const y = y0 + i * dy;
    // (a x^2 + 2 b x y + c y^2) / 2 < FAR bounds x about -b y / a
    const middle = (-b * y) / a;
    const half = Math.sqrt(Math.max(0, (2 * FAR - (c - (b * b) / a) * y * y) / a));
    const first = Math.max(0, Math.ceil((middle - half - x0) / dx));
    const last = Math.min(width - 1, Math.floor((middle + half - x0) / dx));
    for (let j = first; j <= last; j++) {
      const x = x0 + j * dx;
      out[i * width + j] += weight * Math.exp(-0.5 * (a * x * x + 2 * b * x * y + c * y * y));
    }
  }
}

/** @type {(layers: Float32Array[]) => Float32Array} */
function sum(layers) {
  const total = new Float32Array(layers[0].length);
  for (const layer of layers) for (let i = 0; i < total.length; i++) total[i] += layer[i];
  return total;
}

// With the mass 1 on the grid.
/** @type {(values: Float32Array, extent: number[], width: number) => Float32Array} */
function normalised(values, extent, width) {
  const height = values.length / width;
  const cell = ((extent[1] - extent[0]) / (width - 1)) * (height > 1 ? (extent[3] - extent[2]) / (height - 1) : 1);
  const mass = values.reduce((all, v) => all + v, 0) * cell;
  return mass > 0 ? values.map((v) => v / mass) : values;
}

/** @type {(f: (x: number, y: number) => number, extent: number[], width: number, height: number) => Float32Array} */
function onGrid(f, extent, width, height) {
  const dx = (extent[1] - extent[0]) / (width - 1);
  const dy = height > 1 ? (extent[3] - extent[2]) / (height - 1) : 0;
  const values = new Float32Array(width * height);
  for (let i = 0; i < height; i++) for (let j = 0; j < width; j++) values[i * width + j] = f(extent[0] + j * dx, height > 1 ? extent[2] + i * dy : 0);
  return values;
}

/** @type {(labels: string[], layers: Float32Array[], density: Float32Array, extent: number[], width: number, height: number) => (label: string) => ((x: number, y: number) => number) | null} */
function shares(labels, layers, density, extent, width, height) {
  return (label) => {
    const layer = layers[labels.indexOf(label)];
    if (!layer) return null;
    return (x, y) => { // asked for at grid points only
      const j = Math.round(((x - extent[0]) / (extent[1] - extent[0])) * (width - 1));
      const i = height > 1 ? Math.round(((y - extent[2]) / (extent[3] - extent[2])) * (height - 1)) : 0;
      return density[i * width + j] > 0 ? layer[i * width + j] / density[i * width + j] : 0;
    };
  };
}

/** @type {(grid: Grid, extent: number[], width: number, height: number) => boolean} */
function sameGrid(grid, extent, width, height) {
  return grid.width === width && grid.height === height && grid.extent.every((v, i) => v === extent[i]);
}
