// The handles over a panel: one SVG on the canvas' own axes. It holds no state; what is done to it is told to the editor.

import { addSvg } from "../dom.js";
import { addMark, inkOn, outlinePath, pictureOf, shapeOf } from "./marks.js";
import { boxOf, handlePixel, toData } from "./places.js";
import { numbersInWords } from "./handles.js";
/** @import { Theme } from "../theme.js" */
/** @import { Thing } from "./handles.js" */
/** @import { Handle } from "./kinds.js" */
/** @import { Places } from "./places.js" */

/**
 * What a pointer or a key did.
 * @typedef {object} Told
 * @property {(thing: Thing, handle: Handle) => void} select
 * @property {(thing: Thing, handle: Handle, at: number[]) => void} grab
 * @property {(at: number[]) => void} drag - at most once a screen frame
 * @property {(kept: boolean) => void} drop
 * @property {(event: KeyboardEvent, thing: Thing, handle: Handle) => void} key
 * @property {(at: number[], phase: "down" | "move" | "up" | "hover" | "leave") => void} ground - where nothing is
 * @property {(at: number[]) => void} twice - a double click there
 *
 * What is drawn.
 * @typedef {{things: Thing[], selected: string, places: Places, theme: Theme, brush: {at: number[], radius: number} | null, dots: {path: string, colour: string}[]}} Drawn
 */

/** @typedef {{node: SVGGElement, letter: SVGTextElement, thing: Thing, handle: Handle}} Held */

export class Overlay {
  /** @type {Map<string, Held>} */ held = new Map();
  /** @type {Drawn | null} */ drawn = null;
  /** @type {Held | null} */ dragged = null;
  /** @type {DOMRect | null} */ box = null; // of the overlay, when the drag began
  moved = 0; // the frame asked for
  pressed = false;

  /** @param {HTMLElement} frame @param {boolean} focusable - the second panel's handles are for the pointer alone @param {Told} told */
  constructor(frame, focusable, told) {
    this.told = told;
    this.focusable = focusable;
    this.svg = addSvg("svg", frame, focusable
      ? { class: "gv-overlay", role: "application", "aria-label": "Handles of the scene; arrow keys move them" }
      : { class: "gv-overlay", "aria-hidden": "true" });
    const id = `gv-clip-${Math.random().toString(36).slice(2)}`;
    this.clip = addSvg("rect", addSvg("clipPath", addSvg("defs", this.svg), { id }));
    this.ground = addSvg("rect", this.svg, { class: "gv-ground" });
    const lines = addSvg("g", this.svg, { "clip-path": `url(#${id})` });
    this.dots = addSvg("g", lines, { class: "gv-dots" });
    this.outlines = addSvg("g", lines);
    this.brush = addSvg("circle", lines, { class: "gv-brush", visibility: "hidden" });
    this.handles = addSvg("g", this.svg);
    this.top = addSvg("g", this.svg, { class: "gv-top", "aria-hidden": "true" }); // the chosen centre over the others, whose order is that of Tab
    this.listen();
  }

  listen() {
    const { ground, told } = this;
    /** @type {(event: PointerEvent, phase: "down" | "move" | "up" | "hover" | "leave") => void} */
    const tell = (event, phase) => told.ground(this.at(event), phase);
    keepFinger(ground, () => this.svg.dataset.brush === "1");
    ground.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.pressed = true;
      if (event.pointerType !== "touch" || this.svg.dataset.brush) ground.setPointerCapture(event.pointerId); // a finger scrolls the page
      if (this.focusable) this.focus("brush"); // the keys go on from here
      tell(event, "down");
    });
    ground.addEventListener("pointermove", (event) => this.soon(() => tell(event, this.pressed ? "move" : "hover")));
    ground.addEventListener("pointerup", (event) => { if (this.pressed) tell(event, "up"); this.pressed = false; });
    ground.addEventListener("pointercancel", (event) => { if (this.pressed) tell(event, "up"); this.pressed = false; });
    ground.addEventListener("pointerleave", (event) => { if (!this.pressed) tell(event, "leave"); });
    ground.addEventListener("dblclick", (event) => told.twice(this.at(event)));
  }

  // The place of an event in data units.
  /** @type {(event: MouseEvent, box?: DOMRect) => number[]} */
  at(event, box = this.svg.getBoundingClientRect()) {
    return toData(this.drawn.places, [event.clientX - box.left, event.clientY - box.top]);
  }

  /** @type {(act: () => void) => void} */
  soon(act) { // at most once a screen frame
    cancelAnimationFrame(this.moved);
    this.moved = requestAnimationFrame(act);
  }

  /** @type {(drawn: Drawn) => void} */
  show(drawn) {
    this.drawn = drawn;
    const { things, places, theme, brush, dots, selected } = drawn;
    const [left, top, right, bottom] = boxOf(places);
    for (const rect of [this.clip, this.ground]) place(rect, { x: left, y: top, width: right - left, height: bottom - top });
    this.svg.dataset.brush = brush ? "1" : "";
    this.drawOutlines(drawn);
    this.drawDots(dots);
    place(this.brush, brush ? brushPlace(brush, drawn) : { visibility: "hidden" });
    const wanted = new Set();
    things.forEach((thing, row) => {
      for (const handle of thing.handles) {
        if (handle.name !== thing.handles[0].name && thing.id !== selected) continue; // the others show their centre alone
        const key = `${thing.id} ${handle.name}`;
        wanted.add(key);
        this.drawHandle(key, thing, handle, handlePixel(places, handle, row), theme, thing.id === selected);
      }
    });
    for (const [key, { node }] of this.held) {
      if (wanted.has(key)) continue;
      node.remove();
      this.held.delete(key);
    }
    const chosen = this.held.get(`${selected} ${things.find(({ id }) => id === selected)?.handles[0]?.name}`);
    this.top.replaceChildren(...(chosen ? [pictureOf(chosen.node)] : []));
  }

  /** @type {(drawn: Drawn) => void} */
  drawOutlines({ things, places, theme, selected }) {
    const lines = things.flatMap((thing, row) => thing.outlines.filter(({ held }) => !held || thing.id === selected).map((outline) => ({ outline, thing, row })));
    while (this.outlines.childElementCount > lines.length) this.outlines.lastElementChild.remove();
    while (this.outlines.childElementCount < lines.length) addSvg("path", this.outlines, { class: "gv-outline" });
    lines.forEach(({ outline, thing, row }, i) => place(this.outlines.children[i], {
      d: outlinePath(outline, places, row), stroke: colourOf(thing, theme), class: `gv-outline${thing.id === selected ? " gv-chosen" : ""}${outline.faint ? " gv-faint" : ""}`,
    }));
  }

  /** @type {(dots: {path: string, colour: string}[]) => void} */
  drawDots(dots) {
    while (this.dots.childElementCount > dots.length) this.dots.lastElementChild.remove();
    while (this.dots.childElementCount < dots.length) addSvg("path", this.dots);
    dots.forEach(({ path, colour }, i) => place(this.dots.children[i], { d: path, stroke: colour }));
  }

  /** @type {(key: string, thing: Thing, handle: Handle, pixel: number[], theme: Theme, chosen: boolean) => void} */
  drawHandle(key, thing, handle, [x, y], theme, chosen) {
    let held = this.held.get(key);
    if (!held) {
      held = Object.assign(addMark(this.handles, shapeOf(thing.id === "brush" ? "brush" : handle.name, thing.group === "reward")), { thing, handle });
      this.held.set(key, held);
      this.listenTo(held);
    }
    Object.assign(held, { thing, handle });
    const colour = colourOf(thing, theme);
    const initial = handle === thing.handles[0] && thing.label ? [...thing.label][0] : "";
    place(held.node, { transform: `translate(${x} ${y})`, style: `--mark: ${colour}; --ink: ${inkOn(colour)}` });
    held.node.classList.toggle("gv-chosen", chosen);
    if (held.letter.textContent !== initial) held.letter.textContent = initial;
    if (this.focusable) this.describe(held);
  }

  // What a screen reader says; a handle of one number is a slider.
  /** @type {(held: Held) => void} */
  describe({ node, thing, handle }) {
    const only = handle.size ?? handle.turns ?? handle.shares;
    const share = handle.shares ? `, ${Math.round(100 * handle.share)} % of all` : "";
    const names = handle.moves ?? [only];
    const words = `${handle.name} of ${thing.name}, ${numbersInWords(thing, names)}${share}`;
    place(node, { tabindex: 0, role: only ? "slider" : "button", "aria-label": words, "aria-roledescription": only ? "slider" : "handle" });
    if (only) place(node, { "aria-valuenow": Number(thing.numbers[only].toPrecision(4)), "aria-valuetext": `${numbersInWords(thing, names)}${share}` });
  }

  /** @type {(held: Held) => void} */
  listenTo(held) {
    const { node } = held;
    const { told } = this;
    keepFinger(node, () => true);
    node.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      this.box = this.svg.getBoundingClientRect(); // once: reading it in every frame would lay the page out again
      const taken = this.dragged = this.chosenUnder(event) ?? held;
      taken.node.setPointerCapture(event.pointerId);
      if (this.focusable) taken.node.focus({ preventScroll: true });
      told.grab(taken.thing, taken.handle, this.at(event, this.box));
    });
    node.addEventListener("pointermove", (event) => {
      if (this.dragged) this.soon(() => { if (this.dragged) told.drag(this.at(event, this.box)); });
    });
    /** @type {(event: PointerEvent) => void} */
    const end = (event) => {
      if (!this.dragged) return;
      cancelAnimationFrame(this.moved);
      if (event.type === "pointerup") told.drag(this.at(event, this.box));
      this.dragged = null;
      told.drop(event.type === "pointerup");
    };
    node.addEventListener("pointerup", end);
    node.addEventListener("pointercancel", end);
    node.addEventListener("focus", () => told.select(held.thing, held.handle));
    node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.dragged) {
        this.dragged = null;
        told.drop(false);
      } else told.key(event, held.thing, held.handle);
    });
  }

  // The chosen part's centre comes first where others lie over it.
  /** @type {(event: PointerEvent) => Held | null} */
  chosenUnder(event) {
    const { things, selected, places } = this.drawn;
    const row = things.findIndex(({ id }) => id === selected);
    const centre = things[row]?.handles[0];
    if (!centre) return null;
    const [x, y] = handlePixel(places, centre, row);
    const near = Math.hypot(event.clientX - this.box.left - x, event.clientY - this.box.top - y) < 12;
    return near ? this.held.get(`${selected} ${centre.name}`) : null;
  }

  // The keyboard goes on where it was after parts came and went.
  /** @type {(id: string, name?: string) => void} */
  focus(id, name) {
    const found = [...this.held.values()].find(({ thing, handle }) => thing.id === id && (!name || handle.name === name));
    found?.node.focus({ preventScroll: true });
  }

  destroy() {
    cancelAnimationFrame(this.moved);
    this.svg.remove();
  }
}

// A finger that begins here does not scroll the page: touch-action is not looked at inside an SVG.
/** @type {(node: Element, held: () => boolean) => void} */
function keepFinger(node, held) {
  node.addEventListener("touchstart", (event) => { if (held()) event.preventDefault(); }, { passive: false });
}

/** @type {(thing: Thing, theme: Theme) => string} */
function colourOf({ colour }, theme) {
  if (colour === null) return theme.reward;
  return colour < 0 ? theme.muted : theme.classes[colour % theme.classes.length];
}

/** @type {(node: Element, attributes: Record<string, string | number>) => void} */
function place(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

/** @type {(brush: {at: number[], radius: number}, drawn: Drawn) => Record<string, string | number>} */
function brushPlace({ at, radius }, { places, things }) {
  const [cx, cy] = handlePixel(places, { name: "brush", at }, things.findIndex(({ id }) => id === "brush"));
  return { cx, cy, r: Math.max(2, (radius * places.view.sx) / places.ratio), visibility: "visible" };
}
