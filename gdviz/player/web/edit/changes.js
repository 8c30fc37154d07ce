// What can be done to the parts of an Experiment. Each change gives a new Experiment, or the old one and why it was refused.

import { accept, bounded, getAt, misfit, refuse, setAt, tidy } from "./change.js";
import { axisAngle, degreesOf } from "./ellipse.js";
import { writePart } from "./kinds.js";
import { labelsOf, readLabel, withTarget } from "./labels.js";
import { amountOf } from "./share.js";
/** @import { Changed, Experiment, Path } from "./change.js" */
/** @import { Thing } from "./handles.js" */
/** @import { Handle, Numbers } from "./kinds.js" */

const MOST_COMPONENTS = 1000; // as gdviz/targets/_target.py
const MOST_BUMPS = 999; // as gdviz/rewards/bumps.py
const SNAP_PLACE = 0.25;
const SNAP_ANGLE = 15;
const SNAP_SHARE = 0.05;

/** @type {(thing: Thing) => number} */
function dimension({ numbers, kind }) { return "y" in numbers || ("angle" in numbers && kind.noun === "half-plane") ? 2 : 1; }

/** @type {(experiment: Experiment, thing: Thing, changes: Numbers) => Changed} */
export function setNumbers(experiment, thing, changes) {
  for (const field of thing.fields) {
    const problem = field.name in changes ? misfit(field, changes[field.name]) : "";
    if (problem) return refuse(experiment, problem);
  }
  const next = writePart(thing.kind, getAt(experiment, thing.path), changes, dimension(thing));
  return typeof next === "string" ? refuse(experiment, next) : accept(setAt(experiment, thing.path, next));
}

// The numbers that a handle gives when it is dragged from one place to another: a number is kept within its bounds, never refused.
/** @type {(thing: Thing, handle: Handle, from: number[], to: number[], snap: boolean, quantum: number) => Numbers} */
export function draggedNumbers({ fields, numbers }, handle, from, to, snap, quantum) {
  const delta = to.map((v, i) => v - from[i]);
  const step = snap ? SNAP_PLACE : quantum;
  /** @type {Numbers} */
  const changes = {};
  handle.moves?.forEach((name, i) => { changes[name] = tidy(numbers[name] + delta[i], step); });
  if (handle.size) {
    const reach = delta.reduce((sum, v, i) => sum + v * handle.direction[i], 0) / handle.times;
    changes[handle.size] = tidy(numbers[handle.size] + reach, step);
    if (sizeOf(fields, handle.size)) changes[handle.size] = Math.max(changes[handle.size], step);
  }
  if (handle.shares) {
    const way = delta.reduce((sum, v, i) => sum + v * handle.direction[i], 0) / handle.travel;
    changes[handle.shares] = amountOf(tidy(handle.share + way, snap ? SNAP_SHARE : 1e-3), handle.rest);
  }
  if (handle.turns) {
    const turned = degreesOf(to.map((v, i) => v - handle.about[i])) - degreesOf(from.map((v, i) => v - handle.about[i]));
    turnTo(changes, handle, tidy(numbers[handle.turns] + turned, snap ? SNAP_ANGLE : 1));
  }
  return within(fields, changes);
}

/** @type {(fields: Thing["fields"], name: string) => boolean} */
function sizeOf(fields, name) { return fields.find((field) => field.name === name).step === "size"; }

/** @type {(changes: Numbers, handle: Handle, degrees: number) => void} */
function turnTo(changes, handle, degrees) {
  if (!handle.keeps) {
    changes[handle.turns] = axisAngle(degrees);
    return;
  }
  changes[handle.turns] = tidy(degrees - 360 * Math.round(degrees / 360), 1);
  const radians = (degrees * Math.PI) / 180;
  changes[handle.keeps] = tidy(handle.about[0] * Math.cos(radians) + handle.about[1] * Math.sin(radians), 1e-4);
}

/** @type {(fields: Thing["fields"], changes: Numbers) => Numbers} */
function within(fields, changes) {
  for (const { name, low = -Infinity, high = Infinity } of fields) if (name in changes) changes[name] = Math.min(high, Math.max(low, changes[name]));
  return changes;
}

// A handle moved by keys: by so many steps to the right and up.
/** @type {(thing: Thing, handle: Handle, right: number, up: number, step: number, snap: boolean) => Numbers} */
export function nudgedNumbers({ fields, numbers }, handle, right, up, step, snap) {
  const place = snap ? SNAP_PLACE : step;
  /** @type {(value: number, by: number, unit: number) => number} */
  const moved = (value, by, unit) => tidy(by && snap ? unit * (by > 0 ? Math.floor(value / unit + 1e-9) + by : Math.ceil(value / unit - 1e-9) + by) : value + by * unit, by && snap ? unit : step / 100);
  /** @type {Numbers} */
  const changes = {};
  handle.moves?.forEach((name, i) => { changes[name] = moved(numbers[name], i ? up : right, place); });
  if (handle.size) {
    changes[handle.size] = moved(numbers[handle.size], right + up, place);
    if (sizeOf(fields, handle.size) && changes[handle.size] <= 0) changes[handle.size] = Math.min(numbers[handle.size], place);
  }
  if (handle.shares) changes[handle.shares] = amountOf(snap ? moved(handle.share, right + up, SNAP_SHARE) : handle.share + (right + up) / 100, handle.rest);
  if (handle.turns) {
    const unit = snap ? SNAP_ANGLE : 1;
    turnTo(changes, handle, moved(numbers[handle.turns], right + up, unit));
  }
  return within(fields, changes);
}

// Weight or height, one key press more or less.
/** @type {(experiment: Experiment, thing: Thing, times: number) => Changed} */
export function scaleAmount(experiment, thing, times) {
  const field = thing.fields.find(({ step }) => step === "amount");
  if (!field) return refuse(experiment, `${thing.name}: it has no weight or height to change.`);
  return setNumbers(experiment, thing, { [field.name]: Number((thing.numbers[field.name] * times).toPrecision(3)) });
}

// All widths together.
/** @type {(experiment: Experiment, thing: Thing, times: number) => Changed} */
export function scaleWidths(experiment, thing, times) {
  const sizes = thing.fields.filter(({ step }) => step === "size");
  if (!sizes.length) return refuse(experiment, `${thing.name}: it has no width to change.`);
  return setNumbers(experiment, thing, Object.fromEntries(sizes.map(({ name }) => [name, Number((thing.numbers[name] * times).toPrecision(3))])));
}

// `renamed`: a label and the one that takes its place.
/** @type {(experiment: Experiment, target: any, renamed?: (string | null)[]) => Changed} */
export function changeTarget(experiment, target, renamed = []) {
  const next = withTarget(experiment, target, renamed);
  return typeof next === "string" ? refuse(experiment, next) : accept(next);
}

// ---- one more, one less
// One more at a place: as the selected thing is, or else a component of the target. `added` in the answer is the new one's id.
/** @type {(experiment: Experiment, like: Thing | null, at: number[]) => Changed & {added?: string}} */
export function addAt(experiment, like, at) {
  const listed = like?.group === "reward" ? bumpsOf(experiment, like) : ["target", "components"];
  if (!listed) return refuse(experiment, `${like.name}: there is one of it; bumps and components can be added.`);
  const all = getAt(experiment, listed);
  if (!all) return refuse(experiment, "target: components can be added to a Gaussian mixture only.");
  const bumps = listed.at(-1) === "bumps";
  const most = bumps ? MOST_BUMPS : MOST_COMPONENTS;
  if (all.length >= most) return refuse(experiment, `found ${all.length} ${listed.at(-1)}; at most ${most} are allowed.`);
  const model = like && like.path.length === listed.length + 1 ? getAt(experiment, like.path) : all.at(-1);
  const fresh = bumps ? { ...model, center: at.map(bounded) } : { ...model, mean: at.map(bounded) };
  const path = [...listed, all.length];
  return { ...accept(setAt(experiment, listed, [...all, fresh])), added: path.join(".") };
}

/** @type {(experiment: Experiment, thing: Thing) => Path | null} */
function bumpsOf(experiment, { path }) {
  if (path.at(-2) === "bumps") return path.slice(0, -1);
  return getAt(experiment, path)?.kind === "bumps" ? [...path, "bumps"] : null;
}

/** @type {(experiment: Experiment, thing: Thing, beside: number) => Changed & {added?: string}} */
export function duplicate(experiment, thing, beside) {
  const part = getAt(experiment, thing.path);
  const place = part.mean ?? part.center;
  if (!place) return refuse(experiment, `${thing.name}: there is one of it; bumps and components can be copied.`);
  return addAt(experiment, thing, place.map((/** @type {number} */ v) => tidy(v + beside, 1e-4)));
}

/** @type {(experiment: Experiment, thing: Thing) => Changed} */
export function remove(experiment, thing) {
  const list = thing.path.slice(0, -1);
  const all = getAt(experiment, list);
  if (!Array.isArray(all)) return refuse(experiment, `${thing.name}: the reward is made from it; choose another under Guidance.`);
  if (all.length < 2) return refuse(experiment, `${thing.name}: it is the last; at least one must stay.`);
  const rest = all.filter((_, i) => i !== thing.path.at(-1));
  if (thing.group === "reward") return accept(setAt(experiment, list, rest));
  return changeTarget(experiment, { ...experiment.target, components: rest });
}

// ---- labels
/** @type {(experiment: Experiment, thing: Thing, text: string) => Changed} */
export function relabel(experiment, thing, text) {
  const { label, problem } = readLabel(text);
  if (problem) return refuse(experiment, problem);
  const target = setAt(experiment, [...thing.path, "label"], label).target;
  return changeTarget(experiment, target, [thing.label, label]);
}

// The label after this one; after the last comes none, and after none the first.
/** @type {(experiment: Experiment, thing: Thing) => Changed} */
export function nextLabel(experiment, thing) {
  if (thing.group === "reward") return refuse(experiment, `${thing.name}: a reward has no label.`);
  const labels = labelsOf(experiment.target);
  return relabel(experiment, thing, [...labels, ""][(labels.indexOf(thing.label) + 1) % (labels.length + 1)] ?? "");
}
