// The editor: it puts changes, history, handles and boxes together, and says what is to be drawn, computed and handed on.

import { createBar } from "./bar.js";
import { createBoxes } from "./boxes.js";
import { roundStep, tidy } from "./change.js";
import { addAt, draggedNumbers, duplicate, relabel, remove, setNumbers } from "./changes.js";
import { convertTarget, pasteRows } from "./convert.js";
import { fittedExtent } from "./fit.js";
import { drawEditor } from "./drawing.js";
import { dimensionOf, numbersInWords, thingsOf } from "./handles.js";
import { editKey, present, record, startHistory, travel } from "./history.js";
import { middleOf } from "./kinds.js";
import { PaintBrush } from "./paint_brush.js";
import { PointsBrush } from "./points_brush.js";
/** @import { Overlay } from "./overlay.js" */
/** @import { Page } from "../page.js" */
/** @import { Panel } from "../panel.js" */
/** @import { State } from "../state.js" */
/** @import { Theme } from "../theme.js" */
/** @import { Changed, Experiment } from "./change.js" */
/** @import { Thing } from "./handles.js" */
/** @import { History } from "./history.js" */
/** @import { Handle } from "./kinds.js" */

/**
 * What the editor asks of the player: to draw an Experiment now (`rough` while it is dragged), and to hand one on.
 * @typedef {object} Player
 * @property {(experiment: Experiment | null, rough: boolean) => void} show
 * @property {(experiment: Experiment) => void} hand
 * @property {() => Panel[]} panels
 * @property {() => Theme} theme
 */

const HAND_ON = 400; // milliseconds without a key before an edit is handed on
const QUANTA = 1000; // places are rounded to about a thousandth of the axes

export class Editor {
  on = false;
  snap = false;
  selected = "";
  tool = "move";
  /** @type {History | null} */ history = null;
  /** @type {Overlay[]} */ overlays = [];
  /** @type {{thing: Thing, handle: Handle, from: number[], start: Experiment, moved: boolean} | null} */ grabbed = null;
  handing = 0;

  /** @param {Page} page @param {State} state @param {Player} player */
  constructor(page, state, player) {
    this.page = page;
    this.state = state;
    this.player = player;
    this.bar = createBar(page.legend.parentElement, page.legend, {
      tool: (tool) => this.take(tool), travel: (by) => this.travel(by), snap: (on) => { this.snap = on; this.draw(); },
      fit: () => this.fit(), add: () => this.addAt(this.middle()), choose: (id) => this.choose(id), convert: (as) => this.convert(as),
    });
    this.boxes = createBoxes(this.bar.numbers, this.bar.tools, {
      number: (changes) => this.typeNumbers(changes), label: (text) => this.typeLabel(text), copy: () => this.copy(), remove: () => this.remove(),
      rows: (text) => this.apply(pasteRows(this.experiment(), text, this.dimension())),
    });
    this.brushes = { points: new PointsBrush(this), paint: new PaintBrush(this) };
    page.root.addEventListener("keydown", (event) => this.undoKey(event), true);
  }

  // ---- what is edited
  /** @type {() => Experiment} */
  experiment() { return this.state.edited ?? (this.history ? this.whole(present(this.history)) : this.scene().header.experiment); }

  // An entry of the history with everything else as it is now: sampler, w and run are not edited here.
  /** @type {(entry: Experiment) => Experiment} */
  whole({ target, guidance, measure }) { return { ...this.scene().header.experiment, target, guidance, measure: measure ?? null }; }

  scene() { return this.state.scenes[0]; }

  dimension() { return dimensionOf(this.experiment().target) ?? this.scene().d; }

  /** @type {() => number[]} */
  extent() { return this.state.extent ?? this.scene().header.extent; }

  middle() { return middleOf(this.extent()); }

  things() { return thingsOf(this.experiment(), this.dimension(), this.extent()); }

  // A step of the arrow keys, and the digit that places are rounded to: round numbers of the axes' size.
  step() { return roundStep((this.extent()[1] - this.extent()[0]) / 160); }

  quantum() { return 10 ** Math.floor(Math.log10((this.extent()[1] - this.extent()[0]) / QUANTA)); }

  // Over the reward while it is painted, or else over points.
  get brush() { return this.painting() ? this.brushes.paint : this.brushes.points; }

  painting() { return ["paint", "wipe"].includes(this.tool) && this.brushes.paint.able(); }

  able() { return this.scene()?.header.experiment?.target !== undefined; }

  // ---- switched on and off
  /** @type {(on: boolean) => void} */
  toggle(on) {
    this.on = on && this.able();
    this.bar.node.hidden = !this.on;
    this.state.extent = this.on ? this.player.panels()[0]?.spec.extent ?? null : null;
    if (this.on && !this.history) this.history = startHistory(this.experiment());
    if (!this.on) this.clear();
    this.player.show(this.state.edited, false);
  }

  // Out of the handles, to the panels with their own keys.
  leave() { this.page.panels.focus(); }

  clear() {
    for (const overlay of this.overlays) overlay.destroy();
    this.overlays = [];
  }

  // Scenes came: the server's own take the place of what was worked out here; what was edited meanwhile stays.
  enter() {
    const came = this.scene().header.experiment;
    const key = editKey(came);
    const { edited } = this.state;
    const behind = edited && this.history.entries.some((entry) => editKey(entry) === key) && editKey(edited) !== key;
    if (!behind) {
      if (this.history && editKey(present(this.history)) !== key) this.history = record(this.history, came); // changed elsewhere
      if (!this.grabbed) this.state.edited = null;
    }
    if (this.on && !this.able()) this.toggle(false);
    else this.player.show(this.state.edited, false);
  }

  // ---- changes
  // A change that is final: drawn, remembered and handed on; a refused one is said. True where it was made.
  /** @type {(changed: Changed, gesture?: string) => boolean} */
  apply({ experiment, refused }, gesture = "") {
    this.bar.say(refused, true);
    if (refused) return false;
    if (sameParts(experiment, this.experiment())) return true;
    this.history = record(this.history, experiment, gesture, performance.now());
    this.player.show(this.state.edited = experiment, false);
    this.handOn();
    return true;
  }

  // A change that goes on: drawn only.
  /** @type {(changed: Changed) => void} */
  preview({ experiment, refused }) {
    this.bar.say(refused, true);
    if (refused || sameParts(experiment, this.experiment())) return;
    this.player.show(this.state.edited = experiment, true);
  }

  // What was previewed is kept, or what was there before is.
  /** @type {(start: Experiment, kept: boolean) => void} */
  settle(start, kept) {
    const experiment = this.experiment();
    if (sameParts(experiment, start)) return;
    this.state.edited = start;
    if (kept) this.apply({ experiment, refused: "" });
    else this.player.show(start, false);
  }

  handOn() {
    clearTimeout(this.handing);
    this.handing = window.setTimeout(() => { if (!this.grabbed) this.player.hand(this.experiment()); }, HAND_ON);
  }

  /** @type {(by: -1 | 1) => void} */
  travel(by) {
    if (!this.history || this.grabbed) return;
    const next = travel(this.history, by);
    if (next === this.history) return;
    this.history = next;
    this.bar.say(by < 0 ? "Taken back." : "Done again.");
    this.player.show(this.state.edited = this.whole(present(next)), false);
    this.handOn();
  }

  // ---- parts
  /** @type {() => Thing | null} */
  chosen() { return this.things().find(({ id }) => id === this.selected) ?? null; }

  /** @type {(tool: string) => void} */
  take(tool) {
    this.tool = tool;
    this.bar.say("");
    if (this.painting()) {
      this.selected = "";
      this.brushes.paint.begin();
    }
    this.player.show(this.state.edited, false);
  }

  /** @type {(id: string) => void} */
  choose(id) {
    if (this.painting() && id) this.tool = "move"; // a part is taken hold of with the handles
    this.selected = id;
    this.draw();
  }

  /** @type {(at: number[]) => void} */
  addAt(at) {
    if (this.brush.active()) {
      this.brush.dab(at, this.brush.more);
      return;
    }
    const chosen = this.chosen();
    const changed = addAt(this.experiment(), chosen?.handles.length ? chosen : null, at.map((v) => tidy(v, this.snap ? 0.25 : this.quantum())));
    if (this.apply(changed)) this.goTo(changed.added);
  }

  copy() {
    const chosen = this.chosen();
    const changed = duplicate(this.experiment(), chosen, 8 * this.step());
    if (this.apply(changed)) this.goTo(changed.added);
  }

  remove() {
    const chosen = this.chosen();
    if (!this.apply(remove(this.experiment(), chosen))) return;
    this.bar.say(`${chosen.name} is gone; Ctrl+Z brings it back.`);
    this.goTo(this.things().find(({ group }) => group === chosen.group)?.id);
  }

  // The keyboard goes where the change was.
  /** @type {(id: string) => void} */
  goTo(id) {
    this.choose(id ?? "");
    this.overlays[0]?.focus(this.selected);
  }

  /** @type {(as: "points" | "mixture") => void} */
  convert(as) {
    this.apply(convertTarget(this.experiment(), /** @type {any} */ (this.scene().header).live, as));
  }

  // ---- boxes
  /** @type {(changes: Record<string, number>) => boolean} */
  typeNumbers(changes) {
    if (this.brush.active() && this.selected === "") return this.brush.type(changes);
    return this.apply(setNumbers(this.experiment(), this.chosen(), changes), `${this.selected} ${Object.keys(changes)}`);
  }

  /** @type {(text: string) => boolean} */
  typeLabel(text) {
    if (this.brush.active() && this.selected === "") return this.brush.typeLabel(text);
    return this.apply(relabel(this.experiment(), this.chosen(), text));
  }

  // ---- the view
  fit() {
    this.state.extent = fittedExtent(this.experiment(), this.things(), this.extent());
    this.player.show(this.state.edited, false);
  }

  /** @type {(event: KeyboardEvent) => void} */
  undoKey(event) {
    if (!this.on || !(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
    const target = /** @type {Element} */ (event.composedPath()[0]);
    if (target.matches("input[type=text], textarea")) return; // text has an undo of its own
    event.preventDefault();
    this.travel(event.shiftKey ? 1 : -1);
  }

  // ---- drawing
  draw() { if (this.on && this.history) drawEditor(this); }

  // ---- a handle in hand
  /** @type {(thing: Thing, handle: Handle, at: number[]) => void} */
  grab(thing, handle, at) {
    this.selected = thing.id;
    this.grabbed = { thing, handle, from: at, start: this.experiment(), moved: false };
    this.draw();
  }

  /** @type {(at: number[]) => void} */
  drag(at) {
    const { grabbed } = this;
    if (!grabbed) return;
    const { thing, handle, from, start } = grabbed;
    grabbed.moved = true;
    this.preview(setNumbers(start, thing, draggedNumbers(thing, handle, from, at, this.snap, this.quantum())));
  }

  /** @type {(kept: boolean) => void} */
  drop(kept) {
    const { grabbed } = this;
    this.grabbed = null;
    if (!grabbed) return;
    this.settle(grabbed.start, kept);
    const chosen = this.chosen();
    if (grabbed.moved && chosen) this.bar.say(kept ? `${chosen.name}: ${numbersInWords(chosen)}` : "Left as it was.");
  }

  destroy() {
    clearTimeout(this.handing);
    this.clear();
  }
}

// Parts that nobody changed are the same objects.
/** @type {(a: Experiment, b: Experiment) => boolean} */
function sameParts(a, b) { return a.target === b.target && a.guidance === b.guidance; }
