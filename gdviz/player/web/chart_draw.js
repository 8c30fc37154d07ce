// Drawing one small chart: the frame, the other scenes in a muted line, then band, line, exact value and
// tangent, step bars, points, and last the marker, which is the only thing that moves with w.

import { drawFrame } from "./chart_axes.js";
import { figureScales, joinedRuns } from "./chart_figures.js";
import { addSvg } from "./dom.js";
import { formatPlain, isNumber } from "./numbers.js";
import { sameQuantity } from "./rows.js";
/** @import { FrameBox, Scale, ScaleW, ToPixels } from "./chart_axes.js" */
/** @import { ExactMarks, Figure, Point, XY } from "./chart_figures.js" */
/** @import { Selected } from "./charts.js" */
/** @import { Header, Maybe } from "./scene.js" */

/**
 * @typedef {Point & {left: number, top: number}} PlacedPoint
 *
 * @typedef {{places: PlacedPoint[][], runs: PlacedPoint[][][], box: FrameBox, rule: SVGElement, bar: SVGElement, markers: SVGElement, scaleX: ScaleW,
 *   x: ToPixels, over: string, live: (header: Header, index: number) => LivePoint | null}} Drawn
 *
 * @typedef {{left: number, top: number, reliable: boolean, low: number, high: number}} LivePoint - low, high: the error's ends in pixels
 */

/** @type {(points: XY[], x: ToPixels, y: ToPixels) => string} */
function pathData(points, x, y) {
  return points.map((p, i) => `${i ? "L" : "M"}${x(p.x).toFixed(2)} ${y(p.y).toFixed(2)}`).join("");
}

/** @type {(plot: SVGElement, run: Point[], x: ToPixels, y: ToPixels) => void} */
function drawBand(plot, run, x, y) {
  const known = run.filter((p) => p.half !== null);
  if (known.length === 1) {
    const [p] = known;
    addSvg("line", plot, {class: "gc-bar", x1: x(p.x), x2: x(p.x), y1: y(p.y - p.half), y2: y(p.y + p.half)});
  } else if (known.length) {
    const upper = known.map((p) => ({x: p.x, y: p.y + p.half})), lower = known.map((p) => ({x: p.x, y: p.y - p.half})).reverse();
    addSvg("path", plot, {class: "gc-band", d: `${pathData([...upper, ...lower], x, y)}Z`});
  }
}

// The change against half as many steps: thin whiskers beside the point, never part of the band.
/** @type {(plot: SVGElement, point: Point, x: ToPixels, y: ToPixels) => void} */
function drawStep(plot, point, x, y) {
  if (point.step === null) return;
  const at = x(point.x), top = y(point.y + point.step), bottom = y(point.y - point.step);
  addSvg("path", plot, {class: "gc-step", d: `M${at - 3} ${top}h6M${at} ${top}V${bottom}M${at - 3} ${bottom}h6`});
}

/** @type {(plot: SVGElement, point: Point, x: ToPixels, y: ToPixels) => void} */
function drawErrors(plot, point, x, y) {
  if (point.half !== null) addSvg("line", plot, {class: "gc-bar", x1: x(point.x), x2: x(point.x), y1: y(point.y - point.half), y2: y(point.y + point.half)});
  if (point.halfX !== null) addSvg("line", plot, {class: "gc-bar", x1: x(point.x - point.halfX), x2: x(point.x + point.halfX), y1: y(point.y), y2: y(point.y)});
}

// The exact value at w = 0, the exact tangent there (bent where the axis is), and the exact value at w = 1.
/** @type {(plot: SVGElement, layer: SVGElement, exact: ExactMarks, scaleX: Scale, x: ToPixels, y: ToPixels) => void} */
function drawExact(plot, layer, exact, scaleX, x, y) {
  const {at0, slope, at1} = exact;
  if (isNumber(at0) && isNumber(slope)) {
    const line = Array.from({length: 97}, (_, i) => scaleX.at(i / 96)).map((w) => ({x: w, y: at0 + slope * w}));
    addSvg("path", plot, {class: "gc-tangent", d: pathData(line, x, y)});
  }
  /** @type {(w: number, value: Maybe, kind: string) => void} */
  const diamond = (w, value, kind) => {
    if (!isNumber(value) || w < scaleX.low || w > scaleX.high) return;
    addSvg("path", layer, {class: kind, d: `M${x(w)} ${y(value) - 8}l8 8l-8 8l-8 -8Z`});
  };
  diamond(0, at0, "gc-exact");
  diamond(1, at1, "gc-exact gc-dashed");
}

// The mean under the exact law of the guided sampler: a solid line below the estimates.
/** @type {(plot: SVGElement, law: XY[], scaleX: Scale, x: ToPixels, y: ToPixels) => void} */
function drawExactLaw(plot, law, scaleX, x, y) {
  const line = law.filter((point) => point.x >= scaleX.low && point.x <= scaleX.high);
  if (line.length > 1) addSvg("path", plot, {class: "gc-law", d: pathData(line, x, y)});
}

// Where a point is drawn: kept inside the plot, so that an estimate off the scale still shows at its edge.
/** @type {(point: XY, x: ToPixels, y: ToPixels, box: FrameBox) => {left: number, top: number}} */
function placePoint(point, x, y, box) {
  return {left: x(point.x), top: Math.min(box.height - 4, Math.max(4, y(point.y)))};
}

/** @type {(plot: SVGElement, figure: Figure, header: Header, points: Point[], x: ToPixels, y: ToPixels, muted: boolean) => void} */
function drawScene(plot, figure, header, points, x, y, muted) {
  const runs = joinedRuns(points, header);
  if (!muted && figure.over === "w") for (const run of runs) drawBand(plot, run, x, y);
  for (const run of runs) addSvg("path", plot, {class: muted ? "gc-line gc-muted" : "gc-line", d: pathData(run, x, y)});
}

/** @type {(layer: SVGElement, figure: Figure, points: Point[], x: ToPixels, y: ToPixels, box: FrameBox) => void} */
function drawPoints(layer, figure, points, x, y, box) {
  for (const point of points) {
    if (point.reliable && figure.over === "spread") drawErrors(layer, point, x, y);
    if (point.reliable) drawStep(layer, point, x, y);
  }
  for (const point of points) {
    const {left, top} = placePoint(point, x, y, box);
    const kind = !point.reliable ? "gc-point gc-open" : point.w === 0 ? "gc-point gc-none" : "gc-point";
    addSvg("circle", layer, {class: kind, cx: left, cy: top, r: point.reliable ? 2.6 : 3.6});
  }
}

// Names both ends of the trace, each on the side of its point that is farthest from the path.
/** @type {(layer: SVGElement, points: PlacedPoint[], box: FrameBox) => void} */
function drawTraceEnds(layer, points, box) {
  if (points.length < 2) return;
  const along = points.slice(1).flatMap((b, i) => Array.from({length: 17}, (_, j) => {
    const a = points[i], f = j / 16;
    return {left: a.left + f * (b.left - a.left), top: a.top + f * (b.top - a.top)};
  }));
  for (const point of [points[0], points.at(-1)]) {
    const text = `w = ${formatPlain(point.w)}`, half = 3.2 * text.length;
    const sides = [[half + 9, 0], [-half - 9, 0], [0, -13], [0, 13], [half, 13], [-half, 13], [half, -13], [-half, -13]]
      .map(([dx, dy]) => ({left: point.left + dx, top: point.top + dy}))
      .filter(({left, top}) => left - half > 0 && left + half < box.width && top > 4 && top < box.height - 6);
    /** @type {(side: {left: number, top: number}) => number} */
    const clear = (side) => Math.min(...along.map((p) => Math.hypot(Math.max(0, Math.abs(p.left - side.left) - half), p.top - side.top)));
    const best = sides.reduce((a, b) => (a && clear(a) >= clear(b) ? a : b), null);
    if (best) addSvg("text", layer, {class: "gc-tick", x: best.left, y: best.top, dy: "0.35em", "text-anchor": "middle"}, text);
  }
}

// Fills `svg` and returns what the marker and the pointer need: pixel places of every scene's points.
/** @type {(svg: SVGElement, figure: Figure, headers: Header[], primary: number, shown: number[], size: {width: number, height: number}) => Drawn} */
export function drawFigure(svg, figure, headers, primary, shown, size) {
  svg.replaceChildren();
  svg.setAttribute("width", String(size.width));
  svg.setAttribute("height", String(size.height));
  const alike = headers.map((header) => sameQuantity(header, headers[primary]));  // another quantity has no place on these axes
  const scales = figureScales(figure, headers.filter((_, i) => alike[i]));
  const labelX = figure.over === "w" ? `guidance scale w${scales.scaleX.symlog ? " (log)" : ""}` : "spread";
  const {plot, x, y, box} = drawFrame(svg, {...size, ...scales, labelX, percent: figure.percent});
  const places = headers.map((header, i) => (alike[i] ? figure.points(header) : []).map((p) => ({...p, ...placePoint(p, x, y, box)})));
  shown.filter((i) => i !== primary && alike[i]).forEach((i) => drawScene(plot, figure, headers[i], places[i], x, y, true));
  if (figure.exact) drawExactLaw(plot, figure.exact(headers[primary]).law, scales.scaleX, x, y);
  drawScene(plot, figure, headers[primary], places[primary], x, y, false);
  // Points and markers may overhang the frame by their radius, so they are not clipped.
  const layer = addSvg("g", svg, {transform: `translate(${box.left} ${box.top})`});
  if (figure.exact) drawExact(plot, layer, figure.exact(headers[primary]), scales.scaleX, x, y);
  drawPoints(layer, figure, places[primary], x, y, box);
  if (figure.over === "spread") drawTraceEnds(layer, places[primary], box);
  const rule = addSvg("line", layer, {class: "gc-rule", y1: 0, y2: box.height, visibility: "hidden"});
  const bar = addSvg("line", layer, {class: "gc-live-bar", visibility: "hidden"});
  const markers = addSvg("g", layer);
  /** @type {(header: Header, index: number) => LivePoint | null} */
  const live = (header, index) => {
    const point = figure.points(header).find((p) => p.index === index);
    if (!point) return null;
    const [low, high] = [-1, 1].map((side) => Math.min(box.height, Math.max(0, y(point.y + side * (point.half ?? 0)))));
    return {...placePoint(point, x, y, box), reliable: point.reliable, low, high};
  };
  return {places, box, rule, bar, markers, live, scaleX: scales.scaleX, x, over: figure.over, runs: headers.map((header, i) => joinedRuns(places[i], header))};
}

// The place of w on a scene's drawn path: a computed point, or the straight line between two joined ones.
/** @type {(drawn: Drawn, scene: number, w: number) => {left: number, top: number, reliable: boolean} | null} */
function placeOnPath(drawn, scene, w) {
  const exact = drawn.places[scene].find((p) => p.w === w);
  if (exact) return {left: exact.left, top: exact.top, reliable: exact.reliable};
  for (const run of drawn.runs[scene]) {
    for (let i = 1; i < run.length; i += 1) {
      const [a, b] = [run[i - 1], run[i]];
      if (w < a.w || w > b.w) continue;
      const f = drawn.over === "w" ? (drawn.x(w) - a.left) / (b.left - a.left) : (w - a.w) / (b.w - a.w);
      return {left: a.left + f * (b.left - a.left), top: a.top + f * (b.top - a.top), reliable: true};
    }
  }
  return null;
}

// Moves the rule and the dots: no layout, only attributes. The first selection is the one in force.
/** @type {(drawn: Drawn, selections: Selected[]) => void} */
export function moveMarkers(drawn, selections) {
  const {rule, markers} = drawn;
  const back = [...selections].reverse();  // the one in force is drawn last, on top
  while (markers.childElementCount < selections.length) addSvg("circle", markers);
  const [first] = selections;
  const ruled = first && drawn.over === "w" && first.w >= drawn.scaleX.low && first.w <= drawn.scaleX.high;
  rule.setAttribute("visibility", ruled ? "visible" : "hidden");
  if (ruled) rule.setAttribute("transform", `translate(${drawn.x(first.w)} 0)`);
  moveLiveBar(drawn, first);
  [...markers.children].forEach((dot, i) => {
    const {scene, w, interpolated, live, wIndex} = back[i] || {};
    const at = live ? drawn.live(live, wIndex) : back[i] ? placeOnPath(drawn, scene, w) : null, other = back[i] !== first;
    const hollow = interpolated || (at && !at.reliable);
    dot.setAttribute("visibility", at ? "visible" : "hidden");
    dot.setAttribute("class", `gc-marker${w === 0 ? " gc-none" : ""}${other ? " gc-other" : ""}${hollow ? " gc-hollow" : ""}`);
    dot.setAttribute("r", other ? "4" : "5.5");
    if (at) dot.setAttribute("transform", `translate(${at.left} ${at.top})`);
  });
}

// The 95 % error of a live number, at its dot.
/** @type {(drawn: Drawn, first: Selected | undefined) => void} */
function moveLiveBar({bar, live}, first) {
  const at = first && first.live ? live(first.live, first.wIndex) : null;
  bar.setAttribute("visibility", at ? "visible" : "hidden");
  if (!at) return;
  for (const [name, value] of Object.entries({x1: at.left, x2: at.left, y1: at.low, y2: at.high})) bar.setAttribute(name, String(value));
}
