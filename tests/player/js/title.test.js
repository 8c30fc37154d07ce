import assert from "node:assert/strict";
import test from "node:test";

import { panelWords } from "../../../gdviz/player/web/title.js";
import { makeRow, rewardHeader } from "./rows.js";

function sceneOf(kind, name) {
  const header = rewardHeader([makeRow(0), makeRow(2)], kind);
  const laws = { ...header.laws, unguided_title: "no guidance (w = 0): samples p(x)" };
  return { particles: 1500, header: { ...header, laws, experiment: { guidance: { kind: "reward", ...(name ? { name } : {}) } } } };
}

for (const [kind, name, w, words] of [
  ["reward", null, 2, "led toward high reward"],
  ["reward", "far out", 2, "led toward high reward “far out”"],
  ["reward", "far out", -1, "led away from high reward “far out”"],
  ["cost", null, 2, "led toward low cost"],
  ["cost", "far out", 2, "led toward low 1 / “far out”"],
]) {
  test(`a title ${name ? "with the reward's name" : "without a name"}, ${kind} at w = ${w}`, () => {
    assert.equal(panelWords(sceneOf(kind, name), w), `1,500 dots ${words}, w = ${w < 0 ? "−" : ""}${Math.abs(w)}`);
  });
}
