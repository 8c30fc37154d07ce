// Scales, ticks and the SVG frame of the small charts. Pixels in, elements out; no knowledge of rows.

import { addSvg } from "./dom.js";
import { formatPlain } from "./numbers.js";

/**
 * From values to [0, 1] along an axis, and back by `at`.
 * @typedef {((x: number) => number) & {low: number, high: number, at: (f: number) => number}} Scale
 *
 * @typedef {Scale & {symlog?: boolean, ticks?: (pixels: number) => number[]}} ScaleW
 *
 * @typedef {(value: number) => number} ToPixels
 *
 * @typedef {{left: number, top: number, width: number, height: number}} FrameBox
 *
 * @typedef {{width: number, height: number, scaleX: Scale, scaleY: Scale, ticksX: (pixels: number) => number[], ticksY: number[], labelX: string,
 *   percent?: boolean}} FrameOptions
 *
 * @typedef {{plot: SVGElement, x: ToPixels, y: ToPixels, box: FrameBox}} Frame
 */

// Positions in [0, 1] along the axis, and back by `at`. `bend` is the identity on a linear axis.
/** @type {(low: number, high: number, bend?: (x: number) => number, unbend?: (x: number) => number) => Scale} */
export function makeScale(low, high, bend = Number, unbend = Number) {
  const from = bend(low), width = bend(high) - from || 1;
  /** @type {(x: number) => number} */
  const scale = (x) => (bend(x) - from) / width;
  return Object.assign(scale, {low, high, at: (/** @type {number} */ f) => unbend(from + f * width)});
}

// The axis of w: linear, or symmetric-logarithmic (asinh) when the scales span two decades or more.
/** @type {(values: number[]) => ScaleW} */
export function makeScaleW(values) {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  let low = Math.min(...values), high = Math.max(...values);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const smallest = Math.min(...sizes), largest = Math.max(...sizes);
  if (sizes.length < 2 || largest / smallest < 99.9) {
    return Object.assign(makeScale(low, high), {symlog: false, ticks: (/** @type {number} */ pixels) => roundTicks(low, high, Math.min(6, pixels / 34))});
  }
  const knee = 3 * smallest;  // below it the axis is straight, so that w = 0 has a place
  const scale = makeScale(low, high, (w) => Math.asinh(w / knee), (s) => knee * Math.sinh(s));
  return Object.assign(scale, {symlog: true, ticks: (/** @type {number} */ pixels) => spreadTicks(values, scale, 26 / pixels)});
}

// The computed values that can be labelled without touching: 0 and the powers of ten before the others.
/** @type {(values: number[], scale: Scale, gap: number) => number[]} */
function spreadTicks(values, scale, gap) {
  /** @type {(w: number) => number} */
  const rank = (w) => (w === 0 ? 0 : Number.isInteger(Math.log10(Math.abs(w))) ? 1 : 2);
  /** @type {number[]} */
  const chosen = [];
  for (const tick of [...new Set(values)].sort((a, b) => rank(a) - rank(b) || Math.abs(b) - Math.abs(a))) {
    if (chosen.every((other) => Math.abs(scale(other) - scale(tick)) >= gap)) chosen.push(tick);
  }
  return chosen.sort((a, b) => a - b);
}

// About `count` round numbers (1, 2, 5 times a power of ten) inside [low, high].
/** @type {(low: number, high: number, count: number) => number[]} */
export function roundTicks(low, high, count) {
  const rough = (high - low) / count || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((s) => s * power >= rough * 0.999) * power;
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

// A range around the values with a little air, never of zero height.
/** @type {(values: number[], air?: number, least?: number, most?: number) => [number, number]} */
export function paddedRange(values, air = 0.08, least = -Infinity, most = Infinity) {
  if (values.length === 0) return [0, 1];
  let low = Math.min(...values), high = Math.max(...values);
  if (high - low < 1e-9 * Math.max(1, Math.abs(high))) {
    const half = Math.max(0.05 * Math.abs(high), 1e-3);
    [low, high] = [low - half, high + half];
  }
  const pad = air * (high - low);
  return [Math.max(least, low - pad), Math.min(most, high + pad)];
}

/** @type {(tick: number, percent?: boolean) => string} */
function tickText(tick, percent) {
  return percent ? `${formatPlain(100 * tick)}%` : formatPlain(tick);
}

// Frame, grid lines and tick labels. Returns {plot, x, y, box}: a nested, clipping svg in plot pixels and
// the two scales in those pixels.
/** @type {(svg: SVGElement, given: FrameOptions) => Frame} */
export function drawFrame(svg, {width, height, scaleX, scaleY, ticksX, ticksY, labelX, percent}) {
  const texts = ticksY.map((tick) => tickText(tick, percent));
  const left = 10 + 6.3 * Math.max(2, ...texts.map((text) => text.length));
  const box = {left, top: 8, width: Math.max(40, width - left - 2), height: Math.max(40, height - 8 - 34)};
  const inset = 9;  // room for whole markers at both ends
  /** @type {ToPixels} */
  const x = (value) => inset + (box.width - 2 * inset) * scaleX(value);
  /** @type {ToPixels} */
  const y = (value) => box.height * (1 - scaleY(value));
  const frame = addSvg("g", svg, {class: "gc-frame", transform: `translate(${box.left} ${box.top})`});
  ticksY.forEach((tick, i) => {
    addSvg("line", frame, {class: "gc-grid", x1: 0, x2: box.width, y1: y(tick), y2: y(tick)});
    addSvg("text", frame, {class: "gc-tick", x: -6, y: y(tick), dy: "0.35em", "text-anchor": "end"}, texts[i]);
  });
  addSvg("line", frame, {class: "gc-axis", x1: 0, x2: box.width, y1: box.height, y2: box.height});
  for (const tick of ticksX(box.width - 2 * inset)) {
    addSvg("line", frame, {class: "gc-axis", x1: x(tick), x2: x(tick), y1: box.height, y2: box.height + 4});
    addSvg("text", frame, {class: "gc-tick", x: x(tick), y: box.height + 15, "text-anchor": "middle"}, tickText(tick, false));
  }
  addSvg("text", frame, {class: "gc-label", x: box.width, y: box.height + 29, "text-anchor": "end"}, labelX);
  const plot = addSvg("svg", svg, {x: box.left, y: box.top, width: box.width, height: box.height, overflow: "hidden"});
  return {plot, x, y, box};
}
