// Words and numbers read off one row of the result. Nothing here draws, and nothing is claimed that the
// errors do not carry: a change below two standard errors is "no measurable change", a mean whose tail
// fails is "not estimable".

import { formatNumber, formatPercent, formatPlain, formatPlusMinus, halfWidth, isNumber } from "./numbers.js";
import { goalOf, isMovingGoal, isReciprocalReliable, lawAt, measureNames, shareHalfWidth, spreadError } from "./rows.js";
/** @import { Distance, Header, Maybe, Row } from "./scene.js" */

/** @type {(a: Maybe, seA: Maybe, b: Maybe, seB: Maybe) => boolean} */
function isMeasurable(a, seA, b, seB) {
  return [a, seA, b, seB].every(isNumber) && Math.abs(b - a) > 2 * Math.hypot(seA, seB);
}

/** @type {(header: Header, row: Row) => string} */
function improvedClause(header, row) {
  if (!isNumber(row.improved)) return "";
  const {kind, label} = measureNames(header);
  const extreme = Math.min(row.improved, 1 - row.improved) < 0.01;  // a whole per cent is enough for a sentence elsewhere
  const share = formatPercent(row.improved, extreme ? shareHalfWidth(row, row.se_improved) : null).value;
  const what = kind === "cfg" ? `became likelier to be ${label}` : kind === "cost" ? "got a lower cost" : "got a higher reward";
  const ties = isNumber(row.ties) && row.ties >= 0.005 ? ` (${formatPercent(row.ties, null).value} stayed level)` : "";
  return `${share} of the particles ${what} than without guidance${ties}`;
}

// "the mean of r fell from 1.41 to 1.20", or that nothing measurable happened to it.
/** @type {(name: string, a: Maybe, seA: Maybe, b: Maybe, seB: Maybe) => string} */
function changeClause(name, a, seA, b, seB) {
  if (![a, seA, b, seB].every(isNumber)) return "";
  if (!isMeasurable(a, seA, b, seB)) return `${name} shows no measurable change`;
  const from = formatNumber(a, 1.96 * seA).value, to = formatNumber(b, 1.96 * seB).value;
  return `${name} ${b < a ? "fell" : "rose"} from ${from} to ${to}`;
}

/** @type {(header: Header, row: Row, row0: Row | null) => string} */
function goalClause(header, row, row0) {
  const known = (row.distances || []).filter((d) => isNumber(d.energy_distance) && isNumber(d.se));
  const chosen = known.find((d) => isMovingGoal(goalOf(header, d.to).law)) || known[0];
  if (!chosen) return "";
  const law = goalOf(header, chosen.to).law;
  /** @type {(d: Distance) => string} */
  const number = (d) => formatNumber(d.energy_distance, 1.96 * d.se).value;
  const floor = isNumber(chosen.floor) ? `, floor ${formatNumber(chosen.floor, 1.96 * chosen.se).value}` : "";
  if (isMovingGoal(law)) {
    // The unguided row was measured against another law (w = 0), so there is no "closer" to speak of.
    const apart = chosen.energy_distance > (chosen.floor || 0) + 2 * chosen.se;
    const verb = apart ? "differs measurably from" : "cannot be told from";
    return `the cloud ${verb} ${lawAt(law, row.w)} (distance ${number(chosen)}${floor})`;
  }
  const before = ((row0 && row0.distances) || []).find((d) => d.to === chosen.to);
  if (!before || !isMeasurable(before.energy_distance, before.se, chosen.energy_distance, chosen.se)) {
    return `its distance to ${law} shows no measurable change (${number(chosen)}${floor})`;
  }
  const verb = chosen.energy_distance < before.energy_distance ? "closer to" : "away from";
  return `the cloud moved ${verb} ${law} (distance ${number(before)} → ${number(chosen)}${floor})`;
}

/** @type {(row: Row) => string} */
function lostWords(row) {
  return row.nonfinite > 0 ? ` ${row.nonfinite} of ${row.particles} particles overflowed and are left out.` : "";
}

/** @type {(header: Header, row: Row) => string} */
function unguidedSentence(header, row) {
  const names = measureNames(header), exact = header.exact || {};
  const law = header.laws && header.laws.base ? `, samples of ${header.laws.base}` : "";
  /** @type {(value: Maybe) => string} */
  const truth = (value) => (isNumber(value) ? ` (exact ${formatPlain(value)})` : "");
  let mean = "";
  if (isReciprocalReliable(row)) {
    mean = `; the mean of ${names.reciprocal} is ${formatPlusMinus(row.mean_reciprocal, 1.96 * row.se_reciprocal)}${truth(exact.mean_reciprocal_w0)}`;
  } else if (isNumber(row.mean_reward)) {
    mean = `; the mean of ${names.reward} is ${formatPlusMinus(row.mean_reward, halfWidth(row.se_reward))}${truth(exact.mean_reward_w0)}`;
  }
  return `At w = 0 these are the unguided particles${law}${mean}.${lostWords(row)}`;
}

// What a scene is so far that is still being computed; empty for a whole one.
/** @type {(header: Header) => string} */
export function awaitedOf(header) {
  const missing = header.missing ?? [];
  if (header.preview) return "preview, refining";
  if (!missing.length) return "";
  const particles = Math.max(...header.rows.map((row) => row.particles ?? 0)).toLocaleString("en");
  if (missing.includes("particles")) return `first ${particles} particles, refining`;
  return missing.includes("distances") ? `all ${particles} particles, refining` : "particles and distances, refining";
}

// One plain sentence on what guidance of scale row.w did, beside the unguided row0.
/** @type {(header: Header, row: Row | null, row0: Row | null) => string} */
export function sentenceFor(header, row, row0) {
  if (!row) return "Between computed values of w: the picture is interpolated and has no numbers of its own.";
  if (row.w === 0) return unguidedSentence(header, row);
  const {kind, label, reward} = measureNames(header);
  const before = /** @type {Row} */ (row0 || {});
  const away = kind === "cfg" ? `steering away from ${label}` : kind === "cost" ? "steering toward high cost" : "steering away from high reward";
  const first = improvedClause(header, row)
    || changeClause(`the mean of ${reward}`, before.mean_reward, before.se_reward, row.mean_reward, row.se_reward);
  const spread = changeClause("spread", before.spread, spreadError(before), row.spread, spreadError(row));
  const clauses = [first, spread, goalClause(header, row, row0)].filter(Boolean);
  const words = clauses.length > 1 ? `${clauses.slice(0, -1).join(", ")}, and ${clauses.at(-1)}` : clauses[0] || "nothing here could be measured";
  const live = row.live ? ` (live, ${row.particles} shown particles)` : "";
  return `At w = ${formatPlain(row.w)}${live}, ${row.w < 0 && kind !== "none" ? `${away}, ` : ""}${words}.${lostWords(row)}`;
}
