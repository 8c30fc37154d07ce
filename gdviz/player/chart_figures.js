// What each small chart shows: rows in; points, ranges and words out. Nothing here touches the page.
//
// A point is {w, index, x, y, half, halfX, step, reliable, text}: x is w (or the spread in the trace),
// half the 95 % half-width, step the change against half as many steps; unknown parts are null.

function gdvizCurvePoints(header, value, rest) {
  return (header.rows || [])
    .map((row, index) => (gdvizIsNumber(value(row)) ? {w: row.w, index, x: row.w, y: value(row), halfX: null, step: null, reliable: true, ...rest(row)} : null))
    .filter(Boolean)
    .sort((a, b) => a.w - b.w);
}

function gdvizStep(row, field) {
  const change = row.step_changes && row.step_changes[field];
  return gdvizIsNumber(change) ? Math.abs(change) : null;
}

// Points of the exact law of the guided sampler by rising w, where it is known (`gdviz.exact_curves`).
function gdvizLaw(exact, field) {
  return (exact.law || []).filter((point) => gdvizIsNumber(point[field])).map((point) => ({x: point.w, y: point[field]}));
}

function gdvizRewardFigure() {
  return {
    key: "reward", wide: true, over: "w",
    title: (header) => `mean of ${gdvizNames(header).reward}`,
    points: (header) => gdvizCurvePoints(header, (row) => row.mean_reward, (row) => {
      const half = gdvizHalf(row.se_reward);
      return {half, step: gdvizStep(row, "mean_reward"), text: gdvizPlusMinus(row.mean_reward, half)};
    }),
    exact: (header) => {
      const exact = header.exact || {};
      return {at0: exact.mean_reward_w0, slope: exact.slope_mean_reward_w0, at1: exact.mean_reward_w1, law: gdvizLaw(exact, "mean_reward")};
    },
  };
}

function gdvizReciprocalFigure() {
  return {
    key: "reciprocal", wide: true, over: "w",
    title: (header) => `mean of ${gdvizNames(header).reciprocal}`,
    hint: gdvizReciprocalHint,
    points: (header) => gdvizCurvePoints(header, (row) => row.mean_reciprocal, (row) => {
      const reliable = gdvizReciprocalReliable(row), half = reliable ? gdvizHalf(row.se_reciprocal) : null;
      const text = reliable ? gdvizPlusMinus(row.mean_reciprocal, half) : `not estimable from ${gdvizCount(row)} samples`;
      return {half, reliable, step: reliable ? gdvizStep(row, "mean_reciprocal") : null, text};
    }),
    exact: (header) => {
      const exact = header.exact || {};
      return {at0: exact.mean_reciprocal_w0, slope: exact.slope_mean_reciprocal_w0, law: gdvizLaw(exact, "mean_reciprocal")};
    },
    note: gdvizTailNote,
  };
}

// Said under the chart when some mean of 1/p has too heavy a tail; empty otherwise.
function gdvizTailNote(header) {
  const heavy = (header.rows || []).filter((row) => row.tail && row.tail.reliable === false);
  if (heavy.length === 0) return "";
  const at = heavy.map((row) => row.w).sort((a, b) => a - b).map(gdvizPlain);
  const where = at.length > 3 ? `${at.length} values of w` : `w = ${at.join(", ")}`;
  const what = gdvizNames(header).kind === "cfg" ? "1/p" : "1/r";
  return `○ ${what} too heavy-tailed to estimate from ${gdvizCount(heavy[0])} samples (${where})`;
}

function gdvizTraceFigure() {
  return {
    key: "trace", wide: false, over: "spread", air: 0.2,  // room for the names of its ends
    title: () => "fidelity against diversity",
    subtitle: (header) => `mean of ${gdvizNames(header).reward}, along w`,
    points: (header) => gdvizCurvePoints(header, (row) => (gdvizIsNumber(row.spread) ? row.mean_reward : null), (row) => {
      const half = gdvizHalf(row.se_reward), halfX = gdvizHalf(gdvizSpreadError(row));
      const text = `${gdvizPlusMinus(row.mean_reward, half)}, spread ${gdvizPlusMinus(row.spread, halfX)}`;
      return {x: row.spread, half, halfX: gdvizHalf(row.se_spread), text};
    }),
  };
}

function gdvizImprovedFigure() {
  return {
    key: "improved", wide: false, over: "w", percent: true,
    title: () => "proportion improved",
    subtitle: () => "same noise as unguided",
    // At w = 0 every particle is its own pair, so there is nothing to compare.
    points: (header) => gdvizCurvePoints(header, (row) => (row.w === 0 ? null : row.improved), (row) => {
      const half = gdvizShareHalf(row, row.se_improved), text = gdvizPercent(row.improved, half);
      return {half, text: half === null ? text.value : `${text.value} ± ${text.error}`};
    }),
    least: 0, most: 1,
  };
}

function gdvizFigures() {
  return [gdvizRewardFigure(), gdvizReciprocalFigure(), gdvizTraceFigure(), gdvizImprovedFigure()];
}

// Fixed ranges from every scene's rows, so that the marker moves and the axes do not. Values whose tail
// fails do not stretch the axis; they are drawn at its edge.
function gdvizFigureScales(figure, headers) {
  const all = headers.flatMap(figure.points);
  const firm = all.some((p) => p.reliable) ? all.filter((p) => p.reliable) : all;
  const reach = (p) => Math.max(p.half || 0, p.step || 0);
  const heights = firm.flatMap((p) => [p.y - reach(p), p.y + reach(p)]);
  for (const header of headers) {
    const {at0, at1} = figure.exact ? figure.exact(header) : {};
    heights.push(...[at0, at1].filter(gdvizIsNumber));
  }
  const [low, high] = gdvizRange(heights, figure.air, figure.least, figure.most);
  const scaleY = gdvizScale(low, high), ticksY = gdvizTicks(low, high, 5);
  if (figure.over === "w") {
    const scaleX = gdvizScaleW(headers.flatMap((header) => (header.rows || []).map((row) => row.w)));
    return {scaleX, scaleY, ticksX: scaleX.ticks, ticksY};
  }
  const [left, right] = gdvizRange(all.flatMap((p) => [p.x - (p.halfX || 0), p.x + (p.halfX || 0)]), figure.air);
  return {scaleX: gdvizScale(left, right), scaleY, ticksX: (pixels) => gdvizTicks(left, right, Math.min(6, pixels / 40)), ticksY};
}

// Runs of neighbouring points that may be joined: broken where a row is missing or its tail fails.
function gdvizRuns(points, header) {
  const order = (header.rows || []).map((row) => row.w).sort((a, b) => a - b);
  const runs = [];
  let last = -2;
  for (const point of points.filter((p) => p.reliable)) {
    const place = order.indexOf(point.w);
    if (place === last + 1) runs.at(-1).push(point);
    else runs.push([point]);
    last = place;
  }
  return runs;
}

// One sentence on what a chart holds, for its aria-label.
function gdvizFigureSentence(figure, header, points, scaleX) {
  const first = points[0], last = points.at(-1);
  const over = figure.over === "w" ? `over guidance scale w${scaleX.symlog ? " (logarithmic axis)" : ""}` : "against spread, as w grows";
  if (!first) return `${figure.title(header)}: no computed values.`;
  const from = `${first.text} at w = ${gdvizPlain(first.w)}`;
  const to = last === first ? "" : ` to ${last.text} at w = ${gdvizPlain(last.w)}`;
  const {at0} = figure.exact ? figure.exact(header) : {};
  const exact = gdvizIsNumber(at0) ? `; exact value ${gdvizPlain(at0)} at w = 0` : "";
  const count = points.length === 1 ? "1 computed value" : `${points.length} computed values`;
  return `${figure.title(header)} ${over}, ${count}: from ${from}${to}${exact}.`;
}
