// The law of the guided sampler at the w that is shown, worked out without particles: a curve, or contours.

import { formatPlain } from "./numbers.js";
/** @import { Place } from "./motion.js" */
/** @import { Field, Scene } from "./scene.js" */

// The law on the scene's axes as a grid, null where there is none. Between two computed w the logarithms are mixed.
/** @type {(scene: Scene, at: Place) => Field | null} */
export function guidedLawGrid(scene, at) {
  const { law } = scene;
  if (!law) return null;
  const values = law.log(at.k).slice();
  if (at.mix) law.log(at.next).forEach((log, i) => { values[i] = (1 - at.mix) * values[i] + at.mix * log; });
  values.forEach((log, i) => { values[i] = Math.exp(log); });
  return { width: law.width, height: law.height, extent: scene.header.extent, values };
}

/** @type {(at: Place) => string} */
export function guidedLawKey(at) { return `${at.k}|${at.mix}`; }

// How far refining the calculation moved the densities, in total variation: the worst of all w, so that the text stays.
/** @type {(scene: Scene) => string} */
export function guidedLawError(scene) {
  return formatPlain(Number(Math.max(...scene.header.law.errors).toPrecision(1)));
}

// Words for those who do not see the line.
/** @type {(scene: Scene) => string} */
export function guidedLawWords(scene) {
  const line = scene.d > 1 ? "solid contours" : "solid curve";
  return `${line}: law of the guided sampler, refinement error ${guidedLawError(scene)}`;
}
