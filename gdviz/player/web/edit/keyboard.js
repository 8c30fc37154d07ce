// What the keys do on a handle: everything that a pointer can do.

import { nextLabel, nudgedNumbers, scaleAmount, scaleWidths, setNumbers } from "./changes.js";
/** @import { Editor } from "./editor.js" */
/** @import { Thing } from "./handles.js" */
/** @import { Handle } from "./kinds.js" */

/** @type {Record<string, number[]>} */
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @type {(editor: Editor, event: KeyboardEvent, thing: Thing, handle: Handle) => void} */
export function handleKey(editor, event, thing, handle) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
  const act = actionFor(editor, event, thing, handle);
  event.stopPropagation(); // the player's own keys are for the panels
  if (!act) return;
  event.preventDefault();
  act();
}

/** @type {(editor: Editor, event: KeyboardEvent, thing: Thing, handle: Handle) => (() => void) | null} */
function actionFor(editor, event, thing, handle) {
  const { key, shiftKey } = event;
  if (thing.id === "brush") return editor.brush.key(event);
  const experiment = editor.experiment();
  if (key in ARROWS) {
    const [right, up] = ARROWS[key].map((v) => v * (shiftKey ? 10 : 1));
    return () => {
      const changes = nudgedNumbers(thing, handle, right, up, editor.step(), editor.snap);
      editor.apply(setNumbers(experiment, thing, changes), `${thing.id} ${handle.name}`);
    };
  }
  const more = shiftKey ? 2 : 1.1;
  switch (key) {
    case "n": case "N": return () => editor.addAt(editor.middle());
    case "d": case "D": return () => editor.copy();
    case "Delete": case "Backspace": return () => editor.remove();
    case "l": case "L": return () => editor.apply(nextLabel(experiment, thing));
    case "+": case "=": return () => editor.apply(scaleAmount(experiment, thing, more), `${thing.id} amount`);
    case "-": case "_": return () => editor.apply(scaleAmount(experiment, thing, 1 / more), `${thing.id} amount`);
    case "]": case "}": return () => editor.apply(scaleWidths(experiment, thing, more), `${thing.id} widths`);
    case "[": case "{": return () => editor.apply(scaleWidths(experiment, thing, 1 / more), `${thing.id} widths`);
    case ",": case ".": return () => walk(editor, thing, key === "." ? 1 : -1);
    case "Escape": return () => editor.leave();
    default: return null;
  }
}

/** @type {(editor: Editor, thing: Thing, by: number) => void} */
function walk(editor, thing, by) {
  const things = editor.things().filter(({ handles }) => handles.length);
  const k = things.findIndex(({ id }) => id === thing.id);
  editor.goTo(things[(k + by + things.length) % things.length].id);
}
