import assert from "node:assert/strict";
import test from "node:test";

import { rowReadouts } from "../../../gdviz/player/web/readouts.js";
import { makeHeader, makeRow, rewardHeader, standInRows } from "./rows.js";

const byKey = (readouts) => Object.fromEntries(readouts.map((readout) => [readout.key, readout]));

test("every read-out has an error or says why not", () => {
  const rows = standInRows();
  for (const row of [...rows, makeRow(3), makeRow(1, { mean_reward: 0.5, particles: 10, nonfinite: 3 })]) {
    for (const { kind, value, error } of rowReadouts(makeHeader(rows), row)) {
      assert.ok(["exact", "estimated", "not estimable"].includes(kind));
      assert.ok(value && error);
      if (kind === "estimated") assert.ok(error.startsWith("±") || error === "no error known", error);
    }
  }
});

test("read-outs of one row", () => {
  const rows = standInRows();
  const read = byKey(rowReadouts(makeHeader(rows), rows[4]));
  assert.equal(`${read.mean_reciprocal.value} ${read.mean_reciprocal.error}`, "1.763 ± 0.007");
  assert.ok(read.mean_reciprocal.hint.startsWith("How many times you would ask a random labeller before hearing b."));
  assert.equal(`${read.improved.value} ${read.improved.error}`, "89.4 % ± 0.4 %");
  assert.equal(read["distance:powered"].label, "distance to p(x | b)³ p(x)⁻²");
  assert.equal(read["distance:powered"].floor, "0.0031");
  assert.ok(!("nonfinite" in read));
});

test("at w = 0", () => {
  const rows = standInRows();
  const read = byKey(rowReadouts(makeHeader(rows), rows[0]));
  assert.deepEqual([read.mean_reciprocal_w0.value, read.mean_reciprocal_w0.kind], ["2", "exact"]);
  assert.ok(!("improved" in read)); // every particle is its own pair
  assert.ok(!("distance:powered" in read)); // the powered law is the conditional one there
});

test("a heavy tail is not estimable", () => {
  const tail = { k_hat: 0.93, top_share: 0.6, reliable: false };
  const row = makeRow(0, { particles: 4000, mean_reciprocal: 7.1, se_reciprocal: 0.2, tail });
  const { value, error, kind } = byKey(rowReadouts(makeHeader([row]), row)).mean_reciprocal;
  assert.deepEqual([value, error, kind], ["not estimable", "from 4000 samples", "not estimable"]);
});

test("a share of all particles still has an error", () => {
  const row = makeRow(1, { particles: 300, improved: 1, se_improved: 0 });
  const { improved } = byKey(rowReadouts(rewardHeader([row]), row));
  assert.deepEqual([improved.value, improved.error], ["100.0 %", "± 1.0 %"]); // three in n
});

test("a live row has its mean of 1 / p only where its error can be judged", () => {
  const rows = standInRows();
  const live = { ...rows[4], w: 2.2, live: true, distances: [], particles: 1500 };
  assert.equal(byKey(rowReadouts(makeHeader(rows), live)).mean_reciprocal.value, "1.763");
  const read = byKey(rowReadouts(makeHeader(rows), { ...live, mean_reciprocal: null, se_reciprocal: null, tail: undefined }));
  assert.deepEqual([read.mean_reciprocal.value, read.mean_reciprocal.kind, read.mean_reciprocal.number], ["not estimated live", "not estimable", null]);
  assert.equal(read.improved.value, "89.4 %");
});
