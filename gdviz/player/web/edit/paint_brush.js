// The brush that paints the reward: a stroke is one step of the history, and the first makes a picture of the reward that is there.

import { getAt } from "./change.js";
import { HandBrush } from "./hand_brush.js";
import { beginStroke, goOn, picturePath, withPicture } from "./painted.js";
/** @import { Grid, Scene } from "../scene.js" */
/** @import { Experiment, Field } from "./change.js" */
/** @import { Outline } from "./kinds.js" */
/** @import { Thing } from "./handles.js" */
/** @import { Stroke } from "./painted.js" */

/** @type {Field} */
const AMOUNT = { name: "amount", label: "a stroke's paint, %", step: "amount", low: 5, high: 100 };
const BEGINS = "The first stroke makes a picture of the reward, flat where r is below 2 % of its most; Ctrl+Z brings the reward back.";

export class PaintBrush extends HandBrush {
  usual = 12;
  more = "paint";
  less = "wipe";
  amount = 50;
  /** @type {(Stroke & {before: Experiment}) | null} */ stroke = null;

  able() { return Boolean(this.editor.experiment().guidance?.reward); }

  stroking() { return this.stroke !== null; }

  picture() {
    const path = picturePath(this.editor.experiment());
    return path && getAt(this.editor.experiment(), path);
  }

  // ---- what is shown
  // No other handle is in the way of a stroke.
  /** @type {(things: Thing[]) => Thing[]} */
  with(things) { return super.with(things.map((thing) => /** @type {Thing} */ ({ ...thing, handles: [], outlines: [] }))); }

  /** @type {() => Partial<Thing>} */
  words() {
    const box = this.picture()?.box;
    /** @type {Outline[]} */
    const outlines = !box ? [] : box.length > 2 ? [{ frame: box, faint: true }] : [{ span: box, faint: true }];
    return { name: `the brush that ${this.editor.tool === "wipe" ? "wipes" : "paints"} the reward`, group: "reward", outlines };
  }

  /** @type {() => ReturnType<HandBrush["sheet"]>} */
  sheet() { return { name: this.editor.tool === "wipe" ? "Wiping the reward" : "Painting the reward", label: undefined, fields: [AMOUNT], numbers: { amount: this.amount } }; }

  /** @type {(name: string, value: number) => boolean} */
  setOther(name, value) {
    this.amount = value;
    this.editor.draw();
    return true;
  }

  // What is said when the tool is chosen; the shading has to be the reward's.
  begin() {
    const { view } = this.editor.state;
    if (!["auto", "reward"].includes(view.overlays.field)) view.overlays = { ...view.overlays, field: "auto" };
    this.editor.bar.say(this.picture() ? "" : BEGINS);
  }

  // ---- what it does
  lift() {
    const before = this.editor.experiment();
    const { experiment, refused } = withPicture(before, shownReward(this.editor.player.panels()[0].spec.scene, before), this.editor.extent());
    if (refused) {
      this.editor.bar.say(refused, true);
      return;
    }
    this.stroke = Object.assign(beginStroke(experiment, this.place()), { before });
    this.carry();
  }

  carry() { this.paint(this.editor.tool); }

  /** @type {(tool: string) => void} */
  paint(tool) {
    const amount = ((tool === "wipe" ? -1 : 1) * this.amount) / 100;
    this.editor.preview(goOn(this.stroke, this.place(), this.radius(), amount));
  }

  /** @type {(kept: boolean) => void} */
  put(kept) {
    const { before } = this.stroke;
    this.stroke = null;
    this.editor.settle(before, kept);
  }

  /** @type {(at: number[], tool: string) => void} */
  dab(at, tool) {
    this.at = at;
    if (!this.stroke) this.lift();
    if (!this.stroke) return;
    this.paint(tool);
    this.put(true);
  }

  /** @type {(key: string) => (() => void) | null} */
  otherKey(key) {
    const by = { "+": 5, "=": 5, "-": -5, _: -5 }[key];
    return by ? () => this.setOther("amount", Math.min(AMOUNT.high, Math.max(AMOUNT.low, this.amount + by))) : null;
  }
}

// r on a grid, as the panel shows it; of a class's probability its share of the density.
/** @type {(scene: Scene, experiment: Experiment) => Grid | null} */
function shownReward(scene, { guidance }) {
  const part = scene.grid(`class:${guidance.reward?.label}`);
  const all = scene.grid("density");
  if (guidance.reward?.kind !== "class_probability" || !part || !all) return scene.grid("reward");
  return { ...part, name: "reward", values: part.values.map((v, i) => (all.values[i] > 0 ? v / all.values[i] : 0)) };
}
