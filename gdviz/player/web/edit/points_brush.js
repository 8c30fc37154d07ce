// The brush over a target of points: it puts them in, takes them out, moves those it picks up, and gives them its label.

import { addPoints, erasePoints, labelPoints, movePoints, pointsUnder } from "./brush.js";
import { FARTHEST } from "./change.js";
import { HandBrush } from "./hand_brush.js";
import { labelsOf, readLabel } from "./labels.js";
import { toPixel } from "./places.js";
/** @import { Theme } from "../theme.js" */
/** @import { Changed, Experiment, Field } from "./change.js" */
/** @import { Thing } from "./handles.js" */
/** @import { Places } from "./places.js" */

const MOST_DOTS = 4000; // points that are drawn as dots of their own

export class PointsBrush extends HandBrush {
  more = "add";
  less = "erase";
  /** @type {string | null} */ label = null;
  /** @type {{start: Experiment, which: number[], from: number[], last: number[]} | null} */ stroke = null;

  target() { return this.editor.experiment().target; }

  active() { return this.target()?.kind === "points"; }

  stroking() { return this.stroke !== null; }

  under() { return pointsUnder(this.target(), this.place(), this.radius()); }

  // ---- what is shown
  /** @type {(things: Thing[]) => Thing[]} */
  with(things) { return this.active() ? super.with(things) : things; }

  words() {
    return { name: `the brush, ${this.under().length} points under it`, label: this.label, colour: labelsOf(this.target()).indexOf(this.label) };
  }

  /** @type {(places: Places, theme: Theme) => {path: string, colour: string}[]} */
  dots(places, theme) {
    if (!this.active()) return [];
    const target = this.target();
    const labels = labelsOf(target);
    /** @type {string[]} */
    const paths = new Array(labels.length + 1).fill("");
    const points = target.points.length <= MOST_DOTS ? target.points : target.points.slice(0, MOST_DOTS);
    points.forEach((/** @type {number[]} */ point, /** @type {number} */ i) => {
      const [x, y] = toPixel(places, point);
      const label = target.labels?.[i] ?? null;
      paths[label === null ? labels.length : labels.indexOf(label)] += `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
    });
    return paths.map((path, i) => ({ path: path || "M0 0", colour: i < labels.length ? theme.classes[i % theme.classes.length] : theme.muted }));
  }

  sheet() {
    const { points, noise } = this.target();
    /** @type {Field[]} */
    const fields = [{ name: "noise", label: "noise (variance)", step: "amount", low: 0, high: FARTHEST }];
    return { name: `${points.length.toLocaleString("en")} points`, label: this.label, fields, numbers: { noise: noise ?? 0 } };
  }

  /** @type {(name: string, value: number) => boolean} */
  setOther(name, value) {
    const experiment = this.editor.experiment();
    return this.editor.apply({ experiment: { ...experiment, target: { ...experiment.target, [name]: value } }, refused: "" });
  }

  // The label that is brushed in; the points under the brush get it at once.
  /** @type {(text: string) => boolean} */
  typeLabel(text) {
    const { label, problem } = readLabel(text);
    this.editor.bar.say(problem, true);
    if (problem) return false;
    this.label = label;
    this.editor.draw();
    return true;
  }

  // ---- what it does
  /** @type {(experiment: Experiment, at: number[], tool: string) => Changed} */
  change(experiment, at, tool) {
    if (tool === "erase") return erasePoints(experiment, pointsUnder(experiment.target, at, this.radius()));
    return addPoints(experiment, at, this.radius(), this.label, this.editor.quantum());
  }

  /** @type {(at: number[], tool: string) => void} */
  dab(at, tool) { this.editor.apply(this.change(this.editor.experiment(), at, tool)); }

  press() {
    if (this.editor.tool !== "move") this.dab(this.place(), this.editor.tool);
    else if (this.stroke) this.put(true);
    else this.lift();
  }

  // A stroke begins: points are picked up, or the first are brushed in or out.
  lift() {
    const { editor } = this;
    const start = editor.experiment();
    this.stroke = { start, which: this.under(), from: this.place(), last: this.place() };
    if (editor.tool !== "move") editor.preview(this.change(start, this.place(), editor.tool));
  }

  carry() {
    const { editor, stroke } = this;
    const at = this.place();
    if (editor.tool === "move") {
      editor.preview(movePoints(stroke.start, stroke.which, at.map((v, i) => v - stroke.from[i]), editor.quantum()));
      return;
    }
    const far = Math.hypot(...at.map((v, i) => v - stroke.last[i])) > this.radius() / 2;
    if (editor.tool === "add" && !far) return; // a slow hand puts in no more than a fast one
    stroke.last = at;
    editor.preview(this.change(editor.experiment(), at, editor.tool));
  }

  /** @type {(kept: boolean) => void} */
  put(kept) {
    const { start } = this.stroke;
    this.stroke = null;
    this.editor.settle(start, kept);
  }

  /** @type {(key: string) => (() => void) | null} */
  otherKey(key) { return key === "l" || key === "L" ? () => this.nextLabel(this.under()) : null; }

  // The brush's next label, which the points under it get too.
  /** @type {(which: number[]) => void} */
  nextLabel(which) {
    const labels = [...labelsOf(this.target()), null];
    this.label = labels[(labels.indexOf(this.label) + 1) % labels.length];
    if (which.length) this.editor.apply(labelPoints(this.editor.experiment(), which, this.label));
    else this.editor.draw();
  }
}
