// An Experiment as plain JSON, changed without touching the one that is there. What Python would refuse is not made.

/**
 * @typedef {Record<string, any>} Experiment
 * @typedef {(string | number)[]} Path
 *
 * The changed Experiment; where something was refused the one that was there, and why in one sentence.
 * @typedef {{experiment: Experiment, refused: string}} Changed
 *
 * A number of a part. `step` says how it is changed by hand: a place, a size, an angle in degrees or an amount.
 * @typedef {{name: string, label: string, step: "place" | "size" | "angle" | "amount", low?: number, high?: number, above?: number}} Field
 */

export const FARTHEST = 1e6; // as gdviz/targets/_target.py
export const HEAVIEST = 1e12;

/** @type {(experiment: Experiment) => Changed} */
export function accept(experiment) { return { experiment, refused: "" }; }

/** @type {(experiment: Experiment, sentence: string) => Changed} */
export function refuse(experiment, sentence) { return { experiment, refused: sentence }; }

/** @type {(value: any, path: Path) => any} */
export function getAt(value, path) { return path.reduce((inner, key) => inner?.[key], value); }

// A copy with another value at a place; everything beside the way there is shared.
/** @type {(value: any, path: Path, next: any) => any} */
export function setAt(value, path, next) {
  if (!path.length) return next;
  const [key, ...rest] = path;
  const copy = Array.isArray(value) ? value.slice() : { ...value };
  copy[key] = setAt(value?.[key], rest, next);
  return copy;
}

// What is wrong with a number for a field, in one sentence; "" where nothing is.
/** @type {(field: Field, value: number) => string} */
export function misfit({ label, low, high, above }, value) {
  const good = Number.isFinite(value) && !(value < low) && !(value > high) && !(value <= above);
  if (good) return "";
  const bounds = [above !== undefined && `above ${plain(above)}`, low !== undefined && `at least ${plain(low)}`, high !== undefined && `at most ${plain(high)}`];
  return `${label}: found ${plain(value)}; it must be ${bounds.filter(Boolean).join(" and ") || "a number"}.`;
}

/** @type {(value: number) => string} */
export function plain(value) {
  if (!Number.isFinite(value)) return "no number";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(Math.min(4, Math.max(0, String(value.toExponential()).indexOf("e") - 2))).replace("e+", "e") : String(Number(value.toPrecision(6)));
  return text.replace("-", "−");
}

// A number as a person would write it: a multiple of the quantum without the noise of binary fractions.
/** @type {(value: number, quantum: number) => number} */
export function tidy(value, quantum) { return Number((Math.round(value / quantum) * quantum).toPrecision(12)) + 0; }

/** @type {(value: number) => number} */
export function bounded(value) { return Math.min(FARTHEST, Math.max(-FARTHEST, value)); }

// 1, 2 or 5 times a power of ten.
/** @type {(rough: number) => number} */
export function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return tidy([1, 2, 5, 10].map((m) => m * power).find((s) => s >= 0.8 * rough), power / 10);
}
/** @type {(name: string, label: string) => Field} */
export function placeField(name, label) { return { name, label, step: "place", low: -FARTHEST, high: FARTHEST }; }

// Text from outside as a number and nothing else; NaN for what is none. A decimal comma and a printed minus are read.
/** @type {(text: string) => number} */
export function parseNumber(text) {
  const written = text.trim().replace(/^[−–]/, "-").replace(/^([-+]?\d*),(\d+)$/, "$1.$2");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(written) ? Number(written) : NaN;
}
