// What the reader can do. Each action changes the state or the clock, and has the stage drawn again.

import { nearestIndex } from "./motion.js";
import { lastFrame, nextParticle, pinCopy, rememberView, wAtPosition, wBeside } from "./state.js";
import { writeView } from "./view.js";
/** @import { Clock } from "./clock.js" */
/** @import { Stage } from "./stage.js" */
/** @import { PanelSpec, State } from "./state.js" */

/**
 * @typedef {object} Actions
 * @property {() => void} toggle
 * @property {(frame: number) => void} seek
 * @property {(frame: number) => void} jump - seek, and let go
 * @property {(by: number) => void} step
 * @property {() => void} released - a control was let go
 * @property {(position: number, released: boolean) => void} slideW
 * @property {(by: number) => void} stepW
 * @property {(value: number) => void} pickW
 * @property {(n: number | null) => void} followParticle
 * @property {(by: number) => void} followNext
 * @property {() => void} copy
 * @property {(spec: PanelSpec) => void} tie
 * @property {(spec: PanelSpec) => void} remove
 * @property {(name: string, value: any) => void} set
 * @property {() => void} toEnd
 */

/** @type {(state: State, clock: Clock, stage: Stage) => Actions} */
export function createActions(state, clock, stage) {
  function draw() { stage.draw(); }

  function arrangeAndDraw() {
    stage.arrange();
    stage.draw();
  }

  function released() { // a control was let go: keep the view in the address, say it once
    rememberView(state, clock);
    writeView(state.view);
    stage.speak();
  }

  function settle() { // a still picture is a computed frame, not one between two
    if (clock.playing) return;
    const last = lastFrame(state);
    clock.seek(Math.floor(clock.progress * last + 1e-6) / Math.max(1, last));
  }

  function toggle() {
    if (clock.playing) clock.pause(); else clock.play();
    settle();
    draw();
    released();
  }

  function seek(frame) {
    clock.pause();
    clock.seek(frame / Math.max(1, lastFrame(state)));
    draw();
  }

  function jump(frame) {
    seek(frame);
    released();
  }

  function step(by) {
    clock.pause();
    settle();
    jump(Math.round(clock.progress * lastFrame(state)) + by);
  }

  function changeW(value) {
    if (value !== state.w) {
      state.w = state.wanted = value;
      stage.arrange();
    }
    draw();
  }

  function slideW(position, isReleased) {
    state.dragging = !isReleased;
    changeW(wAtPosition(state.scenes[0], position, isReleased));
    if (isReleased) released();
  }

  function stepW(by) {
    state.dragging = false;
    changeW(wBeside(state.scenes[0], state.w, by));
    released();
  }

  function pickW(value) {
    const [scene] = state.scenes;
    changeW(scene.w[nearestIndex(scene, value)]);
    released();
  }

  function followParticle(n) {
    state.particle = n === state.particle ? null : n;
    draw();
  }

  function followNext(by) {
    state.particle = nextParticle(state.particle, by, state.scenes[0].particles);
    draw();
  }

  function copy() {
    if (!pinCopy(state)) return;
    arrangeAndDraw();
    released();
  }

  function tie(spec) { // a copy's w follows the slider, or stays where it is
    spec.pin.w = spec.pin.w === null ? spec.w : null;
    arrangeAndDraw();
    released();
  }

  function remove(spec) {
    state.pinned = state.pinned.filter((pin) => pin !== spec.pin);
    stage.arrange();
    released();
    stage.focus();
  }

  function set(name, value) {
    const { view } = state;
    if (name === "speed") clock.speed = view.speed = value;
    else if (name === "readout") view.readout = value;
    else view.overlays[name] = value;
    arrangeAndDraw();
    released();
  }

  return { toggle, seek, jump, step, released, slideW, stepW, pickW, followParticle, followNext, copy, tie, remove, set, toEnd: () => jump(lastFrame(state)) };
}
