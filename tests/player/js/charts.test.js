import assert from "node:assert/strict";
import test from "node:test";

import { makeScaleW, paddedRange, roundTicks } from "../../../gdviz/player/web/chart_axes.js";
import { parseColour, THEMES } from "../../../gdviz/player/web/theme.js";

for (const [ws, symlog] of [[[0, 0.5, 1, 2, 5], false], [[0, 0.01, 1, 10], true], [[-10, -0.05, 0, 0.05, 10], true]]) {
  test(`the axis of w is ${symlog ? "logarithmic" : "straight"} for ${ws}`, () => {
    const scale = makeScaleW(ws);
    const places = ws.map(scale);
    assert.equal(scale.symlog, symlog);
    assert.ok(Math.abs(places[0]) < 1e-12 && Math.abs(places.at(-1) - 1) < 1e-12);
    assert.deepEqual(places, [...places].sort((a, b) => a - b));
    ws.forEach((w, i) => assert.ok(Math.abs(scale.at(places[i]) - w) < 1e-9));
  });
}

test("ticks are round and a range is never empty", () => {
  assert.deepEqual(roundTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(roundTicks(-3, 7, 5), [-2, 0, 2, 4, 6]);
  const [low, high] = paddedRange([2, 2]);
  assert.ok(low < 2 && high > 2);
  assert.deepEqual(paddedRange([0, 1], 0.1, 0, 1), [0, 1]);
});

test("both themes have the same colours, and no class takes one that has a meaning", () => {
  assert.deepEqual(Object.keys(THEMES.light), Object.keys(THEMES.dark));
  for (const { classes, none, guided, exact, reward } of Object.values(THEMES)) {
    assert.equal(new Set([...classes, none, guided, exact, reward]).size, 12);
  }
});

for (const [colour, rgb] of [["#0072b2", [0, 114, 178]], ["rgb(1, 2, 3)", [1, 2, 3]], ["rgba(10 20 30 / 0.5)", [10, 20, 30]]]) {
  test(`a colour is read: ${colour}`, () => assert.deepEqual(parseColour(colour), rgb));
}
