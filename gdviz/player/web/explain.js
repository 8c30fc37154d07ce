// A word that is explained where it stands: on hover, on focus and to a screen reader.

import { addElement } from "./dom.js";

let made = 0;

// The word; its explanation stands at the end of the parent, out of the text's way, until it is asked for. Escape puts it away, as
// leaving the word does.
/** @type {(parent: HTMLElement, text: string, words: string) => {term: HTMLElement, tip: HTMLElement}} */
export function addTerm(parent, text, words) {
  parent.classList.add("gv-explained");
  const term = addElement("span", parent, { class: "gv-term", tabindex: "0" }, text);
  const tip = addElement("span", parent, { class: "gv-tip", role: "tooltip", id: `gv-tip-${++made}` }, words);
  term.setAttribute("aria-describedby", tip.id);
  const show = () => {
    tip.classList.add("gv-shown");
    place(term, tip);
  };
  const hide = () => tip.classList.remove("gv-shown");
  term.addEventListener("pointerenter", show);
  term.addEventListener("pointerleave", hide);
  term.addEventListener("focus", show);
  term.addEventListener("blur", hide);
  term.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !tip.classList.contains("gv-shown")) return;
    hide();
    event.stopPropagation();
  });
  return { term, tip };
}

// Below the word, or above it where the window ends; within the player sideways.
/** @type {(term: HTMLElement, tip: HTMLElement) => void} */
function place(term, tip) {
  const room = (term.closest(".gv, .gdviz-charts") ?? term).getBoundingClientRect();
  const word = term.getBoundingClientRect();
  tip.style.left = tip.style.top = "0";
  const box = tip.getBoundingClientRect();
  const left = Math.max(room.left, Math.min(word.left, room.right - box.width));
  const below = word.bottom + 4 + box.height <= window.innerHeight;
  tip.style.left = `${left - box.left}px`;
  tip.style.top = `${(below ? word.bottom + 4 : word.top - 4 - box.height) - box.top}px`;
}

// A text in which every word that has an explanation stands with it, each the first time only.
/** @type {(parent: HTMLElement, text: string, glossary: Record<string, string>) => void} */
export function addExplained(parent, text, glossary) {
  const tips = [];
  let rest = text;
  /** @type {Set<string>} */
  const done = new Set();
  for (;;) {
    const found = Object.keys(glossary).filter((word) => !done.has(word)).map((word) => ({ word, at: placeOf(word, rest) }))
      .filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at || b.word.length - a.word.length)[0];
    if (!found) break;
    if (found.at) parent.append(rest.slice(0, found.at));
    tips.push(addTerm(parent, found.word, glossary[found.word]).tip);
    done.add(found.word);
    rest = rest.slice(found.at + found.word.length);
  }
  parent.append(rest, ...tips);
}

// Where a word stands as a whole word; -1 where it does not.
/** @type {(word: string, text: string) => number} */
function placeOf(word, text) {
  return text.search(new RegExp(`(?<![\\w-])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`));
}
