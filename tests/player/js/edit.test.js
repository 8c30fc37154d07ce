import assert from "node:assert/strict";
import test from "node:test";

import { addPoints, erasePoints, labelPoints, movePoints, pointsUnder } from "../../../gdviz/player/web/edit/brush.js";
import { getAt, misfit, parseNumber, setAt, tidy } from "../../../gdviz/player/web/edit/change.js";
import { addAt, draggedNumbers, nextLabel, nudgedNumbers, relabel, remove, scaleAmount, setNumbers } from "../../../gdviz/player/web/edit/changes.js";
import { convertTarget, offersOf, parseRows, pasteRows } from "../../../gdviz/player/web/edit/convert.js";
import { axisAngle, eigen, matrixOf, unit } from "../../../gdviz/player/web/edit/ellipse.js";
import { editedGrids } from "../../../gdviz/player/web/edit/fields.js";
import { fittedExtent } from "../../../gdviz/player/web/edit/fit.js";
import { thingsOf } from "../../../gdviz/player/web/edit/handles.js";
import { canRedo, canUndo, editKey, present, record, startHistory, travel } from "../../../gdviz/player/web/edit/history.js";
import { beginStroke, goOn, paintedFunction, picturePath, readPicture, withPicture, writeRows } from "../../../gdviz/player/web/edit/painted.js";
import { rewardFunction } from "../../../gdviz/player/web/edit/reward_field.js";

const EXTENT = [-4, 4, -4, 4];
const SCENE = {
  target: {
    kind: "gaussian_mixture",
    components: [
      { weight: 1, mean: [-1, 0], covariance: [[0.5, 0.2], [0.2, 0.4]], label: "a" },
      { weight: 2, mean: [1, 0.5], covariance: [[0.25, 0], [0, 0.25]], label: "b" },
    ],
  },
  guidance: { kind: "cfg", label: "b" }, measure: null, w: [0, 1],
};
const things = (experiment = SCENE, d = 2) => thingsOf(experiment, d, d > 1 ? EXTENT : [-4, 4]);
const reward = (of) => ({ ...SCENE, guidance: { kind: "reward", form: "reward", reward: of } });
const near = (a, b, gap = 1e-9) => assert.ok(Math.abs(a - b) <= gap, `${a} is not ${b}`);
const handle = (thing, name) => thing.handles.find((one) => one.name === name);

test("a symmetric matrix is two widths and an angle, there and back", () => {
  for (const matrix of [[[0.5, 0.2], [0.2, 0.4]], [[1, 0], [0, 9]], [[9, 0], [0, 1]], [[2, -1.5], [-1.5, 2]], [[1, 0.5], [0.5, -1]]]) {
    const { values, angle } = eigen(matrix);
    assert.ok(angle >= -45 && angle <= 45);
    matrixOf(values, angle).flat().forEach((v, i) => near(v, matrix.flat()[i]));
  }
  assert.deepEqual(eigen([[3, 0], [0, 3]]), { values: [3, 3], angle: 0 });
  assert.deepEqual([unit(90), unit(-180), unit(360)], [[0, 1], [-1, 0], [1, 0]]);
  assert.deepEqual([axisAngle(90), axisAngle(-90), axisAngle(135), axisAngle(180)], [90, 90, -45, 0]);
});

test("numbers from outside are read as numbers and nothing else", () => {
  for (const [text, value] of [["1.5", 1.5], [" −2 ", -2], ["0,5", 0.5], ["1e-3", 0.001], [".5", 0.5], ["3.", 3]]) assert.equal(parseNumber(text), value);
  for (const text of ["", "1 2", "0x10", "1,000,000", "=1+1", "Infinity", "nan", "1e", "--1"]) assert.ok(Number.isNaN(parseNumber(text)), text);
  assert.equal(tidy(0.30000000000000004, 0.1), 0.3);
  assert.equal(misfit({ name: "w", label: "weight", step: "amount", above: 0, high: 10 }, 0), "weight: found 0; it must be above 0 and at most 10.");
});

test("a place in an Experiment is set without touching what was there", () => {
  const next = setAt(SCENE, ["target", "components", 1, "label"], "c");
  assert.equal(next.target.components[1].label, "c");
  assert.equal(SCENE.target.components[1].label, "b");
  assert.equal(next.target.components[0], SCENE.target.components[0]);
});

test("parts have names, colours and handles", () => {
  const [a, b] = things();
  assert.deepEqual([a.id, a.name, a.colour, b.name, b.colour], ["target.components.0", "a", 0, "b", 1]);
  assert.deepEqual(b.handles.map(({ name }) => name), ["centre", "width", "across", "angle", "weight"]);
  assert.deepEqual(b.numbers, { x: 1, y: 0.5, weight: 2, width: 0.5, width2: 0.5, angle: 0 });
  const line = { ...SCENE, target: { kind: "gaussian_mixture", components: [{ mean: [2], covariance: [[4]], label: null }] } };
  assert.deepEqual(things(line, 1)[0].handles.map(({ name, at }) => [name, at]), [["centre", [2]], ["width", [4]]]);
  assert.deepEqual(things({ ...SCENE, target: { kind: "moons" } }), []);
});

test("a centre follows the pointer, a width its pull along the axis, an angle its turn", () => {
  const [, b] = things();
  assert.deepEqual(draggedNumbers(b, handle(b, "centre"), [1.1, 0.5], [2.1, 1.5], false, 1e-3), { x: 2, y: 1.5 });
  assert.deepEqual(draggedNumbers(b, handle(b, "centre"), [1, 0.5], [2.1, 1.4], true, 1e-3), { x: 2, y: 1.5 }); // multiples of .25
  assert.deepEqual(draggedNumbers(b, handle(b, "width"), [2, 0.5], [3, 9], false, 1e-3), { width: 1 }); // drawn at two widths
  assert.deepEqual(draggedNumbers(b, handle(b, "width"), [2, 0.5], [-9, 0], true, 1e-3), { width: 0.25 }); // never 0
  assert.deepEqual(draggedNumbers(b, handle(b, "angle"), [2, 0.5], [1, 1.7], false, 1e-3), { angle: 90 });
  assert.deepEqual(draggedNumbers(b, handle(b, "angle"), [2, 0.5], [2, 1.4], true, 1e-3), { angle: 45 }); // 15 degrees
});

test("a weight slides along its track by its share, a height by its share of heights and floor", () => {
  const [, b] = things();
  const weight = handle(b, "weight");
  near(weight.share, 2 / 3);
  const [dx, dy] = weight.direction;
  assert.ok(dx < 0 && dy < 0); // away from the widths' handles
  const by = (share) => weight.at.map((v, i) => v + (share - 2 / 3) * weight.travel * weight.direction[i]);
  assert.deepEqual(draggedNumbers(b, weight, weight.at, by(0.5), false, 1e-3), { weight: 1 }); // as heavy as the other
  assert.deepEqual(draggedNumbers(b, weight, weight.at, by(0.74), true, 1e-3), { weight: 3 }); // 75 %
  assert.deepEqual(draggedNumbers(b, weight, weight.at, by(9), false, 1e-3), { weight: 199 });
  assert.deepEqual(nudgedNumbers(b, weight, 0, 1, 0.05, false), { weight: 2.09 });
  const moved = setNumbers(SCENE, b, draggedNumbers(b, weight, weight.at, by(0.5), false, 1e-3)).experiment;
  handle(things(moved)[1], "weight").at.forEach((v, i) => near(v, by(0.5)[i])); // it is under the pointer
  const bumps = reward({ kind: "bumps", bumps: [{ center: [0, 0] }], floor: 0.25 });
  const [, , bump] = things(bumps);
  near(handle(bump, "height").share, 0.8);
  const alone = reward({ kind: "bumps", bumps: [{ center: [0, 0] }] });
  assert.equal(handle(things(alone)[2], "height"), undefined); // its height changes nothing
});

test("keys move a handle by steps, ten at a time with Shift, and from grid point to grid point when it snaps", () => {
  const [a, b] = things();
  assert.deepEqual(nudgedNumbers(b, handle(b, "centre"), 1, 0, 0.05, false), { x: 1.05, y: 0.5 });
  assert.deepEqual(nudgedNumbers(b, handle(b, "width"), 0, 10, 0.05, false), { width: 1 });
  assert.deepEqual(nudgedNumbers(b, handle(b, "angle"), -1, 0, 0.05, true), { angle: -15 });
  const moved = setNumbers(SCENE, a, { x: -0.9 }).experiment;
  assert.deepEqual(nudgedNumbers(things(moved)[0], handle(a, "centre"), 1, 0, 0.05, true), { x: -0.75, y: 0 });
});

test("an angle is kept where both widths are the same, and typed numbers stay as typed", () => {
  const [, b] = things();
  const turned = setNumbers(SCENE, b, { angle: 30 }).experiment;
  assert.equal(things(turned)[1].numbers.angle, 30);
  const stretched = setNumbers(turned, things(turned)[1], { width: 1 }).experiment;
  const [[xx, xy]] = stretched.target.components[1].covariance;
  near(xx, 1 * 0.75 + 0.25 * 0.25);
  near(xy, 0.75 * Math.sin(Math.PI / 6) * Math.cos(Math.PI / 6));
});

test("what Python would refuse is refused in a sentence, and nothing is changed", () => {
  const [a] = things();
  for (const [changes, sentence] of [
    [{ x: NaN }, /^mean x: found no number; it must be at least −1000000 and at most 1000000\.$/],
    [{ width: 0 }, /^width: found 0; it must be at least 0\.0001/],
    [{ weight: -1 }, /^weight: found −1; it must be above 0/],
    [{ width: 900, width2: 0.001 }, /^found widths of 0\.001 and 900;/],
  ]) {
    const { experiment, refused } = setNumbers(SCENE, a, changes);
    assert.equal(experiment, SCENE);
    assert.ok(sentence.test(refused), refused);
  }
});

test("the guidance's label follows a label that is renamed or goes", () => {
  const [a, b] = things();
  assert.equal(relabel(SCENE, b, "new").experiment.guidance.label, "new");
  assert.equal(remove(SCENE, b).experiment.guidance.label, "a");
  assert.equal(relabel(SCENE, a, "b").experiment.guidance.label, "b");
  const both = relabel(SCENE, b, "").experiment; // b has gone, a is left
  assert.equal(both.guidance.label, "a");
  assert.ok(/nothing left with a label/.test(relabel(both, things(both)[0], "").refused));
  assert.ok(/at least one must stay/.test(remove(remove(SCENE, b).experiment, a).refused));
  assert.equal(nextLabel(SCENE, a).experiment.target.components[0].label, "b");
  const seen = { ...SCENE, guidance: { kind: "reward", reward: { kind: "sum", of: [{ kind: "class_probability", label: "b" }] } } };
  assert.equal(relabel(seen, things(seen)[1], "c").experiment.guidance.reward.of[0].label, "c");
});

test("parts are added beside the chosen one", () => {
  const [, b] = things();
  const { experiment, added } = addAt(SCENE, b, [0, 3]);
  assert.equal(added, "target.components.2");
  assert.deepEqual(experiment.target.components[2], { ...SCENE.target.components[1], mean: [0, 3] });
  const bumpy = reward({ kind: "bumps", bumps: [{ center: [1, 0], width: 0.5, height: 2 }], floor: 0.1 });
  const grown = addAt(bumpy, things(bumpy)[2], [0, 1]).experiment;
  assert.deepEqual(grown.guidance.reward.bumps[1], { center: [0, 1], width: 0.5, height: 2 });
  assert.ok(/made from it/.test(remove(reward({ kind: "exp", of: { kind: "linear", direction: [1, 0] } }), things(reward({ kind: "exp", of: { kind: "linear", direction: [1, 0] } }))[2]).refused));
});

test("every reward with a shape is read, moved and written", () => {
  const one = (of, d = 2) => thingsOf({ ...reward({ kind: "exp", of }), target: { kind: "moons" } }, d, d > 1 ? EXTENT : [-4, 4]);
  const change = (of, changes, d = 2) => setNumbers(reward({ kind: "exp", of }), one(of, d)[0], changes).experiment.guidance.reward.of;
  assert.deepEqual(change({ kind: "quadratic", center: [0, 0], curvature: 1 }, { width: 2 }), { kind: "quadratic", center: [0, 0], curvature: 0.25 });
  assert.deepEqual(change({ kind: "quadratic", center: [0, 0], curvature: [0, -2] }, { width2: 2 }).curvature, [0, -0.25]); // its sign stays
  change({ kind: "quadratic", center: [0, 0], curvature: [[4, 0], [0, 1]] }, { angle: 90 }).curvature.flat().forEach((v, i) => near(v, [1, 0, 0, 4][i]));
  assert.deepEqual(change({ kind: "ring_distance", center: [0, 0], radius: 2, width: 1 }, { x: 1, radius: 3 }), { kind: "ring_distance", center: [1, 0], radius: 3, width: 1 });
  assert.deepEqual(change({ kind: "half_plane", normal: [3, 0], offset: 1, sharpness: 4 }, { angle: 90, edge: 2 }), { kind: "half_plane", normal: [0, 1], offset: 1, sharpness: 2 });
  assert.deepEqual(change({ kind: "linear", direction: [1, 0] }, { y: 2 }), { kind: "linear", direction: [1, 2] });
  assert.deepEqual(change({ kind: "half_plane", normal: [-2], offset: 1 }, { offset: 2 }, 1), { kind: "half_plane", normal: [-2], offset: 2 });
  const [plane] = one({ kind: "half_plane", normal: [0, 1], offset: 1, sharpness: 4 });
  const turned = draggedNumbers(plane, handle(plane, "angle"), [0, 2], [1, 1], false, 1e-3); // about the edge's own point
  near(turned.angle, 0);
  near(turned.offset, 0);
  assert.equal(scaleAmount(reward({ kind: "bumps", bumps: [{ center: [0, 0] }] }), things(reward({ kind: "bumps", bumps: [{ center: [0, 0] }] }))[2], 1.1).experiment.guidance.reward.bumps[0].height, 1.1);
});

test("points are brushed in and out, moved and given a label", () => {
  const cloud = { ...SCENE, target: { kind: "points", points: [[0, 0], [1, 0], [3, 3]], labels: ["a", "b", null], weights: [1, 2, 3], noise: 0.1 } };
  assert.deepEqual(pointsUnder(cloud.target, [0.5, 0], 0.6), [0, 1]);
  const more = addPoints(cloud, [2, 2], 0.5, "b", 1e-3).experiment.target;
  assert.deepEqual([more.points.length, more.labels.slice(3), more.weights.slice(3)], [6, ["b", "b", "b"], [2, 2, 2]]);
  assert.ok(more.points.slice(3).every(([x, y]) => Math.hypot(x - 2, y - 2) <= 0.5));
  const fewer = erasePoints(cloud, [1]).experiment;
  assert.deepEqual([fewer.target.points, fewer.target.labels, fewer.target.weights, fewer.guidance.label], [[[0, 0], [3, 3]], ["a", null], [1, 3], "a"]);
  assert.ok(/at least one must stay/.test(erasePoints(cloud, [0, 1, 2]).refused));
  assert.deepEqual(movePoints(cloud, [2], [1, -1], 1e-3).experiment.target.points[2], [4, 2]);
  assert.equal(labelPoints(cloud, [1], "new").experiment.guidance.label, "new");
});

test("pasted rows are points; a row that is none is named", () => {
  assert.deepEqual(parseRows("x,y,label\n0.5, 1.2, a\n\n−1;2;b".replace(";", ",").replace(";", ","), 2), { points: [[0.5, 1.2], [-1, 2]], labels: ["a", "b"], problem: "" });
  assert.deepEqual(parseRows("0,5;1;a\n2;3", 2).points, [[0.5, 1], [2, 3]]);
  assert.deepEqual(parseRows("1 a\n2", 1), { points: [[1], [2]], labels: ["a", null], problem: "" });
  for (const [text, sentence] of [["1,2\n3,x", /^row 2: found "x" in column 2/], ["1,2,3,4", /^row 1: found 4 cells/], ["", /^rows: found no point/], ["=cmd(),2\n1,2", /^row 1/], ["1,2\n9e9,1", /^row 2: found "9e9"/]]) {
    assert.ok(sentence.test(parseRows(text, 2).problem), parseRows(text, 2).problem);
  }
  assert.equal(pasteRows(SCENE, "1,2,z\n2,1,y", 2).experiment.guidance.label, "z");
});

test("a named target is made into points or a mixture where its components are given", () => {
  const given = { names: ["u"], components: { log_weights: [0, 0], means: [[0, 0], [1, 1]], covs: [[[0.1, 0], [0, 0.1]], [[0.1, 0], [0, 0.1]]], labels: [0, -1] } };
  assert.deepEqual(offersOf(given), { points: true, mixture: true });
  assert.equal(offersOf({ absent: "of a reason" }), null);
  const moons = { ...SCENE, target: { kind: "moons" }, guidance: { kind: "cfg", label: "u" } };
  assert.deepEqual(convertTarget(moons, given, "points").experiment.target, { kind: "points", points: [[0, 0], [1, 1]], labels: ["u", null], weights: null, noise: 0.1 });
  assert.equal(convertTarget(moons, given, "mixture").experiment.target.components[1].label, null);
});

test("undo and redo walk through the changes; one gesture is one step", () => {
  let history = startHistory({ n: 0 });
  for (const n of [1, 2, 3]) history = record(history, { n }, "x", n * 100);
  assert.deepEqual([present(history).n, history.entries.length], [3, 2]);
  history = record(history, { n: 4 }, "x", 9000); // the hand had rested
  history = travel(travel(history, -1), -1);
  assert.deepEqual([present(history).n, canUndo(history), canRedo(history)], [0, false, true]);
  assert.equal(travel(history, -1), history);
  assert.equal(present(travel(history, 1)).n, 3);
  history = record(travel(history, 1), { n: 5 });
  assert.deepEqual([history.entries.map(({ n }) => n), canRedo(history)], [[0, 3, 5], false]);
  assert.equal(editKey({ target: { a: 1, b: null }, w: [1] }), editKey({ target: { a: 1 }, w: [2] }));
});

test("fields of an edited scene are densities: mass 1, the classes its parts, the goal what it aims at", () => {
  const extent = [-7, 7, -7, 7];
  const frames = [{ t: 1e-4 }];
  const scene = { d: 2, grids: [], grid: () => null, header: { frames, laws: { goals: [{ name: "conditional" }] } } };
  const grids = Object.fromEntries(editedGrids(scene, SCENE, extent, 128).map((grid) => [grid.name, grid.values]));
  const cell = (14 / 127) ** 2;
  const mass = (values) => values.reduce((sum, v) => sum + v, 0) * cell;
  near(mass(grids.density), 1, 1e-6);
  near(mass(grids["class:b"]), 2 / 3, 1e-6);
  near(mass(grids["goal:conditional"]), 1, 1e-6);
  assert.deepEqual(Object.keys(grids), ["density", "class:a", "class:b", "goal:conditional"]);
  const fit = fittedExtent(SCENE, things(), EXTENT);
  assert.ok(fit[0] < -2.2 && fit[1] > 2.6 && fit[1] - fit[0] === fit[3] - fit[2]);
});

const PAINTED = { kind: "painted", box: [-4, 4, -4, 4], rows: ["00z0", "0000", "z000", "00g0"] };
const nothing = { name: "reward", extent: EXTENT, width: 2, height: 2, values: Float32Array.of(1, 1, 1, 1) };

test("a picture is digits and back, and its surface stays within them", () => {
  const { cells, columns, rows } = readPicture(PAINTED);
  assert.deepEqual([columns, rows, cells[2], cells[14]], [4, 4, 16 / 35, 1]); // the bottom row comes first
  assert.deepEqual(writeRows(cells, columns), PAINTED.rows);
  const full = paintedFunction({ ...PAINTED, rows: ["zz", "zz"] });
  for (const [x, y] of [[0, 0], [-3, 3.5], [1e9, -1e9]]) near(full(x, y), 1, 1e-12);
  const corner = paintedFunction({ ...PAINTED, rows: ["z0", "00"] });
  assert.deepEqual([[-99, 99], [99, 99], [-99, -99]].map(([x, y]) => Math.round(corner(x, y))), [1, 0, 0]);
  near(paintedFunction({ kind: "painted", box: [0, 4], rows: ["0z00"] })(1.5, 0), 2 / 3);
});

test("the first stroke makes a picture of the reward that is there, in one step", () => {
  const before = { ...reward({ kind: "bumps", bumps: [{ center: [1, 0], width: 1 }], floor: 0.1 }) };
  before.guidance.name = "near b";
  const was = rewardFunction(before.guidance.reward, () => null);
  const values = Float32Array.from({ length: 128 * 128 }, (_, k) => was(-4 + (8 * (k % 128)) / 127, -4 + (8 * Math.floor(k / 128)) / 127));
  const { experiment, refused } = withPicture(before, { name: "reward", extent: EXTENT, width: 128, height: 128, values }, EXTENT);
  assert.equal(refused, "");
  assert.equal(experiment.guidance.name, undefined);
  near(experiment.guidance.reward.strength, Math.log(1.1 / 0.1), 0.01);
  const is = rewardFunction(experiment.guidance.reward, () => null);
  const scale = was(1, 0) / is(1, 0);
  for (const [x, y] of [[1, 0], [0, 0], [2, 1], [-3, -3]]) near(Math.log((is(x, y) * scale) / was(x, y)), 0, 0.15); // a 35th of 2.4, and softened by the spline
  assert.equal(withPicture(experiment, nothing, EXTENT).experiment, experiment);
  assert.ok(withPicture(SCENE, nothing, EXTENT).refused.startsWith("paint: the guidance has no reward"));
});

test("a stroke adds its amount once, however long it is held, and wiping takes it off", () => {
  const start = withPicture(reward({ kind: "exp", strength: 1, of: PAINTED }), nothing, EXTENT).experiment;
  const blank = setAt(start, ["guidance", "reward", "of", "rows"], Array(8).fill("0".repeat(8)));
  const path = picturePath(blank);
  const stroke = beginStroke(blank, [-3.5, -3.5]);
  let painted = blank;
  for (const x of [-3.5, 3.5, -3.5, 3.5]) painted = goOn(stroke, [x, -3.5], 0.5, 0.6).experiment;
  const rows = (one) => getAt(one, path).rows;
  assert.deepEqual(rows(painted), [...Array(7).fill("00000000"), "llllllll"]); // 21 of 35; no gap where the hand was fast
  assert.equal(rows(blank)[7], "00000000");
  const wiped = (radius) => rows(goOn(beginStroke(painted, [0.5, -3.5]), [0.5, -3.5], radius, -1).experiment)[7];
  assert.equal(wiped(0.1), "llll0lll"); // never less than a cell
  assert.equal(wiped(99), "00000000");
});

test("a picture inside other rewards is the one that is painted, on a line too", () => {
  const inside = reward({ kind: "sum", of: [{ kind: "bumps", bumps: [{ center: [0, 0] }] }, { kind: "exp", of: PAINTED }] });
  assert.deepEqual(picturePath(inside), ["guidance", "reward", "of", 1, "of"]);
  const line = { target: { kind: "gaussian_mixture", components: [{ mean: [0], covariance: [[1]] }] }, guidance: { kind: "reward", reward: { kind: "expression", expression: "1" } } };
  const { experiment } = withPicture(line, { name: "reward", extent: [-3, 3], width: 2, height: 1, values: Float32Array.of(1, 1) }, [-3.0004, 3]);
  const { box, rows } = experiment.guidance.reward.of;
  assert.deepEqual([box, rows, experiment.guidance.reward.strength], [[-3, 3], ["0".repeat(40)], 3]);
  const [row] = getAt(goOn(beginStroke(experiment, [1.5]), [1.5], 0.6, 1).experiment, ["guidance", "reward", "of", "rows"]);
  assert.ok(/^0+[1-9a-z]+0+$/.test(row) && Math.abs(row.search("[u-z]") - 29) < 2, row);
});

test("painting redraws in well under a screen's patience", () => {
  const frames = [{ t: 1e-4 }];
  const scene = { d: 2, grids: [], grid: () => null, header: { frames, laws: { goals: [{ name: "tilted" }] } } };
  const start = withPicture(reward({ kind: "expression", expression: "1" }), null, EXTENT).experiment;
  const stroke = beginStroke(start, [0, 0]);
  const times = [1, 2, 3, 4, 5].map((k) => {
    const began = performance.now();
    const grids = editedGrids(scene, goOn(stroke, [k / 2, 1], 0.6, 0.5).experiment, EXTENT, 64);
    assert.deepEqual(grids.map(({ name }) => name).slice(-2), ["reward", "goal:tilted"]);
    return performance.now() - began;
  });
  assert.ok(Math.min(...times) < 50, `${times}`);
});
