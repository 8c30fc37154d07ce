import assert from "node:assert/strict";
import test from "node:test";

import { experimentChanges, rowDifference } from "../../../gdviz/player/web/difference.js";
import { sameQuantity } from "../../../gdviz/player/web/rows.js";
import { makeHeader, makeRow, standInRows, uniform } from "./rows.js";

const near = (found, expected) => assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${found} is not ${expected}`);
const rowOf = (difference, key) => difference.rows.find((row) => row.key === key);
const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
const halfOf = (values) => 1.96 * Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / (values.length - 1) / values.length);

test("it says only what differs and joins errors", () => {
  const rows = standInRows();
  const a = makeHeader(rows);
  const b = makeHeader(rows, { experiment: { ...a.experiment, sampler: { kind: "ddim", steps: 400, eta: 0 } } });
  const difference = rowDifference(a, rows[3], b, rows[4]);
  assert.equal(difference.differs, "w 1 → 2; sampler ddpm → ddim");
  const reward = rowOf(difference, "mean_reward");
  near(reward.number, 0.60884 - 0.57044);
  near(reward.half, 1.96 * Math.hypot(0.00112, 0.00108));
  assert.equal(reward.value, "+0.0384");
  assert.ok(reward.error.endsWith("(unpaired)"));
  assert.equal(rowDifference(a, rows[3], a, rows[3]).differs, "nothing: the same experiment");
});

test("means of another reward are not compared, be it called the same", () => {
  const rows = standInRows();
  const named = { measure: { reward_name: "r(x)", reciprocal_name: "1 / r(x)", kind: "reward", label: null } };
  const of = (expression) => makeHeader(rows, { ...named, experiment: { guidance: { kind: "reward", reward: { kind: "expression", expression } } } });
  assert.ok(rowOf(rowDifference(of("exp(x)"), rows[3], of("exp(x)"), rows[4]), "mean_reward"));
  const other = rowDifference(of("exp(x)"), rows[3], of("exp(-x)"), rows[4]);
  for (const key of ["mean_reward", "mean_reciprocal", "improved"]) assert.equal(rowOf(other, key), undefined);
  assert.ok(rowOf(other, "spread"), "what no reward is read for stays");
  assert.ok(!sameQuantity(of("exp(x)"), makeHeader(rows)) && sameQuantity(makeHeader(rows), makeHeader(rows)));
});

test("a mean with too heavy a tail has no difference", () => {
  const row = makeRow(0, { mean_reciprocal: 7.1, se_reciprocal: 0.2, tail: { k_hat: 0.93, top_share: 0.6, reliable: false } });
  const header = makeHeader([row]);
  assert.equal(rowDifference(header, row, header, { ...row, w: 1 }).rows[0].value, "not estimable");
});

// A scene's header and log r of two runs at w = 0 and 1, the second a little better on the same noise.
function pairedCase(n = 400) {
  const next = uniform(1);
  const start = Float32Array.from({ length: n }, () => Math.log(next()));
  const a = [start, start.map((v) => 0.8 * v)];
  const b = [start, a[1].map((v) => v + 0.02 + 0.1 * (next() - 0.5))];
  const means = { mean_reward: 0.5, se_reward: 0.01, mean_reciprocal: 2, se_reciprocal: 0.1 };
  const rows = [0, 1].map((w) => makeRow(w, { particles: n, improved: 0.9, se_improved: 0.01, ...means }));
  return { header: makeHeader(rows), row: rows[1], a, b };
}

function shown(header, logs) { return { ...header, dimension: 2, particles: logs[0].length, logReward: (k) => logs[k] }; }

function differenceOf({ header, row, a, b }, { headerB = {}, rowA = row, rowB = row } = {}) {
  return rowDifference(shown(header, a), rowA, shown({ ...header, id: "other", ...headerB }, b), rowB);
}

test("on shared noise the difference and its error are paired", () => {
  const given = pairedCase();
  const [x, y] = [given.a[1], given.b[1]];
  const difference = differenceOf(given);
  assert.equal(difference.paired, 400);
  const gaps = {
    mean_reward: Array.from(y, (v, n) => Math.exp(v) - Math.exp(x[n])),
    mean_reciprocal: Array.from(y, (v, n) => Math.exp(-v) - Math.exp(-x[n])),
    better: Array.from(y, (v, n) => (v > x[n] ? 1 : 0)),
  };
  for (const [key, gap] of Object.entries(gaps)) {
    const row = rowOf(difference, key);
    near(row.number, mean(gap));
    near(row.half, halfOf(gap));
    assert.ok(row.paired);
  }
  assert.ok(rowOf(difference, "mean_reward").error.endsWith("(paired, 400 shown particles)"));
  const improved = Array.from(y, (v, n) => Number(v > given.b[0][n]) - Number(x[n] > given.a[0][n]));
  near(rowOf(difference, "improved").number, mean(improved));
});

test("the difference of means without an error has none", () => {
  const given = pairedCase();
  const row = { ...given.row, se_reward: null };
  const { half, paired, bar, clear } = rowOf(differenceOf(given, { rowA: row, rowB: row }), "mean_reward");
  assert.deepEqual({ half, paired, bar, clear }, { half: null, paired: false, bar: "no error known", clear: false });
});

test("particles lost in one run leave the pairs", () => {
  const given = pairedCase();
  given.b[1].fill(NaN, 0, 7);
  const difference = differenceOf(given);
  assert.equal(difference.paired, 393);
  const gap = Array.from(given.b[1].subarray(7), (v, n) => Math.exp(v) - Math.exp(given.a[1][n + 7]));
  near(rowOf(difference, "mean_reward").number, mean(gap));
});

const OTHERS = {
  "another seed": { experiment: { seed: 1 } },
  "no seed": { experiment: {} },
  "another reward": { measure: { reward_name: "r(x)", reciprocal_name: "1 / r(x)", kind: "cfg", label: "b" } },
};
for (const [name, headerB] of Object.entries(OTHERS)) {
  test(`${name} is not paired`, () => {
    const difference = differenceOf(pairedCase(), { headerB });
    assert.equal(difference.paired, 0);
    assert.ok(difference.rows.every((row) => row.error.endsWith("(unpaired)")));
    assert.equal(rowOf(difference, "better"), undefined);
  });
}

test("an unreliable tail is not paired away", () => {
  const given = pairedCase();
  const heavy = { ...given.row, mean_reciprocal: null, se_reciprocal: null, tail: { k_hat: 0.9, top_share: 0.6, reliable: false } };
  for (const rows of [{ rowA: heavy }, { rowB: heavy }]) assert.equal(rowOf(differenceOf(given, rows), "mean_reciprocal").value, "not estimable");
});

const CHANGES = [
  ["guidance", { kind: "reward", form: "reward" }, { kind: "reward", form: "cost" }, "guidance seek high reward → avoid high cost"],
  ["sampler", { kind: "ddpm", steps: 400 }, { kind: "ddpm", steps: 100 }, "sampler steps 400 → 100"],
  ["sampler", { kind: "ddim", eta: 0 }, { kind: "ddim" }, "sampler eta 0 → default"],
  ["sampler", { kind: "ddim", eta: 0, steps: 4 }, { kind: "dpm_solver", steps: 4 }, "sampler ddim → dpm solver"],
  ["target", { kind: "points", points: [[0], [1]] }, { kind: "points", points: [[0], [2]] }, "target points differs"],
  ["seed", 0, 1, "seed 0 → 1"],
  ["w", [0, 1], [0, 2], "nothing: the same experiment"], // the w shown is what counts
  ["frames", 60, 30, "nothing: the same experiment"],
];
for (const [key, a, b, words] of CHANGES) {
  test(`what differs in words: ${key}, ${words}`, () => {
    const row = makeRow(1);
    assert.equal(experimentChanges({ experiment: { [key]: a } }, row, { experiment: { [key]: b } }, row), words);
  });
}
