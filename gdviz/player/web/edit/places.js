// Where things are on the screen: data units to pixels of the overlay and back, in the plane and on a line.

/** @import { PixelView } from "../axes.js" */
/** @import { Handle } from "./kinds.js" */

const ROW = 28; // pixels between the rows of a line's handles
const EDGE = 8; // handles stay so far inside the axes

/**
 * The overlay's map. `rows` is where the handles of a line stand; a plane has none.
 * @typedef {{d: number, view: PixelView, ratio: number, rows: number}} Places
 */

/** @type {(d: number, view: PixelView, ratio: number, rows: number) => Places} */
export function makePlaces(d, view, ratio, rows) { return { d, view, ratio, rows }; }

/** @type {(places: Places, at: number[], row?: number) => number[]} */
export function toPixel({ d, view, ratio, rows }, at, row = 0) {
  const x = (view.x0 + view.sx * at[0]) / ratio;
  if (d > 1) return [x, (view.y0 + view.sy * at[1]) / ratio];
  const [, top, , bottom] = view.box.map((v) => v / ratio);
  const most = Math.max(1, Math.floor((bottom - top - 24) / ROW));
  return [x, bottom - 18 - ROW * (Math.min(row, rows) % most)];
}

/** @type {(places: Places, pixel: number[]) => number[]} */
export function toData({ d, view, ratio }, [px, py]) {
  const x = (px * ratio - view.x0) / view.sx;
  return d > 1 ? [x, (py * ratio - view.y0) / view.sy] : [x];
}

// Pixels that one unit of data is long.
/** @type {(places: Places) => number} */
export function unitPixels({ view, ratio }) { return view.sx / ratio; }

// The axes in pixels, [left, top, right, bottom].
/** @type {(places: Places) => number[]} */
export function boxOf({ view, ratio }) { return view.box.map((v) => v / ratio); }

// A handle's place: not too near to its origin, beside others where it has to be, and inside the axes.
/** @type {(places: Places, handle: Handle, row?: number) => number[]} */
export function handlePixel(places, { at, direction, origin, least = 0, pixels = [0, 0] }, row = 0) {
  let [x, y] = toPixel(places, at, row);
  if (direction) {
    const [dx, dy] = places.d > 1 ? [direction[0], -direction[1]] : [direction[0], 0];
    if (origin) {
      const [ox, oy] = toPixel(places, origin, row);
      if (Math.hypot(x - ox, y - oy) < least) [x, y] = [ox + dx * least, oy + dy * least];
    }
    x += pixels[0] * dx - pixels[1] * dy;
    y += pixels[0] * dy + pixels[1] * dx;
  }
  const [left, top, right, bottom] = boxOf(places);
  return [Math.min(right - EDGE, Math.max(left + EDGE, x)), Math.min(bottom - EDGE, Math.max(top + EDGE, y))];
}
