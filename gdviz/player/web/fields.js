// The parts that the controls are made of: icons, selects, check boxes and sliders.

import { addElement } from "./dom.js";

/** @typedef {(string | number)[]} Option - value and text */

const ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
  back: "M17 5v14L8 12zM6 5h2v14H6z", forward: "M7 5v14l9-7zM16 5h2v14h-2z",
};

/** @type {(button: HTMLElement, name: keyof typeof ICONS) => void} */
export function setIcon(button, name) {
  const path = `<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path fill="currentColor" d="${ICONS[name]}"/></svg>`;
  if (button.dataset.icon !== name) Object.assign(button, { innerHTML: path }).dataset.icon = name;
}

/** @type {(parent: HTMLElement, name: keyof typeof ICONS, label: string, onClick: () => void, extra?: string) => HTMLButtonElement} */
export function addIconButton(parent, name, label, onClick, extra = "") {
  const button = addElement("button", parent, { type: "button", class: `gv-icon ${extra}`, "aria-label": label, title: label });
  setIcon(button, name);
  button.addEventListener("click", onClick);
  return button;
}

/** @type {(parent: HTMLElement, label: string, options: Option[], onChange: (value: string) => void) => {select: HTMLSelectElement, fill: (options: Option[]) => void, box: HTMLElement}} */
export function addSelect(parent, label, options, onChange) {
  const box = addElement("label", parent, { class: "gv-field" });
  addElement("span", box, {}, label);
  const select = addElement("select", box);
  /** @type {(list: Option[]) => void} */
  const fill = (list) => {
    select.replaceChildren();
    for (const [value, text] of list) addElement("option", select, { value }, String(text));
  };
  fill(options);
  select.addEventListener("change", () => onChange(select.value));
  return { select, fill, box };
}

/** @type {(parent: HTMLElement, label: string, onChange: (checked: boolean) => void) => {input: HTMLInputElement, box: HTMLElement}} */
export function addCheck(parent, label, onChange) {
  const box = addElement("label", parent, { class: "gv-check" });
  const input = addElement("input", box, { type: "checkbox" });
  addElement("span", box, {}, label);
  input.addEventListener("change", () => onChange(input.checked));
  return { input, box };
}

/** @type {(parent: HTMLElement, label: string) => {box: HTMLElement, line: HTMLElement, name: HTMLElement, value: HTMLElement, input: HTMLInputElement}} */
export function addSlider(parent, label) {
  const box = addElement("div", parent, { class: "gv-slider" });
  const line = addElement("div", box, { class: "gv-slider-line" });
  const name = addElement("span", line, { class: "gv-name" }, label);
  const value = addElement("span", line, { class: "gv-value", "aria-hidden": "true" }); // the slider itself says it
  const input = addElement("input", box, { type: "range", "aria-label": label, min: "0", max: "1", step: "any" });
  return { box, line, name, value, input };
}
