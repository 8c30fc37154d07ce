// Labels: which a target has, and what follows when one is renamed or goes.

import { getAt, setAt } from "./change.js";
/** @import { Experiment, Path } from "./change.js" */

const LONGEST = 60;

// In the order in which they first appear: the order of colours.
/** @type {(target: any) => string[]} */
export function labelsOf(target) {
  const all = target.kind === "points" ? target.labels ?? [] : (target.components ?? []).map((/** @type {any} */ c) => c.label);
  return [...new Set(all.filter((/** @type {any} */ label) => typeof label === "string"))];
}

// A label as typed: null for none, a sentence in `problem` for what is no label.
/** @type {(text: string) => {label: string | null, problem: string}} */
export function readLabel(text) {
  const label = text.trim();
  if (!label) return { label: null, problem: "" };
  if ([...label].length > LONGEST) return { label: null, problem: `label: found ${[...label].length} characters; at most ${LONGEST} are allowed.` };
  return /\p{Cc}|\p{Cs}/u.test(label) ? { label: null, problem: "label: found a character that is not text; letters, digits and signs are allowed." } : { label, problem: "" };
}

// Everything that names a label: the guidance, what is read off, and rewards that are a class's probability.
/** @type {(experiment: Experiment) => Path[]} */
function placesOfLabels(experiment) {
  /** @type {Path[]} */
  const places = [["guidance", "label"], ["measure", "label"]];
  /** @type {(path: Path) => void} */
  const visit = (path) => {
    const reward = getAt(experiment, path);
    if (!reward) return;
    if (reward.kind === "class_probability") places.push([...path, "label"]);
    if (Array.isArray(reward.of)) reward.of.forEach((/** @type {any} */ _, /** @type {number} */ i) => visit([...path, "of", i]));
    else if (reward.of) visit([...path, "of"]);
  };
  visit(["guidance", "reward"]);
  visit(["measure", "reward"]);
  return places.filter((path) => typeof getAt(experiment, path) === "string");
}

// The Experiment with another target. What named a label that is gone names the one that took its place (`renamed`: from, to), or else
// the first there is; a sentence where there is none.
/** @type {(experiment: Experiment, target: any, renamed?: (string | null)[]) => Experiment | string} */
export function withTarget(experiment, target, [from, to] = []) {
  const labels = labelsOf(target);
  let next = setAt(experiment, ["target"], target);
  for (const path of placesOfLabels(experiment)) {
    const named = getAt(experiment, path);
    if (labels.includes(named)) continue;
    const heir = named === from && labels.includes(to) ? to : labels[0];
    if (heir === undefined) return `label: found nothing left with a label, but the ${path[0]} names ${named}; give something a label first.`;
    next = setAt(next, path, heir);
  }
  return next;
}
