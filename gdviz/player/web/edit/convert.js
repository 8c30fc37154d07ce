// A target of another kind as points or as a mixture: rows that were pasted, or the components of a named target.

import { FARTHEST, parseNumber, refuse } from "./change.js";
import { changeTarget } from "./changes.js";
import { MOST_POINTS } from "./brush.js";
import { readLabel } from "./labels.js";
/** @import { Changed, Experiment } from "./change.js" */

/**
 * What the header of a scene says of its target: see gdviz/player/live_model.py.
 * @typedef {{absent?: string, names?: string[], components?: {log_weights: number[], means: number[][], covs: number[][][], labels: number[]}}} Given
 */

const MOST_HANDLES = 40; // more components than can be told apart by hand
const MOST_TEXT = 2_000_000; // characters that are pasted

// Rows "x, y, label" or "x, label" as points: separated by commas, semicolons, tabs or blanks. A row that is none refuses the whole.
/** @type {(text: string, d: number) => {points: number[][], labels: (string | null)[], problem: string}} */
export function parseRows(text, d) {
  /** @type {(problem: string) => {points: number[][], labels: (string | null)[], problem: string}} */
  const none = (problem) => ({ points: [], labels: [], problem });
  if (text.length > MOST_TEXT) return none(`rows: found ${text.length.toLocaleString("en")} characters; at most ${MOST_TEXT.toLocaleString("en")} are read here.`);
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim());
  const points = [];
  const labels = [];
  for (const [i, line] of lines.entries()) {
    if (!line || line.startsWith("#")) continue;
    const cells = cellsOf(line);
    const numbers = cells.slice(0, d).map(parseNumber);
    if (!points.length && i === 0 && cells.length >= d && numbers.every(Number.isNaN)) continue; // names of the columns
    const wanted = d > 1 ? "x, y and perhaps a label" : "x and perhaps a label";
    if (cells.length < d || cells.length > d + 1) return none(`row ${i + 1}: found ${cells.length} cells; a row holds ${wanted}.`);
    const bad = numbers.findIndex((v) => !(Math.abs(v) <= FARTHEST));
    if (bad >= 0) return none(`row ${i + 1}: found ${JSON.stringify(cells[bad].slice(0, 20))} in column ${bad + 1}; a number between −${FARTHEST} and ${FARTHEST} is needed.`);
    const { label, problem } = readLabel((cells[d] ?? "").replace(/^"(.*)"$/, "$1"));
    if (problem) return none(`row ${i + 1}: ${problem}`);
    points.push(numbers);
    labels.push(label);
    if (points.length > MOST_POINTS) return none(`rows: found more than ${MOST_POINTS.toLocaleString("en")} points; at most that many are taken here, more in a file under Your points.`);
  }
  return points.length ? { points, labels, problem: "" } : none("rows: found no point; write one a row, as in 0.5, 1.2, a.");
}

/** @type {(line: string) => string[]} */
function cellsOf(line) {
  const separator = [";", "\t"].find((sign) => line.includes(sign));
  const cells = separator ? line.split(separator) : line.includes(",") && !/\d,\d+\s+[-−]?\d/.test(line) ? line.split(",") : line.split(/\s+/);
  return cells.map((cell) => cell.trim());
}

// The target as the points of pasted rows.
/** @type {(experiment: Experiment, text: string, d: number) => Changed} */
export function pasteRows(experiment, text, d) {
  const { points, labels, problem } = parseRows(text, d);
  if (problem) return refuse(experiment, problem);
  const noise = experiment.target.kind === "points" ? experiment.target.noise ?? 0 : 0.01; // as points alone no classes would overlap
  return changeTarget(experiment, { kind: "points", points, labels: orNone(labels), weights: null, noise });
}

// What a named target can be made into, null where it cannot.
/** @type {(given: Given | null | undefined) => {points: boolean, mixture: boolean} | null} */
export function offersOf(given) {
  const parts = given?.components;
  if (!parts) return null;
  const [first] = parts.covs;
  const round = first.every((row, i) => row.every((v, j) => v === (i === j ? first[0][0] : 0)));
  const shared = parts.covs.every((cov) => cov.every((row, i) => row.every((v, j) => v === first[i][j])));
  return { points: round && shared, mixture: parts.means.length <= MOST_HANDLES && first[0][0] > 0 };
}

/** @type {(experiment: Experiment, given: Given, as: "points" | "mixture") => Changed} */
export function convertTarget(experiment, given, as) {
  const { log_weights: logWeights, means, covs, labels } = given.components;
  const top = Math.max(...logWeights);
  const weights = logWeights.map((v) => Math.max(1e-12, Math.exp(v - top))); // a weight is above 0
  const names = labels.map((k) => (k < 0 ? null : given.names[k]));
  if (as === "mixture") {
    return changeTarget(experiment, { kind: "gaussian_mixture", components: means.map((mean, k) => ({ weight: weights[k], mean, covariance: covs[k], label: names[k] })) });
  }
  const equal = weights.every((w) => Math.abs(w - 1) < 1e-12);
  return changeTarget(experiment, { kind: "points", points: means, labels: orNone(names), weights: equal ? null : weights, noise: covs[0][0][0] });
}

/** @type {(labels: (string | null)[]) => (string | null)[] | null} */
function orNone(labels) { return labels.some((label) => label !== null) ? labels : null; }
