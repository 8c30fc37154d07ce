// The charts beside the stage. `createCharts` builds them once; moving w only moves markers and changes
// the text of the read-outs, which stand under the charts or in a place of their own (`numbers`).

import { addPointButtons, fillCaption, fillTooltip } from "./chart_buttons.js";
import { drawFigure, moveMarkers } from "./chart_draw.js";
import { chartFigures, figureSentence } from "./chart_figures.js";
import { createReadoutTable } from "./chart_readouts.js";
import { addElement, addHiddenTable, addSvg } from "./dom.js";
import { explainText } from "./glossary.js";
import { formatPercent, formatPlain, isNumber } from "./numbers.js";
import { COLOUR_NAMES } from "./theme.js";
/** @import { Drawn, PlacedPoint } from "./chart_draw.js" */
/** @import { Figure } from "./chart_figures.js" */
/** @import { Header } from "./scene.js" */
/** @import { Theme } from "./theme.js" */

/**
 * A panel as the charts know it; `scene` counts the scenes.
 * @typedef {{scene: number, w: number, wIndex: number, interpolated: boolean, letter?: string, primary?: boolean, live?: Header}} Selected -
 *   live: of a live answer at this w, whose rows are shown in place of the scene's
 *
 * @typedef {{numbers?: HTMLElement | null, scenes?: Header[], theme?: Partial<Theme>, onPickW?: (w: number) => void, reducedMotion?: boolean}} ChartOptions
 *
 * @typedef {{scenes: Header[], selection: Selected[], primary: number, shown: number[], width: number}} ChartState
 *
 * @typedef {{tooltip: HTMLElement, state: ChartState, onPickW: (w: number) => void}} ChartParts
 *
 * @typedef {object} Charts
 * @property {(selection: Selected[]) => void} setSelection
 * @property {(theme: Partial<Theme>) => void} setTheme
 * @property {(scenes: Header[]) => void} setScenes
 * @property {() => void} resize
 * @property {() => void} destroy
 */

const IN_SIGHT = 2;

/** @type {(container: HTMLElement, given?: ChartOptions) => Charts} */
export function createCharts(container, {numbers = null, scenes = [], theme = {}, onPickW = () => {}, reducedMotion = false} = {}) {
  const root = addElement("section", container, {class: `gdviz-charts${reducedMotion ? " gc-still" : ""}`, "aria-label": "curves and numbers over w"});
  /** @type {ChartState} */
  const state = {scenes, selection: [], primary: 0, shown: [], width: 0};
  const law = addChartLegend(root);
  const grid = addElement("div", root, {class: "gc-grid-of-charts"});
  const tooltip = addElement("div", root, {class: "gc-tooltip", hidden: ""});
  const table = numbers ? addElement("section", numbers, {class: "gdviz-charts", "aria-label": "numbers at the chosen w"}) : root;
  const rest = numbers ? addElement("div", table, {class: "gc-grid-of-charts"}) : grid;
  const charts = chartFigures().map((figure) => createChart(grid, figure, {tooltip, state, onPickW}));
  const readouts = createReadoutTable(table);
  const roots = table === root ? [root] : [root, table];

  // The first charts that have something to show stand in sight, the others with the numbers.
  function place() {
    let shown = 0;
    for (const {node} of charts) {
      const home = node.hidden || shown++ < IN_SIGHT ? grid : rest;
      if (node.parentElement !== home) home.append(node);
    }
  }

  function draw() {
    state.width = root.clientWidth;
    // Container queries would do, but the drawing needs the width in pixels anyway.
    for (const node of roots) node.dataset.size = node.clientWidth >= 640 ? "large" : node.clientWidth >= 400 ? "medium" : "small";
    const drawable = state.scenes.length > 0;
    for (const chart of charts) chart.fit(drawable);
    if (rest !== grid) place();
    if (!drawable) return;
    law.hidden = !state.scenes.some((header) => header.exact && (header.exact.law || []).length);
    for (const chart of charts) chart.draw();
    move();
  }

  function move() {
    const ordered = primaryFirst(state.selection);
    for (const chart of charts) chart.move(ordered);
    readouts.show(state.scenes, ordered, state.selection);
  }

  /** @type {(selection: Selected[]) => void} */
  function setSelection(selection) {
    state.selection = selection.filter((s) => state.scenes[s.scene]);
    const [first] = primaryFirst(state.selection);
    const primary = first ? first.scene : 0, shown = [...new Set(state.selection.map((s) => s.scene))];
    const same = primary === state.primary && shown.join() === state.shown.join();
    Object.assign(state, {primary, shown});
    if (same) move();
    else draw();
  }

  /** @type {(tokens: Partial<Theme>) => void} */
  function setTheme(tokens) {
    for (const name of COLOUR_NAMES) {
      if (tokens && tokens[name]) for (const node of roots) node.style.setProperty(`--gc-${name}`, tokens[name]);
    }
  }

  /** @type {(next: Header[]) => void} */
  function setScenes(next) {
    Object.assign(state, {scenes: next, primary: 0, shown: []});
    readouts.forget();
    state.selection = state.selection.filter((s) => next[s.scene]);
    draw();
  }

  const observer = typeof ResizeObserver === "function" ? new ResizeObserver(() => root.clientWidth !== state.width && draw()) : null;
  setTheme(theme);
  draw();
  if (observer) observer.observe(root);
  return {
    setSelection, setTheme, setScenes, resize: draw,
    destroy() {
      if (observer) observer.disconnect();
      for (const node of roots) node.remove();
    },
  };
}

// The selection in force first: the one marked `primary`, else the second panel (the guided one of the
// usual pair), else the only one.
/** @type {(selection: Selected[]) => Selected[]} */
function primaryFirst(selection) {
  const at = selection.findIndex((s) => s.primary);
  const first = selection[at >= 0 ? at : Math.min(1, selection.length - 1)];
  return first ? [first, ...selection.filter((s) => s !== first)] : [];
}

// Returns the entry of the line that only some scenes have.
/** @type {(root: HTMLElement) => HTMLElement} */
function addChartLegend(root) {
  const legend = addElement("div", root, {class: "gc-legend", "aria-hidden": "true"});
  /** @type {(text: string, draw: (svg: SVGElement) => void) => HTMLElement} */
  const entry = (text, draw) => {
    const item = addElement("span", legend);
    draw(addSvg("svg", item, {width: 24, height: 14}));
    addElement("span", item, {}, text);
    return item;
  };
  entry("estimate, 95 % band", (svg) => {
    addSvg("rect", svg, {class: "gc-band", x: 0, y: 2, width: 24, height: 10});
    addSvg("line", svg, {class: "gc-line", x1: 0, x2: 24, y1: 7, y2: 7});
    addSvg("circle", svg, {class: "gc-point", cx: 12, cy: 7, r: 2.6});
  });
  entry("change with half the steps", (svg) => addSvg("path", svg, {class: "gc-step", d: "M9 2h6M12 2V12M9 12h6"}));
  entry("exact value and slope", (svg) => {
    addSvg("line", svg, {class: "gc-tangent", x1: 0, x2: 24, y1: 7, y2: 7});
    addSvg("path", svg, {class: "gc-exact", d: "M12 2l5 5l-5 5l-5 -5Z"});
  });
  return entry("exact law of the guided sampler", (svg) => addSvg("line", svg, {class: "gc-law", x1: 0, x2: 24, y1: 7, y2: 7}));
}

// One chart: {node, fit(drawable), draw(), move(selections)}.
/** @type {(grid: HTMLElement, figure: Figure, given: ChartParts) => {node: HTMLElement, fit: (drawable: boolean) => void, draw: () => void, move: (selections: Selected[]) => void}} */
function createChart(grid, figure, {tooltip, state, onPickW}) {
  const node = addElement("figure", grid, {class: `gc-chart${figure.wide ? " gc-wide" : ""}`, "data-chart": figure.key});
  const caption = addElement("figcaption", node);
  const area = addElement("div", node, {class: "gc-area"});
  const svg = addSvg("svg", area, {role: "img"});
  const buttons = addElement("div", area, {class: "gc-points", role: "group"});
  const note = addElement("p", node, {class: "gc-note", hidden: ""});
  const spoken = addElement("div", node, {class: "gc-hidden"});
  /** @type {Drawn | null} */
  let drawn = null;

  // A chart with nothing in it takes no room; one that says why it is empty keeps its title and that line.
  /** @type {(drawable: boolean) => void} */
  const fit = (drawable) => {
    area.hidden = !state.scenes.some((header) => figure.points(header).length || (figure.note?.(header) && isNumber(figure.exact(header).at0)));
    node.hidden = !drawable || (area.hidden && !state.scenes.some((header) => figure.note && figure.note(header)));
  };

  function draw() {
    drawn = null;
    if (node.hidden) return;
    const header = state.scenes[state.primary];
    fillCaption(caption, figure, header);
    const said = figure.note ? figure.note(header) : "";
    explainText(note, said);
    note.hidden = !said;
    if (area.hidden) return;
    const size = {width: Math.max(120, area.clientWidth), height: figure.wide ? 168 : 158};
    drawn = drawFigure(svg, figure, state.scenes, state.primary, state.shown, size);
    const points = drawn.places[state.primary];
    svg.setAttribute("aria-label", figureSentence(figure, header, points, drawn.scaleX));
    /** @type {(x: number) => string} */
    const percent = (x) => (figure.percent ? formatPercent(x, x).value : formatPlain(x));
    spoken.replaceChildren();
    addHiddenTable(spoken, figure.title(header), ["w", "value with 95 % error", "change with half the steps"],
      points.map((p) => [formatPlain(p.w), p.text, p.step === null ? "not known" : percent(p.step)]));
    addPointButtons(buttons, points, drawn.box, {label: figure.title(header), onPickW, enter: show, leave: hide});
  }

  /** @type {(point: PlacedPoint) => void} */
  function show(point) {
    const title = figure.title(state.scenes[state.primary]);
    fillTooltip(tooltip, point, title);
    const root = node.closest(".gdviz-charts");
    root.append(tooltip);
    const from = root.getBoundingClientRect(), to = area.getBoundingClientRect();
    const left = to.left - from.left + drawn.box.left + point.left, top = to.top - from.top + drawn.box.top + point.top;
    const half = tooltip.offsetWidth / 2;
    tooltip.style.left = `${Math.min(from.width - half - 2, Math.max(half + 2, left))}px`;
    tooltip.style.top = `${top}px`;
  }

  function hide() {
    tooltip.hidden = true;
  }

  // Anywhere in the plot: the nearest computed point answers the pointer.
  /** @type {(event: MouseEvent) => PlacedPoint | null} */
  function nearest(event) {
    if (!drawn || drawn.places[state.primary].length === 0) return null;
    const rect = area.getBoundingClientRect();
    const left = event.clientX - rect.left - drawn.box.left, top = event.clientY - rect.top - drawn.box.top;
    /** @type {(p: PlacedPoint) => number} */
    const far = (p) => (figure.over === "w" ? Math.abs(p.left - left) : Math.hypot(p.left - left, p.top - top));
    return drawn.places[state.primary].reduce((best, p) => (far(p) < far(best) ? p : best));
  }
  area.addEventListener("pointermove", (event) => { const point = nearest(event); if (point) show(point); });
  area.addEventListener("pointerleave", hide);
  area.addEventListener("click", (event) => {
    if (event.target instanceof HTMLButtonElement) return;  // the point's own button has answered already
    const point = nearest(event);
    if (point) onPickW(point.w);
  });

  return {node, fit, draw, move: (selections) => drawn && moveMarkers(drawn, selections)};
}
