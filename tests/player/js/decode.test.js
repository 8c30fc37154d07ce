import assert from "node:assert/strict";
import test from "node:test";

import { decodeScene, splitScene } from "../../../gdviz/player/web/decode.js";
import { sceneSources } from "../../../gdviz/player/web/load.js";
import { locateW, particlePositions, particleTrack } from "../../../gdviz/player/web/motion.js";
import { EXPECTED, PACKED } from "./packed.js";

const bytes = () => Uint8Array.from(atob(PACKED), (c) => c.charCodeAt(0));

// Equal to six digits; Python's null is NaN here.
function near(found, expected, name) {
  const flat = expected.flat(Infinity);
  assert.equal(found.length, flat.length);
  flat.forEach((value, i) => {
    const close = value === null ? Number.isNaN(found[i]) : Math.abs(found[i] - value) <= 2e-5 * Math.max(1, Math.abs(value));
    assert.ok(close, `${name}[${i}]: found ${found[i]}, not ${value}`);
  });
}

test("what Python packed is read", async () => {
  const scene = await decodeScene(bytes());
  assert.deepEqual([scene.id, scene.d, scene.frames, scene.particles, scene.header.title], ["packed", 2, 4, 5, "packed"]);
  assert.deepEqual(scene.w, EXPECTED.w);
  near(scene.grid("density").values, EXPECTED.density, "density");
  near(scene.grid("reward").values, EXPECTED.reward, "reward");
  assert.deepEqual([scene.grid("density").width, scene.grid("density").height, scene.grid("nothing")], [8, 6, null]);
  scene.w.forEach((w, k) => {
    assert.equal(scene.row(k).w, w);
    assert.deepEqual([...scene.finalClass(k)], EXPECTED.finalClass[k]);
  });
  scene.header.w.forEach((_, row) => near(scene.header.logReward(row), EXPECTED.logReward[row], "log reward"));
});

test("positions at the frames are those of Python, between them they lie between", async () => {
  const scene = await decodeScene(bytes());
  scene.w.forEach((w, k) => {
    for (const frame of [0, 2, 3]) { // in frame 1 the particle that is lost in frame 2 is hidden already
      near(particlePositions(scene, locateW(scene, w), frame, 5, new Float32Array(10)), EXPECTED.paths[k][frame], `w = ${w}, frame ${frame}`);
    }
  });
  const between = particlePositions(scene, locateW(scene, 0), 1.25, 5, new Float32Array(10));
  const [before, after] = EXPECTED.paths[0].slice(1, 3).map((frame) => frame.flat());
  near(between, before.map((v, i) => 0.75 * v + 0.25 * after[i]), "between");
  const track = particleTrack(scene, locateW(scene, 3), 1, 3);
  near(track.flat(), EXPECTED.paths[2].map((frame) => frame[1]), "track");
});

test("arrows and the guided law keep their scales", async () => {
  const scene = await decodeScene(bytes());
  const { shape, base, baseScale, push, pushScale } = scene.arrows;
  assert.deepEqual(shape, [4, 20, 20, 2]);
  const at = (array, scale, f) => [0, 1].map((c) => array[((f * 20 + 3) * 20 + 4) * 2 + c] * scale[f]);
  for (let f = 0; f < 4; f++) {
    near(at(base, baseScale, f), EXPECTED.base[f], "base");
    near(at(push, pushScale, f), EXPECTED.push[f], "push");
  }
  scene.w.forEach((_, k) => near(scene.law.log(k).map(Math.exp), EXPECTED.law[k], "law"));
});

test("bytes that are no scene are told in one sentence", async () => {
  await assert.rejects(decodeScene(bytes().subarray(0, -50)), /The animation could not be read: the scene is cut short\./);
  assert.throws(() => splitScene(new TextEncoder().encode("<!doctype html>")), /found 15 bytes that are not a scene/);
  const header = new TextEncoder().encode('{"format":9}');
  await assert.rejects(decodeScene(new Uint8Array([header.length, 0, 0, 0, ...header])), /has format 9; this player reads formats 1 to 3/);
});

test("a scene is given as bytes or as sources", () => {
  const whole = bytes();
  for (const given of [whole, whole.buffer, new DataView(whole.buffer)]) {
    const [source] = sceneSources(given);
    assert.equal(source.id, "packed");
    assert.equal(source.bytes.length, whole.length);
  }
  const sources = [{ id: "a", url: "scene/a" }];
  assert.equal(sceneSources(sources), sources);
});
