// The keyboard.

/** @import { Actions } from "./actions.js" */

/** @type {(root: HTMLElement, act: Actions) => void} */
export function listenToKeys(root, act) {
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = /** @type {Element} */ (event.composedPath()[0]);
    const own = target.matches?.("input[type=range], select"); // these use the arrows themselves
    const presses = target.matches?.("button, summary, select, input[type=checkbox]"); // these use the space bar
    /** @type {Record<string, false | (() => void)>} */
    const keys = {
      " ": !presses && act.toggle, "[": () => act.stepW(-1), "]": () => act.stepW(1),
      ArrowLeft: !own && (() => act.step(-1)), ArrowRight: !own && (() => act.step(1)),
      ",": () => act.followNext(-1), ".": () => act.followNext(1), Escape: () => act.followNext(0),
      Home: !own && (() => act.jump(0)), End: !own && act.toEnd,
    };
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
