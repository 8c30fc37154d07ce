// What is shown: scenes, panels, the view, w. Plain data and functions of it; nothing here touches the page.

import { jointBox } from "./axes.js";
import { firstW, locateW, nearestIndex } from "./motion.js";
import { defaultView } from "./view.js";
/** @import { Selected } from "./charts.js" */
/** @import { Experiment } from "./edit/change.js" */
/** @import { Row, Scene } from "./scene.js" */
/** @import { Theme } from "./theme.js" */
/** @import { View } from "./view.js" */

/**
 * A copied panel; its w is null where it follows the slider. Given ones came with the page and stay out of the address.
 * @typedef {{scene: Scene, w: number | null, given?: boolean}} Pinned
 *
 * @typedef {object} State
 * @property {boolean} opened - the view is read when the first scenes come
 * @property {Scene[]} scenes - the first is the experiment in hand
 * @property {Pinned[]} pinned
 * @property {View} view
 * @property {number} w - drawn in the guided panel
 * @property {number | null} wanted - asked for, drawn or not: a preview has fewer w than the scene that replaces it
 * @property {Experiment | null} edited - the Experiment as edited here, until its scene comes
 * @property {Scene | null} draft - the scene of what is edited, as worked out here: drawn in place of the first
 * @property {number[] | null} extent - the axes while the scene is edited, which stay
 * @property {boolean} dragging
 * @property {number | null} particle - the followed one
 * @property {Live} live
 *
 * Whether w moves freely because the scene can be run here, and if not why; the scene of a w between the computed ones.
 * @typedef {{on: boolean, why: string, scene: Scene | null}} Live
 *
 * What a panel shows.
 * @typedef {{scene: Scene, w: number, letter: string, pin?: Pinned, colour: string, extent: number[]}} PanelSpec
 */

const LETTERS = ["", "A", "B", "C"]; // no guidance has no letter; A is guided by the slider; B and C are pinned
const MOST_PINNED = 2;
const SNAP = 0.12; // of a slider's step: computed values are easy to hit
const SNAP_LIVE = 0.03; // the same where every w can be had

/** @type {() => State} */
export function createState() {
  return {
    opened: false, // the view is read when the first scenes come
    scenes: [], // decoded; the first is the experiment in hand
    pinned: [], // copies beside it, their w null where it follows the slider
    view: defaultView(),
    w: 0, // the w drawn in the guided panel
    wanted: null, // the w asked for, drawn or not: a preview has fewer w than the scene that replaces it
    edited: null, // the Experiment as edited here, until its scene comes
    draft: null, // its scene as worked out here, drawn in place of the first
    extent: null, // the axes while the scene is edited
    dragging: false,
    particle: null, // the followed one
    live: { on: false, why: "", scene: null }, // set by live/follow.js
  };
}

// Scenes beyond the first that are not pinned yet become panels; w goes to the computed one nearest to what was asked for.
/** @type {(state: State, loaded: Scene[]) => void} */
export function enterScenes(state, loaded) {
  const [scene] = state.scenes;
  const given = loaded.slice(1).filter((one) => !state.pinned.some((pin) => pin.scene.id === one.id));
  state.pinned = [...state.pinned.filter((pin) => !pin.given), ...given.map((one) => /** @type {Pinned} */ ({ scene: one, w: null, given: true }))].slice(0, MOST_PINNED);
  const wanted = state.wanted ?? firstW(scene);
  state.w = state.live.on ? withinW(scene, wanted) : scene.w[nearestIndex(scene, wanted)];
  state.wanted ??= state.w;
}

// What each panel shows: no guidance, the slider's w, then the pinned copies.
/** @type {(state: State, theme: Theme) => PanelSpec[]} */
export function panelSpecs({ scenes: [computed], draft, extent, pinned, w, live }, theme) {
  const scene = draft ?? computed;
  /** @type {Pick<PanelSpec, "scene" | "w" | "letter" | "pin">[]} */
  const specs = [{ scene, w: 0, letter: "" }];
  const letter = pinned.length ? "A" : "";
  if (scene.w.length > 1) specs.push(live.scene && !draft ? { scene: live.scene, w: guidedW(live.scene), letter } : { scene, w, letter });
  pinned.forEach((pin, i) => specs.push({ scene: pin.scene, w: pin.scene.w[nearestIndex(pin.scene, pin.w ?? w)], letter: LETTERS[2 + i], pin }));
  const planes = specs.filter((spec) => spec.scene.d === 2).map((spec) => spec.scene.header.extent);
  return specs.map((spec) => ({
    ...spec,
    colour: spec.w === 0 ? theme.none : theme.guided,
    extent: spec.scene.d === 2 ? extent ?? planes.reduce(jointBox) : spec.scene.header.extent, // clouds compare on equal axes
  }));
}

// The panels as the charts know them: the pinned panel, where there is one, is what A is held against.
/** @type {(specs: PanelSpec[], scenes: Scene[]) => Selected[]} */
export function chartSelection(specs, scenes) {
  const chosen = specs.map((spec, i) => {
    const at = locateW(spec.scene, spec.w);
    const primary = i === Math.min(1, specs.length - 1);
    const live = spec.scene.of ? spec.scene.header : undefined; // the charts are of the scene that it is of
    return {
      scene: scenes.indexOf(spec.scene.of ?? spec.scene), w: at.w, wIndex: spec.scene.header.order[at.k], interpolated: at.interpolated,
      letter: spec.letter, primary, live,
    };
  });
  return [...chosen.slice(1), chosen[0]];
}

// The row that holds the numbers at w, null between computed w.
/** @type {(scene: Scene, w: number) => Row | null} */
export function rowAt(scene, w) {
  const at = locateW(scene, w);
  return at.interpolated ? null : scene.row(at.k);
}

// A slider position as a w. It is an index into the sorted w, fractional while dragged; on release it snaps, unless every w can be
// had live.
/** @type {(scene: Scene, position: number, released: boolean, live?: boolean) => number} */
export function wAtPosition(scene, position, released, live = false) {
  const k = Math.min(scene.w.length - 1, Math.floor(position));
  const near = Math.abs(position - Math.round(position)) < (live ? SNAP_LIVE : SNAP);
  if ((released && !live) || near) return scene.w[Math.round(position)];
  const free = scene.w[k] + (position - k) * ((scene.w[k + 1] ?? scene.w[k]) - scene.w[k]);
  return live ? Number(free.toPrecision(3)) : locateW(scene, free).w;
}

// The way back: where a w lies among the computed ones.
/** @type {(scene: Scene, w: number) => number} */
export function positionOfW(scene, w) {
  const above = scene.w.findIndex((value) => value >= w);
  if (above < 1) return above < 0 ? scene.w.length - 1 : 0;
  return above - 1 + (w - scene.w[above - 1]) / (scene.w[above] - scene.w[above - 1]);
}

// The w of a live scene's guided panel.
/** @type {(scene: Scene) => number} */
export function guidedW(scene) { return scene.w.find((w) => w !== 0) ?? 0; }

/** @type {(scene: Scene, w: number) => number} */
export function withinW(scene, w) { return Math.min(scene.w.at(-1), Math.max(scene.w[0], w)); }

// The computed w some places further.
/** @type {(scene: Scene, w: number, by: number) => number} */
export function wBeside(scene, w, by) {
  const at = positionOfW(scene, w);
  const next = Math.abs(by) > 1 || Number.isInteger(at) ? Math.round(at) + by : by > 0 ? Math.ceil(at) : Math.floor(at);
  return scene.w[Math.min(scene.w.length - 1, Math.max(0, next))];
}

// The particle to follow next; 0 lets go.
/** @type {(particle: number | null, by: number, count: number) => number | null} */
export function nextParticle(particle, by, count) {
  if (by === 0) return null;
  return particle === null ? 0 : (particle + by + count) % count;
}

// Another copy of what is in hand; false when there is no room.
/** @type {(state: State) => boolean} */
export function pinCopy(state) {
  if (!hasRoom(state)) return false;
  state.pinned.push({ scene: state.scenes[0], w: state.w });
  return true;
}

/** @type {(state: State) => boolean} */
export function hasRoom({ pinned }) { return pinned.length < MOST_PINNED; }

/** @type {(state: State) => string} */
export function nextLetter({ pinned }) { return LETTERS[2 + pinned.length] ?? ""; }

/** @type {(state: State) => number} */
export function lastFrame({ scenes: [scene] }) { return scene.frames - 1; }

// What the address is to hold.
/** @type {(state: State, clock: {playing: boolean, progress: number}) => void} */
export function rememberView(state, clock) {
  const { view, pinned } = state;
  view.w = state.w;
  view.frame = clock.playing ? null : Math.round(clock.progress * lastFrame(state));
  view.pins = pinned.filter((pin) => !pin.given).map((pin) => ({ id: pin.scene.source ?? pin.scene.id, w: pin.w }));
}
