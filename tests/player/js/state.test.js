import assert from "node:assert/strict";
import test from "node:test";

import { firstW, locateW, nearestIndex } from "../../../gdviz/player/web/motion.js";
import {
  chartSelection, createState, enterScenes, hasRoom, nextLetter, nextParticle, panelSpecs, pinCopy, positionOfW, rememberView, rowAt, wAtPosition,
  wBeside,
} from "../../../gdviz/player/web/state.js";

const THEME = { none: "blue", guided: "orange" };

function scene(id = "a", w = [-1, 0, 0.25, 0.5, 1, 4, 6], extent = [-4, 4, -4, 4]) {
  const rows = w.map((value) => ({ w: value }));
  return { id, w, d: extent.length / 2, frames: 30, particles: 5, row: (k) => rows[k], header: { order: w.map((_, k) => k), extent } };
}

function opened(loaded = [scene()], wanted = null) {
  const state = { ...createState(), scenes: loaded, wanted };
  enterScenes(state, loaded);
  return state;
}

test("a w between close neighbours is interpolated, between others it is the nearest", () => {
  const one = scene();
  assert.deepEqual(locateW(one, 0.375), { k: 2, next: 3, mix: 0.5, w: 0.375, interpolated: true });
  for (const [w, found] of [[0.25, 0.25], [2.4, 1], [2.6, 4], [99, 6], [-99, -1]]) {
    assert.equal(locateW(one, w).w, found);
    assert.equal(locateW(one, w).interpolated, false);
  }
  assert.equal(rowAt(one, 0.375), null);
  assert.equal(rowAt(one, 4).w, 4);
});

test("the w shown first is near 2, or what was asked for", () => {
  assert.equal(firstW(scene()), 1);
  assert.equal(firstW(scene("a", [0])), 0);
  assert.equal(opened().w, 1);
  assert.equal(opened([scene()], 5.2).w, 6);
  assert.equal(nearestIndex(scene(), 5), 5); // a tie goes to the first
});

test("what was asked for outlives a preview with fewer w", () => {
  const state = opened([scene("preview", [0, 4])], 6);
  assert.equal(state.w, 4);
  state.scenes = [scene("full")];
  enterScenes(state, state.scenes);
  assert.equal(state.w, 6);
});

test("a slider position near a computed w is that w, and on release it snaps", () => {
  const one = scene();
  assert.equal(wAtPosition(one, 2.5, false), 0.375);
  assert.equal(wAtPosition(one, 2.11, false), 0.25);
  assert.equal(wAtPosition(one, 4.3, false), 1); // 1 and 4 are too far apart
  assert.equal(wAtPosition(one, 2.6, true), 0.5);
  assert.equal(wAtPosition(one, 6, false), 6);
});

test("stepping through w stops at the ends", () => {
  const one = scene();
  assert.deepEqual([wBeside(one, 0, 1), wBeside(one, 6, 1), wBeside(one, -1, -3), wBeside(one, 0.25, 3)], [0.25, 6, -1, 4]);
});

test("particles are walked through in a round", () => {
  assert.deepEqual([nextParticle(null, 1, 5), nextParticle(4, 1, 5), nextParticle(0, -1, 5), nextParticle(3, 0, 5)], [0, 0, 4, null]);
});

test("no guidance, the slider's w, then the copies with their letters", () => {
  const state = opened();
  const shown = () => panelSpecs(state, THEME).map(({ w, letter, colour }) => [w, letter, colour]);
  assert.deepEqual(shown(), [[0, "", "blue"], [1, "", "orange"]]);
  assert.equal(nextLetter(state), "B");
  assert.ok(pinCopy(state));
  state.pinned[0].w = null;
  assert.ok(pinCopy(state));
  assert.ok(!pinCopy(state) && !hasRoom(state));
  state.w = 4;
  assert.deepEqual(shown(), [[0, "", "blue"], [4, "A", "orange"], [4, "B", "orange"], [1, "C", "orange"]]); // B follows, C stays
  state.pinned[1].w = 0;
  assert.equal(shown()[3][2], "blue");
});

test("only w = 0 leaves one panel", () => {
  const state = opened([scene("a", [0])]);
  assert.equal(panelSpecs(state, THEME).length, 1);
  assert.equal(chartSelection(panelSpecs(state, THEME), state.scenes).length, 1);
});

test("clouds share their axes, lines keep their own", () => {
  const plane = opened([scene("a"), scene("b", [0, 1], [-1, 6, -2, 2])]);
  for (const spec of panelSpecs(plane, THEME)) assert.deepEqual(spec.extent, [-4, 6, -4, 4]);
  const line = opened([scene("a", [0, 1], [-4, 4]), scene("b", [0, 1], [-1, 6])]);
  assert.deepEqual(panelSpecs(line, THEME).map((spec) => spec.extent), [[-4, 4], [-4, 4], [-1, 6]]);
});

test("further scenes become panels, go with the next ones, and stay out of the address", () => {
  const state = opened([scene("a"), scene("b")]);
  pinCopy(state);
  rememberView(state, { playing: false, progress: 0.5 });
  assert.deepEqual([state.view.w, state.view.frame, state.view.pins], [1, 15, [{ id: "a", w: 1 }]]);
  state.scenes = [scene("c")];
  enterScenes(state, state.scenes);
  assert.deepEqual(state.pinned.map((pin) => pin.scene.id), ["a"]);
  rememberView(state, { playing: true, progress: 0.5 });
  assert.equal(state.view.frame, null);
});

test("the charts hold A against the first copy, or else against no guidance", () => {
  const state = opened();
  const order = () => chartSelection(panelSpecs(state, THEME), state.scenes).map(({ w, primary }) => [w, primary]);
  assert.deepEqual(order(), [[1, true], [0, false]]);
  pinCopy(state);
  state.w = 4;
  assert.deepEqual(order(), [[4, true], [1, false], [0, false]]);
});

test("where every w can be had live the slider is continuous, and still snaps to a computed w it is on", () => {
  const one = scene();
  assert.equal(wAtPosition(one, 4.5, true, true), 2.5);
  assert.equal(wAtPosition(one, 4.02, true, true), 1);
  for (const w of [-1, -0.3, 0, 0.4, 2.5, 6]) assert.ok(Math.abs(wAtPosition(one, positionOfW(one, w), false, true) - w) < 1e-9);
  assert.deepEqual([wBeside(one, 2.5, 1), wBeside(one, 2.5, -1), wBeside(one, 6, 1)], [4, 1, 6]);
  const state = { ...createState(), scenes: [one], wanted: 2.5 };
  state.live.on = true;
  enterScenes(state, [one]);
  assert.equal(state.w, 2.5);
});

test("a live scene takes the guided panel, and the charts stay those of the scene it is of", () => {
  const state = opened();
  const live = { ...scene("a:live", [0, 2.5]), of: state.scenes[0] };
  state.live.scene = live;
  const specs = panelSpecs(state, THEME);
  assert.deepEqual(specs.map((spec) => [spec.scene.id, spec.w]), [["a", 0], ["a:live", 2.5]]);
  const [guided] = chartSelection(specs, [state.scenes[0]]);
  assert.deepEqual([guided.scene, guided.w, guided.wIndex, guided.live], [0, 2.5, 1, live.header]);
});
