// A brush in the hand: where it is, how large, and the strokes that pointer, finger and keys make with it. What it changes is its kind's.

import { FARTHEST, misfit, placeField, tidy } from "./change.js";
/** @import { Theme } from "../theme.js" */
/** @import { Changed, Experiment, Field } from "./change.js" */
/** @import { Editor } from "./editor.js" */
/** @import { Thing } from "./handles.js" */
/** @import { Places } from "./places.js" */

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class HandBrush {
  /** @type {number[] | null} */ at = null;
  /** @type {number | null} */ size = null;
  usual = 6; // its radius in steps of the arrow keys
  more = ""; // the tools that put in and take out
  less = "";

  /** @param {Editor} editor */
  constructor(editor) { this.editor = editor; }

  // ---- what each kind of brush says and does
  active() { return true; }

  stroking() { return false; }

  /** @type {() => Partial<Thing>} */
  words() { return {}; }

  /** @type {() => {name: string, label: string | null | undefined, fields: Field[], numbers: Record<string, number>}} */
  sheet() { return { name: "", label: undefined, fields: [], numbers: {} }; }

  /** @type {(name: string, value: number) => boolean} */
  setOther(name, value) { return name in this.sheet().numbers && value === value; }

  lift() {}

  carry() {}

  /** @type {(kept: boolean) => void} */
  put(kept) { this.editor.draw(); }

  /** @type {(at: number[], tool: string) => void} */
  dab(at, tool) { this.moveTo(at); }

  // Space and Enter at the cursor.
  press() { this.dab(this.place(), this.editor.tool); }

  /** @type {(key: string) => (() => void) | null} */
  otherKey(key) { return null; }

  /** @type {(places: Places, theme: Theme) => {path: string, colour: string}[]} */
  dots(places, theme) { return []; }

  /** @type {(text: string) => boolean} */
  typeLabel(text) { return false; }

  // ---- what is shown
  place() { return this.at ?? this.editor.middle(); }

  radius() { return this.size ?? this.usual * this.editor.step(); }

  // The brush is a thing of its own to the overlay: it can be focused and moved, and is no part of the scene.
  /** @type {(things: Thing[]) => Thing[]} */
  with(things) {
    const [x, y] = this.place();
    const fields = y === undefined ? [placeField("x", "x")] : [placeField("x", "x"), placeField("y", "y")];
    const brush = /** @type {Thing} */ ({
      id: "brush", path: [], group: "target", kind: null, name: "the brush", label: null, colour: null, numbers: { x, y }, fields,
      handles: [{ name: "centre", at: this.place(), moves: fields.map(({ name }) => name) }], outlines: [], ...this.words(),
    });
    return [...things, brush];
  }

  shown() { return this.active() ? { at: this.place(), radius: this.radius() } : null; }

  box() {
    const [x, y] = this.place();
    const { name, label, fields, numbers } = this.sheet();
    /** @type {Field[]} */
    const own = [placeField("x", "brush x"), ...(y === undefined ? [] : [placeField("y", "brush y")]), { name: "radius", label: "brush size", step: "size", low: 1e-4, high: FARTHEST }];
    return { id: "brush", name, note: "", fields: [...own, ...fields], numbers: { x, y, radius: this.radius(), ...numbers }, label };
  }

  /** @type {(changes: Record<string, number>) => boolean} */
  type(changes) {
    const field = this.box().fields.find(({ name }) => name in changes);
    const value = changes[field.name];
    const problem = misfit(field, value);
    this.editor.bar.say(problem, true);
    if (problem) return false;
    if (field.name === "radius") this.size = value;
    else if (field.name === "x" || field.name === "y") this.at = this.place().map((v, i) => (field.name === "xy"[i] ? value : v));
    else return this.setOther(field.name, value);
    this.editor.draw();
    return true;
  }

  // ---- what it does
  /** @type {(at: number[]) => void} */
  moveTo(at) {
    this.at = at;
    this.editor.draw();
  }

  /** @type {(at: number[], phase: "down" | "move" | "up" | "hover" | "leave") => void} */
  ground(at, phase) {
    if (!this.active()) return;
    this.at = at.map((v) => tidy(v, this.editor.quantum()));
    if (phase === "down") this.lift();
    if (phase === "move" && this.stroking()) this.carry();
    if (phase === "up" && this.stroking()) this.put(true);
    this.editor.draw();
  }

  /** @type {(event: KeyboardEvent) => (() => void) | null} */
  key({ key, shiftKey }) {
    const { editor } = this;
    if (key in ARROWS) {
      return () => {
        const step = (shiftKey ? 10 : 1) * (editor.snap ? 0.25 : editor.step());
        this.at = this.place().map((v, i) => tidy(v + step * ARROWS[key][i], editor.quantum()));
        if (this.stroking()) this.carry();
        editor.draw();
      };
    }
    switch (key) {
      case " ": case "Enter": return () => this.press();
      case "n": case "N": return () => this.dab(this.place(), this.more);
      case "Delete": case "Backspace": return () => this.dab(this.place(), this.less);
      case "[": return () => this.resize(1 / 1.25);
      case "]": return () => this.resize(1.25);
      case "Escape": return () => { if (this.stroking()) this.put(false); else editor.leave(); };
      default: return this.otherKey(key);
    }
  }

  /** @type {(times: number) => void} */
  resize(times) {
    this.size = Math.max(1e-4, Number((this.radius() * times).toPrecision(3)));
    this.editor.draw();
  }
}
