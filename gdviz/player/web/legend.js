// The line that says what the marks on the stage mean.

import { addElement } from "./dom.js";
import { addExplained } from "./explain.js";
import { GLOSSARY } from "./glossary.js";
import { guidedLawError } from "./law.js";
import { rewardName } from "./rows.js";
import { classGrids } from "./scene.js";
import { addShape } from "./shapes.js";
import { inkOf } from "./theme.js";
/** @import { Scene } from "./scene.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Overlays } from "./view.js" */

const CONTOURS = "Worked out without particles. The three contours hold 50, 80 and 95 % of its mass.";

/** @type {(node: HTMLElement, scene: Scene, overlays: Overlays, theme: Theme) => void} */
export function fillLegend(node, scene, overlays, theme) {
  const { header } = scene;
  const items = [];
  if (overlays.field === "classes") {
    classGrids(scene).forEach((g, i) => items.push(["shape", theme.classes[i % theme.classes.length], `class ${g.name.slice(6)}`, "", String(i)]));
    if (scene.grid("unlabelled")) items.push(["tint", theme.muted, "without a label"]);
  }
  if (overlays.field === "density" && scene.grid("density")) items.push(["tint", theme.muted, "target density"]);
  if (overlays.field === "reward") items.push(["tint", theme.reward, `reward ${rewardName(header) ?? "r(x)"}`]);
  const goal = (header.laws.goals ?? []).find((g) => `goal:${g.name}` === overlays.contours);
  if (scene.grid(overlays.contours)) {
    const target = overlays.contours === "density";
    if (!target || scene.d > 1) items.push([target ? "line" : "dash", target ? theme.muted : theme.exact, `${target ? "target" : `exact ${goal?.law ?? overlays.contours.slice(5)}`}`, CONTOURS]);
  }
  if (scene.law && overlays.law) {
    items.push(["line", theme.exact, `law of the guided sampler, refinement error ${guidedLawError(scene)}`, CONTOURS]);
  }
  if (scene.arrows && overlays.base) items.push(["line", theme.none, "base score"]);
  if (scene.arrows && overlays.push) items.push(["line", theme.reward, "w × push"]);
  if (scene.arrows && overlays.sum) items.push(["line", theme.guided, "their sum"]);
  const key = JSON.stringify(items);
  if (node.dataset.key === key) return; // a word under the pointer keeps its explanation
  node.dataset.key = key;
  node.replaceChildren();
  for (const [kind, colour, text, mass, index] of items) {
    const item = addElement("span", node);
    if (kind === "shape") addShape(item, Number(index), inkOf(theme, Number(index)), colour);
    else addElement("i", item, { class: `gv-mark gv-${kind}`, style: `--mark: ${colour}` });
    /** @type {Record<string, string>} */
    const words = mass && scene.d > 1 ? { "law of the guided sampler": mass, target: mass, exact: mass, ...GLOSSARY } : GLOSSARY;
    addExplained(addElement("span", item), text, words);
  }
}
