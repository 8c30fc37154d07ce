// Axes: round ticks, light grid lines, labels. Everything here is in device pixels.

import { formatShort } from "./numbers.js";
/** @import { Theme } from "./theme.js" */

/**
 * [left, top, right, bottom] in device pixels.
 * @typedef {number[]} Box
 *
 * The map from data to pixels, x -> x0 + sx x and y -> y0 + sy y, inside a box.
 * @typedef {{box: Box, sx: number, sy: number, x0: number, y0: number, arrowY?: number}} PixelView
 */

/** @type {(low: number, high: number, most: number) => number[]} */
function stageTicks(low, high, most) {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= 0.8 * rough);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

// The smallest box that holds two.
/** @type {(a: number[], b: number[]) => number[]} */
export function jointBox(a, b) {
  return a.map((v, i) => (i % 2 ? Math.max(v, b[i]) : Math.min(v, b[i])));
}

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

// Plain data-to-pixel map: x -> x0 + sx x, y -> y0 + sy y, inside box [left, top, right, bottom].
// Equal aspect: the shorter direction shows more of the plane, rather than leaving a blank.
/** @type {(extent: number[], box: Box) => PixelView} */
export function equalView(extent, box) {
  const [left, top, right, bottom] = box;
  const scale = Math.min((right - left) / (extent[1] - extent[0]), (bottom - top) / (extent[3] - extent[2]));
  return {
    box, sx: scale, sy: -scale,
    x0: (left + right) / 2 - (scale * (extent[0] + extent[1])) / 2,
    y0: (top + bottom) / 2 + (scale * (extent[2] + extent[3])) / 2,
  };
}

/** @type {(extent: number[], box: Box) => PixelView} */
export function stretchedView(extent, box) {
  const [left, top, right, bottom] = box;
  const sx = (right - left) / (extent[1] - extent[0]);
  const sy = (top - bottom) / (extent[3] - extent[2]);
  return { box, sx, sy, x0: left - sx * extent[0], y0: bottom - sy * extent[2] };
}

// type: how much larger than usual its numbers are.
/** @type {(pen: CanvasRenderingContext2D, view: PixelView, theme: Theme, dpr: number, type?: number) => void} */
export function drawAxes(pen, view, theme, dpr, type = 1) {
  const [left, top, right, bottom] = view.box;
  pen.save();
  pen.font = `${11 * dpr * type}px ${FONT}`;
  pen.lineWidth = dpr;
  pen.strokeStyle = theme.grid;
  pen.fillStyle = theme.muted;
  /** @type {(a: number, b: number, c: number, d: number) => void} */
  const line = (a, b, c, d) => { pen.beginPath(); pen.moveTo(a, b); pen.lineTo(c, d); pen.stroke(); };
  /** @type {(v: number) => number} */
  const crisp = (v) => Math.round(v) + (dpr % 2 ? 0.5 : 0);
  /** @type {Record<"x" | "y", (pixel: number) => number>} */
  const data = { x: (px) => (px - view.x0) / view.sx, y: (py) => (py - view.y0) / view.sy };
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const tick of stageTicks(data.x(left), data.x(right), Math.max(4, (right - left) / (70 * dpr * type)))) {
    const x = crisp(view.x0 + view.sx * tick);
    line(x, top, x, bottom);
    pen.fillText(formatShort(tick), Math.min(x, right - 8 * dpr), bottom + 6 * dpr);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const tick of stageTicks(data.y(bottom), data.y(top), (bottom - top) / (56 * dpr * type))) {
    const y = crisp(view.y0 + view.sy * tick);
    line(left, y, right, y);
    pen.fillText(formatShort(tick), left - 6 * dpr, y);
  }
  pen.restore();
}
