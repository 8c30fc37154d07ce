// The editor's tools below the panels: what the pointer does, undo and redo, snap, fit, the parts to choose from, and one line of words.

import { addElement, setText } from "../dom.js";
/** @import { Theme } from "../theme.js" */
/** @import { Thing } from "./handles.js" */

/**
 * @typedef {object} Doing
 * @property {(tool: string) => void} tool
 * @property {(by: -1 | 1) => void} travel
 * @property {(on: boolean) => void} snap
 * @property {() => void} fit
 * @property {() => void} add
 * @property {(id: string) => void} choose
 * @property {(as: "points" | "mixture") => void} convert
 *
 * @typedef {{things: Thing[], selected: string, theme: Theme, tools: string[], tool: string, undo: boolean, redo: boolean, snap: boolean,
 *   named: string, offers: {points: boolean, mixture: boolean} | null, adds: boolean}} BarState
 *
 * @typedef {{node: HTMLElement, tools: HTMLElement, numbers: HTMLElement, show: (state: BarState) => void, say: (words: string, bad?: boolean) => void}} Bar
 */

const TOOLS = [["move", "Move"], ["add", "Brush in"], ["erase", "Brush out"], ["paint", "Paint"], ["wipe", "Wipe"]];
const HELP = "Drag a handle, or Tab to it and press the arrow keys (Shift: ten times as far). "
  + "N new, D copy, Delete removes, L next label, + and − weight or height, [ and ] narrower and wider, , and . the part before and after. "
  + "A double click puts a new one there. A brush: Space or Enter at the cursor, N puts in and Delete takes out, [ and ] its size, + and − how much a stroke paints. "
  + "Ctrl+Z takes back, Ctrl+Shift+Z does again, Escape lets go.";

/** @type {(parent: HTMLElement, before: Element, doing: Doing) => Bar} */
export function createBar(parent, before, doing) {
  const node = addElement("section", parent, { class: "gv-edit", "aria-label": "edit the scene", hidden: "" });
  parent.insertBefore(node, before);
  const tools = addElement("div", node, { class: "gv-edit-tools", role: "toolbar", "aria-label": "editing" });
  /** @type {(text: string, act: () => void, attributes?: Record<string, string>) => HTMLButtonElement} */
  const button = (text, act, attributes = {}) => {
    const made = addElement("button", tools, { type: "button", ...attributes }, text);
    made.addEventListener("click", act);
    return made;
  };
  const modes = TOOLS.map(([name, text]) => button(text, () => doing.tool(name), { "aria-pressed": "false", "data-tool": name }));
  const add = button("Add", doing.add, { title: "a new one at the middle (N)" });
  const undo = button("Undo", () => doing.travel(-1), { title: "Ctrl+Z" });
  const redo = button("Redo", () => doing.travel(1), { title: "Ctrl+Shift+Z" });
  const snap = button("Snap", () => doing.snap(snap.getAttribute("aria-pressed") !== "true"), { "aria-pressed": "false", title: "places and sizes in quarters, angles in 15 degrees" });
  button("Fit", doing.fit, { title: "the axes hold all of it" });
  const help = addElement("details", tools, { class: "gv-edit-help" });
  addElement("summary", help, {}, "Keys");
  addElement("p", help, {}, HELP);
  const named = addElement("p", node, { class: "gv-edit-named", hidden: "" });
  const words = addElement("span", named);
  const offers = /** @type {const} */ (["points", "mixture"]).map((as) => {
    const made = addElement("button", named, { type: "button" }, `Edit as ${as === "points" ? "points" : "a mixture"}`);
    made.addEventListener("click", () => doing.convert(as));
    return /** @type {const} */ ([as, made]);
  });
  const chips = addElement("div", node, { class: "gv-chips", role: "group", "aria-label": "parts of the scene" });
  const numbers = addElement("div", node, { class: "gv-boxes" });
  const said = addElement("p", node, { class: "gv-edit-said", role: "status" });
  let shown = "";

  return {
    node,
    tools,
    numbers,
    show(state) {
      for (const mode of modes) {
        mode.hidden = !state.tools.includes(mode.dataset.tool);
        mode.setAttribute("aria-pressed", String(mode.dataset.tool === state.tool));
      }
      add.hidden = !state.adds;
      undo.disabled = !state.undo;
      redo.disabled = !state.redo;
      snap.setAttribute("aria-pressed", String(state.snap));
      named.hidden = !state.named;
      setText(words, state.named);
      for (const [as, made] of offers) made.hidden = !state.offers?.[as];
      const key = JSON.stringify([state.things.map((thing) => [thing.id, thing.name, thing.colour]), state.theme.text]);
      if (key !== shown) fillChips(chips, state, doing);
      shown = key;
      for (const chip of chips.children) chip.setAttribute("aria-pressed", String(chip instanceof HTMLElement && chip.dataset.id === state.selected));
    },
    say(text, bad = false) {
      setText(said, text);
      said.classList.toggle("gv-bad", bad);
    },
  };
}

/** @type {(parent: HTMLElement, state: BarState, doing: Doing) => void} */
function fillChips(parent, { things, theme }, doing) {
  parent.replaceChildren();
  for (const { id, name, colour, group } of things) {
    const chip = addElement("button", parent, { type: "button", class: "gv-chip", "data-id": id });
    const mark = colour === null ? theme.reward : colour < 0 ? theme.muted : theme.classes[colour % theme.classes.length];
    addElement("i", chip, { class: group === "reward" ? "gv-chip-reward" : "", style: `--mark: ${mark}` });
    addElement("span", chip, {}, name);
    chip.addEventListener("click", () => doing.choose(id));
  }
}
