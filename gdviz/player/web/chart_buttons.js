// What is around a chart's drawing: its caption, a button for each computed point, and the tooltip.

import { addElement } from "./dom.js";
import { addTerm } from "./explain.js";
import { formatNumber, formatPlain } from "./numbers.js";
/** @import { FrameBox } from "./chart_axes.js" */
/** @import { PlacedPoint } from "./chart_draw.js" */
/** @import { Figure, Point } from "./chart_figures.js" */
/** @import { Header } from "./scene.js" */

/** @typedef {{label: string, onPickW: (w: number) => void, enter: (point: PlacedPoint) => void, leave: () => void}} ButtonOptions */

/** @type {(caption: HTMLElement, figure: Figure, header: Header) => void} */
export function fillCaption(caption, figure, header) {
  caption.replaceChildren();
  const hint = figure.hint ? figure.hint(header) : "";
  const title = addElement("span", caption, {class: "gc-title"}, hint ? "" : figure.title(header));
  if (hint) addTerm(title, figure.title(header), hint);
  if (figure.subtitle) addElement("span", caption, {class: "gc-subtitle"}, figure.subtitle(header));
}

// One button for each computed point, one tab stop for the chart; the arrow keys walk along w.
/** @type {(group: HTMLElement, points: PlacedPoint[], box: FrameBox, given: ButtonOptions) => void} */
export function addPointButtons(group, points, box, {label, onPickW, enter, leave}) {
  group.replaceChildren();
  group.setAttribute("aria-label", `${label}: computed values`);
  const buttons = points.map((point, i) => {
    const button = addElement("button", group, {type: "button", tabindex: i ? -1 : 0, "data-w": point.w, "aria-label": `go to w = ${formatPlain(point.w)}: ${point.text}`});
    button.style.left = `${box.left + point.left}px`;
    button.style.top = `${box.top + point.top}px`;
    button.addEventListener("click", () => onPickW(point.w));
    button.addEventListener("focus", () => enter(point));
    button.addEventListener("blur", leave);
    button.addEventListener("keydown", (event) => {
      const last = points.length - 1;
      const to = {ArrowRight: i + 1, ArrowUp: i + 1, ArrowLeft: i - 1, ArrowDown: i - 1, Home: 0, End: last}[event.key];
      if (event.key === "Enter" || event.key === " ") event.stopPropagation();  // not the player's Play key
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      buttons.forEach((other) => { other.tabIndex = -1; });
      const next = buttons[Math.min(last, Math.max(0, to))];
      next.tabIndex = 0;
      next.focus();
    });
    return button;
  });
}

/** @type {(tooltip: HTMLElement, point: Point, title: string) => void} */
export function fillTooltip(tooltip, point, title) {
  tooltip.replaceChildren();
  addElement("strong", tooltip, {}, `w = ${formatPlain(point.w)}`);
  addElement("span", tooltip, {}, `${title}: ${point.text}${point.half === null ? "" : " (95 %)"}`);
  if (point.step !== null) addElement("span", tooltip, {}, `half the steps: changes by ${formatNumber(point.step, point.half).value}`);
  tooltip.hidden = false;
}
