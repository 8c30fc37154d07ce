// How long the live engine takes a frame: `node benchmarks/live_engine.js`, called by benchmarks/live.py. Prints JSON.

import { positionCodes, run } from "../gdviz/player/web/live/engine.js";
import { liveModel } from "../gdviz/player/web/live/model.js";

const PARTICLES = 1500, REPEATS = 12, WARM = 4;

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

function experiment(components, atoms, steps) {
  const place = (k) => [3 * Math.cos(k), 3 * Math.sin(k) * (1 + k / components) / 2];
  const label = (k) => (k % 2 ? "a" : "b");
  const all = Array.from({ length: components }, (_, k) => k);
  return {
    target: atoms ? { kind: "points", points: all.map(place), labels: all.map(label), noise: 0.04 }
      : { kind: "gaussian_mixture", components: all.map((k) => ({ mean: place(k), covariance: [[0.4, 0.1], [0.1, 0.3]], label: label(k) })) },
    guidance: { kind: "cfg", label: "b" }, sampler: { kind: "ddpm", steps, levels: { kind: "logit" } }, frames: 60, seed: 0,
  };
}

// Median wall and CPU milliseconds of both panels, w = 0 and w = 2.
function measured(components, atoms, steps, coarse = false) {
  const model = liveModel(experiment(components, atoms, steps), { absent: "" });
  const noise = { seed: 0, d: 2, particles: PARTICLES, steps, values: Float32Array.from({ length: (steps + 1) * PARTICLES * 2 }, normal) };
  const times = Array.from({ length: REPEATS }, () => {
    const began = performance.now(), used = process.cpuUsage();
    for (const w of [0, 2]) positionCodes(run(model, noise, w, coarse).frames, 2, { low: [-8, -8], step: [0.004, 0.004] });
    const { user, system } = process.cpuUsage(used);
    return [performance.now() - began, (user + system) / 1000];
  }).slice(WARM);
  const [wall, cpu] = [0, 1].map((i) => times.map((one) => one[i]).sort((a, b) => a - b)[times.length >> 1]);
  return { components, atoms, steps, coarse, wall, cpu };
}

const CASES = [[2, false, 60], [8, false, 60], [16, false, 60], [8, false, 300], [8, false, 300, true], [180, true, 300, true], [500, true, 300, true]];
console.log(JSON.stringify(CASES.map((one) => measured(...one))));
