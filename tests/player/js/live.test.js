// The live engine around its arithmetic, which tests/player/test_live_agreement.py holds against Python.

import test from "node:test";
import assert from "node:assert/strict";
import { Answerer } from "../../../gdviz/player/web/live/answer.js";
import { createState } from "../../../gdviz/player/web/state.js";
import { LiveEngine } from "../../../gdviz/player/web/live/client.js";
import { run } from "../../../gdviz/player/web/live/engine.js";
import { buildLevels, momentAt, signalKept, stepBeta } from "../../../gdviz/player/web/live/levels.js";
import { LiveW } from "../../../gdviz/player/web/live/follow.js";
import { liveModel } from "../../../gdviz/player/web/live/model.js";
import { composeNoise } from "../../../gdviz/player/web/live/noise.js";
import { meanOf, spreadOf } from "../../../gdviz/player/web/live/rows.js";
import { liveCoverage, liveRequest, liveScene } from "../../../gdviz/player/web/live/scene.js";

const EYE = [[1, 0], [0, 1]];
const EXPERIMENT = {
  target: { kind: "gaussian_mixture", components: [{ mean: [-0.4, 0], covariance: EYE, label: "a" }, { mean: [0.4, 0], covariance: EYE, label: "b" }] },
  guidance: { kind: "cfg", label: "b" }, sampler: { kind: "ddpm", steps: 40, levels: { kind: "logit" } }, seed: 0, frames: 8,
};
const NOTHING = { absent: "nothing given" };

function normals(count) { // Box and Muller on a linear congruence: the same at every run
  let state = 1;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
}
const noiseOf = ({ seed, d, particles, steps }) => ({ seed, d, particles, steps, values: normals((steps + 1) * particles * d) });

test("increments over two steps are those of the two, weighted as in Python, with unit variance", () => {
  const levels = buildLevels({ kind: "logit" }, 4);
  const noise = noiseOf({ seed: 0, d: 1, particles: 2000, steps: 4 });
  const composed = composeNoise(noise, levels, [0, 2, 4]);
  const [first, second] = [momentAt(levels, 0), momentAt(levels, 1)];
  const [u, v] = [stepBeta(first), signalKept(first) * stepBeta(second)];
  for (let n = 0; n < 5; n++) {
    const expected = Math.sqrt(u / (u + v)) * noise.values[2000 + n] + Math.sqrt(v / (u + v)) * noise.values[4000 + n];
    assert.ok(Math.abs(composed[2000 + n] - expected) < 1e-6);
    assert.equal(composed[n], noise.values[n]);
  }
  const variance = composed.subarray(2000, 4000).reduce((sum, z) => sum + z * z, 0) / 2000;
  assert.ok(Math.abs(variance - 1) < 5 * Math.sqrt(2 / 2000));
});

test("one step a frame follows the run of every step, to first order in the frames' distance", () => {
  const off = [15, 30].map((frames) => {
    const model = liveModel({ ...EXPERIMENT, sampler: { ...EXPERIMENT.sampler, steps: 120 }, frames }, NOTHING);
    const noise = noiseOf({ seed: 0, d: 2, particles: 200, steps: 120 });
    const [fine, coarse] = [false, true].map((one) => run(model, noise, 1, one));
    assert.equal(fine.frames.length, coarse.frames.length);
    return fine.ends.map((x, i) => Math.abs(x - coarse.ends[i])).sort()[200]; // the median
  });
  assert.ok(off[0] / off[1] > 1.4 && off[0] / off[1] < 3, `half the distance halves what they are off: ${off}`);
});

test("what is not covered says why, as a clause", () => {
  const absent = (change, given = NOTHING) => liveModel({ ...EXPERIMENT, ...change }, given).absent;
  assert.ok(/the sampler 'heun' is not among/.test(absent({ sampler: { kind: "heun", steps: 40 } })));
  assert.ok(/500 steps are more than 400/.test(absent({ sampler: { kind: "ddpm", steps: 500 } })));
  assert.ok(/the guidance 'apg'/.test(absent({ guidance: { kind: "apg", label: "b" } })));
  assert.ok(/no component is labelled 'z'/.test(absent({ guidance: { kind: "cfg", label: "z" } })));
  assert.ok(/not exact but 'network'/.test(absent({ score: { kind: "network" } })));
  assert.ok(/kind 'spiral' is built by the server/.test(absent({ target: { kind: "spiral" } }, { experiment: EXPERIMENT })));
  const grows = { kind: "exp", of: { kind: "quadratic", center: [0, 0], curvature: -3 } };
  assert.ok(/the mean of the reward is infinite/.test(absent({ guidance: { kind: "reward", reward: grows } })));
});

test("a tail that is too heavy has no error, a light one has", () => {
  const light = Float64Array.from(normals(1500), (z) => 5 + z), heavy = Float64Array.from(normals(1500), (z) => Math.exp(4 * z));
  assert.ok(Math.abs(meanOf(light).se - 1 / Math.sqrt(1500)) < 0.1 / Math.sqrt(1500));
  assert.equal(meanOf(heavy).se, null);
  assert.ok(meanOf(heavy).value > 0);
  assert.equal(meanOf(new Float64Array(30).fill(2)).se, 0);
});

test("the spread of four corners", () => {
  const { value } = spreadOf([[1, 1], [-1, 1], [1, -1], [-1, -1]]);
  assert.equal(value, Math.sqrt(8 / 3));
});

// ---- the engine on the page
function engineWith(answers) {
  const posted = [], shown = [], problems = [];
  const engine = new LiveEngine({ base: "http://gdviz.invalid/", onResult: (result) => shown.push(result), onProblem: (words) => problems.push(words) });
  engine.start = () => ({ postMessage: (job) => posted.push(job), terminate() {} });
  return { engine, posted, shown, problems, answer: (id, rest = answers) => engine.received({ id, result: rest }) };
}

test("the newest request wins: those between are never sent, and a late answer is not shown", () => {
  const { engine, posted, shown, answer } = engineWith({ rows: [] });
  for (const w of [1, 1.1, 1.2, 1.3]) engine.ask({ w });
  assert.deepEqual(posted.map((job) => job.request.w), [1]);
  answer(1);
  assert.deepEqual(posted.map((job) => job.request.w), [1, 1.3]);
  assert.equal(shown.length, 1);
  engine.stop();
  answer(2);
  assert.equal(shown.length, 1);
});

test("a whole answer gives way to a newer request at once", () => {
  const { engine, posted } = engineWith({});
  engine.ask({ w: 1, whole: true });
  engine.ask({ w: 2 });
  assert.deepEqual(posted.map((job) => [job.request.w, job.coarse]), [[1, false], [2, true]]);
  engine.stop();
});

test("without a worker the page is told that live needs the server", () => {
  const problems = [];
  new LiveEngine({ base: "", onResult() {}, onProblem: (words) => problems.push(words) }).ask({ w: 1 });
  assert.deepEqual(problems, ["live needs the server"]);
});

function followed(server, header = {}) {
  const state = createState(), arranged = [];
  const scene = { ...computedScene(true), header: { ...computedScene(true).header, live: {}, ...header } };
  state.scenes = [scene];
  const follow = new LiveW(state, { arrange: () => arranged.push(state.w), redraw() {} });
  follow.enter(scene, server);
  if (follow.engine) follow.engine.start = () => ({ postMessage() {}, terminate() {} });
  return { state, follow, scene, arranged };
}

test("w is free where the scene is covered and a server is there, else the player says why", () => {
  assert.deepEqual(followed("http://gdviz.invalid/").state.live, { on: true, why: "", scene: null });
  assert.equal(followed(null).state.live.why, "live needs the server");
  assert.equal(followed("http://gdviz.invalid/", { live: { absent: "the scores are not exact" } }).state.live.why, "the scores are not exact");
  assert.ok(/made before/.test(followed("http://gdviz.invalid/", { live: undefined }).state.live.why));
});

test("an answer is shown while its w is asked for; a computed w shows the server's paths; a refusal snaps to one", async () => {
  const { state, follow, scene } = followed("http://gdviz.invalid/");
  state.w = 1.4;
  follow.follow();
  const live = liveScene(scene, await answered({ w: 1.4 }));
  follow.show(live);
  assert.equal(state.live.scene, live);
  state.w = 1;
  follow.follow();
  assert.equal(state.live.scene, null);
  follow.show(live);
  assert.equal(state.live.scene, null);
  state.w = 1.4;
  follow.refuse("the server did not answer");
  assert.deepEqual([state.w, state.live.on, state.live.why], [1, false, "the server did not answer"]);
});

// ---- answers and their scenes
const now = { overtaken: () => false, pause: async () => {} };
const quantisation = { low: [-8, -8], step: [16 / 4094, 16 / 4094] };
const particles = 300;

function computedScene(reliable) {
  const rows = [0, 1, 2].map((w) => ({ w, particles: 2000, nonfinite: 0, se_reward: 0.01, mean_reciprocal: 2, se_reciprocal: reliable ? 0.1 : null }));
  const header = { id: "s", experiment: EXPERIMENT, live: NOTHING, rows, w: [0, 1, 2], order: [0, 1, 2], extent: [-4, 4, -4, 4], steps_total: 40 };
  return { header, id: "s", w: [0, 1, 2], d: 2, particles, low: quantisation.low, step: quantisation.step, row: (k) => rows[k], grids: [], grid: () => null,
    law: null, arrows: null, codes: () => new Int16Array(particles * 2) };
}

async function answered(change = {}) {
  const request = { experiment: EXPERIMENT, given: NOTHING, w: 1.5, particles, quantisation, ...change };
  return new Answerer(async (of) => noiseOf(of)).answer(request, false, now.overtaken, now.pause);
}

test("an answer has both runs, and its scene draws them at 0 and w", async () => {
  const result = await answered();
  const scene = liveScene(computedScene(true), result);
  assert.deepEqual(scene.w, [0, 1.5]);
  assert.equal(scene.codes(1).length, scene.frames * particles * 2);
  assert.ok(scene.codes(1).some((code, i) => code !== scene.codes(0)[i]));
  const row = scene.row(1);
  assert.ok(row.live && row.mean_reward > scene.row(0).mean_reward && row.se_reward > 0 && row.improved > 0.5 && row.se_improved > 0);
  assert.equal(scene.header.logReward(1).length, particles);
  const below = liveScene(computedScene(true), await answered({ w: -0.5 }));
  assert.deepEqual([below.w, below.row(0).w, below.row(1).w], [[-0.5, 0], -0.5, 0]);
});

test("a mean of 1 / p is live only where the computed ones beside it are reliable", async () => {
  const result = await answered();
  assert.ok(result.rows[1].se_reciprocal > 0, "this sample looks light");
  assert.ok(liveScene(computedScene(true), result).row(1).mean_reciprocal > 1);
  assert.equal(liveScene(computedScene(false), result).row(1).mean_reciprocal, null);
  assert.equal(liveScene(computedScene(true), result, EXPERIMENT).row(1).mean_reciprocal, null, "nobody has judged an edited law");
});

test("fields come with an edited scene: densities add up, the aim of the push is a law", async () => {
  const { grids } = await answered({ extent: [-6, 6, -6, 6] });
  const found = new Map(grids.map((grid) => [grid.name, grid]));
  assert.deepEqual([...found.keys()], ["density", "class:a", "class:b", "goal:conditional"]);
  const mass = (name) => found.get(name).values.reduce((a, b) => a + b, 0) * (12 / 95) ** 2;
  assert.ok(Math.abs(mass("density") - 1) < 1e-3 && Math.abs(mass("class:a") - 0.5) < 1e-3 && Math.abs(mass("goal:conditional") - 1) < 1e-3);
});

test("another noise than the scene's is refused", async () => {
  await assert.rejects(answered({ start: new Int16Array(2 * particles) }), /not the one that this scene was made with/);
});

test("a request of a scene asks for its own particles, start and quantisation", () => {
  const request = liveRequest(computedScene(true), 1.25);
  assert.deepEqual([request.w, request.particles, request.extent, request.start.length], [1.25, particles, null, 2 * particles]);
  assert.deepEqual(liveRequest(computedScene(true), 1, EXPERIMENT).extent, [-4, 4, -4, 4]);
  assert.equal(liveRequest(computedScene(true), 1, { ...EXPERIMENT, seed: 1 }).start, null);
  assert.equal(liveCoverage(computedScene(true)).absent, "nothing given");
});
