// The brush over a target of points: what it would do, where it is, and the points that it picked up.

import { addPoints, erasePoints, labelPoints, movePoints, pointsUnder } from "./brush.js";
import { FARTHEST, placeField, tidy } from "./change.js";
import { labelsOf, readLabel } from "./labels.js";
import { toPixel } from "./places.js";
/** @import { Theme } from "../theme.js" */
/** @import { Changed, Experiment, Field } from "./change.js" */
/** @import { Editor } from "./editor.js" */
/** @import { Thing } from "./handles.js" */
/** @import { Places } from "./places.js" */

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const MOST_DOTS = 4000; // points that are drawn as dots of their own

export class BrushTool {
  tool = "move";
  /** @type {string | null} */ label = null;
  /** @type {number[] | null} */ at = null;
  /** @type {number | null} */ size = null;
  /** @type {{start: Experiment, which: number[], from: number[], last: number[]} | null} */ stroke = null;

  /** @param {Editor} editor */
  constructor(editor) { this.editor = editor; }

  active() { return this.editor.experiment().target?.kind === "points"; }

  place() { return this.at ?? this.editor.middle(); }

  radius() { return this.size ?? 6 * this.editor.step(); }

  /** @type {(tool: string) => void} */
  choose(tool) {
    this.tool = tool;
    this.editor.draw();
  }

  // ---- what is shown
  // The brush is a thing of its own to the overlay: it can be focused and moved, and is no part of the scene.
  /** @type {(things: Thing[]) => Thing[]} */
  with(things) {
    if (!this.active()) return things;
    const [x, y] = this.place();
    const fields = y === undefined ? [placeField("x", "x")] : [placeField("x", "x"), placeField("y", "y")];
    const brush = /** @type {Thing} */ ({
      id: "brush", path: [], group: "target", kind: null, name: `the brush, ${pointsUnder(this.editor.experiment().target, this.place(), this.radius()).length} points under it`,
      label: this.label, colour: labelsOf(this.editor.experiment().target).indexOf(this.label), numbers: { x, y }, fields,
      handles: [{ name: "centre", at: this.place(), moves: fields.map(({ name }) => name) }], outlines: [],
    });
    return [...things, brush];
  }

  shown() { return this.active() ? { at: this.place(), radius: this.radius() } : null; }

  /** @type {(places: Places, theme: Theme) => {path: string, colour: string}[]} */
  dots(places, theme) {
    const { target } = this.editor.experiment();
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

  box() {
    const { target } = this.editor.experiment();
    const [x, y] = this.place();
    /** @type {Field[]} */
    const fields = [placeField("x", "brush x"), ...(y === undefined ? [] : [placeField("y", "brush y")]), { name: "radius", label: "brush size", step: "size", low: 1e-4, high: FARTHEST },
      { name: "noise", label: "noise (variance)", step: "amount", low: 0, high: FARTHEST }];
    return { id: "brush", name: `${target.points.length.toLocaleString("en")} points`, note: "", fields, numbers: { x, y, radius: this.radius(), noise: target.noise ?? 0 }, label: this.label };
  }

  /** @type {(changes: Record<string, number>) => boolean} */
  type(changes) {
    const field = this.box().fields.find(({ name }) => name in changes);
    const value = changes[field.name];
    if (!Number.isFinite(value) || value < field.low || value > field.high) {
      this.editor.bar.say(`${field.label}: found ${value}; it must be between ${field.low} and ${field.high}.`, true);
      return false;
    }
    if (field.name === "noise") return this.editor.apply({ experiment: { ...this.editor.experiment(), target: { ...this.editor.experiment().target, noise: value } }, refused: "" });
    if (field.name === "radius") this.size = value;
    else this.at = this.place().map((v, i) => (field.name === "xy"[i] ? value : v));
    this.editor.draw();
    return true;
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
  /** @type {(at: number[]) => void} */
  moveTo(at) {
    this.at = at;
    this.editor.draw();
  }

  /** @type {(experiment: Experiment, at: number[], tool: string) => Changed} */
  change(experiment, at, tool) {
    if (tool === "erase") return erasePoints(experiment, pointsUnder(experiment.target, at, this.radius()));
    return addPoints(experiment, at, this.radius(), this.label, this.editor.quantum());
  }

  /** @type {(at: number[], tool: string) => void} */
  dab(at, tool) { this.editor.apply(this.change(this.editor.experiment(), at, tool)); }

  /** @type {(at: number[], phase: "down" | "move" | "up" | "hover" | "leave") => void} */
  ground(at, phase) {
    if (!this.active()) return;
    this.at = at.map((v) => tidy(v, this.editor.quantum()));
    if (phase === "down") this.lift();
    if (phase === "move" && this.stroke) this.carry();
    if (phase === "up" && this.stroke) this.put(true);
    this.editor.draw();
  }

  // A stroke begins: points are picked up, or the first are brushed in or out.
  lift() {
    const { editor } = this;
    const start = editor.experiment();
    this.stroke = { start, which: pointsUnder(start.target, this.place(), this.radius()), from: this.place(), last: this.place() };
    if (this.tool !== "move") editor.preview(this.change(start, this.place(), this.tool));
  }

  carry() {
    const { editor, stroke } = this;
    const at = this.place();
    if (this.tool === "move") {
      editor.preview(movePoints(stroke.start, stroke.which, at.map((v, i) => v - stroke.from[i]), editor.quantum()));
      return;
    }
    const far = Math.hypot(...at.map((v, i) => v - stroke.last[i])) > this.radius() / 2;
    if (this.tool === "add" && !far) return; // a slow hand puts in no more than a fast one
    stroke.last = at;
    editor.preview(this.change(editor.experiment(), at, this.tool));
  }

  /** @type {(kept: boolean) => void} */
  put(kept) {
    const { start } = this.stroke;
    this.stroke = null;
    this.editor.settle(start, kept);
  }

  /** @type {(event: KeyboardEvent) => (() => void) | null} */
  key({ key, shiftKey }) {
    const { editor } = this;
    if (key in ARROWS) {
      return () => {
        const step = (shiftKey ? 10 : 1) * (editor.snap ? 0.25 : editor.step());
        this.at = this.place().map((v, i) => tidy(v + step * ARROWS[key][i], editor.quantum()));
        if (this.stroke) this.carry();
        editor.draw();
      };
    }
    const under = () => pointsUnder(editor.experiment().target, this.place(), this.radius());
    switch (key) {
      case " ": case "Enter": return () => {
        if (this.tool !== "move") this.dab(this.place(), this.tool);
        else if (this.stroke) this.put(true);
        else this.lift();
      };
      case "n": case "N": return () => this.dab(this.place(), "add");
      case "Delete": case "Backspace": return () => this.dab(this.place(), "erase");
      case "[": return () => this.resize(1 / 1.25);
      case "]": return () => this.resize(1.25);
      case "l": case "L": return () => this.nextLabel(under());
      case "Escape": return () => { if (this.stroke) this.put(false); else editor.leave(); };
      default: return null;
    }
  }

  /** @type {(times: number) => void} */
  resize(times) {
    this.size = Number((this.radius() * times).toPrecision(3));
    this.editor.draw();
  }

  // The brush's next label, which the points under it get too.
  /** @type {(which: number[]) => void} */
  nextLabel(which) {
    const labels = [...labelsOf(this.editor.experiment().target), null];
    this.label = labels[(labels.indexOf(this.label) + 1) % labels.length];
    if (which.length) this.editor.apply(labelPoints(this.editor.experiment(), which, this.label));
    else this.editor.draw();
  }
}
