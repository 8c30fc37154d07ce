import assert from "node:assert/strict";
import test from "node:test";

import { areaOf, SHAPES, shapeStamp } from "../../../gdviz/player/web/shapes.js";
import { THEMES } from "../../../gdviz/player/web/theme.js";

const RADIUS = 1.7 * 1.45 * 1.15; // of a scene of 1,500 particles, at one pixel a point: the smallest but one

/** Ink of a stamp at its first sub-pixel place, by pixel. */
function inkOf(stamp) {
  const ink = new Map();
  for (let m = 0; m < stamp.masks[0].length; m += 3) ink.set(`${stamp.masks[0][m]},${stamp.masks[0][m + 1]}`, stamp.masks[0][m + 2]);
  return ink;
}

/** The share of ink in which two stamps differ, both laid on the same place. */
function apart(one, other) {
  const [a, b] = [inkOf(one), inkOf(other)];
  let [differ, all] = [0, 0];
  for (const at of new Set([...a.keys(), ...b.keys()])) {
    differ += Math.abs((a.get(at) ?? 0) - (b.get(at) ?? 0));
    all += (a.get(at) ?? 0) + (b.get(at) ?? 0);
  }
  return differ / all;
}

test("every class colour has a shape of its own, all of the disc's area", () => {
  assert.equal(SHAPES.length, THEMES.light.classes.length);
  for (const corners of SHAPES) assert.ok(Math.abs(areaOf(corners) - Math.PI) < 1e-9);
});

/** The length of an outline. */
function around(corners) {
  return corners.reduce((sum, [x, y], i) => sum + Math.hypot(x - corners[(i + 1) % corners.length][0], y - corners[(i + 1) % corners.length][1]), 0);
}

test("stamps of a dot's size cover as much as their shape and differ from each other", () => {
  const stamps = SHAPES.map((_, i) => shapeStamp(i, RADIUS));
  stamps.forEach(({ masks }, i) => {
    assert.equal(masks.length, 16);
    for (const mask of masks) {
      const ink = mask.reduce((sum, v, i) => sum + (i % 3 === 2 ? v : 0), 0);
      const most = around(SHAPES[i]) * RADIUS * (1 / 8) + 0.02 * mask.length / 3; // half a sample along the outline, and what is left out as too faint
      assert.ok(Math.abs(ink - Math.PI * RADIUS ** 2) < most, `${i}: ${ink}`);
    }
  });
  for (let i = 0; i < stamps.length; i++) for (let j = 0; j < i; j++) assert.ok(apart(stamps[i], stamps[j]) > 0.09, `${i} and ${j}: ${apart(stamps[i], stamps[j])}`);
});

test("a hollow shape has a rim and nothing inside", () => {
  for (let i = 0; i < SHAPES.length; i++) {
    const hollow = inkOf(shapeStamp(i, 6, 1)), whole = inkOf(shapeStamp(i, 6));
    assert.ok((hollow.get("0,0") ?? 0) === 0 && whole.get("0,0") === 1);
    assert.ok(hollow.size < whole.size);
  }
});
