// What of an Experiment can be taken hold of: components and points of the target, the shapes of its reward.

import { getAt } from "./change.js";
import { COMPONENT } from "./component.js";
import { readPart } from "./kinds.js";
import { labelsOf } from "./labels.js";
import { BUMP, CONSTANT, FLOOR, HALF_PLANE, LINEAR, QUADRATIC, RING, STRENGTH } from "./reward_kinds.js";
import { sharedWith, shareHandle } from "./share.js";
/** @import { Experiment, Field, Path } from "./change.js" */
/** @import { Handle, Kind, Numbers, Outline } from "./kinds.js" */

/**
 * A part that can be changed. `colour` is the number of its class, -1 for none, null for a reward.
 * @typedef {object} Thing
 * @property {string} id - its path in the Experiment
 * @property {Path} path
 * @property {"target" | "reward"} group
 * @property {Kind} kind
 * @property {string} name - in words
 * @property {string | null} label
 * @property {number | null} colour
 * @property {Numbers} numbers
 * @property {Field[]} fields
 * @property {Handle[]} handles
 * @property {Outline[]} outlines
 */

/** @type {Record<string, Kind>} */
const SHAPES = { quadratic: QUADRATIC, ring_distance: RING, half_plane: HALF_PLANE, linear: LINEAR };

/** @type {(experiment: Experiment, d: number, extent: number[]) => Thing[]} */
export function thingsOf(experiment, d, extent) {
  const parts = [...targetParts(experiment), ...rewardParts(experiment, ["guidance", "reward"])];
  return parts.map(({ path, kind, name, label, colour, group }) => {
    const part = getAt(experiment, path);
    const numbers = readPart(kind, part, d);
    const handles = kind.handles(numbers, d, extent);
    const outlines = kind.outlines(numbers, d, extent);
    const shared = sharedWith(experiment, path);
    if (shared) {
      const { handle, track } = shareHandle(shared.name, shared.rest, numbers, d, extent);
      handles.push(handle);
      outlines.push(track);
    }
    return { id: path.join("."), path, group, kind, name, label, colour, numbers, fields: kind.fields(part, d), handles, outlines };
  });
}

/** @typedef {Pick<Thing, "path" | "group" | "kind" | "name" | "label" | "colour">} Part */

/** @type {(experiment: Experiment) => Part[]} */
function targetParts({ target }) {
  if (target?.kind !== "gaussian_mixture") return [];
  const labels = labelsOf(target);
  /** @type {Record<string, number>} */
  const seen = {};
  return target.components.map((/** @type {any} */ component, /** @type {number} */ k) => {
    const label = component.label ?? null;
    const alone = target.components.filter((/** @type {any} */ other) => other.label === label).length === 1;
    const place = (seen[label ?? ""] = (seen[label ?? ""] ?? 0) + 1);
    return { path: ["target", "components", k], group: "target", kind: COMPONENT, label, colour: labels.indexOf(label), name: label === null ? `component ${k + 1}` : alone ? label : `${label} #${place}` };
  });
}

// A composed reward is walked through; what has no shape (an expression, a class's probability) has no handle.
/** @type {(experiment: Experiment, path: Path) => Part[]} */
function rewardParts(experiment, path) {
  const reward = getAt(experiment, path);
  if (!reward) return [];
  /** @type {(at: Path, kind: Kind, name?: string) => Part} */
  const part = (at, kind, name = kind.noun) => ({ path: at, kind, name, group: "reward", label: null, colour: null });
  if (reward.kind in SHAPES) return [part(path, SHAPES[reward.kind])];
  if (reward.kind === "bumps") {
    return [...reward.bumps.map((/** @type {any} */ _, /** @type {number} */ i) => part([...path, "bumps", i], BUMP, `bump ${i + 1}`)), part(path, FLOOR)];
  }
  if (reward.kind === "exp") return [...rewardParts(experiment, [...path, "of"]), part(path, STRENGTH)];
  if (reward.kind === "shift") return [...rewardParts(experiment, [...path, "of"]), part(path, CONSTANT)];
  if (reward.kind === "sum" || reward.kind === "product") {
    return reward.of.flatMap((/** @type {any} */ _, /** @type {number} */ i) => rewardParts(experiment, [...path, "of", i]));
  }
  return [];
}

// The dimension of a target that says it, null for a named one.
/** @type {(target: any) => number | null} */
export function dimensionOf(target) {
  if (target?.kind === "gaussian_mixture") return target.components[0].mean.length;
  if (target?.kind === "points") return target.points[0].length;
  return null;
}

// Numbers as a person hears them: "mean x 1.2, mean y 0.4".
/** @type {(thing: Thing, names?: string[]) => string} */
export function numbersInWords({ fields, numbers }, names) {
  return fields.filter(({ name }) => !names || names.includes(name)).map(({ name, label, step }) => `${label} ${Number(numbers[name].toPrecision(3))}${step === "angle" ? "°" : ""}`).join(", ");
}
