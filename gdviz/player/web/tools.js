// The buttons at the top right: the link of what is seen, and the view for a projector.

import { addElement, setText } from "./dom.js";
/** @import { Actions } from "./actions.js" */

/** @type {(parent: HTMLElement, act: Actions) => {update: (present: boolean) => void}} */
export function addTools(parent, act) {
  const linked = location.protocol.startsWith("http");
  const share = addElement("button", parent, { type: "button", class: "gv-tool", title: "Copy the address of this scene and view" }, "Copy link");
  share.hidden = !linked; // a file of its own has no address that others could open
  const said = addElement("span", parent, { class: "gv-shared", role: "status" });
  const link = addElement("input", parent, { type: "text", readonly: "", class: "gv-link", "aria-label": "link to this scene", hidden: "" });
  share.addEventListener("click", async () => {
    act.released(); // the address holds the view as it is now
    try {
      await navigator.clipboard.writeText(location.href);
      link.hidden = true;
      setText(said, "Link copied");
      setTimeout(() => setText(said, ""), 4000);
    } catch { // no clipboard without https, or none allowed: the link is shown, selected
      link.value = location.href;
      link.hidden = false;
      link.focus();
      link.select();
    }
  });
  let on = false;
  const present = addElement("button", parent, { type: "button", class: "gv-tool", "aria-pressed": "false" }, "Present");
  present.addEventListener("click", () => act.set("present", !on));
  return {
    update(now) {
      on = now;
      present.setAttribute("aria-pressed", String(on));
      present.title = on ? "Back to the page (Escape)" : "Larger, with fewer words: for a projector";
      setText(present, on ? "Leave" : "Present");
    },
  };
}
