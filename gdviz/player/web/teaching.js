// What a teacher's link asks of the player: parts that are hidden, no editing, and the step it opens at. `gdviz/ui/explore/teaching.py`
// reads the same fields for the page around it.

import { nearestStep } from "./motion.js";
/** @import { Scene } from "./scene.js" */

const HIDEABLE = ["charts", "numbers", "sentence"];

/** @type {(root: HTMLElement) => void} */
export function applyTeaching(root) {
  const asked = new URLSearchParams(location.search);
  root.dataset.hide = (asked.get("hide") ?? "").split(",").filter((name) => HIDEABLE.includes(name)).join(" ");
  root.classList.toggle("gv-locked", asked.get("lock") === "1");
}

// The frame to open at: the one nearest to the step that the address names.
/** @type {(scene: Scene) => number | null} */
export function askedFrame(scene) {
  const step = new URLSearchParams(location.search).get("step");
  return step !== null && /^\d{1,5}$/.test(step) ? nearestStep(scene, Number(step)) : null;
}
