// The numbers of the selected w, and beside them the difference from the other panel. The table is built
// when the set of read-outs changes and otherwise only re-worded, so that moving w costs next to nothing.

import { rowDifference } from "./difference.js";
import { addElement } from "./dom.js";
import { addTerm } from "./explain.js";
import { formatPlain } from "./numbers.js";
import { rowReadouts } from "./readouts.js";
/** @import { Selected } from "./charts.js" */
/** @import { Change } from "./difference.js" */
/** @import { Header, Row } from "./scene.js" */

/** @typedef {{value: string, kind?: string, clear?: boolean, hint?: string}} ReadoutLike */

/** @type {(root: HTMLElement) => {show: (scenes: Header[], ordered: Selected[], selection: Selected[]) => void, forget: () => void}} */
export function createReadoutTable(root) {
  const node = addElement("div", root, {class: "gc-readouts"});
  const heading = addElement("p", node, {class: "gc-readout-title"});
  const differs = addElement("p", node, {class: "gc-differs", hidden: ""});
  const table = addElement("table", node);
  const head = addElement("tr", addElement("thead", table));
  const body = addElement("tbody", table);
  let last = "";

  /** @type {(scenes: Header[], ordered: Selected[], selection: Selected[]) => void} */
  function show(scenes, ordered, selection) {
    const [first] = ordered;
    node.hidden = !first;
    if (!first) return;
    const between = ordered.slice(0, 2).some((s) => s.interpolated);
    const stamp = JSON.stringify([between, ordered.slice(0, 2).map((s) => [s.scene, s.wIndex, s.interpolated ? 0 : s.w, s.letter, s.live?.rows]), selection.length]);
    heading.textContent = `at w = ${formatPlain(first.w)}${first.live ? ": live, from the shown particles" : first.interpolated ? ": between computed values" : ""}`;
    if (stamp === last) return;
    last = stamp;
    node.classList.toggle("gc-between", between);
    if (first.interpolated) return blank();
    fill(scenes, first, between ? null : comparedWith(selection, first));
  }

  // Between computed values the rows keep their places and lose their numbers.
  function blank() {
    for (const cell of body.querySelectorAll("td")) cell.textContent = "";
    differs.hidden = true;
  }

  /** @type {(scenes: Header[], first: Selected, other: Selected | null) => void} */
  function fill(scenes, first, other) {
    const header = headerOf(scenes, first), row = rowOf(scenes, first);
    const otherRow = other ? rowOf(scenes, other) : null;
    // Two lettered panels read B − A; otherwise the one in force is held against the other (no guidance).
    const lettered = other && first.letter && other.letter;
    const [from, to] = lettered ? [first, other] : [other, first];
    const difference = row && otherRow ? rowDifference(headerOf(scenes, from), rowOf(scenes, from), headerOf(scenes, to), rowOf(scenes, to)) : null;
    const name = lettered ? `${other.letter} − ${first.letter}` : "difference";
    const changes = new Map((difference ? difference.rows : []).map((change) => [change.key, change]));
    if (!lettered) changes.delete("better"); // against no guidance it is the proportion improved, said already
    const paired = [...changes.values()].some((change) => change.paired);
    /** @type {(change: Change | undefined) => string} */
    const aside = (change) => (paired && change && change.half !== null && !change.paired ? "unpaired" : "");
    differs.hidden = !difference;
    if (difference) differs.textContent = `${name}${lettered ? "" : " from the other panel"}: ${difference.differs}`;
    head.replaceChildren();
    const heads = ["quantity", `${lettered ? `${first.letter}: ` : ""}value ± 95 %`];
    if (difference) heads.push(`${name} ± 95 %, ${paired ? `paired, ${difference.paired} shown particles` : "unpaired"}`);
    for (const text of heads) addElement("th", head, {scope: "col"}, text);
    body.replaceChildren();
    for (const readout of rowReadouts(header, row)) {
      const line = addElement("tr", body, {"data-key": readout.key});
      const label = addElement("th", line, {scope: "row"}, readout.hint ? "" : readout.label);
      if (readout.hint) addTerm(label, readout.label, readout.hint);
      addReadoutCell(line, readout, readout.error, readout.note);
      const change = changes.get(readout.key);
      if (difference) addReadoutCell(line, change, change && change.bar, aside(change));
      changes.delete(readout.key);
    }
    for (const change of changes.values()) { // what only a comparison can say
      const line = addElement("tr", body, {"data-key": change.key});
      addElement("th", line, {scope: "row"}, lettered ? withLetters(change.label, first.letter, other.letter) : change.label);
      addElement("td", line);
      addReadoutCell(line, change, change.bar, aside(change));
    }
  }

  return {show, forget: () => { last = ""; }};
}

/** @type {(label: string, a: string, b: string) => string} */
function withLetters(label, a, b) {
  return label.replace(/ in B than in A /, ` in ${b} than in ${a} `);
}

/** @type {(line: HTMLElement, readout: ReadoutLike | undefined, error?: string, note?: string) => void} */
function addReadoutCell(line, readout, error, note) {
  const cell = addElement("td", line);
  if (!readout) return;
  if (readout.clear === false || readout.kind === "not estimable") cell.className = "gc-unclear";
  if (readout.hint) cell.title = readout.hint;
  addElement("span", cell, {class: "gc-value"}, readout.value);
  if (error) addElement("span", cell, {class: "gc-error"}, ` ${error}`);
  if (note) addElement("span", cell, {class: "gc-error gc-aside"}, ` ${note}`);
}

/** @type {(scenes: Header[], selected: Selected) => Row | undefined} */
function rowOf(scenes, selected) {
  return (headerOf(scenes, selected).rows || [])[selected.wIndex];
}

/** @type {(scenes: Header[], selected: Selected) => Header} */
function headerOf(scenes, selected) { return selected.live ?? scenes[selected.scene]; }

// The panel that the one in force is held against: the first of the others.
/** @type {(selection: Selected[], first: Selected) => Selected | null} */
function comparedWith(selection, first) {
  return selection.find((s) => s !== first && (s.scene !== first.scene || s.w !== first.w)) || null;
}
