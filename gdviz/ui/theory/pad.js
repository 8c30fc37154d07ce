// A plane with one particle that can be dragged, and the arrows of a step. Python says what to draw (pad.py);
// the page hears where the particle was let go.

/**
 * An arrow of the step.
 * @typedef {{from: number[], to: number[], kind: string, text: string}} Part
 *
 * What Python sends (pad.py); the density is that of cells in the plane, of points on a line.
 * @typedef {{plane: boolean, ranges: number[][], density: any[], parts: Part[], point: number[], next: {at: number[], text: string}, label: string}} Drawing
 * @typedef {(place: number[]) => number[]} ToPixels
 * @typedef {(name: string, value: number[]) => void} SetTrigger
 */

const SIZE = { plane: [560, 420], line: [560, 300] };
const NUDGE = 1 / 60; // of the width, with the arrow keys

/** @type {(given: {data: Drawing | null, parentElement: HTMLElement, setTriggerValue: SetTrigger}) => void} */
export function showPad({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".gv-pad");
  if (!root || !data) return;
  const [width, height] = data.plane ? SIZE.plane : SIZE.line;
  const [[x0, x1], [y0, y1]] = data.ranges;
  /** @type {ToPixels} */
  const at = ([x, y]) => [((x - x0) / (x1 - x0)) * width, (1 - (y - y0) / (y1 - y0)) * height];
  const page = /** @type {Document | ShadowRoot} */ (root.getRootNode());
  const focused = page.activeElement?.classList.contains("gv-particle");
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": data.label });
  root.replaceChildren(svg);
  svg.append(ground(data, at, width, height));
  for (const part of data.parts) svg.append(arrow(part, at));
  svg.append(dot(at(data.next.at), "gv-next", data.next.text));
  svg.append(particle(data, svg, at, { width, height, setTriggerValue }));
  if (focused) /** @type {SVGElement} */ (svg.querySelector(".gv-particle")).focus({ preventScroll: true }); // drawn anew after each move
}

/** @type {(name: string, attributes: Record<string, string | number>, text?: string) => SVGElement} */
function make(name, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

// The density of the unguided law at this level: cells in the plane, a hill on a line.
/** @type {(drawing: Drawing, at: ToPixels, width: number, height: number) => SVGElement} */
function ground({ plane, density, ranges: [[x0, x1], [y0, y1]] }, at, width, height) {
  const group = make("g", { class: "gv-ground", "aria-hidden": "true" });
  if (plane) {
    const n = density.length, m = density[0].length;
    const [w, h] = [width / n, height / m];
    density.forEach((column, i) => column.forEach((/** @type {number} */ value, /** @type {number} */ j) => {
      if (value < 0.02) return;
      group.append(make("rect", {
        x: (i * w).toFixed(2), y: (height - (j + 1) * h).toFixed(2), width: w.toFixed(2), height: h.toFixed(2),
        opacity: (0.3 * value).toFixed(3),
      }));
    }));
  } else {
    const points = density.map((value, i) => at([x0 + ((x1 - x0) * i) / (density.length - 1), value]).join(","));
    group.append(make("polygon", { points: `0,${height} ${points.join(" ")} ${width},${height}`, opacity: 0.16 }));
  }
  group.append(axis(x0, x1, at, y0, "x"));
  if (plane) group.append(axis(y0, y1, at, x0, "y"));
  return group;
}

/** @type {(low: number, high: number, at: ToPixels, other: number, which: "x" | "y") => SVGElement} */
function axis(low, high, at, other, which) {
  const group = make("g", { class: "gv-axis" });
  const step = [0.5, 1, 2, 5, 10, 20].find((size) => (high - low) / size <= 10) ?? (high - low) / 8;
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    if (value - low < 0.1 * step || high - value < 0.1 * step) continue; // half of it would lie outside
    const [x, y] = at(which === "x" ? [value, other] : [other, value]);
    const place = which === "x" ? { x, y: y - 5, "text-anchor": "middle" } : { x: x + 5, y: y + 4 };
    group.append(make("text", place, String(Math.round(value * 100) / 100)));
  }
  return group;
}

/** @type {(part: Part, at: ToPixels) => SVGElement} */
function arrow({ from, to, kind, text }, at) {
  const [[a, b], [c, d]] = [at(from), at(to)];
  const group = make("g", { class: `gv-arrow gv-${kind}` });
  const length = Math.hypot(c - a, d - b);
  if (length > 1) {
    const [u, v] = [(c - a) / length, (d - b) / length], head = Math.min(13, length);
    const [p, q] = [c - head * u, d - head * v];
    group.append(make("line", { x1: a, y1: b, x2: p, y2: q })); // up to the head: a short arrow is all head
    group.append(make("polygon", { points: `${c},${d} ${p - 0.5 * head * v},${q + 0.5 * head * u} ${p + 0.5 * head * v},${q - 0.5 * head * u}` }));
  }
  group.append(make("title", {}, text));
  return group;
}

/** @type {(place: number[], kind: string, text: string) => SVGElement} */
function dot([cx, cy], kind, text) {
  const node = make("circle", { cx, cy, r: 8, class: kind });
  node.append(make("title", {}, text));
  return node;
}

// Dragged with pointer or arrow keys; the page is told when it is let go.
/** @type {(drawing: Drawing, svg: SVGElement, at: ToPixels, given: {width: number, height: number, setTriggerValue: SetTrigger}) => SVGElement} */
function particle({ point, plane, ranges: [[x0, x1], [y0, y1]] }, svg, at, { width, height, setTriggerValue }) {
  const [cx, cy] = at(point);
  const node = make("circle", { cx, cy, r: 9, class: "gv-particle", tabindex: 0, role: "slider", "aria-valuenow": point[0],
    "aria-valuetext": plane ? `x ${point[0].toFixed(2)}, y ${point[1].toFixed(2)}` : `x ${point[0].toFixed(2)}`,
    "aria-label": "particle: move it with the arrow keys" });
  let here = [cx, cy], held = false;
  const show = () => { node.setAttribute("cx", String(here[0])); node.setAttribute("cy", String(here[1])); };
  const tell = () => {
    const coordinates = [x0 + (here[0] / width) * (x1 - x0)];
    if (plane) coordinates.push(y0 + (1 - here[1] / height) * (y1 - y0));
    setTriggerValue("moved", coordinates);
  };
  /** @type {(x: number, y: number) => void} */
  const place = (x, y) => {
    here = [Math.min(Math.max(x, 0), width), plane ? Math.min(Math.max(y, 0), height) : cy];
    show();
  };
  node.addEventListener("pointerdown", (event) => { held = true; node.setPointerCapture(event.pointerId); event.preventDefault(); });
  node.addEventListener("pointermove", (event) => {
    if (!held) return;
    const box = svg.getBoundingClientRect();
    place(((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height);
  });
  const drop = () => { if (held) { held = false; tell(); } };
  node.addEventListener("pointerup", drop);
  node.addEventListener("pointercancel", drop);
  node.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || (!plane && way[1])) return;
    event.preventDefault();
    place(here[0] + way[0] * NUDGE * width, here[1] + way[1] * NUDGE * width);
  });
  node.addEventListener("keyup", (event) => { if (event.key.startsWith("Arrow")) tell(); });
  return node;
}
