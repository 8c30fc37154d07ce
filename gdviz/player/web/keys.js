// The keyboard.

/** @import { Actions } from "./actions.js" */

// Space plays and Escape leaves the projector's view wherever nothing else has the focus. Gives what ends the listening.
/** @type {(root: HTMLElement, act: Actions, presenting: () => boolean) => () => void} */
export function listenToKeys(root, act, presenting) {
  /** @type {(event: KeyboardEvent) => void} */
  const onPage = (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const free = event.target === document.body || event.target === document.documentElement;
    const action = event.key === "Escape" && presenting() ? () => act.set("present", false) : event.key === " " && free ? act.toggle : null;
    if (!action) return;
    event.preventDefault();
    action();
  };
  document.addEventListener("keydown", onPage);
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = /** @type {Element} */ (event.composedPath()[0]);
    const own = target.matches?.("input[type=range], select"); // these use the arrows themselves
    const presses = target.matches?.("button, summary, select, input[type=checkbox]"); // these use the space bar
    /** @type {Record<string, false | (() => void)>} */
    const keys = {
      " ": !presses && act.toggle, "[": () => act.stepW(-1), "]": () => act.stepW(1),
      ArrowLeft: !own && (() => act.step(-1)), ArrowRight: !own && (() => act.step(1)),
      ",": () => act.followNext(-1), ".": () => act.followNext(1), Escape: !presenting() && (() => act.followNext(0)),
      Home: !own && (() => act.jump(0)), End: !own && act.toEnd,
    };
    const action = keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  return () => document.removeEventListener("keydown", onPage);
}
