// Points of a target under a brush: put in, taken out, moved, given a label.

import { accept, bounded, refuse, tidy } from "./change.js";
import { changeTarget } from "./changes.js";
/** @import { Changed, Experiment } from "./change.js" */

export const MOST_POINTS = 1000; // as gdviz/ui/explore/own_data.py: the address holds them
const A_DAB = 3; // points put in at once
const TURN = 2.39996323; // the golden angle spreads them evenly, the same way each time

/** @type {(point: number[], at: number[]) => number} */
const gap = (point, at) => Math.hypot(...point.map((v, i) => v - at[i]));

// Which points lie under the brush.
/** @type {(target: any, at: number[], radius: number) => number[]} */
export function pointsUnder(target, at, radius) {
  return target.points.flatMap((/** @type {number[]} */ point, /** @type {number} */ i) => (gap(point, at) <= radius ? [i] : []));
}

// A few points spread over the brush.
/** @type {(experiment: Experiment, at: number[], radius: number, label: string | null, quantum: number) => Changed} */
export function addPoints(experiment, at, radius, label, quantum) {
  const { target } = experiment;
  const had = target.points.length;
  if (had + A_DAB > MOST_POINTS) return refuse(experiment, `points: found ${had.toLocaleString("en")}; at most ${MOST_POINTS.toLocaleString("en")} are put in here.`);
  const fresh = Array.from({ length: A_DAB }, (_, k) => {
    const n = had + k;
    const out = radius * Math.sqrt((n * 0.618034) % 1) * 0.9;
    const place = at.length > 1 ? [at[0] + out * Math.cos(n * TURN), at[1] + out * Math.sin(n * TURN)] : [at[0] + radius * (((n * 0.618034) % 1) * 1.8 - 0.9)];
    return place.map((v) => tidy(bounded(v), quantum));
  });
  const labels = target.labels || label !== null ? [...(target.labels ?? unlabelled(target)), ...fresh.map(() => label)] : null;
  const weights = target.weights ? [...target.weights, ...fresh.map(() => mean(target.weights))] : null;
  return changeTarget(experiment, withRows(target, [...target.points, ...fresh], labels, weights));
}

/** @type {(experiment: Experiment, which: number[]) => Changed} */
export function erasePoints(experiment, which) {
  const { target } = experiment;
  if (!which.length) return accept(experiment);
  const gone = new Set(which);
  if (gone.size >= target.points.length) return refuse(experiment, "points: all of them lie under the brush; at least one must stay.");
  /** @type {(rows: any[] | null | undefined) => any[] | null} */
  const rest = (rows) => rows?.filter((_, i) => !gone.has(i)) ?? null;
  return changeTarget(experiment, withRows(target, rest(target.points), rest(target.labels), rest(target.weights)));
}

/** @type {(experiment: Experiment, which: number[], by: number[], quantum: number) => Changed} */
export function movePoints(experiment, which, by, quantum) {
  const { target } = experiment;
  const points = target.points.slice();
  for (const i of which) points[i] = points[i].map((/** @type {number} */ v, /** @type {number} */ axis) => tidy(bounded(v + by[axis]), quantum));
  return accept({ ...experiment, target: { ...target, points } });
}

/** @type {(experiment: Experiment, which: number[], label: string | null) => Changed} */
export function labelPoints(experiment, which, label) {
  const { target } = experiment;
  const labels = target.labels?.slice() ?? unlabelled(target);
  const [was] = which.map((i) => labels[i]);
  for (const i of which) labels[i] = label;
  return changeTarget(experiment, { ...target, labels }, [was ?? null, label]);
}

/** @type {(target: any, points: number[][], labels: any, weights: any) => any} */
function withRows(target, points, labels, weights) { return { ...target, points, labels, weights }; }

/** @type {(target: any) => (string | null)[]} */
function unlabelled({ points }) { return new Array(points.length).fill(null); }

/** @type {(values: number[]) => number} */
function mean(values) { return values.reduce((sum, v) => sum + v, 0) / values.length; }
