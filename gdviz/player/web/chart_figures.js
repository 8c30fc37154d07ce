// What each small chart shows: rows in; points, ranges and words out. Nothing here touches the page.
//
// A point is {w, index, x, y, half, halfX, step, reliable, text}: x is w (or the spread in the trace),
// half the 95 % half-width, step the change against half as many steps; unknown parts are null.

import { makeScale, makeScaleW, paddedRange, roundTicks } from "./chart_axes.js";
import { formatPercent, formatPlain, formatPlusMinus, halfWidth, isNumber } from "./numbers.js";
import { reciprocalHint } from "./readouts.js";
import { finiteCount, isReciprocalReliable, measureNames, shareHalfWidth, spreadError } from "./rows.js";
/** @import { Scale, ScaleW } from "./chart_axes.js" */
/** @import { Exact, Header, Maybe, Row } from "./scene.js" */

/**
 * @typedef {{x: number, y: number}} XY
 *
 * A computed value in a chart: x is w (or the spread in the trace), half the 95 % half-width, step the change against half as many
 * steps; unknown parts are null.
 * @typedef {XY & {w: number, index: number, half: number | null, halfX: number | null, step: number | null, reliable: boolean, text: string}} Point
 *
 * @typedef {{at0?: Maybe, slope?: Maybe, at1?: Maybe, law: XY[]}} ExactMarks
 *
 * @typedef {object} Figure
 * @property {string} key
 * @property {boolean} wide
 * @property {"w" | "spread"} over
 * @property {(header: Header) => string} title
 * @property {(header: Header) => string} [subtitle]
 * @property {(header: Header) => string} [hint]
 * @property {(header: Header) => string} [note]
 * @property {(header: Header) => Point[]} points
 * @property {(header: Header) => ExactMarks} [exact]
 * @property {boolean} [percent]
 * @property {number} [air]
 * @property {number} [least]
 * @property {number} [most]
 *
 * @typedef {{scaleX: ScaleW, scaleY: Scale, ticksX: (pixels: number) => number[], ticksY: number[]}} FigureScales
 */

/** @type {(header: Header, value: (row: Row) => Maybe, rest: (row: Row) => Partial<Point> & {half: number | null, text: string}) => Point[]} */
function curvePoints(header, value, rest) {
  return (header.rows || [])
    .map((row, index) => /** @type {Point | null} */ (isNumber(value(row)) ? {w: row.w, index, x: row.w, y: value(row), halfX: null, step: null, reliable: true, ...rest(row)} : null))
    .filter(Boolean)
    .sort((a, b) => a.w - b.w);
}

/** @type {(row: Row, field: string) => number | null} */
function stepChange(row, field) {
  const change = row.step_changes && row.step_changes[field];
  return isNumber(change) ? Math.abs(change) : null;
}

// Points of the exact law of the guided sampler by rising w, where it is known (`gdviz.exact_curves`).
/** @type {(exact: Exact, field: "mean_reward" | "mean_reciprocal") => XY[]} */
function exactLawPoints(exact, field) {
  return (exact.law || []).filter((point) => isNumber(point[field])).map((point) => ({x: point.w, y: point[field]}));
}

/** @type {() => Figure} */
function rewardFigure() {
  return {
    key: "reward", wide: true, over: "w",
    title: (header) => `mean of ${measureNames(header).reward}`,
    points: (header) => curvePoints(header, (row) => row.mean_reward, (row) => {
      const half = halfWidth(row.se_reward);
      return {half, step: stepChange(row, "mean_reward"), text: formatPlusMinus(row.mean_reward, half)};
    }),
    exact: (header) => {
      const exact = header.exact || {};
      return {at0: exact.mean_reward_w0, slope: exact.slope_mean_reward_w0, at1: exact.mean_reward_w1, law: exactLawPoints(exact, "mean_reward")};
    },
  };
}

/** @type {() => Figure} */
function reciprocalFigure() {
  return {
    key: "reciprocal", wide: true, over: "w",
    title: (header) => `mean of ${measureNames(header).reciprocal}`,
    hint: reciprocalHint,
    points: (header) => curvePoints(header, (row) => row.mean_reciprocal, (row) => {
      const reliable = isReciprocalReliable(row), half = reliable ? halfWidth(row.se_reciprocal) : null;
      const text = reliable ? formatPlusMinus(row.mean_reciprocal, half) : `not estimable from ${finiteCount(row)} samples`;
      return {half, reliable, step: reliable ? stepChange(row, "mean_reciprocal") : null, text};
    }),
    exact: (header) => {
      const exact = header.exact || {};
      return {at0: exact.mean_reciprocal_w0, slope: exact.slope_mean_reciprocal_w0, law: exactLawPoints(exact, "mean_reciprocal")};
    },
    note: tailNote,
  };
}

// Said under the chart when some mean of 1/p has too heavy a tail; empty otherwise.
/** @type {(header: Header) => string} */
function tailNote(header) {
  const heavy = (header.rows || []).filter((row) => row.tail && row.tail.reliable === false);
  if (heavy.length === 0) return "";
  const at = heavy.map((row) => row.w).sort((a, b) => a - b).map(formatPlain);
  const where = at.length > 3 ? `${at.length} values of w` : `w = ${at.join(", ")}`;
  const what = measureNames(header).kind === "cfg" ? "1/p" : "1/r";
  return `○ ${what} too heavy-tailed to estimate from ${finiteCount(heavy[0])} samples (${where})`;
}

/** @type {() => Figure} */
function traceFigure() {
  return {
    key: "trace", wide: false, over: "spread", air: 0.2,  // room for the names of its ends
    title: () => "fidelity against diversity",
    subtitle: (header) => `mean of ${measureNames(header).reward}, along w`,
    points: (header) => curvePoints(header, (row) => (isNumber(row.spread) ? row.mean_reward : null), (row) => {
      const half = halfWidth(row.se_reward), halfX = halfWidth(spreadError(row));
      const text = `${formatPlusMinus(row.mean_reward, half)}, spread ${formatPlusMinus(row.spread, halfX)}`;
      return {x: row.spread, half, halfX: halfWidth(row.se_spread), text};
    }),
  };
}

/** @type {() => Figure} */
function improvedFigure() {
  return {
    key: "improved", wide: false, over: "w", percent: true,
    title: () => "proportion improved",
    subtitle: () => "same noise as unguided",
    // At w = 0 every particle is its own pair, so there is nothing to compare.
    points: (header) => curvePoints(header, (row) => (row.w === 0 ? null : row.improved), (row) => {
      const half = shareHalfWidth(row, row.se_improved), text = formatPercent(row.improved, half);
      return {half, text: half === null ? text.value : `${text.value} ± ${text.error}`};
    }),
    least: 0, most: 1,
  };
}

/** @type {() => Figure[]} */
export function chartFigures() {
  return [rewardFigure(), reciprocalFigure(), traceFigure(), improvedFigure()];
}

// Fixed ranges from every scene's rows, so that the marker moves and the axes do not. Values whose tail
// fails do not stretch the axis; they are drawn at its edge.
/** @type {(figure: Figure, headers: Header[]) => FigureScales} */
export function figureScales(figure, headers) {
  const all = headers.flatMap(figure.points);
  const firm = all.some((p) => p.reliable) ? all.filter((p) => p.reliable) : all;
  /** @type {(p: Point) => number} */
  const reach = (p) => Math.max(p.half || 0, p.step || 0);
  const heights = firm.flatMap((p) => [p.y - reach(p), p.y + reach(p)]);
  for (const header of headers) {
    const {at0, at1} = figure.exact ? figure.exact(header) : {};
    heights.push(...[at0, at1].filter(isNumber));
    if (!all.length && figure.exact) heights.push(...figure.exact(header).law.map((point) => point.y));
  }
  const [low, high] = paddedRange(heights, figure.air, figure.least, figure.most);
  const scaleY = makeScale(low, high), ticksY = roundTicks(low, high, 5);
  if (figure.over === "w") {
    const scaleX = makeScaleW(headers.flatMap((header) => (header.rows || []).map((row) => row.w)));
    return {scaleX, scaleY, ticksX: scaleX.ticks, ticksY};
  }
  const [left, right] = paddedRange(all.flatMap((p) => [p.x - (p.halfX || 0), p.x + (p.halfX || 0)]), figure.air);
  return {scaleX: makeScale(left, right), scaleY, ticksX: (pixels) => roundTicks(left, right, Math.min(6, pixels / 40)), ticksY};
}

// Runs of neighbouring points that may be joined: broken where a row is missing or its tail fails.
/** @type {<P extends Point>(points: P[], header: Header) => P[][]} */
export function joinedRuns(points, header) {
  const order = (header.rows || []).map((row) => row.w).sort((a, b) => a - b);
  const runs = [];
  let last = -2;
  for (const point of points.filter((p) => p.reliable)) {
    const place = order.indexOf(point.w);
    if (place === last + 1) runs.at(-1).push(point);
    else runs.push([point]);
    last = place;
  }
  return runs;
}

// One sentence on what a chart holds, for its aria-label.
/** @type {(figure: Figure, header: Header, points: Point[], scaleX: ScaleW) => string} */
export function figureSentence(figure, header, points, scaleX) {
  const first = points[0], last = points.at(-1);
  const over = figure.over === "w" ? `over guidance scale w${scaleX.symlog ? " (logarithmic axis)" : ""}` : "against spread, as w grows";
  const known = figure.exact?.(header).at0;
  if (!first) return `${figure.title(header)}: no computed values${isNumber(known) ? `; exact value ${formatPlain(known)} at w = 0` : ""}.`;
  const from = `${first.text} at w = ${formatPlain(first.w)}`;
  const to = last === first ? "" : ` to ${last.text} at w = ${formatPlain(last.w)}`;
  const {at0} = figure.exact ? figure.exact(header) : {};
  const exact = isNumber(at0) ? `; exact value ${formatPlain(at0)} at w = 0` : "";
  const count = points.length === 1 ? "1 computed value" : `${points.length} computed values`;
  return `${figure.title(header)} ${over}, ${count}: from ${from}${to}${exact}.`;
}
