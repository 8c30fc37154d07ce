// One Gaussian of a mixture: its mean, the widths along its two axes, the angle of the first, its weight.

import { FARTHEST, HEAVIEST, placeField, plain } from "./change.js";
import { eigen, matrixOf, unit } from "./ellipse.js";
import { along, placeNumbers, placeOf } from "./kinds.js";
/** @import { Field } from "./change.js" */
/** @import { Kind } from "./kinds.js" */

const REACH = 2; // the ellipse is drawn at two widths: 86 % of the mass
const FLATTEST = 1e-5; // of widths; Python refuses covariances with eigenvalues in a ratio of 1e-12
const NARROWEST = 1e-4;

/** @type {(name: string, label: string) => Field} */
const widthField = (name, label) => ({ name, label, step: "size", low: NARROWEST, high: Math.sqrt(FARTHEST) });

/** @type {Kind} */
export const COMPONENT = {
  noun: "component",

  read({ mean, covariance, weight }, d) {
    const numbers = Object.assign(placeNumbers(mean), { weight: weight ?? 1 });
    if (d === 1) return { ...numbers, width: Math.sqrt(covariance[0][0]) };
    const { values, angle } = eigen(covariance);
    return { ...numbers, width: Math.sqrt(values[0]), width2: Math.sqrt(values[1]), angle };
  },

  fields(part, d) {
    /** @type {Field} */
    const weight = { name: "weight", label: "weight", step: "amount", above: 0, high: HEAVIEST };
    if (d === 1) return [placeField("x", "mean"), widthField("width", "width"), weight];
    return [placeField("x", "mean x"), placeField("y", "mean y"), widthField("width", "width"), widthField("width2", "across"),
      { name: "angle", label: "angle", step: "angle", low: -360, high: 360 }, weight];
  },

  write(part, numbers, changed, d) {
    const next = { ...part, mean: placeOf(numbers, d), weight: numbers.weight };
    if (!changed.some((name) => ["width", "width2", "angle"].includes(name))) return next;
    if (d === 1) return { ...next, covariance: [[Number((numbers.width ** 2).toPrecision(12))]] };
    const [least, most] = [numbers.width, numbers.width2].sort((a, b) => a - b);
    if (least < FLATTEST * most) return `found widths of ${plain(least)} and ${plain(most)}; the smaller must be at least ${FLATTEST} of the larger.`;
    return { ...next, covariance: matrixOf([numbers.width ** 2, numbers.width2 ** 2], numbers.angle) };
  },

  handles(numbers, d) {
    const at = placeOf(numbers, d);
    if (d === 1) {
      return [{ name: "centre", at, moves: ["x"] },
        { name: "width", at: [numbers.x + numbers.width], size: "width", times: 1, direction: [1], origin: at, least: 26 }];
    }
    const [first, second] = [unit(numbers.angle), unit(numbers.angle + 90)];
    const end = along(at, first, REACH * numbers.width);
    return [
      { name: "centre", at, moves: ["x", "y"] },
      { name: "width", at: end, size: "width", times: REACH, direction: first, origin: at, least: 28 },
      { name: "across", at: along(at, second, REACH * numbers.width2), size: "width2", times: REACH, direction: second, origin: at, least: 28 },
      { name: "angle", at: end, turns: "angle", about: at, direction: first, origin: at, least: 28, pixels: [28, 0] },
    ];
  },

  outlines(numbers, d) {
    const at = placeOf(numbers, d);
    if (d === 1) return [{ span: [numbers.x - numbers.width, numbers.x + numbers.width] }];
    return [{ ellipse: { at, radii: [REACH * numbers.width, REACH * numbers.width2], angle: numbers.angle } }];
  },
};
