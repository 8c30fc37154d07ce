// What the reader can do. Each action changes the state or the clock, and has the stage drawn again.

import { nearestIndex } from "./motion.js";
import { lastFrame, nextParticle, pinCopy, rememberView, wAtPosition, wBeside, withinW } from "./state.js";
import { writeView } from "./view.js";
/** @import { Clock } from "./clock.js" */
/** @import { LiveW } from "./live/follow.js" */
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
 * @property {(value: number) => void} typeW
 * @property {(value: number) => void} pickW
 * @property {(n: number | null) => void} followParticle
 * @property {(by: number) => void} followNext
 * @property {() => void} copy
 * @property {() => void} edit - switch the editor on or off
 * @property {(spec: PanelSpec) => void} tie
 * @property {(spec: PanelSpec) => void} remove
 * @property {(name: string, value: any) => void} set
 * @property {() => void} toEnd
 */

/** @type {(state: State, clock: Clock, stage: Stage, live: LiveW) => Actions} */
export function createActions(state, clock, stage, live) {
  function arrangeAndDraw() {
    stage.arrange();
    stage.draw();
  }

  function settle() { // a still picture is a computed frame, not one between two
    if (clock.playing) return;
    const last = lastFrame(state);
    clock.seek(Math.floor(clock.progress * last + 1e-6) / Math.max(1, last));
  }

  /** @type {(value: number) => void} */
  function changeW(value) {
    if (value !== state.w) {
      state.w = state.wanted = value;
      live.follow();
      stage.arrange();
    }
    stage.draw();
  }

  /** @type {Actions} */
  const act = {
    released() { // keep the view in the address, say it once
      rememberView(state, clock);
      writeView(state.view, state.scenes[0].id);
      stage.speak();
    },

    // ---- time
    toggle() {
      if (clock.playing) clock.pause(); else clock.play();
      settle();
      stage.draw();
      act.released();
    },
    seek(frame) {
      clock.pause();
      clock.seek(frame / Math.max(1, lastFrame(state)));
      stage.draw();
    },
    jump(frame) {
      act.seek(frame);
      act.released();
    },
    step(by) {
      clock.pause();
      settle();
      act.jump(Math.round(clock.progress * lastFrame(state)) + by);
    },
    toEnd() { act.jump(lastFrame(state)); },

    // ---- w
    slideW(position, released) {
      state.dragging = !released;
      changeW(wAtPosition(state.scenes[0], position, released, state.live.on));
      if (released) act.released();
    },
    stepW(by) {
      state.dragging = false;
      changeW(wBeside(state.scenes[0], state.w, by));
      act.released();
    },
    typeW(value) { // any w of the range where the scene is run here, else the nearest computed one
      const [scene] = state.scenes;
      state.dragging = false;
      if (Number.isFinite(value)) changeW(state.live.on ? withinW(scene, value) : scene.w[nearestIndex(scene, value)]);
      else stage.draw();
      act.released();
    },
    pickW(value) {
      const [scene] = state.scenes;
      changeW(scene.w[nearestIndex(scene, value)]);
      act.released();
    },

    // ---- particles
    followParticle(n) {
      state.particle = n === state.particle ? null : n;
      stage.draw();
    },
    followNext(by) {
      state.particle = nextParticle(state.particle, by, state.scenes[0].particles);
      stage.draw();
    },

    // ---- panels
    copy() {
      if (!pinCopy(state)) return;
      arrangeAndDraw();
      act.released();
    },
    edit() {
      stage.editor.toggle(!stage.editor.on);
    },
    tie(spec) { // a copy's w follows the slider, or stays where it is
      spec.pin.w = spec.pin.w === null ? spec.w : null;
      arrangeAndDraw();
      act.released();
    },
    remove(spec) {
      state.pinned = state.pinned.filter((pin) => pin !== spec.pin);
      stage.arrange();
      act.released();
      stage.focus();
    },

    // ---- the rest
    set(name, value) {
      const { view } = state;
      if (name === "speed") clock.speed = view.speed = value;
      else if (name === "readout") view.readout = value;
      else if (name === "present") view.present = value;
      else view.overlays = { ...view.overlays, [name]: value };
      arrangeAndDraw();
      act.released();
    },
  };
  return act;
}
