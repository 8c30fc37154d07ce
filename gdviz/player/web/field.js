// What lies under the particles: the target's tint, and the arrows of the guided score.

import { penOf } from "./dom.js";
import { classGrids } from "./scene.js";
import { parseColour } from "./theme.js";
/** @import { PixelView } from "./axes.js" */
/** @import { Scene } from "./scene.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Overlays } from "./view.js" */

/** @type {HTMLCanvasElement | null} */
let small = null; // used again: it is copied at once
export const REWARD_STRENGTH = 0.3; // opacity where the reward is highest

// A small canvas (one pixel a grid point) holding the tint, or null where the scene has no such field.
/** @type {(scene: Scene, field: string, theme: Theme) => {canvas: HTMLCanvasElement, extent: number[]} | null} */
export function fieldImage(scene, field, theme) {
  const classes = field === "classes" ? classGrids(scene) : [];
  const single = field === "reward" ? scene.grid("reward") : field === "none" ? null : scene.grid("density");
  const rest = scene.grid("unlabelled");
  const layers = classes.length
    ? [...classes.map((grid, i) => ({ grid, colour: theme.classes[i % theme.classes.length] })), ...(rest ? [{ grid: rest, colour: theme.muted }] : [])]
    : single ? [{ grid: single, colour: field === "reward" ? theme.reward : theme.muted }] : [];
  if (!layers.length) return null;
  const { width, height, extent } = layers[0].grid;
  const canvas = (small ??= document.createElement("canvas"));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = penOf(canvas);
  const image = pen.createImageData(width, height);
  const colours = layers.map((layer) => parseColour(layer.colour));
  const total = new Float32Array(width * height);
  for (const { grid } of layers) grid.values.forEach((v, i) => { total[i] += v; });
  const top = total.reduce((a, b) => Math.max(a, b), 0) || 1;
  // The square root keeps a density's tails visible; a reward is high over wide stretches and must stay in the background.
  const [strength, power] = field === "reward" ? [REWARD_STRENGTH * 255, 1] : [0.5 * 255, 0.5];
  for (let i = 0; i < total.length; i++) {
    const out = 4 * ((height - 1 - Math.floor(i / width)) * width + (i % width)); // y grows upwards in the grid
    for (let c = 0; c < 3; c++) {
      let mixed = 0;
      layers.forEach(({ grid }, l) => { mixed += grid.values[i] * colours[l][c]; });
      image.data[out + c] = total[i] > 0 ? mixed / total[i] : 0;
    }
    image.data[out + 3] = strength * (total[i] / top) ** power;
  }
  pen.putImageData(image, 0, 0);
  return { canvas, extent };
}

// Arrows of base, w x push and their sum on one common scale, so that their lengths compare.
/** @type {(pen: CanvasRenderingContext2D, scene: Scene, w: number, frame: number, view: PixelView, theme: Theme, dpr: number, overlays: Overlays) => void} */
export function drawArrows(pen, scene, w, frame, view, theme, dpr, overlays) {
  const kinds = [
    { shown: overlays.base, one: 1, times: 0, colour: theme.none },
    { shown: overlays.push, one: 0, times: w, colour: theme.reward },
    { shown: overlays.sum, one: 1, times: w, colour: theme.guided },
  ].filter(({ shown }) => shown);
  if (!kinds.length) return;
  const f = Math.min(scene.frames - 1, Math.round(frame));
  const { shape, base, push, baseScale, pushScale } = scene.arrows;
  const flat = shape.length === 3; // 1-D: [F, n, 1]
  const [rows, columns] = flat ? [1, shape[1]] : [shape[1], shape[2]];
  const d = scene.d;
  const start = f * rows * columns * d;
  const [x0, x1, y0, y1] = scene.header.extent;
  const cell = (Math.abs(view.sx) * (x1 - x0)) / columns;
  const unit = cell / (usualArrowSize(base, baseScale[f], start, rows * columns, d) || 1);
  pen.setLineDash([]);
  pen.lineWidth = 1.25 * dpr;
  for (const [index, { one, times, colour }] of kinds.entries()) {
    pen.strokeStyle = pen.fillStyle = colour;
    for (let i = 0; i < rows * columns; i++) {
      /** @type {(axis: number) => number} */
      const component = (axis) => one * base[start + i * d + axis] * baseScale[f] + times * push[start + i * d + axis] * pushScale[f];
      const x = view.x0 + view.sx * (x0 + (((i % columns) + 0.5) / columns) * (x1 - x0));
      const y = flat ? view.arrowY - 10 * index * dpr : view.y0 + view.sy * (y0 + ((Math.floor(i / columns) + 0.5) / rows) * (y1 - y0));
      strokeArrow(pen, x, y, unit * component(0), flat ? 0 : -unit * component(1), 1.6 * cell, dpr);
    }
  }
}

// The length that the longest tenth of the base arrows exceeds: one cell of the lattice.
/** @type {(base: Int8Array, scale: number, start: number, count: number, d: number) => number} */
function usualArrowSize(base, scale, start, count, d) {
  const sizes = [];
  for (let i = 0; i < count; i++) sizes.push(Math.hypot(base[start + i * d], d > 1 ? base[start + i * d + 1] : 0));
  sizes.sort((a, b) => a - b);
  return sizes[Math.floor(0.9 * count)] * scale;
}

/** @type {(pen: CanvasRenderingContext2D, x: number, y: number, dx: number, dy: number, most: number, dpr: number) => void} */
function strokeArrow(pen, x, y, dx, dy, most, dpr) {
  const size = Math.hypot(dx, dy);
  if (!(size > 1.5 * dpr)) return;
  const shrink = Math.min(1, most / size);
  const [ex, ey] = [x + dx * shrink, y + dy * shrink];
  const head = Math.min(4 * dpr, size * shrink * 0.5);
  const [ux, uy] = [dx / size, dy / size];
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(ex, ey);
  pen.moveTo(ex - head * (ux + 0.6 * uy), ey - head * (uy - 0.6 * ux));
  pen.lineTo(ex, ey);
  pen.lineTo(ex - head * (ux - 0.6 * uy), ey - head * (uy + 0.6 * ux));
  pen.stroke();
}
