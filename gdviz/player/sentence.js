// Words and numbers read off one row of the result. Nothing here draws, and nothing is claimed that the
// errors do not carry: a change below two standard errors is "no measurable change", a mean whose tail
// fails is "not estimable".

function gdvizIsNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

// Half-width of the 95 % interval, or null where no standard error is known.
function gdvizHalf(se) {
  return gdvizIsNumber(se) ? 1.96 * se : null;
}

// The power of ten of the last digit worth printing. Two digits of the error when it starts below
// 3.55, else one (the Particle Data Group's rule); four digits of the value where there is no error.
function gdvizLastPlace(value, half) {
  const place = (x) => Math.floor(Math.log10(Math.abs(x)));
  const own = value === 0 ? 0 : place(value);
  if (!(half > 0) || !Number.isFinite(half)) return own - 3;
  const lead = half / 10 ** place(half);
  return Math.max(place(half) - (lead < 3.55 ? 1 : 0), own - 5);
}

function gdvizFixed(value, place) {
  const text = (Math.round(value / 10 ** place) * 10 ** place).toFixed(Math.min(100, Math.max(0, -place)));
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

// {value, error} as text with matching digits; error is null where `half` is not known.
function gdvizNumber(value, half = null) {
  if (!gdvizIsNumber(value)) return {value: "not finite", error: null};
  const place = gdvizLastPlace(value, half);
  const largest = Math.max(Math.abs(value), half > 0 && Number.isFinite(half) ? half : 0);
  const power = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  const scale = power >= 5 || power < -4 ? power : 0;
  const write = (x) => {
    const digits = gdvizFixed(x / 10 ** scale, place - scale);
    return scale ? `${digits}×10${gdvizSuperscript(scale)}` : digits;
  };
  const known = gdvizIsNumber(half);
  if (known && half > 0) {
    const small = half < 0.5 * 10 ** place;  // the value's own digits ran out before the error's did
    return {value: write(value), error: small ? gdvizNumber(half).value : write(half)};
  }
  return {value: gdvizTrim(write(value)), error: known ? "0" : null};
}

// "2.000" -> "2": trailing zeros of a number without an error say nothing.
function gdvizTrim(text) {
  return text.replace(/(\.\d*?)0+(?=×|$)/, "$1").replace(/\.(?=×|$)/, "");
}

function gdvizSuperscript(power) {
  return [...String(power)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");
}

function gdvizPlain(value) {
  return gdvizNumber(value).value;
}

// "1.763 ± 0.007", or the bare number where no error is known.
function gdvizPlusMinus(value, half) {
  const text = gdvizNumber(value, half);
  return text.error === null ? text.value : `${text.value} ± ${text.error}`;
}

// A share of the particles in per cent, never finer than its error and never coarser than a whole per cent.
function gdvizPercent(share, half) {
  const known = gdvizIsNumber(half) && half > 0;
  const place = known ? Math.min(0, gdvizLastPlace(100 * share, 100 * half)) : 0;
  return {value: `${gdvizFixed(100 * share, place)} %`, error: known ? `${gdvizFixed(100 * half, place)} %` : null};
}

// A share seen in none or all of n particles has standard error 0 but not error 0: 3/n bounds it at 95 %.
function gdvizShareHalf(row, se) {
  if (!gdvizIsNumber(se)) return null;
  return se > 0 ? 1.96 * se : 3 / Math.max(1, gdvizCount(row));
}

function gdvizCount(row) {
  return (row.particles || 0) - (row.nonfinite || 0);
}

// Standard error of the spread: the row's own, else spread / sqrt(n), which is on the safe side for any
// cloud whose squared radius has a standard deviation up to twice its mean (a Gaussian has 1.4).
function gdvizSpreadError(row) {
  if (gdvizIsNumber(row.se_spread)) return row.se_spread;
  const n = gdvizCount(row);
  return gdvizIsNumber(row.spread) && n > 0 ? row.spread / Math.sqrt(n) : null;
}

// False where the tail of 1/p is too heavy for its mean (and its error) to mean anything.
function gdvizReciprocalReliable(row) {
  return gdvizIsNumber(row.mean_reciprocal) && gdvizIsNumber(row.se_reciprocal) && !(row.tail && row.tail.reliable === false);
}

function gdvizNames(header) {
  const measure = header.measure || {};
  return {
    reward: measure.reward_name || "reward",
    reciprocal: measure.reciprocal_name || "1 / reward",
    kind: measure.kind || "none",
    label: measure.label === null || measure.label === undefined ? null : String(measure.label),
  };
}

function gdvizGoal(header, name) {
  const goals = (header.laws && header.laws.goals) || [];
  return goals.find((goal) => goal.name === name) || {name, law: name};
}

// Whether the goal itself changes with w, as the powered law p(x | b)^(1+w) p(x)^(-w) does.
function gdvizMovingGoal(law) {
  return /\bw\b/.test(law);
}

// The powered law with w filled in: "p(x | b)^(1+w) p(x)^(-w)" reads "p(x | b)³ p(x)⁻²" at w = 2, and
// "p(x | b)" at w = 0.
function gdvizLawAt(law, w) {
  const fill = (x) => (x === 1 ? "" : Number.isInteger(x) && x !== 0 ? gdvizSuperscript(x) : `^${gdvizPlain(x)}`);
  return law
    .replace(/\^\(?\s*1\s*\+\s*w\s*\)?/g, fill(1 + w))
    .replace(/\^\(?\s*[-−]\s*w\s*\)?/g, fill(-w))
    .replace(/\^\(?w\)?(?!\w)/g, fill(w))
    .replace(/\s*\w+\([^()]*\)\^0(?![.\d])/g, "").trim();
}

function gdvizMeasurable(a, seA, b, seB) {
  return [a, seA, b, seB].every(gdvizIsNumber) && Math.abs(b - a) > 2 * Math.hypot(seA, seB);
}

function gdvizImprovedClause(header, row) {
  if (!gdvizIsNumber(row.improved)) return "";
  const {kind, label} = gdvizNames(header);
  const extreme = Math.min(row.improved, 1 - row.improved) < 0.01;  // a whole per cent is enough for a sentence elsewhere
  const share = gdvizPercent(row.improved, extreme ? gdvizShareHalf(row, row.se_improved) : null).value;
  const what = kind === "cfg" ? `became likelier to be ${label}` : kind === "cost" ? "got a lower cost" : "got a higher reward";
  const ties = gdvizIsNumber(row.ties) && row.ties >= 0.005 ? ` (${gdvizPercent(row.ties, null).value} stayed level)` : "";
  return `${share} of the particles ${what} than without guidance${ties}`;
}

// "the mean of r fell from 1.41 to 1.20", or that nothing measurable happened to it.
function gdvizChangeClause(name, a, seA, b, seB) {
  if (![a, seA, b, seB].every(gdvizIsNumber)) return "";
  if (!gdvizMeasurable(a, seA, b, seB)) return `${name} shows no measurable change`;
  const from = gdvizNumber(a, 1.96 * seA).value, to = gdvizNumber(b, 1.96 * seB).value;
  return `${name} ${b < a ? "fell" : "rose"} from ${from} to ${to}`;
}

function gdvizGoalClause(header, row, row0) {
  const known = (row.distances || []).filter((d) => gdvizIsNumber(d.energy_distance) && gdvizIsNumber(d.se));
  const chosen = known.find((d) => gdvizMovingGoal(gdvizGoal(header, d.to).law)) || known[0];
  if (!chosen) return "";
  const law = gdvizGoal(header, chosen.to).law;
  const number = (d) => gdvizNumber(d.energy_distance, 1.96 * d.se).value;
  const floor = gdvizIsNumber(chosen.floor) ? `, floor ${gdvizNumber(chosen.floor, 1.96 * chosen.se).value}` : "";
  if (gdvizMovingGoal(law)) {
    // The unguided row was measured against another law (w = 0), so there is no "closer" to speak of.
    const apart = chosen.energy_distance > (chosen.floor || 0) + 2 * chosen.se;
    const verb = apart ? "differs measurably from" : "cannot be told from";
    return `the cloud ${verb} ${gdvizLawAt(law, row.w)} (distance ${number(chosen)}${floor})`;
  }
  const before = ((row0 && row0.distances) || []).find((d) => d.to === chosen.to);
  if (!before || !gdvizMeasurable(before.energy_distance, before.se, chosen.energy_distance, chosen.se)) {
    return `its distance to ${law} shows no measurable change (${number(chosen)}${floor})`;
  }
  const verb = chosen.energy_distance < before.energy_distance ? "closer to" : "away from";
  return `the cloud moved ${verb} ${law} (distance ${number(before)} → ${number(chosen)}${floor})`;
}

function gdvizLost(row) {
  return row.nonfinite > 0 ? ` ${row.nonfinite} of ${row.particles} particles overflowed and are left out.` : "";
}

function gdvizUnguidedSentence(header, row) {
  const names = gdvizNames(header), exact = header.exact || {};
  const law = header.laws && header.laws.base ? `, samples of ${header.laws.base}` : "";
  const truth = (value) => (gdvizIsNumber(value) ? ` (exact ${gdvizPlain(value)})` : "");
  let mean = "";
  if (gdvizReciprocalReliable(row)) {
    mean = `; the mean of ${names.reciprocal} is ${gdvizPlusMinus(row.mean_reciprocal, 1.96 * row.se_reciprocal)}${truth(exact.mean_reciprocal_w0)}`;
  } else if (gdvizIsNumber(row.mean_reward)) {
    mean = `; the mean of ${names.reward} is ${gdvizPlusMinus(row.mean_reward, gdvizHalf(row.se_reward))}${truth(exact.mean_reward_w0)}`;
  }
  return `At w = 0 these are the unguided particles${law}${mean}.${gdvizLost(row)}`;
}

// One plain sentence on what guidance of scale row.w did, beside the unguided row0.
function gdvizSentence(header, row, row0) {
  if (!row) return "Between computed values of w: the picture is interpolated and has no numbers of its own.";
  if (row.w === 0) return gdvizUnguidedSentence(header, row);
  const {kind, label, reward} = gdvizNames(header);
  const before = row0 || {};
  const away = kind === "cfg" ? `steering away from ${label}` : kind === "cost" ? "steering toward high cost" : "steering away from high reward";
  const first = gdvizImprovedClause(header, row)
    || gdvizChangeClause(`the mean of ${reward}`, before.mean_reward, before.se_reward, row.mean_reward, row.se_reward);
  const spread = gdvizChangeClause("spread", before.spread, gdvizSpreadError(before), row.spread, gdvizSpreadError(row));
  const clauses = [first, spread, gdvizGoalClause(header, row, row0)].filter(Boolean);
  const said = clauses.length > 1 ? `${clauses.slice(0, -1).join(", ")}, and ${clauses.at(-1)}` : clauses[0] || "nothing here could be measured";
  return `At w = ${gdvizPlain(row.w)}, ${row.w < 0 && kind !== "none" ? `${away}, ` : ""}${said}.${gdvizLost(row)}`;
}

// Keeps room for a scene's longest sentence, so that nothing below moves with w. Measured, not guessed: the
// number of lines depends on the width and the font.
function gdvizSentenceRoom(node) {
  let last = "";
  return (scene) => {
    const stamp = `${scene.id}|${node.clientWidth}`;
    if (stamp === last) return;
    last = stamp;
    const said = node.textContent, zero = scene.header.rows.find((row) => row.w === 0) ?? null;
    node.style.minHeight = "";
    let most = 0;
    for (const row of [null, ...scene.header.rows]) {
      node.textContent = gdvizSentence(scene.header, row, zero);
      most = Math.max(most, node.offsetHeight);
    }
    node.textContent = said;
    node.style.minHeight = `${most}px`;
  };
}
