// Runs live models of Experiments and writes their paths: `node live_paths.js job.json`. The Python side is tests/player/live_node.py.

import { readFileSync, writeFileSync } from "node:fs";
import { run } from "../../../gdviz/player/web/live/engine.js";
import { liveModel } from "../../../gdviz/player/web/live/model.js";

for (const { experiment, given, noise, particles, w, out } of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const model = liveModel(experiment, given);
  if ("absent" in model) throw new Error(`${JSON.stringify(experiment)}: ${model.absent}`);
  const bytes = readFileSync(noise);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const paths = w.map((one) => run(model, { seed: 0, d: model.d, particles, steps: model.levels.steps, values }, one));
  writeFileSync(out, Buffer.concat(paths.map(({ frames }) => Buffer.from(frames.buffer))));
}
