// What can be taken hold of: each kind of part reads its numbers, writes them back, and says where its handles are.

/** @import { Field } from "./change.js" */

/**
 * @typedef {Record<string, number>} Numbers
 *
 * A handle as data. `moves` names the numbers that follow the pointer along the axes; `size` the one that grows along
 * `direction`, `times` as fast; `turns` the angle about `at`, which may have to keep the edge where it is (`keeps`);
 * `shares` the number whose `share` of itself and the `rest` grows over a way of `travel` along `direction`. It is drawn at
 * `at`, moved by `pixels` along and across `direction`, at least `least` pixels from `origin`.
 * @typedef {object} Handle
 * @property {string} name
 * @property {number[]} at
 * @property {string[]} [moves]
 * @property {string} [size]
 * @property {number} [times]
 * @property {string} [turns]
 * @property {string} [keeps]
 * @property {string} [shares]
 * @property {number} [share]
 * @property {number} [rest]
 * @property {number} [travel]
 * @property {number[]} [about]
 * @property {number[]} [direction]
 * @property {number[]} [origin]
 * @property {number[]} [pixels]
 * @property {number} [least]
 *
 * What is drawn of a part, in data units; what is `held` is drawn of the chosen one alone.
 * @typedef {{ellipse?: {at: number[], radii: number[], angle: number}, edge?: {at: number[], direction: number[]}, arrow?: number[][], span?: number[], frame?: number[], faint?: boolean, held?: boolean}} Outline
 *
 * @typedef {object} Kind
 * @property {string} noun
 * @property {(part: any, d: number) => Numbers} read
 * @property {(part: any, d: number) => Field[]} fields
 * @property {(part: any, numbers: Numbers, changed: string[], d: number) => any} write - the new part, or a sentence
 * @property {(numbers: Numbers, d: number, extent: number[]) => Handle[]} handles
 * @property {(numbers: Numbers, d: number, extent: number[]) => Outline[]} outlines
 */

// The numbers that a part was made from, as typed and dragged: 30 degrees stay 30, also where both widths are the same.
/** @type {WeakMap<object, Numbers>} */
const typed = new WeakMap();

/** @type {(kind: Kind, part: any, d: number) => Numbers} */
export function readPart(kind, part, d) { return typed.get(part) ?? kind.read(part, d); }

/** @type {(kind: Kind, part: any, changes: Numbers, d: number) => any} */
export function writePart(kind, part, changes, d) {
  const numbers = { ...readPart(kind, part, d), ...changes };
  const next = kind.write(part, numbers, Object.keys(changes), d);
  if (typeof next !== "string") typed.set(next, numbers);
  return next;
}

/** @type {(part: number[]) => Numbers} */
export function placeNumbers(place) { return place.length > 1 ? { x: place[0], y: place[1] } : { x: place[0] }; }

/** @type {(numbers: Numbers, d: number) => number[]} */
export function placeOf(numbers, d) { return d > 1 ? [numbers.x, numbers.y] : [numbers.x]; }

/** @type {(at: number[], direction: number[], length: number) => number[]} */
export function along(at, direction, length) { return at.map((v, i) => v + length * direction[i]); }

/** @type {(extent: number[]) => number[]} */
export function middleOf(extent) {
  const middle = [];
  for (let i = 0; i < extent.length; i += 2) middle.push((extent[i] + extent[i + 1]) / 2);
  return middle;
}
