// Drawing one small chart: the frame, the other scenes in a muted line, then band, line, exact value and
// tangent, step bars, points, and last the marker, which is the only thing that moves with w.

function gdvizPath(points, x, y) {
  return points.map((p, i) => `${i ? "L" : "M"}${x(p.x).toFixed(2)} ${y(p.y).toFixed(2)}`).join("");
}

function gdvizDrawBand(plot, run, x, y) {
  const known = run.filter((p) => p.half !== null);
  if (known.length === 1) {
    const [p] = known;
    gdvizSvg("line", plot, {class: "gc-bar", x1: x(p.x), x2: x(p.x), y1: y(p.y - p.half), y2: y(p.y + p.half)});
  } else if (known.length) {
    const upper = known.map((p) => ({x: p.x, y: p.y + p.half})), lower = known.map((p) => ({x: p.x, y: p.y - p.half})).reverse();
    gdvizSvg("path", plot, {class: "gc-band", d: `${gdvizPath([...upper, ...lower], x, y)}Z`});
  }
}

// The change against half as many steps: thin whiskers beside the point, never part of the band.
function gdvizDrawStep(plot, point, x, y) {
  if (point.step === null) return;
  const at = x(point.x), top = y(point.y + point.step), bottom = y(point.y - point.step);
  gdvizSvg("path", plot, {class: "gc-step", d: `M${at - 3} ${top}h6M${at} ${top}V${bottom}M${at - 3} ${bottom}h6`});
}

function gdvizDrawErrors(plot, point, x, y) {
  if (point.half !== null) gdvizSvg("line", plot, {class: "gc-bar", x1: x(point.x), x2: x(point.x), y1: y(point.y - point.half), y2: y(point.y + point.half)});
  if (point.halfX !== null) gdvizSvg("line", plot, {class: "gc-bar", x1: x(point.x - point.halfX), x2: x(point.x + point.halfX), y1: y(point.y), y2: y(point.y)});
}

// The exact value at w = 0, the exact tangent there (bent where the axis is), and the exact value at w = 1.
function gdvizDrawExact(plot, layer, exact, scaleX, x, y) {
  const {at0, slope, at1} = exact;
  if (gdvizIsNumber(at0) && gdvizIsNumber(slope)) {
    const line = Array.from({length: 97}, (_, i) => scaleX.at(i / 96)).map((w) => ({x: w, y: at0 + slope * w}));
    gdvizSvg("path", plot, {class: "gc-tangent", d: gdvizPath(line, x, y)});
  }
  const diamond = (w, value, kind) => {
    if (!gdvizIsNumber(value) || w < scaleX.low || w > scaleX.high) return;
    gdvizSvg("path", layer, {class: kind, d: `M${x(w)} ${y(value) - 8}l8 8l-8 8l-8 -8Z`});
  };
  diamond(0, at0, "gc-exact");
  diamond(1, at1, "gc-exact gc-dashed");
}

// The mean under the exact law of the guided sampler: a solid line below the estimates.
function gdvizDrawLaw(plot, law, scaleX, x, y) {
  const line = law.filter((point) => point.x >= scaleX.low && point.x <= scaleX.high);
  if (line.length > 1) gdvizSvg("path", plot, {class: "gc-law", d: gdvizPath(line, x, y)});
}

// Where a point is drawn: kept inside the plot, so that an estimate off the scale still shows at its edge.
function gdvizPlace(point, x, y, box) {
  return {left: x(point.x), top: Math.min(box.height - 4, Math.max(4, y(point.y)))};
}

function gdvizDrawScene(plot, figure, header, points, x, y, muted) {
  const runs = gdvizRuns(points, header);
  if (!muted && figure.over === "w") for (const run of runs) gdvizDrawBand(plot, run, x, y);
  for (const run of runs) gdvizSvg("path", plot, {class: muted ? "gc-line gc-muted" : "gc-line", d: gdvizPath(run, x, y)});
}

function gdvizDrawPoints(layer, figure, points, x, y, box) {
  for (const point of points) {
    if (point.reliable && figure.over === "spread") gdvizDrawErrors(layer, point, x, y);
    if (point.reliable) gdvizDrawStep(layer, point, x, y);
  }
  for (const point of points) {
    const {left, top} = gdvizPlace(point, x, y, box);
    const kind = !point.reliable ? "gc-point gc-open" : point.w === 0 ? "gc-point gc-none" : "gc-point";
    gdvizSvg("circle", layer, {class: kind, cx: left, cy: top, r: point.reliable ? 2.6 : 3.6});
  }
}

// Names both ends of the trace, each on the side of its point that is farthest from the path.
function gdvizDrawTraceEnds(layer, points, box) {
  if (points.length < 2) return;
  const along = points.slice(1).flatMap((b, i) => Array.from({length: 17}, (_, j) => {
    const a = points[i], f = j / 16;
    return {left: a.left + f * (b.left - a.left), top: a.top + f * (b.top - a.top)};
  }));
  for (const point of [points[0], points.at(-1)]) {
    const text = `w = ${gdvizPlain(point.w)}`, half = 3.2 * text.length;
    const sides = [[half + 9, 0], [-half - 9, 0], [0, -13], [0, 13], [half, 13], [-half, 13], [half, -13], [-half, -13]]
      .map(([dx, dy]) => ({left: point.left + dx, top: point.top + dy}))
      .filter(({left, top}) => left - half > 0 && left + half < box.width && top > 4 && top < box.height - 6);
    const clear = (side) => Math.min(...along.map((p) => Math.hypot(Math.max(0, Math.abs(p.left - side.left) - half), p.top - side.top)));
    const best = sides.reduce((a, b) => (a && clear(a) >= clear(b) ? a : b), null);
    if (best) gdvizSvg("text", layer, {class: "gc-tick", x: best.left, y: best.top, dy: "0.35em", "text-anchor": "middle"}, text);
  }
}

// Fills `svg` and returns what the marker and the pointer need: pixel places of every scene's points.
function gdvizDrawFigure(svg, figure, headers, primary, shown, size) {
  svg.replaceChildren();
  svg.setAttribute("width", size.width);
  svg.setAttribute("height", size.height);
  const scales = gdvizFigureScales(figure, headers);
  const labelX = figure.over === "w" ? `guidance scale w${scales.scaleX.symlog ? " (log)" : ""}` : "spread";
  const {plot, x, y, box} = gdvizFrame(svg, {...size, ...scales, labelX, percent: figure.percent});
  const places = headers.map((header) => figure.points(header).map((p) => ({...p, ...gdvizPlace(p, x, y, box)})));
  shown.filter((i) => i !== primary).forEach((i) => gdvizDrawScene(plot, figure, headers[i], places[i], x, y, true));
  if (figure.exact) gdvizDrawLaw(plot, figure.exact(headers[primary]).law, scales.scaleX, x, y);
  gdvizDrawScene(plot, figure, headers[primary], places[primary], x, y, false);
  // Points and markers may overhang the frame by their radius, so they are not clipped.
  const layer = gdvizSvg("g", svg, {transform: `translate(${box.left} ${box.top})`});
  if (figure.exact) gdvizDrawExact(plot, layer, figure.exact(headers[primary]), scales.scaleX, x, y);
  gdvizDrawPoints(layer, figure, places[primary], x, y, box);
  if (figure.over === "spread") gdvizDrawTraceEnds(layer, places[primary], box);
  const rule = gdvizSvg("line", layer, {class: "gc-rule", y1: 0, y2: box.height, visibility: "hidden"});
  const markers = gdvizSvg("g", layer);
  return {places, box, rule, markers, scaleX: scales.scaleX, x, over: figure.over, runs: headers.map((header, i) => gdvizRuns(places[i], header))};
}

// The place of w on a scene's drawn path: a computed point, or the straight line between two joined ones.
function gdvizAlong(drawn, scene, w) {
  const exact = drawn.places[scene].find((p) => p.w === w);
  if (exact) return {left: exact.left, top: exact.top, reliable: exact.reliable};
  for (const run of drawn.runs[scene]) {
    for (let i = 1; i < run.length; i += 1) {
      const [a, b] = [run[i - 1], run[i]];
      if (w < a.w || w > b.w) continue;
      const f = drawn.over === "w" ? (drawn.x(w) - a.left) / (b.left - a.left) : (w - a.w) / (b.w - a.w);
      return {left: a.left + f * (b.left - a.left), top: a.top + f * (b.top - a.top), reliable: true};
    }
  }
  return null;
}

// Moves the rule and the dots: no layout, only attributes. The first selection is the one in force.
function gdvizMoveMarkers(drawn, selections) {
  const {rule, markers} = drawn;
  const back = [...selections].reverse();  // the one in force is drawn last, on top
  while (markers.childElementCount < selections.length) gdvizSvg("circle", markers);
  const [first] = selections;
  const ruled = first && drawn.over === "w" && first.w >= drawn.scaleX.low && first.w <= drawn.scaleX.high;
  rule.setAttribute("visibility", ruled ? "visible" : "hidden");
  if (ruled) rule.setAttribute("transform", `translate(${drawn.x(first.w)} 0)`);
  [...markers.children].forEach((dot, i) => {
    const {scene, w, interpolated} = back[i] || {};
    const at = back[i] ? gdvizAlong(drawn, scene, w) : null, other = back[i] !== first;
    const hollow = interpolated || (at && !at.reliable);
    dot.setAttribute("visibility", at ? "visible" : "hidden");
    dot.setAttribute("class", `gc-marker${w === 0 ? " gc-none" : ""}${other ? " gc-other" : ""}${hollow ? " gc-hollow" : ""}`);
    dot.setAttribute("r", other ? 4 : 5.5);
    if (at) dot.setAttribute("transform", `translate(${at.left} ${at.top})`);
  });
}
