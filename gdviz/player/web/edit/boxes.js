// The chosen part's numbers as boxes, in step with its handles, and a box for rows that are pasted.

import { addElement, setText } from "../dom.js";
import { parseNumber, plain } from "./change.js";
/** @import { Field } from "./change.js" */

/**
 * @typedef {object} Typed
 * @property {(changes: Record<string, number>) => boolean} number - false where it was refused
 * @property {(text: string) => boolean} label
 * @property {() => void} copy
 * @property {() => void} remove
 * @property {(text: string) => boolean} rows
 *
 * What the boxes show: a part of the scene, or the brush over points.
 * @typedef {{id: string, name: string, fields: Field[], numbers: Record<string, number>, label: string | null | undefined, labels: string[], part: boolean,
 *   note: string, step: number, pastes: boolean}} BoxState
 *
 * @typedef {{show: (state: BoxState | null) => void}} Boxes
 */

/** @type {(parent: HTMLElement, tools: HTMLElement, typed: Typed) => Boxes} */
export function createBoxes(parent, tools, typed) {
  const row = addElement("div", parent, { class: "gv-box-row", role: "group" });
  const paste = addPaste(tools, typed);
  /** @type {Map<string, HTMLInputElement>} */
  const inputs = new Map();
  let layout = "";
  /** @type {BoxState | null} */
  let state = null;
  for (const node of [parent, tools]) node.addEventListener("keydown", (event) => { // the player's own keys are not for text that is typed
    const target = /** @type {Element} */ (event.composedPath()[0]);
    if (target.matches("input, textarea") && event.key !== "Escape") event.stopPropagation();
  });

  /** @type {(name: string, label: string, act: (input: HTMLInputElement) => boolean) => HTMLInputElement} */
  function addBox(name, label, act) {
    const box = addElement("label", row, { class: `gv-box gv-box-${name}` });
    addElement("span", box, {}, label);
    const input = addElement("input", box, { type: "text", autocomplete: "off", spellcheck: "false" });
    input.addEventListener("change", () => {
      input.setAttribute("aria-invalid", String(!act(input)));
      fill(name, input, true);
    });
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") input.dispatchEvent(new Event("change")); });
    inputs.set(name, input);
    return input;
  }

  /** @type {(name: string, input: HTMLInputElement, always: boolean) => void} */
  function fill(name, input, always) {
    const focused = /** @type {Document | ShadowRoot} */ (input.getRootNode()).activeElement === input;
    if (focused && !always) return; // what is being typed is not taken away
    if (input.getAttribute("aria-invalid") === "true" && always) return; // a mistake stays to be mended
    const text = name === "label" ? state.label ?? "" : plain(state.numbers[name]);
    if (input.value !== text) input.value = text;
    input.setAttribute("aria-invalid", "false");
  }

  function build() {
    row.replaceChildren();
    inputs.clear();
    row.setAttribute("aria-label", `numbers of ${state.name}`);
    addElement("b", row, { class: "gv-box-name" });
    if (state.label !== undefined) {
      const input = addBox("label", "label", (box) => typed.label(box.value));
      input.setAttribute("placeholder", "none");
    }
    for (const field of state.fields) {
      const input = addBox(field.name, `${field.label}${field.step === "angle" ? " °" : ""}`, (box) => typed.number({ [field.name]: parseNumber(box.value) }));
      input.setAttribute("inputmode", "decimal");
      input.addEventListener("keydown", (event) => {
        const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        const value = state.numbers[field.name] + by * (event.shiftKey ? 10 : 1) * (field.step === "angle" ? 1 : state.step);
        if (typed.number({ [field.name]: Number(value.toPrecision(8)) })) fill(field.name, input, true);
      });
    }
    if (!state.part) return;
    for (const [text, act] of /** @type {const} */ ([["Copy", typed.copy], ["Delete", typed.remove]])) {
      addElement("button", row, { type: "button" }, text).addEventListener("click", act);
    }
  }

  return {
    show(next) {
      state = next;
      row.hidden = !next;
      if (!next) return;
      paste.hidden = !next.pastes;
      const key = JSON.stringify([next.id, next.part, next.label === undefined, next.fields.map(({ name }) => name)]);
      if (key !== layout) build();
      layout = key;
      setText(row.querySelector(".gv-box-name"), `${next.name}${next.note ? `, ${next.note}` : ""}`);
      row.setAttribute("aria-label", `numbers of ${next.name}`);
      for (const [name, input] of inputs) fill(name, input, false);
    },
  };
}

/** @type {(parent: HTMLElement, typed: Typed) => HTMLElement} */
function addPaste(parent, typed) {
  const details = addElement("details", parent, { class: "gv-paste" });
  addElement("summary", details, {}, "Paste points");
  const text = addElement("textarea", details, { rows: 4, spellcheck: "false", "aria-label": "rows of points: x, y, label", placeholder: "x, y, label\n0.5, 1.2, a" });
  const use = addElement("button", details, { type: "button" }, "Make them the target");
  use.addEventListener("click", () => { if (typed.rows(text.value)) text.value = ""; });
  return details;
}
