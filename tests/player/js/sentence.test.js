import assert from "node:assert/strict";
import test from "node:test";

import { lawAt } from "../../../gdviz/player/web/rows.js";
import { awaitedOf, sentenceFor } from "../../../gdviz/player/web/sentence.js";
import { makeHeader, makeRow, rewardHeader, standInRows } from "./rows.js";

test("it says who improved and that the powered law is missed", () => {
  const rows = standInRows();
  assert.equal(
    sentenceFor(makeHeader(rows), rows[4], rows[0]),
    "At w = 2, 89 % of the particles became likelier to be b than without guidance, spread fell from 1.410 to 1.330, " +
      "and the cloud differs measurably from p(x | b)³ p(x)⁻² (distance 0.0150, floor 0.0031).",
  );
});

test("at zero it names the unguided law", () => {
  const rows = standInRows();
  const samples = "At w = 0 these are the unguided particles, samples of p(x | b)";
  assert.equal(sentenceFor(makeHeader(rows), rows[0], rows[0]), `${samples}; the mean of 1 / p(b | x) is 1.994 ± 0.007 (exact 2).`);
});

const AWAY = { cfg: "steering away from b", reward: "steering away from high reward", cost: "steering toward high cost" };
for (const [kind, words] of Object.entries(AWAY)) {
  test(`a negative w is ${words}`, () => {
    const rows = [makeRow(-1, { improved: 0.12, se_improved: 0.002 }), makeRow(0)];
    const header = kind === "cfg" ? makeHeader(rows) : rewardHeader(rows, kind);
    const said = sentenceFor(header, rows[0], rows[1]);
    assert.ok(said.startsWith(`At w = −1, ${words}, 12 % of the particles`), said);
  });
}

for (const [size, claimed] of [[1.5, false], [2.5, true]]) {
  test(`a change of ${size} standard errors is ${claimed ? "" : "not "}claimed`, () => {
    const se = 0.01 * Math.SQRT2; // of a difference of two values with standard error 0.01 each
    const rows = [
      makeRow(0, { mean_reward: 1, se_reward: 0.01, spread: 1, se_spread: 0.01 }),
      makeRow(1, { mean_reward: 1 + size * se, se_reward: 0.01, spread: 1 - size * se, se_spread: 0.01 }),
    ];
    const said = sentenceFor(rewardHeader(rows), rows[1], rows[0]);
    assert.equal(said.split("no measurable change").length - 1, claimed ? 0 : 2);
    assert.equal(said.includes("rose"), claimed);
    assert.equal(said.includes("fell"), claimed);
  });
}

for (const [now, words] of [[0.02, "moved closer to"], [0.2, "moved away from"], [0.101, "no measurable change"]]) {
  test(`the distance to a fixed goal is compared with no guidance: ${words}`, () => {
    const far = [0.1, now].map((d) => [{ to: "tilted", energy_distance: d, se: 0.002, floor: 0.004 }]);
    const rows = [makeRow(0, { distances: far[0] }), makeRow(1, { distances: far[1] })];
    const said = sentenceFor(rewardHeader(rows), rows[1], rows[0]);
    for (const part of [words, "p(x) r(x) / E r", "floor 0.004"]) assert.ok(said.includes(part), said);
  });
}

test("at the floor a cloud cannot be told from the law", () => {
  const rows = [makeRow(0), makeRow(2, { distances: [{ to: "powered", energy_distance: 0.0045, se: 0.001, floor: 0.003 }] })];
  assert.ok(sentenceFor(makeHeader(rows), rows[1], rows[0]).includes("cannot be told from p(x | b)³ p(x)⁻²"));
});

test("it survives nulls and reports lost particles", () => {
  const lost = makeRow(1e6, { particles: 100, nonfinite: 40 });
  const said = "At w = 1×10⁶, nothing here could be measured. 40 of 100 particles overflowed and are left out.";
  assert.equal(sentenceFor(makeHeader([lost]), lost, null), said);
  assert.ok(sentenceFor(makeHeader([lost]), null, null).includes("interpolated"));
});

test("a mean whose tail is too heavy is not named", () => {
  const row = makeRow(0, { mean_reciprocal: 7.1, se_reciprocal: 0.2, tail: { k_hat: 0.93, top_share: 0.6, reliable: false } });
  assert.ok(!sentenceFor(makeHeader([row]), row, row).includes("7.1"));
});

const LAWS = [[2, "p(x | b)³ p(x)⁻²"], [0.5, "p(x | b)^1.5 p(x)^−0.5"], [0, "p(x | b)"], [-1, "p(x)"], [-2, "p(x | b)⁻¹ p(x)²"]];
for (const [w, law] of LAWS) {
  test(`the powered law at w = ${w} is ${law}`, () => assert.equal(lawAt("p(x | b)^(1+w) p(x)^(-w)", w), law));
}

test("a scene that still grows says what it is so far", () => {
  const header = { ...makeHeader([makeRow(0, { particles: 1024 })]), preview: false };
  const said = (missing) => awaitedOf({ ...header, missing });
  assert.equal(awaitedOf(header), "");
  assert.equal(said(["particles", "distances", "exact", "law"]), "first 1,024 particles, refining");
  assert.equal(said(["distances", "exact", "law"]), "all 1,024 particles, refining");
  assert.equal(said(["exact", "law"]), "particles and distances, refining");
  assert.equal(awaitedOf({ ...header, preview: true }), "preview, refining");
});

test("a live row says that it is, and from how many particles", () => {
  const rows = standInRows();
  const said = sentenceFor(makeHeader(rows), { ...rows[4], w: 2.2, live: true, distances: [], particles: 1500 }, rows[0]);
  assert.ok(said.startsWith("At w = 2.2 (live, 1500 shown particles), 89 % of the particles became likelier to be b"), said);
});
