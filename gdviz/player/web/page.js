// The elements of the player, in their order, before anything is in them.

import { addElement } from "./dom.js";

/**
 * @typedef {Record<"root" | "problem" | "body" | "heading" | "note" | "preview" | "stale" | "tools" | "panels" | "legend" | "controls" | "sentence" | "caption" | "more" |
 *   "side" | "numbers" | "live", HTMLElement>} Page
 */

/** @type {(host: HTMLElement) => Page} */
export function buildPage(host) {
  const root = addElement("div", host, { class: "gv", "data-testid": "player", role: "region", "aria-label": "animation of guided sampling", tabindex: "-1" });
  const problem = addElement("p", root, { class: "gv-problem", role: "alert", hidden: "" });
  const body = addElement("div", root, { class: "gv-body gv-empty", inert: "" }); // in its place, so that nothing jumps when scenes come
  const stage = addElement("div", body, { class: "gv-stage" });
  const head = addElement("header", stage, { class: "gv-head" });
  const heading = addElement("span", head, { class: "gv-heading", role: "heading", "aria-level": "2" });
  const note = addElement("span", head, { class: "gv-note" });
  const preview = addElement("span", head, { class: "gv-badge", hidden: "" }, "preview, refining");
  const stale = addElement("span", head, { class: "gv-badge", role: "status", hidden: "" });
  const tools = addElement("span", head, { class: "gv-tools" });
  const panels = addElement("div", stage, { class: "gv-panels", tabindex: "0", role: "group", "aria-label": "panels; space plays, left and right step in time" });
  const legend = addElement("p", stage, { class: "gv-legend" });
  const controls = addElement("div", stage, { class: "gv-controls" });
  const sentence = addElement("p", stage, { class: "gv-sentence" });
  const caption = addElement("p", stage, { class: "gv-caption" }); // what to look at, and what to know before trusting the numbers
  const more = addElement("details", stage, { class: "gv-more" });
  const side = addElement("div", body, { class: "gv-side" }); // two charts; the others are with the table
  const numbers = addElement("details", body, { class: "gv-numbers" });
  addElement("summary", numbers, {}, "Numbers");
  const live = addElement("p", root, { class: "gv-live", "aria-live": "polite" });
  return { root, problem, body, heading, note, preview, stale, tools, panels, legend, controls, sentence, caption, more, side, numbers, live };
}
