// A shape a class, beside its colour: who cannot tell two colours apart tells these. One outline serves the dots, the marks and the legend.

import { addSvg } from "./dom.js";
import { PHASES } from "./paint.js";
/** @import { Stamp } from "./paint.js" */

const CORNERS = 24; // of the polygon that stands for a disc

/** @type {number[][]} */
const PLUS = [[-1, -0.3], [-0.3, -0.3], [-0.3, -1], [0.3, -1], [0.3, -0.3], [1, -0.3], [1, 0.3], [0.3, 0.3], [0.3, 1], [-0.3, 1], [-0.3, 0.3], [-1, 0.3]];

// Closed outlines about (0, 0), y downwards.
export const SHAPES = [
  Array.from({ length: CORNERS }, (_, k) => [Math.cos((2 * Math.PI * k) / CORNERS), Math.sin((2 * Math.PI * k) / CORNERS)]),
  PLUS.map(([x, y]) => [(x - y) / Math.SQRT2, (x + y) / Math.SQRT2]),
  [[0, -1], [0.866, 0.5], [-0.866, 0.5]],
  [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  PLUS,
  [[-1.5, -0.6], [1.5, -0.6], [1.5, 0.6], [-1.5, 0.6]],
  [[0, 1], [-0.866, -0.5], [0.866, -0.5]],
  [[0, -1.3], [0.8, 0], [0, 1.3], [-0.8, 0]],
].map(ofEqualArea);

// Scaled to the unit disc's area, so that no class looks denser than another.
/** @type {(corners: number[][]) => number[][]} */
function ofEqualArea(corners) {
  const scale = Math.sqrt(Math.PI / areaOf(corners));
  return corners.map((corner) => corner.map((v) => v * scale));
}

/** @type {(corners: number[][]) => number} */
export function areaOf(corners) {
  return Math.abs(corners.reduce((sum, [x, y], i) => {
    const [u, v] = corners[(i + 1) % corners.length];
    return sum + (x * v - u * y) / 2;
  }, 0));
}

/** @type {(corners: number[][], x: number, y: number) => boolean} */
function holds(corners, x, y) {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [[a, b], [c, d]] = [corners[i], corners[j]];
    if (b > y !== d > y && x < a + ((c - a) * (y - b)) / (d - b)) inside = !inside;
  }
  return inside;
}

// Whether each point of a grid, PHASES points a pixel, lies in a shape but not in its hollow. The corner is at -reach - 1.
/** @type {(corners: number[][], radius: number, ring: number, reach: number) => Uint8Array} */
function sampleShape(corners, radius, ring, reach) {
  const side = PHASES * 2 * (reach + 1);
  const hollow = ring ? radius - ring : 0;
  return Uint8Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side, Math.floor(i / side)].map((k) => (k + 0.5) / PHASES - reach - 1);
    return Number(holds(corners, x / radius, y / radius) && !(hollow && holds(corners, x / hollow, y / hollow)));
  });
}

// Coverage masks like dotStamp's, of a class's shape; hollow with a rim `ring` wide. A dot's centre moves by whole points of the grid.
/** @type {(index: number, radius: number, ring?: number) => Stamp} */
export function shapeStamp(index, radius, ring = 0) {
  const corners = SHAPES[index % SHAPES.length];
  const reach = Math.ceil(radius * Math.max(...corners.map(([x, y]) => Math.hypot(x, y))) + 1);
  const samples = sampleShape(corners, radius, ring, reach);
  const side = PHASES * 2 * (reach + 1);
  /** @type {(left: number, top: number) => number} */
  const coverage = (left, top) => {
    let found = 0;
    for (let v = 0; v < PHASES; v++) for (let u = 0; u < PHASES; u++) found += samples[(top + v) * side + left + u] ?? 0;
    return found / PHASES ** 2;
  };
  const masks = [];
  for (let py = 0; py < PHASES; py++) {
    for (let px = 0; px < PHASES; px++) {
      const mask = [];
      for (let y = -reach; y <= reach; y++) {
        for (let x = -reach; x <= reach; x++) {
          const cover = coverage(PHASES * (x + reach + 0.5) - px, PHASES * (y + reach + 0.5) - py);
          if (cover > 0.02) mask.push(x, y, cover);
        }
      }
      masks.push(Float32Array.from(mask));
    }
  }
  return { masks, reach, size: 2 * reach + 1 };
}

// A class's mark on the stage, rimmed so that it stands out among dots of any colour.
/** @type {(pen: CanvasRenderingContext2D, index: number, at: number[], radius: number, fill: string, rim: string) => void} */
export function drawShape(pen, index, [x, y], radius, fill, rim) {
  pen.beginPath();
  for (const [u, v] of SHAPES[index % SHAPES.length]) pen.lineTo(x + radius * u, y + radius * v);
  pen.closePath();
  pen.setLineDash([]);
  pen.lineJoin = "round";
  pen.lineWidth = 0.7 * radius;
  pen.strokeStyle = rim;
  pen.stroke();
  pen.fillStyle = fill;
  pen.fill();
}

// The same in the legend, on the class's tint.
/** @type {(parent: Element, index: number, fill: string, tint: string) => void} */
export function addShape(parent, index, fill, tint) {
  const svg = addSvg("svg", parent, { class: "gv-swatch", width: 18, height: 16, viewBox: "-9 -8 18 16", "aria-hidden": "true" });
  addSvg("rect", svg, { x: -9, y: -8, width: 18, height: 16, rx: 3, fill: tint, opacity: 0.55 });
  const place = SHAPES[index % SHAPES.length].map(([x, y]) => `${(4 * x).toFixed(2)} ${(4 * y).toFixed(2)}`).join("L");
  addSvg("path", svg, { d: `M${place}Z`, fill });
}
