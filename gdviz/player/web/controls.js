// The controls: three in sight (play, time, w), the rest under "More". They hold no state of their own.

import { addElement, setText } from "./dom.js";
import { addTerm } from "./explain.js";
import { addIconButton, addSlider, setIcon } from "./fields.js";
import { addMore } from "./more.js";
import { formatShort } from "./numbers.js";
/** @import { Actions } from "./actions.js" */
/** @import { Place } from "./motion.js" */
/** @import { Moment } from "./scene.js" */
/** @import { Live } from "./state.js" */
/** @import { View } from "./view.js" */

/**
 * What the stage has just drawn.
 * @typedef {{width: number, playing: boolean, frame: number, frames: number, moment: Moment, stepsTotal: number, view: View, w: number[],
 *   position: number, at: Place, live: Live, dragging: boolean, room: boolean, nextLetter: string, editing: boolean, editable: boolean, edited: boolean}} DrawnFrame
 *
 * @typedef {{update: (drawn: DrawnFrame) => void, more: ReturnType<typeof addMore>}} Controls
 */

// Positions in the w slider are indices into the sorted w, so that every computed w is equally easy to reach.
/** @type {(parent: HTMLElement, w: number[]) => void} */
function fillScaleTicks(parent, w) {
  parent.replaceChildren();
  const most = Math.max(2, Math.floor((parent.clientWidth || 320) / 34));
  const stride = Math.ceil((w.length - 1) / (most - 1)) || 1;
  w.forEach((value, k) => {
    const place = `left: calc(10px + (100% - 20px) * ${w.length > 1 ? k / (w.length - 1) : 0})`;
    const named = k % stride === 0 || value === 0;
    const tick = addElement("span", parent, { class: "gv-tick", style: place });
    addElement("b", tick, {}, named ? formatShort(value) : "");
    addElement("i", tick, {}, named ? formatShort(1 + value) : "");
  });
}

// act: play, step(by), seek(frame), slideW(position, released), stepW(by), copy, and set(name, value) for the rest.
/** @type {(bar: HTMLElement, details: HTMLElement, act: Actions) => Controls} */
export function createControls(bar, details, act) {
  const buttons = addElement("div", bar, { class: "gv-buttons" });
  const back = addIconButton(buttons, "back", "step back", () => act.step(-1), "gv-minor");
  const play = addIconButton(buttons, "play", "Play", act.toggle, "gv-play");
  const forward = addIconButton(buttons, "forward", "step forward", () => act.step(1), "gv-minor");

  const time = addSlider(bar, "denoising time");
  time.input.step = "1";
  time.input.addEventListener("input", () => act.seek(Number(time.input.value)));
  time.input.addEventListener("change", act.released);
  const ends = addElement("div", time.box, { class: "gv-ends", "aria-hidden": "true" });
  addElement("span", ends, {}, "noise");
  addElement("span", ends, {}, "data");

  const scale = addSlider(bar, "guidance scale w");
  const ticks = addElement("div", scale.box, { class: "gv-ticks", "aria-hidden": "true" });
  scale.name.replaceChildren();
  addTerm(scale.name, "guidance scale w", "How strongly the dots are steered: w = 0 is no guidance. Lower row: γ = 1 + w, called guidance_scale elsewhere.");
  const notLive = addElement("div", scale.box, { class: "gv-gamma", hidden: "" });
  const typed = addElement("input", scale.line, { class: "gv-typed", type: "text", inputmode: "decimal", "aria-label": "guidance scale w, typed" });
  typed.addEventListener("change", () => act.typeW(typed.value.trim() === "" ? NaN : Number(typed.value.replace("−", "-").replace(",", "."))));
  scale.input.addEventListener("input", () => act.slideW(Number(scale.input.value), false));
  scale.input.addEventListener("change", () => act.slideW(Number(scale.input.value), true));
  /** @type {Record<string, number>} */
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 3, PageDown: -3 };
  scale.input.addEventListener("keydown", (event) => {
    if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the native step would stop between computed w
    act.stepW(steps[event.key]);
  });

  const tools = addElement("div", bar, { class: "gv-copies" });
  const edit = addElement("button", tools, { type: "button", class: "gv-copy gv-edit-switch", "aria-pressed": "false", title: "move, add and remove parts of the scene" }, "Edit");
  edit.addEventListener("click", act.edit);
  const copy = addElement("button", tools, { type: "button", class: "gv-copy" }, "copy to B");
  copy.addEventListener("click", act.copy);
  const more = addMore(details, act);
  let shown = "";

  return {
    update(s) { // s: what the stage has just drawn
      setIcon(play, s.playing ? "pause" : "play");
      play.setAttribute("aria-label", s.playing ? "Pause" : "Play");
      play.title = s.playing ? "Pause (space)" : "Play (space)";
      time.input.max = String(s.frames - 1);
      time.input.value = String(s.frame);
      const now = momentWords(s.moment, s.view.readout, s.stepsTotal);
      setText(time.value, now);
      if (!s.playing) time.input.setAttribute("aria-valuetext", now); // spoken at every change, so not while playing
      scale.input.max = String(s.w.length - 1);
      scale.input.disabled = s.w.length < 2;
      if (!s.dragging) scale.input.value = String(s.position);
      const number = s.live.on ? "" : ` ${formatShort(s.at.w)}`; // the box beside it has the number
      setText(scale.value, `${s.live.scene ? "live, " : s.at.interpolated ? "interpolated, " : ""}w =${number}`);
      if (!typed.matches(":focus") || s.dragging) typed.value = String(Number(s.at.w.toPrecision(6)));
      typed.hidden = !s.live.on;
      setText(notLive, s.live.on || !s.live.why ? "" : `computed w only: ${s.live.why}`);
      notLive.hidden = !notLive.textContent;
      scale.input.setAttribute("aria-valuetext", `w = ${formatShort(s.at.w)}, gamma = ${formatShort(1 + s.at.w)}`);
      setText(copy, s.room ? `copy to ${s.nextLetter}` : "four panels");
      copy.disabled = !s.room || s.at.interpolated || s.live.scene !== null || s.edited;
      edit.hidden = !s.editable;
      edit.setAttribute("aria-pressed", String(s.editing));
      back.disabled = s.frame <= 0;
      forward.disabled = s.frame >= s.frames - 1;
      const key = `${s.w}|${s.width}`;
      if (key !== shown) fillScaleTicks(ticks, s.w);
      shown = key;
    },
    more,
  };
}

/** @type {(moment: Moment, readout: string, stepsTotal: number) => string} */
function momentWords(moment, readout, stepsTotal) {
  if (readout === "step") return `step ${Math.round(moment.step)} of ${stepsTotal}`;
  if (readout === "alpha_bar") return `ᾱ = ${formatShort(moment.alpha_bar)}`;
  if (readout === "sigma") return `σ = ${formatShort(Math.sqrt(moment.t / moment.alpha_bar))}`;
  if (readout === "log_snr") return `log-SNR ${formatShort(moment.log_snr)}`;
  return `t = ${formatShort(moment.t)}`;
}
