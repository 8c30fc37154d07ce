// The numbers of the selected w, and beside them the difference from the other panel. The table is built
// when the set of read-outs changes and otherwise only re-worded, so that moving w costs next to nothing.

function gdvizReadoutTable(root) {
  const node = gdvizElement("div", root, {class: "gc-readouts"});
  const heading = gdvizElement("p", node, {class: "gc-readout-title"});
  const differs = gdvizElement("p", node, {class: "gc-differs", hidden: ""});
  const table = gdvizElement("table", node);
  const head = gdvizElement("tr", gdvizElement("thead", table));
  const body = gdvizElement("tbody", table);
  let last = "";

  function show(scenes, ordered, selection) {
    const [first] = ordered;
    node.hidden = !first;
    if (!first) return;
    const between = ordered.slice(0, 2).some((s) => s.interpolated);
    const stamp = JSON.stringify([between, ordered.slice(0, 2).map((s) => [s.scene, s.wIndex, s.interpolated ? 0 : s.w, s.letter]), selection.length]);
    heading.textContent = `at w = ${gdvizPlain(first.w)}${first.interpolated ? ": between computed values" : ""}`;
    if (stamp === last) return;
    last = stamp;
    node.classList.toggle("gc-between", between);
    if (first.interpolated) return blank();
    fill(scenes, first, between ? null : gdvizOther(selection, first));
  }

  // Between computed values the rows keep their places and lose their numbers.
  function blank() {
    for (const cell of body.querySelectorAll("td")) cell.textContent = "";
    differs.hidden = true;
  }

  function fill(scenes, first, other) {
    const header = scenes[first.scene], row = (header.rows || [])[first.wIndex];
    const otherRow = other ? (scenes[other.scene].rows || [])[other.wIndex] : null;
    // Two lettered panels read B − A; otherwise the one in force is held against the other (no guidance).
    const lettered = other && first.letter && other.letter;
    const [a, b] = [[header, row], other ? [scenes[other.scene], otherRow] : []];
    const difference = row && otherRow ? (lettered ? gdvizDifference(...a, ...b) : gdvizDifference(...b, ...a)) : null;
    const name = lettered ? `${other.letter} − ${first.letter}` : "difference";
    const changes = new Map((difference ? difference.rows : []).map((change) => [change.key, change]));
    if (!lettered) changes.delete("better"); // against no guidance it is the proportion improved, said already
    const paired = [...changes.values()].some((change) => change.paired);
    const aside = (change) => (paired && change && change.half !== null && !change.paired ? "unpaired" : "");
    differs.hidden = !difference;
    if (difference) differs.textContent = `${name}${lettered ? "" : " from the other panel"}: ${difference.differs}`;
    head.replaceChildren();
    const heads = ["quantity", `${lettered ? `${first.letter}: ` : ""}value ± 95 %`];
    if (difference) heads.push(`${name} ± 95 %, ${paired ? `paired, ${difference.paired} shown particles` : "unpaired"}`);
    for (const text of heads) gdvizElement("th", head, {scope: "col"}, text);
    body.replaceChildren();
    for (const readout of gdvizReadouts(header, row)) {
      const line = gdvizElement("tr", body, {"data-key": readout.key});
      const label = gdvizElement("th", line, {scope: "row", ...(readout.hint ? {title: readout.hint} : {})}, readout.label);
      if (readout.hint) gdvizElement("span", label, {class: "gc-hidden"}, `. ${readout.hint}`);
      gdvizReadoutCell(line, readout, readout.error, readout.note);
      const change = changes.get(readout.key);
      if (difference) gdvizReadoutCell(line, change, change && change.bar, aside(change));
      changes.delete(readout.key);
    }
    for (const change of changes.values()) { // what only a comparison can say
      const line = gdvizElement("tr", body, {"data-key": change.key});
      gdvizElement("th", line, {scope: "row"}, lettered ? gdvizLettered(change.label, first.letter, other.letter) : change.label);
      gdvizElement("td", line);
      gdvizReadoutCell(line, change, change.bar, aside(change));
    }
  }

  return {show, forget: () => { last = ""; }};
}

function gdvizLettered(label, a, b) {
  return label.replace(/ in B than in A /, ` in ${b} than in ${a} `);
}

function gdvizReadoutCell(line, readout, error, note) {
  const cell = gdvizElement("td", line);
  if (!readout) return;
  if (readout.clear === false || readout.kind === "not estimable") cell.className = "gc-unclear";
  if (readout.hint) cell.title = readout.hint;
  gdvizElement("span", cell, {class: "gc-value"}, readout.value);
  if (error) gdvizElement("span", cell, {class: "gc-error"}, ` ${error}`);
  if (note) gdvizElement("span", cell, {class: "gc-error gc-aside"}, ` ${note}`);
}

// The panel that the one in force is held against: the first of the others.
function gdvizOther(selection, first) {
  return selection.find((s) => s !== first && (s.scene !== first.scene || s.w !== first.w)) || null;
}
