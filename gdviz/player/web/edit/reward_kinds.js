// The rewards that have a shape: bumps, bowls, rings, half-planes and directions.

import { FARTHEST, HEAVIEST, placeField } from "./change.js";
import { degreesOf, eigen, matrixOf, unit } from "./ellipse.js";
import { along, middleOf, placeNumbers, placeOf } from "./kinds.js";
/** @import { Field } from "./change.js" */
/** @import { Handle, Kind, Numbers, Outline } from "./kinds.js" */

const THINNEST = 1e-4;

/** @type {(name: string, label: string) => Field} */
const sizeField = (name, label) => ({ name, label, step: "size", low: THINNEST, high: FARTHEST });
/** @type {(d: number) => Field[]} */
const centreFields = (d) => (d > 1 ? [placeField("x", "centre x"), placeField("y", "centre y")] : [placeField("x", "centre")]);
/** @type {(numbers: Numbers, d: number) => Handle} */
const centreHandle = (numbers, d) => ({ name: "centre", at: placeOf(numbers, d), moves: d > 1 ? ["x", "y"] : ["x"] });
/** @type {(numbers: Numbers, d: number, name: string, length: number, degrees?: number) => Handle} */
const sizeHandle = (numbers, d, name, length, degrees = 0) => {
  const direction = d > 1 ? unit(degrees) : [1];
  const origin = placeOf(numbers, d);
  return { name, at: along(origin, direction, length), size: name, times: 1, direction, origin, least: 28 };
};
/** @type {(numbers: Numbers, d: number, radius: number, faint?: boolean) => Outline} */
const circle = (numbers, d, radius, faint = false) => (d > 1
  ? { ellipse: { at: placeOf(numbers, d), radii: [radius, radius], angle: 0 }, faint } : { span: [numbers.x - radius, numbers.x + radius], faint });

/** @type {Kind} */
export const BUMP = {
  noun: "bump",
  read: ({ center, width, height }) => ({ ...placeNumbers(center), width: width ?? 1, height: height ?? 1 }),
  fields: (part, d) => [...centreFields(d), sizeField("width", "width"), { name: "height", label: "height", step: "amount", above: 0, high: HEAVIEST }],
  write: (part, numbers, changed, d) => ({ ...part, center: placeOf(numbers, d), width: numbers.width, height: numbers.height }),
  handles: (numbers, d) => [centreHandle(numbers, d), sizeHandle(numbers, d, "width", numbers.width)],
  outlines: (numbers, d) => [circle(numbers, d, numbers.width)],
};

// A curvature as a width, 1 / sqrt |curvature|: where R has fallen by 1/2. A negative one stays negative, one of 0 has no width.
/** @type {Kind} */
export const QUADRATIC = {
  noun: "bowl",
  read({ center, curvature }, d) {
    const { values, angle } = bowl(curvature ?? 1, d);
    const numbers = placeNumbers(center);
    values.forEach((value, i) => { if (value) numbers[i ? "width2" : "width"] = 1 / Math.sqrt(Math.abs(value)); });
    return angle === null ? numbers : { ...numbers, angle };
  },
  fields(part, d) {
    const { values, angle } = bowl(part.curvature ?? 1, d);
    const widths = values.flatMap((value, i) => (value ? [sizeField(i ? "width2" : "width", i ? "across" : "width")] : []));
    return [...centreFields(d), ...widths, ...(angle === null ? [] : [/** @type {Field} */ ({ name: "angle", label: "angle", step: "angle", low: -360, high: 360 })])];
  },
  write(part, numbers, changed, d) {
    const next = { ...part, center: placeOf(numbers, d) };
    if (!changed.some((name) => ["width", "width2", "angle"].includes(name))) return next;
    const { curvature } = part;
    const old = bowl(curvature ?? 1, d).values;
    const values = old.map((value, i) => (value ? Math.sign(value) * Number((numbers[i ? "width2" : "width"] ** -2).toPrecision(12)) : 0));
    const form = !Array.isArray(curvature) ? values[0] : !Array.isArray(curvature[0]) ? values : d === 1 ? [values] : matrixOf(values, numbers.angle);
    return { ...next, curvature: form };
  },
  handles(numbers, d) {
    const angle = numbers.angle ?? 0;
    /** @type {Handle[]} */
    const handles = [centreHandle(numbers, d)];
    if (numbers.width) handles.push(sizeHandle(numbers, d, "width", numbers.width, angle));
    if (numbers.width2) handles.push({ ...sizeHandle(numbers, d, "width2", numbers.width2, angle + 90), name: "across" });
    if (numbers.angle !== undefined && numbers.width) handles.push({ ...sizeHandle(numbers, d, "width", numbers.width, angle), name: "angle", size: undefined, turns: "angle", about: placeOf(numbers, d), pixels: [28, 0] });
    return handles;
  },
  outlines(numbers, d) {
    if (d === 1) return numbers.width ? [circle(numbers, d, numbers.width)] : [];
    const far = 1e3;
    return [{ ellipse: { at: placeOf(numbers, d), radii: [numbers.width ?? far, numbers.width2 ?? (numbers.angle === undefined ? numbers.width : far)], angle: numbers.angle ?? 0 } }];
  },
};

// One number has one width for all directions; d numbers have no angle of their own.
/** @type {(curvature: any, d: number) => {values: number[], angle: number | null}} */
function bowl(curvature, d) {
  if (!Array.isArray(curvature)) return { values: [curvature], angle: null };
  if (!Array.isArray(curvature[0])) return { values: curvature, angle: null };
  if (d === 1) return { values: [curvature[0][0]], angle: null };
  const { values, angle } = eigen(curvature);
  const least = 1e-12 * Math.max(...values.map(Math.abs));
  return { values: values.map((value) => (Math.abs(value) <= least ? 0 : value)), angle };
}

/** @type {Kind} */
export const RING = {
  noun: "ring",
  read: ({ center, radius, width }) => ({ ...placeNumbers(center), radius: radius ?? 1, width: width ?? 1 }),
  fields: (part, d) => [...centreFields(d), { ...sizeField("radius", "radius"), low: 0 }, sizeField("width", "width")],
  write: (part, numbers, changed, d) => ({ ...part, center: placeOf(numbers, d), radius: numbers.radius, width: numbers.width }),
  handles: (numbers, d) => [centreHandle(numbers, d), sizeHandle(numbers, d, "radius", numbers.radius),
    { ...sizeHandle(numbers, d, "width", numbers.radius + numbers.width, 90), least: 54 }],
  outlines: (numbers, d) => [circle(numbers, d, numbers.radius),
    circle(numbers, d, numbers.radius + numbers.width, true), circle(numbers, d, Math.max(0, numbers.radius - numbers.width), true)],
};

// The edge is 4 / sharpness wide. It turns about the point that is nearest to the middle of the picture.
/** @type {Kind} */
export const HALF_PLANE = {
  noun: "half-plane",
  read({ normal, offset, sharpness }, d) {
    const numbers = { offset: offset ?? 0, edge: 4 / (sharpness ?? 4) };
    return d > 1 ? { ...numbers, angle: degreesOf(normal) } : { ...numbers, sign: Math.sign(normal[0]) };
  },
  fields(part, d) {
    /** @type {Field[]} */
    const fields = [placeField("offset", "offset"), { ...sizeField("edge", "edge's width"), high: 4 / THINNEST }];
    return d > 1 ? [{ name: "angle", label: "angle", step: "angle", low: -360, high: 360 }, ...fields] : fields;
  },
  write(part, numbers, changed, d) {
    const next = { ...part, offset: numbers.offset };
    if (changed.includes("edge")) next.sharpness = Number((4 / numbers.edge).toPrecision(12));
    if (changed.includes("angle") && d > 1) next.normal = unit(numbers.angle).map((v) => Number(v.toPrecision(12)));
    return next;
  },
  handles(numbers, d, extent) {
    const { at, normal } = edgeOf(numbers, d, extent);
    /** @type {Handle[]} */
    const handles = [{ name: "edge", at, size: "offset", times: 1, direction: normal },
      { name: "edge's width", at: along(at, normal, numbers.edge / 2), size: "edge", times: 0.5, direction: normal, origin: at, least: d > 1 ? 0 : 28, pixels: d > 1 ? [0, 56] : [0, 0] }];
    if (d > 1) handles.push({ name: "angle", at, turns: "angle", keeps: "offset", about: at, direction: normal, pixels: [52, 0] });
    return handles;
  },
  outlines(numbers, d, extent) {
    const { at, normal } = edgeOf(numbers, d, extent);
    if (d === 1) return [{ span: [at[0] - numbers.edge / 2, at[0] + numbers.edge / 2] }, { arrow: [at, along(at, normal, (extent[1] - extent[0]) / 8)] }];
    const direction = [-normal[1], normal[0]];
    return [{ edge: { at, direction } }, ...[-1, 1].map((side) => ({ edge: { at: along(at, normal, (side * numbers.edge) / 2), direction }, faint: true }))];
  },
};

/** @type {(numbers: Numbers, d: number, extent: number[]) => {at: number[], normal: number[]}} */
function edgeOf(numbers, d, extent) {
  if (d === 1) return { at: [numbers.sign * numbers.offset], normal: [numbers.sign] };
  const normal = unit(numbers.angle);
  const middle = middleOf(extent);
  return { at: along(middle, normal, numbers.offset - middle[0] * normal[0] - middle[1] * normal[1]), normal };
}

// An arrow from the origin, as long as R grows in one unit.
/** @type {Kind} */
export const LINEAR = {
  noun: "direction",
  read: ({ direction }) => placeNumbers(direction),
  fields: (part, d) => (d > 1 ? [placeField("x", "direction x"), placeField("y", "direction y")] : [placeField("x", "direction")]),
  write: (part, numbers, changed, d) => ({ ...part, direction: placeOf(numbers, d) }),
  handles: (numbers, d, extent) => [{ name: "tip", at: along(rootOf(extent), placeOf(numbers, d), 1), moves: d > 1 ? ["x", "y"] : ["x"] }],
  outlines: (numbers, d, extent) => [{ arrow: [rootOf(extent), along(rootOf(extent), placeOf(numbers, d), 1)] }],
};

/** @type {(extent: number[]) => number[]} */
function rootOf(extent) {
  const middle = middleOf(extent);
  const inside = middle.every((m, i) => extent[2 * i] < 0 && extent[2 * i + 1] > 0);
  return inside ? middle.map(() => 0) : middle;
}

// Numbers of a reward that have no place: they have a box and no handle.
/** @type {(noun: string, field: Field, start: number) => Kind} */
const amount = (noun, field, start) => ({
  noun,
  read: (part) => ({ [field.name]: part[field.name] ?? start }),
  fields: () => [field],
  write: (part, numbers) => ({ ...part, [field.name]: numbers[field.name] }),
  handles: () => [],
  outlines: () => [],
});

export const FLOOR = amount("floor", { name: "floor", label: "floor", step: "amount", low: 0, high: HEAVIEST }, 0);
export const STRENGTH = amount("strength", { name: "strength", label: "strength", step: "amount", low: -FARTHEST, high: FARTHEST }, 1);
export const CONSTANT = amount("constant", { name: "constant", label: "constant", step: "amount", low: -FARTHEST, high: FARTHEST }, 0);
