// The numbers beside the stage for one row, each with its error or a word that says why there is none,
// and the difference between two experiments.

function gdvizReadout(key, label, value, half, hint) {
  const text = gdvizNumber(value, half);
  const error = text.error === null ? "no error known" : `± ${text.error}`;
  return {key, label, value: text.value, error, kind: "estimated", hint, number: value, half};
}

function gdvizStepHint(row, field) {
  const change = row.step_changes && row.step_changes[field];
  return gdvizIsNumber(change) ? ` With half as many steps it changes by ${gdvizPlain(Math.abs(change))}.` : "";
}

function gdvizReciprocalHint(header) {
  const {kind, label} = gdvizNames(header);
  return kind === "cfg" ? `How many times you would ask a random labeller before hearing ${label}.` : "";
}

function gdvizTailHint(row) {
  const tail = row.tail || {};
  const shape = gdvizIsNumber(tail.k_hat) ? ` Pareto tail index ${gdvizNumber(tail.k_hat, 0.04).value}.` : "";
  const share = gdvizIsNumber(tail.top_share) ? ` The top 1 % of the particles carries ${gdvizPercent(tail.top_share, null).value} of it.` : "";
  return `Too heavy-tailed to estimate.${shape}${share}`;
}

function gdvizReciprocalReadout(header, row) {
  const names = gdvizNames(header), label = `mean of ${names.reciprocal}`;
  if (gdvizReciprocalReliable(row)) {
    const hint = gdvizReciprocalHint(header) + gdvizStepHint(row, "mean_reciprocal");
    return [gdvizReadout("mean_reciprocal", label, row.mean_reciprocal, 1.96 * row.se_reciprocal, hint.trim())];
  }
  const estimable = gdvizIsNumber(row.mean_reciprocal) || row.tail || names.kind === "cfg";
  if (!estimable) return [];  // a reward that can be 0: its reciprocal has no mean to ask for
  const hint = `${gdvizReciprocalHint(header)} ${gdvizTailHint(row)}`.trim();
  return [{key: "mean_reciprocal", label, value: "not estimable", error: `from ${gdvizCount(row)} samples`,
           kind: "not estimable", hint, number: null, half: null}];
}

function gdvizExactReadouts(header, row) {
  const exact = header.exact || {}, names = gdvizNames(header);
  const at = row.w === 0 ? [["mean_reward_w0", names.reward], ["mean_reciprocal_w0", names.reciprocal]]
    : row.w === 1 ? [["mean_reward_w1", names.reward]] : [];
  return at.filter(([key]) => gdvizIsNumber(exact[key])).map(([key, name]) => (
    {key, label: `mean of ${name}, exact`, value: gdvizPlain(exact[key]), error: "exact", kind: "exact",
     hint: "Closed form or quadrature: no simulation enters it.", number: exact[key], half: 0}));
}

function gdvizShareReadouts(row) {
  if (row.w === 0 || !gdvizIsNumber(row.improved)) return [];  // at w = 0 every particle is its own pair
  const half = gdvizShareHalf(row, row.se_improved), text = gdvizPercent(row.improved, half);
  const error = half === null ? "no error known" : `± ${text.error}`;
  const ties = gdvizIsNumber(row.ties) && row.ties > 0 ? ` ${gdvizPercent(row.ties, null).value} stayed level.` : "";
  return [{key: "improved", label: "proportion improved (same noise)", value: text.value, error, kind: "estimated",
           hint: `Share of particles that end better than their own unguided twin, driven by the same noise.${ties}`,
           number: row.improved, half}];
}

function gdvizDistanceReadouts(header, row) {
  const laws = new Set();
  const isNew = (law) => !laws.has(law) && laws.add(law);  // at w = 0 the powered law is the conditional one
  const known = (row.distances || []).filter((d) => gdvizIsNumber(d.energy_distance));
  return known.filter((d) => isNew(gdvizLawAt(gdvizGoal(header, d.to).law, row.w))).map((d) => {
    const half = gdvizHalf(d.se), law = gdvizLawAt(gdvizGoal(header, d.to).law, row.w);
    const floor = gdvizIsNumber(d.floor) ? gdvizNumber(d.floor, half).value : null;
    const readout = gdvizReadout(`distance:${d.to}`, `distance to ${law}`, d.energy_distance, half,
      "Energy distance between the particles and this law; the floor is what the law's own samples score against it.");
    return {...readout, floor, note: floor === null ? "" : `floor ${floor}`};
  });
}

// [{key, label, value, error, kind, hint, number, half}] for one row; value and error are text.
function gdvizReadouts(header, row) {
  if (!row) return [];
  const names = gdvizNames(header), readouts = [];
  const add = (key, label, value, half, hint) => {
    if (gdvizIsNumber(value)) readouts.push(gdvizReadout(key, label, value, half, hint));
  };
  const bandless = gdvizIsNumber(row.se_reward) ? "" : "Too heavy-tailed for an error.";
  add("mean_reward", `mean of ${names.reward}`, row.mean_reward, gdvizHalf(row.se_reward), (bandless + gdvizStepHint(row, "mean_reward")).trim());
  readouts.push(...gdvizReciprocalReadout(header, row), ...gdvizExactReadouts(header, row), ...gdvizShareReadouts(row));
  add("spread", "spread", row.spread, gdvizHalf(gdvizSpreadError(row)), "Root mean square distance of the particles from their centre.");
  if (gdvizIsNumber(row.spread) && !gdvizIsNumber(row.se_spread)) {
    readouts.at(-1).note = "error rough";
    readouts.at(-1).hint += " Its error is a cautious guess, spread / √n.";
  }
  readouts.push(...gdvizDistanceReadouts(header, row));
  const identity = row.w === 0 ? {} : row.identity || {};  // at w = 0 it says nothing new
  const predicted = identity.of === "mean_reward" ? names.reward : names.reciprocal;
  add("identity", `mean of ${predicted}, from the identity`, identity.value, gdvizHalf(identity.se),
    "The improvement identity, averaged along the same guided paths: it should agree with the direct mean.");
  if (row.w !== 0) {
    add("path_kl", "path KL", row.path_kl, gdvizHalf(row.se_path_kl), "How far the guided paths' law is from the unguided paths' law, in nats.");
  }
  if (row.nonfinite > 0) {
    readouts.push({key: "nonfinite", label: "particles lost to overflow", value: String(row.nonfinite), error: `of ${row.particles}, exact`,
                   kind: "exact", hint: "They are left out of every number here.", number: row.nonfinite, half: 0});
  }
  return readouts;
}

// What two experiments do not share, in words: "w 1 → 2; sampler ddpm → ddim".
function gdvizDiffers(headerA, rowA, headerB, rowB) {
  const changes = rowA.w === rowB.w ? [] : [`w ${gdvizPlain(rowA.w)} → ${gdvizPlain(rowB.w)}`];
  gdvizCompareKeys([], headerA.experiment || {}, headerB.experiment || {}, changes);
  const shown = changes.slice(0, 5);
  if (changes.length > shown.length) shown.push(`and ${changes.length - shown.length} more`);
  return shown.length ? shown.join("; ") : "nothing: the same experiment";
}

function gdvizCompareKeys(path, a, b, changes) {
  const shared = Object.keys(a).filter((key) => key in b);
  // Another kind has other controls: naming the kind says it, and only what both have is compared.
  const keys = a.kind === b.kind ? [...new Set([...Object.keys(a), ...Object.keys(b)])] : shared;
  for (const key of keys) {
    if (path.length === 0 && (key === "w" || key === "frames" || key === "format")) continue;
    const from = a[key], to = b[key];
    if (JSON.stringify(from) === JSON.stringify(to)) continue;
    const isRecord = (x) => x !== null && typeof x === "object" && !Array.isArray(x);
    if (isRecord(from) && isRecord(to)) gdvizCompareKeys([...path, key], from, to, changes);
    else changes.push(gdvizChangeWords([...path, key], from, to));
  }
}

function gdvizChangeWords(path, from, to) {
  const words = (value) => {
    if (value === undefined || value === null) return "default";
    if (path.at(-1) === "form") return {reward: "seek high reward", cost: "avoid high cost"}[value] || String(value);
    if (typeof value === "number") return gdvizPlain(value);
    if (typeof value === "object" && value.kind) return String(value.kind).replaceAll("_", " ");
    return typeof value === "string" && path.at(-1) === "kind" ? value.replaceAll("_", " ") : String(value);
  };
  const name = path.filter((key) => key !== "kind" && key !== "form").join(" ").replaceAll("_", " ");
  const long = [from, to].some((value) => Array.isArray(value) || words(value).length > 40);
  return long ? `${name} differs` : `${name} ${words(from)} → ${words(to)}`;
}

// {differs, paired, rows: [{key, label, value: B − A, error, bar, kind, paired, hint}]}; a row is there when both
// experiments measure the same thing. On shared noise the means of r and 1/r and the shares are paired: read from
// the shown particles' own differences (`paired` counts them). Everything else joins the two rows' errors and
// says "unpaired". `bar` is the error without that word.
function gdvizDifference(headerA, rowA, headerB, rowB) {
  const before = new Map(gdvizReadouts(headerA, rowA).map((readout) => [readout.key, readout]));
  const pairs = gdvizPaired(headerA, rowA, headerB, rowB);
  const rows = [];
  for (const after of gdvizReadouts(headerB, rowB)) {
    const from = before.get(after.key);
    const comparable = from && from.kind !== "exact" && from.label === after.label && after.key !== "identity";
    if (!comparable) continue;
    if (!gdvizIsNumber(after.number) || !gdvizIsNumber(from.number)) {
      rows.push({key: after.key, label: after.label, number: null, half: null, paired: false, value: "not estimable", bar: "", error: "",
                 kind: "not estimable", hint: "One of the two means cannot be estimated."});
      continue;
    }
    const joint = gdvizIsNumber(after.half) && gdvizIsNumber(from.half) ? Math.hypot(after.half, from.half) : null;
    const banded = after.half !== null && from.half !== null;  // a tail too heavy for either mean is so for their difference
    rows.push(gdvizDifferenceRow(after, after.number - from.number, joint, banded ? pairs : null));
  }
  if (pairs) rows.push(gdvizDifferenceRow({key: "better", label: "better in B than in A (same noise)"}, null, null, pairs));
  return {differs: gdvizDiffers(headerA, rowA, headerB, rowB), paired: pairs ? pairs.n : 0, rows};
}

function gdvizDifferenceRow({key, label}, apart, joint, pairs) {
  const pair = pairs && pairs[key];
  const number = pair ? pair.number : apart;
  const share = key === "improved" || key === "better";
  // Shares of none or all have standard error 0 but not error 0: 3/n bounds it at 95 %.
  const half = !pair ? joint : share && !(pair.se > 0) ? 3 / pairs.n : gdvizHalf(pair.se);
  const text = share ? gdvizPercent(number, half) : gdvizNumber(number, half);
  const bar = half === null ? "no error known" : `± ${text.error ?? 0}`;
  const sign = number > 0 && key !== "better" ? "+" : "";
  const clear = half !== null && Math.abs(key === "better" ? number - 0.5 : number) > half;
  const hint = pair ? `Mean of the differences, particle by particle, of the ${pairs.n} shown particles that share their noise.`
    : "The two errors joined as if independent; where the noise is shared the true error is usually smaller.";
  const word = pair ? `paired, ${pairs.n} shown particles` : "unpaired";
  return {key, label, value: sign + text.value, bar, error: half === null ? bar : `${bar} (${word})`, kind: "estimated", paired: Boolean(pair), number, half, clear, hint};
}
