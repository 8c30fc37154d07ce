import assert from "node:assert/strict";
import test from "node:test";

import { decodeView, defaultView, encodeView, resolveOverlays } from "../../../gdviz/player/web/view.js";

test("what was not chosen is not in the address", () => {
  assert.equal(encodeView(defaultView()), "");
  assert.equal(encodeView({ ...defaultView(), w: 0, frame: 0 }), "w0*f0");
  for (const nothing of ["", null, undefined]) assert.deepEqual(decodeView(nothing), defaultView());
});

test("an address gives back the view that wrote it", () => {
  const view = {
    w: -2.5, frame: 40, speed: 0.5, readout: "log_snr", present: true, pins: [{ id: "a_b_c", w: 3 }, { id: "9f", w: null }],
    overlays: { trails: "many", base: true, push: false, sum: true, field: "none", contours: "goal:tilted", law: false, colour: "class" },
  };
  assert.deepEqual(decodeView(encodeView(view)), view);
  for (const trails of ["off", "few", "many"]) {
    const one = { ...defaultView(), overlays: { ...defaultView().overlays, trails } };
    assert.deepEqual(decodeView(encodeView(one)), one);
  }
});

for (const text of ["w*f*v", "wNaN*fInfinity*v", "z9*", "***", "px*p"]) {
  test(`what is not understood is left out: ${text}`, () => assert.deepEqual(decodeView(text), defaultView()));
}

test("speed stays between a quarter and four", () => {
  assert.equal(decodeView("v99").speed, 4);
  assert.equal(decodeView("v0").speed, 0.25);
});

test("automatic overlays are what the scene carries", () => {
  const auto = defaultView().overlays;
  const chosen = (names, d, overlays = auto) => {
    const { field, contours } = resolveOverlays(overlays, { d, grids: names.map((name) => ({ name })) });
    return [field, contours];
  };
  assert.deepEqual(chosen(["density", "class:a", "goal:conditional", "goal:powered"], 2), ["classes", "goal:conditional"]);
  assert.deepEqual(chosen(["density", "reward", "goal:tilted"], 2), ["reward", "goal:tilted"]);
  assert.deepEqual(chosen(["density", "class:a", "reward", "goal:tilted"], 2), ["reward", "goal:tilted"], "a reward that guides is shaded");
  assert.deepEqual(chosen(["density", "reward"], 1), ["reward", "density"]);
  assert.deepEqual(chosen(["density", "class:a"], 2, { ...auto, field: "none", contours: "none" }), ["none", "none"]);
});
