// The drawn marks: a shape for each handle, so that colour is not needed to tell them apart, and the outlines of parts.

import { addSvg } from "../dom.js";
import { parseColour } from "../theme.js";
import { boxOf, toPixel, unitPixels } from "./places.js";
/** @import { Outline } from "./kinds.js" */
/** @import { Places } from "./places.js" */

/** @type {Record<string, string>} */
const SHAPES = {
  disc: "M-10 0a10 10 0 1 0 20 0a10 10 0 1 0 -20 0z",
  diamond: "M0 -10L10 0L0 10L-10 0z",
  square: "M-5 -5h10v10h-10z",
  wheel: "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z",
  cross: "M-1 -6h2v5h5v2h-5v5h-2v-5h-5v-2h5z",
  load: "M-4 -6h8l4 12h-16z",
  drop: "M0 -7L6.5 5h-13z",
};

// Which shape a handle wears: centres are discs (rewards: diamonds), sizes squares, angles wheels, weights and heights loads, tips of arrows triangles.
/** @type {(name: string, reward: boolean) => string} */
export function shapeOf(name, reward) {
  if (name === "centre" || name === "edge") return reward ? "diamond" : "disc";
  if (name === "brush") return "cross";
  if (name === "weight" || name === "height") return "load";
  return name === "angle" ? "wheel" : name === "tip" ? "drop" : "square";
}

// An element with a generous place to grab around its mark.
/** @type {(parent: Element, shape: string) => {node: SVGGElement, letter: SVGTextElement}} */
export function addMark(parent, shape) {
  const node = addSvg("g", parent, { class: `gv-handle gv-${shape}` });
  addSvg("circle", node, { class: "gv-hit", r: 14 });
  addSvg("circle", node, { class: "gv-ring", r: 15 });
  addSvg("path", node, { class: "gv-shape", d: SHAPES[shape] });
  const letter = addSvg("text", node, { class: "gv-initial", dy: "0.35em", "aria-hidden": "true" });
  return { node, letter };
}

// A mark to look at: without a name, and not in the way of Tab.
/** @type {(mark: SVGGElement) => SVGGElement} */
export function pictureOf(mark) {
  const copy = /** @type {SVGGElement} */ (mark.cloneNode(true));
  for (const name of [...copy.getAttributeNames()].filter((name) => !["class", "style", "transform"].includes(name))) copy.removeAttribute(name);
  return copy;
}

// Ink that can be read on a colour.
/** @type {(colour: string) => string} */
export function inkOn(colour) {
  const [r, g, b] = parseColour(colour).map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#10141b" : "#ffffff";
}

/** @type {(outline: Outline, places: Places, row: number) => string} */
export function outlinePath({ ellipse, edge, arrow, span, frame }, places, row) {
  if (ellipse) {
    const [x, y] = toPixel(places, ellipse.at, row);
    const [rx, ry] = ellipse.radii.map((r) => Math.min(1e5, r * unitPixels(places)));
    const turn = (-ellipse.angle * Math.PI) / 180;
    const [ex, ey] = [rx * Math.cos(turn), rx * Math.sin(turn)];
    const arc = `A${rx} ${ry} ${-ellipse.angle} 1 0 `;
    return `M${x - ex} ${y - ey}${arc}${x + ex} ${y + ey}${arc}${x - ex} ${y - ey}z`;
  }
  if (edge) {
    const [x, y] = toPixel(places, edge.at);
    const [left, top, right, bottom] = boxOf(places);
    const far = right - left + bottom - top;
    const [dx, dy] = edge.direction;
    return `M${x - far * dx} ${y + far * dy}L${x + far * dx} ${y - far * dy}`;
  }
  if (arrow) {
    const [[x, y], [ex, ey]] = arrow.map((at) => toPixel(places, at, row));
    return `M${x} ${y}L${ex} ${ey}`;
  }
  if (frame) {
    const [[x, y], [ex, ey]] = [[frame[0], frame[2]], [frame[1], frame[3]]].map((at) => toPixel(places, at));
    return `M${x} ${y}H${ex}V${ey}H${x}z`;
  }
  const [[x, y], [ex]] = span.map((v) => toPixel(places, [v], row));
  return `M${x} ${y}H${ex}M${x} ${y - 6}v12M${ex} ${y - 6}v12`;
}
