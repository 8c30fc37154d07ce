// Pixels: dots and trails blended into an ImageData seen as 32-bit words. Two lanes (red+blue, green) are
// blended at once, which keeps 2 x 5000 particles far below a frame's time without any GPU.

import { parseColour } from "./theme.js";
/** @import { Box, PixelView } from "./axes.js" */

/**
 * @typedef {{words: Uint32Array, width: number, height: number}} Pixels
 *
 * @typedef {{masks: Float32Array[], reach: number, size: number}} Stamp
 *
 * What a particle looks like: its shape and its colour.
 * @typedef {{stampOf: (n: number) => Stamp, wordOf: (n: number) => number}} DotLook
 */

export const PHASES = 4; // a dot's centre is placed on a quarter-pixel grid, so that slow motion looks smooth

// Coverage masks of an antialiased disc (or ring) for each sub-pixel position of its centre.
/** @type {(radius: number, ring?: number) => Stamp} */
export function dotStamp(radius, ring = 0) {
  const reach = Math.ceil(radius + 1);
  const size = 2 * reach + 1;
  const masks = [];
  for (let py = 0; py < PHASES; py++) {
    for (let px = 0; px < PHASES; px++) {
      const mask = [];
      for (let y = -reach; y <= reach; y++) {
        for (let x = -reach; x <= reach; x++) {
          const gap = Math.hypot(x - px / PHASES, y - py / PHASES);
          let cover = Math.min(1, Math.max(0, radius + 0.5 - gap));
          if (ring) cover -= Math.min(1, Math.max(0, radius - ring + 0.5 - gap));
          if (cover > 0.02) mask.push(x, y, cover);
        }
      }
      masks.push(Float32Array.from(mask));
    }
  }
  return { masks, reach, size };
}

// ImageData is little-endian RGBA: as a word, 0xAABBGGRR.
/** @type {(colour: string) => number} */
export function colourWord(colour) {
  const [r, g, b] = parseColour(colour);
  return (255 << 24) | (b << 16) | (g << 8) | r;
}

/** @type {(words: Uint32Array, i: number, word: number, weight: number) => void} */
function blendPixel(words, i, word, weight) { // weight 0..256
  const under = words[i];
  const keep = 256 - weight;
  const rb = ((Math.imul(under & 0xff00ff, keep) + Math.imul(word & 0xff00ff, weight)) >>> 8) & 0xff00ff;
  const g = ((Math.imul(under & 0x00ff00, keep) + Math.imul(word & 0x00ff00, weight)) >>> 8) & 0x00ff00;
  words[i] = 0xff000000 | rb | g;
}

// points: [count, 2] in data units; view maps them to pixels. Gives how many lie in the box.
/** @type {(image: Pixels, points: Float32Array, count: number, view: PixelView, look: DotLook, opacity: number) => number} */
export function paintDots(image, points, count, view, { stampOf, wordOf }, opacity) {
  const { words, width, height } = image;
  const weight = Math.round(256 * opacity);
  const [left, top, right, bottom] = view.box;
  let inside = 0;
  for (let n = 0; n < count; n++) {
    const x = view.x0 + view.sx * points[2 * n];
    const y = view.y0 + view.sy * points[2 * n + 1];
    if (!(x > left && x < right && y > top && y < bottom)) continue; // also drops NaN
    inside++;
    const cx = Math.floor(x);
    const cy = Math.floor(y);
    const { masks, reach } = stampOf(n);
    const mask = masks[Math.floor((y - cy) * PHASES) * PHASES + Math.floor((x - cx) * PHASES)];
    const word = wordOf(n);
    const whole = cx >= reach && cy >= reach && cx < width - reach && cy < height - reach;
    for (let m = 0; m < mask.length; m += 3) {
      const px = cx + mask[m];
      const py = cy + mask[m + 1];
      if (!whole && (px < 0 || py < 0 || px >= width || py >= height)) continue;
      blendPixel(words, py * width + px, word, (mask[m + 2] * weight) | 0);
    }
  }
  return inside;
}

// A faint line: at each step along its longer side the two pixels beside it share its weight.
/** @type {(image: Pixels, x0: number, y0: number, x1: number, y1: number, word: number, weight: number, box: Box) => void} */
export function paintLine(image, x0, y0, x1, y1, word, weight, box) {
  const steps = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)));
  if (!(steps < 4000)) return; // not finite, or absurdly long
  const [left, top, right, bottom] = box;
  const flat = Math.abs(x1 - x0) >= Math.abs(y1 - y0);
  const aside = flat ? image.width : 1;
  for (let s = 0; s < steps; s++) {
    const x = x0 + ((x1 - x0) * s) / steps;
    const y = y0 + ((y1 - y0) * s) / steps;
    if (x <= left || x >= right - 1 || y <= top || y >= bottom - 1) continue;
    const i = Math.floor(y) * image.width + Math.floor(x);
    const second = flat ? y - Math.floor(y) : x - Math.floor(x);
    blendPixel(image.words, i, word, (weight * (1 - second)) | 0);
    blendPixel(image.words, i + aside, word, (weight * second) | 0);
  }
}
