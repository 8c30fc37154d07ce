// A word that is explained where it stands: on hover, on focus and to a screen reader.

import { addElement } from "./dom.js";

let made = 0;

// The word with its explanation behind it. Escape puts the explanation away, as leaving the word does.
/** @type {(parent: Element, text: string, words: string) => HTMLElement} */
export function addTerm(parent, text, words) {
  const term = addElement("span", parent, { class: "gv-term", tabindex: "0" });
  addElement("span", term, {}, text);
  const tip = addElement("span", term, { class: "gv-tip", role: "tooltip", id: `gv-tip-${++made}` }, words);
  term.setAttribute("aria-describedby", tip.id);
  const show = () => {
    term.classList.remove("gv-quiet");
    keepInside(term, tip);
  };
  term.addEventListener("pointerenter", show);
  term.addEventListener("focus", show);
  term.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || term.classList.contains("gv-quiet")) return;
    term.classList.add("gv-quiet");
    event.stopPropagation();
  });
  return term;
}

// The explanation moves sideways until it lies inside the player.
/** @type {(term: HTMLElement, tip: HTMLElement) => void} */
function keepInside(term, tip) {
  tip.style.left = "0";
  const room = (term.closest(".gv") ?? term).getBoundingClientRect();
  const box = tip.getBoundingClientRect();
  const over = box.right - room.right;
  if (over > 0) tip.style.left = `${-Math.min(over, box.left - room.left)}px`;
}

// A text in which every word that has an explanation stands with it, each the first time only.
/** @type {(parent: Element, text: string, glossary: Record<string, string>) => void} */
export function addExplained(parent, text, glossary) {
  let rest = text;
  /** @type {Set<string>} */
  const done = new Set();
  for (;;) {
    const found = Object.keys(glossary).filter((word) => !done.has(word))
      .map((word) => ({ word, at: rest.search(new RegExp(`(?<![\\w-])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`)) }))
      .filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)[0];
    if (!found) break;
    if (found.at) parent.append(rest.slice(0, found.at));
    addTerm(parent, found.word, glossary[found.word]);
    done.add(found.word);
    rest = rest.slice(found.at + found.word.length);
  }
  parent.append(rest);
}
