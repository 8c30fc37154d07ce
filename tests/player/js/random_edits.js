// Random sequences of what a hand can do, for Python to read: node random_edits.js SEED LENGTH < experiments.json > edited.json

import { readFileSync } from "node:fs";
import { addPoints, erasePoints, labelPoints, movePoints, pointsUnder } from "../../../gdviz/player/web/edit/brush.js";
import {
  addAt, draggedNumbers, duplicate, nextLabel, nudgedNumbers, relabel, remove, scaleAmount, scaleWidths, setNumbers,
} from "../../../gdviz/player/web/edit/changes.js";
import { pasteRows } from "../../../gdviz/player/web/edit/convert.js";
import { dimensionOf, thingsOf } from "../../../gdviz/player/web/edit/handles.js";
import { labelsOf } from "../../../gdviz/player/web/edit/labels.js";
import { beginStroke, goOn, withPicture } from "../../../gdviz/player/web/edit/painted.js";

const [seed, length] = process.argv.slice(2).map(Number);
let state = seed;

function random() { // a linear congruence: the same sequence everywhere
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];
const wild = () => pick([0, -0, 1e-12, 1e7, -1e7, NaN, Infinity, 0.1, 3, -3, 1e300, 5e-324, 45, 1e6]);
const near = () => (random() - 0.5) * pick([1, 10, 1e3]);

function onThing(experiment, thing, d) {
  const field = pick(thing.fields);
  const place = Array.from({ length: d }, near);
  const handle = thing.handles.length ? pick(thing.handles) : null;
  const ways = [
    () => setNumbers(experiment, thing, { [field.name]: random() < 0.5 ? wild() : near() }),
    () => scaleAmount(experiment, thing, pick([1.1, 0.5, 1e9, 1e-300])),
    () => scaleWidths(experiment, thing, pick([1.1, 0.5, 1e-4, 1e4])),
    () => addAt(experiment, thing, place),
    () => remove(experiment, thing),
    () => relabel(experiment, thing, pick(["", "a", "b", " new ", "x".repeat(80), "\ud800", "ü\u0000"])),
    () => nextLabel(experiment, thing),
    () => duplicate(experiment, thing, near()),
  ];
  if (handle) {
    const from = handle.at.map((v) => v + 0.01 * near());
    ways.push(() => setNumbers(experiment, thing, draggedNumbers(thing, handle, from, place, random() < 0.5, 1e-3)));
    ways.push(() => setNumbers(experiment, thing, nudgedNumbers(thing, handle, Math.round(near()), Math.round(near()), 0.05, random() < 0.5)));
  }
  return pick(ways)();
}

function onPoints(experiment, d) {
  const at = Array.from({ length: d }, near);
  const which = pointsUnder(experiment.target, pick(experiment.target.points), Math.abs(near()));
  return pick([
    () => addPoints(experiment, at, Math.abs(near()), pick([null, "a", "new"]), 1e-3),
    () => erasePoints(experiment, which),
    () => movePoints(experiment, which, Array.from({ length: d }, () => near() * pick([1, 1e5])), 1e-3),
    () => labelPoints(experiment, which, pick([null, ...labelsOf(experiment.target), "other"])),
  ])();
}

// A stroke of a few dabs, begun on a reward shown with any values.
function onReward(experiment, d, extent) {
  const [width, height] = d > 1 ? [3, 2] : [4, 1];
  const values = Float32Array.from({ length: width * height }, () => pick([0, 1e-30, 0.5, 1, 1, random(), 1e30]));
  const shown = random() < 0.1 ? null : { name: "reward", extent, width, height, values };
  const wide = extent.map((v) => v * pick([1, 1, 1e-3, 1e5]) + pick([0, 0, 1e6]));
  const begun = withPicture(experiment, shown, wide.every((v, k) => k % 2 === 0 || v > wide[k - 1]) ? wide : extent);
  if (begun.refused) return begun;
  const place = () => Array.from({ length: d }, near);
  const stroke = beginStroke(begun.experiment, place());
  let changed = begun;
  for (let k = 0; k < 3; k++) changed = goOn(stroke, place(), Math.abs(near()), random() * pick([1, -1]));
  return changed.refused ? { ...changed, experiment } : changed;
}

const given = JSON.parse(readFileSync(0, "utf-8"));
const edited = given.map((first) => {
  let experiment = first;
  const refused = [];
  for (let k = 0; k < length; k++) {
    const d = dimensionOf(experiment.target) ?? 2;
    const extent = d > 1 ? [-4, 4, -4, 4] : [-4, 4];
    const things = thingsOf(experiment, d, extent);
    const before = JSON.stringify(experiment);
    const paste = random() < 0.02;
    const paint = experiment.guidance.reward && random() < 0.1;
    const changed = paint ? onReward(experiment, d, extent) : paste ? pasteRows(experiment, d > 1 ? "x;y;label\n0,5;1;a\n−2;3;b" : "1 a\n2 b", d)
      : experiment.target.kind === "points" && (!things.length || random() < 0.7) ? onPoints(experiment, d) : things.length ? onThing(experiment, pick(things), d) : { experiment, refused: "" };
    if (JSON.stringify(experiment) !== before) throw new Error("a change wrote into the Experiment that was there");
    if (changed.refused) refused.push(changed.refused);
    if (changed.refused && changed.experiment !== experiment) throw new Error("a refused change was made");
    experiment = changed.experiment;
  }
  return { experiment, refused };
});
process.stdout.write(JSON.stringify(edited));
