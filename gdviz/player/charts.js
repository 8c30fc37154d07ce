// The charts beside the stage. `gdvizCharts` builds them once; moving w only moves markers and changes
// the text of the read-outs, which stand under the charts or in a place of their own (`numbers`).

function gdvizCharts(container, {numbers = null, scenes = [], theme = {}, onPickW = () => {}, reducedMotion = false} = {}) {
  const root = gdvizElement("section", container, {class: `gdviz-charts${reducedMotion ? " gc-still" : ""}`, "aria-label": "curves and numbers over w"});
  const state = {scenes, selection: [], primary: 0, shown: [], width: 0};
  const law = gdvizLegend(root);
  const grid = gdvizElement("div", root, {class: "gc-grid-of-charts"});
  const tooltip = gdvizElement("div", root, {class: "gc-tooltip", hidden: ""});
  const charts = gdvizFigures().map((figure) => gdvizChart(grid, figure, {root, tooltip, state, onPickW}));
  const table = numbers ? gdvizElement("section", numbers, {class: "gdviz-charts", "aria-label": "numbers at the chosen w"}) : root;
  const readouts = gdvizReadoutTable(table);
  const roots = table === root ? [root] : [root, table];

  function draw() {
    state.width = root.clientWidth;
    // Container queries would do, but the drawing needs the width in pixels anyway.
    for (const node of roots) node.dataset.size = node.clientWidth >= 640 ? "large" : node.clientWidth >= 400 ? "medium" : "small";
    const drawable = state.scenes.length > 0;
    for (const chart of charts) chart.fit(drawable);
    if (!drawable) return;
    law.hidden = !state.scenes.some((header) => header.exact && (header.exact.law || []).length);
    for (const chart of charts) chart.draw();
    move();
  }

  function move() {
    const ordered = gdvizOrdered(state.selection);
    for (const chart of charts) chart.move(ordered);
    readouts.show(state.scenes, ordered, state.selection);
  }

  function setSelection(selection) {
    state.selection = selection.filter((s) => state.scenes[s.scene]);
    const [first] = gdvizOrdered(state.selection);
    const primary = first ? first.scene : 0, shown = [...new Set(state.selection.map((s) => s.scene))];
    const same = primary === state.primary && shown.join() === state.shown.join();
    Object.assign(state, {primary, shown});
    if (same) move();
    else draw();
  }

  function setTheme(tokens) {
    for (const name of ["bg", "panel", "text", "muted", "grid", "none", "guided", "exact", "reward", "warn"]) {
      if (tokens && tokens[name]) for (const node of roots) node.style.setProperty(`--gc-${name}`, tokens[name]);
    }
  }

  function setScenes(next) {
    Object.assign(state, {scenes: next, primary: 0, shown: []});
    readouts.forget();
    state.selection = state.selection.filter((s) => next[s.scene]);
    draw();
  }

  const observer = typeof ResizeObserver === "function" ? new ResizeObserver(() => root.clientWidth !== state.width && draw()) : null;
  setTheme(theme);
  draw();
  if (observer) observer.observe(root);
  return {
    setSelection, setTheme, setScenes, resize: draw,
    destroy() {
      if (observer) observer.disconnect();
      for (const node of roots) node.remove();
    },
  };
}

// The selection in force first: the one marked `primary`, else the second panel (the guided one of the
// usual pair), else the only one.
function gdvizOrdered(selection) {
  const at = selection.findIndex((s) => s.primary);
  const first = selection[at >= 0 ? at : Math.min(1, selection.length - 1)];
  return first ? [first, ...selection.filter((s) => s !== first)] : [];
}

// Returns the entry of the line that only some scenes have.
function gdvizLegend(root) {
  const legend = gdvizElement("div", root, {class: "gc-legend", "aria-hidden": "true"});
  const entry = (text, draw) => {
    const item = gdvizElement("span", legend);
    draw(gdvizSvg("svg", item, {width: 24, height: 14}));
    gdvizElement("span", item, {}, text);
    return item;
  };
  entry("estimate, 95 % band", (svg) => {
    gdvizSvg("rect", svg, {class: "gc-band", x: 0, y: 2, width: 24, height: 10});
    gdvizSvg("line", svg, {class: "gc-line", x1: 0, x2: 24, y1: 7, y2: 7});
    gdvizSvg("circle", svg, {class: "gc-point", cx: 12, cy: 7, r: 2.6});
  });
  entry("change with half the steps", (svg) => gdvizSvg("path", svg, {class: "gc-step", d: "M9 2h6M12 2V12M9 12h6"}));
  entry("exact value and slope", (svg) => {
    gdvizSvg("line", svg, {class: "gc-tangent", x1: 0, x2: 24, y1: 7, y2: 7});
    gdvizSvg("path", svg, {class: "gc-exact", d: "M12 2l5 5l-5 5l-5 -5Z"});
  });
  return entry("exact law of the guided sampler", (svg) => gdvizSvg("line", svg, {class: "gc-law", x1: 0, x2: 24, y1: 7, y2: 7}));
}

// One chart: {fit(drawable), draw(), move(selections)}.
function gdvizChart(grid, figure, {root, tooltip, state, onPickW}) {
  const node = gdvizElement("figure", grid, {class: `gc-chart${figure.wide ? " gc-wide" : ""}`, "data-chart": figure.key});
  const caption = gdvizElement("figcaption", node);
  const area = gdvizElement("div", node, {class: "gc-area"});
  const svg = gdvizSvg("svg", area, {role: "img"});
  const buttons = gdvizElement("div", area, {class: "gc-points", role: "group"});
  const note = gdvizElement("p", node, {class: "gc-note", hidden: ""});
  const spoken = gdvizElement("div", node, {class: "gc-hidden"});
  let drawn = null;

  // A chart with nothing in it takes no room; one that says why it is empty keeps its title and that line.
  const fit = (drawable) => {
    area.hidden = !state.scenes.some((header) => figure.points(header).length);
    node.hidden = !drawable || (area.hidden && !state.scenes.some((header) => figure.note && figure.note(header)));
  };

  function draw() {
    drawn = null;
    if (node.hidden) return;
    const header = state.scenes[state.primary];
    gdvizCaption(caption, figure, header);
    note.textContent = figure.note ? figure.note(header) : "";
    note.hidden = !note.textContent;
    if (area.hidden) return;
    const size = {width: Math.max(120, area.clientWidth), height: figure.wide ? 168 : 158};
    drawn = gdvizDrawFigure(svg, figure, state.scenes, state.primary, state.shown, size);
    const points = drawn.places[state.primary];
    svg.setAttribute("aria-label", gdvizFigureSentence(figure, header, points, drawn.scaleX));
    const percent = (x) => (figure.percent ? gdvizPercent(x, x).value : gdvizPlain(x));
    spoken.replaceChildren();
    gdvizHiddenTable(spoken, figure.title(header), ["w", "value with 95 % error", "change with half the steps"],
      points.map((p) => [gdvizPlain(p.w), p.text, p.step === null ? "not known" : percent(p.step)]));
    gdvizPointButtons(buttons, points, drawn.box, {label: figure.title(header), onPickW, enter: show, leave: hide});
  }

  function show(point) {
    const title = figure.title(state.scenes[state.primary]);
    gdvizFillTooltip(tooltip, point, title);
    const from = root.getBoundingClientRect(), to = area.getBoundingClientRect();
    const left = to.left - from.left + drawn.box.left + point.left, top = to.top - from.top + drawn.box.top + point.top;
    const half = tooltip.offsetWidth / 2;
    tooltip.style.left = `${Math.min(from.width - half - 2, Math.max(half + 2, left))}px`;
    tooltip.style.top = `${top}px`;
  }

  function hide() {
    tooltip.hidden = true;
  }

  // Anywhere in the plot: the nearest computed point answers the pointer.
  function nearest(event) {
    if (!drawn || drawn.places[state.primary].length === 0) return null;
    const rect = area.getBoundingClientRect();
    const left = event.clientX - rect.left - drawn.box.left, top = event.clientY - rect.top - drawn.box.top;
    const far = (p) => (figure.over === "w" ? Math.abs(p.left - left) : Math.hypot(p.left - left, p.top - top));
    return drawn.places[state.primary].reduce((best, p) => (far(p) < far(best) ? p : best));
  }
  area.addEventListener("pointermove", (event) => { const point = nearest(event); if (point) show(point); });
  area.addEventListener("pointerleave", hide);
  area.addEventListener("click", (event) => {
    if (event.target.tagName === "BUTTON") return;  // the point's own button has answered already
    const point = nearest(event);
    if (point) onPickW(point.w);
  });

  return {fit, draw, move: (selections) => drawn && gdvizMoveMarkers(drawn, selections)};
}

function gdvizCaption(caption, figure, header) {
  caption.replaceChildren();
  const hint = figure.hint ? figure.hint(header) : "";
  const title = gdvizElement("span", caption, {class: hint ? "gc-title gc-hint" : "gc-title", ...(hint ? {title: hint} : {})}, figure.title(header));
  if (hint) gdvizElement("span", title, {class: "gc-hidden"}, `. ${hint}`);
  if (figure.subtitle) gdvizElement("span", caption, {class: "gc-subtitle"}, figure.subtitle(header));
}

// One button for each computed point, one tab stop for the chart; the arrow keys walk along w.
function gdvizPointButtons(group, points, box, {label, onPickW, enter, leave}) {
  group.replaceChildren();
  group.setAttribute("aria-label", `${label}: computed values`);
  const buttons = points.map((point, i) => {
    const button = gdvizElement("button", group, {type: "button", tabindex: i ? -1 : 0, "data-w": point.w, "aria-label": `go to w = ${gdvizPlain(point.w)}: ${point.text}`});
    button.style.left = `${box.left + point.left}px`;
    button.style.top = `${box.top + point.top}px`;
    button.addEventListener("click", () => onPickW(point.w));
    button.addEventListener("focus", () => enter(point));
    button.addEventListener("blur", leave);
    button.addEventListener("keydown", (event) => {
      const last = points.length - 1;
      const to = {ArrowRight: i + 1, ArrowUp: i + 1, ArrowLeft: i - 1, ArrowDown: i - 1, Home: 0, End: last}[event.key];
      if (event.key === "Enter" || event.key === " ") event.stopPropagation();  // not the player's Play key
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      buttons.forEach((other) => { other.tabIndex = -1; });
      const next = buttons[Math.min(last, Math.max(0, to))];
      next.tabIndex = 0;
      next.focus();
    });
    return button;
  });
}

function gdvizFillTooltip(tooltip, point, title) {
  tooltip.replaceChildren();
  gdvizElement("strong", tooltip, {}, `w = ${gdvizPlain(point.w)}`);
  gdvizElement("span", tooltip, {}, `${title}: ${point.text}${point.half === null ? "" : " (95 %)"}`);
  if (point.step !== null) gdvizElement("span", tooltip, {}, `half the steps: changes by ${gdvizNumber(point.step, point.half).value}`);
  tooltip.hidden = false;
}
