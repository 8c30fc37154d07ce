// The choices under "More". They hold no state of their own.

import { addElement, setText } from "./dom.js";
import { addCheck, addSelect } from "./fields.js";
import { TRAIL_NAMES } from "./view.js";
/** @import { Actions } from "./actions.js" */
/** @import { Scene } from "./scene.js" */
/** @import { View } from "./view.js" */

const TIME_READOUTS = [["t", "noise variance t"], ["alpha_bar", "ᾱ (signal kept)"], ["sigma", "σ = √(t/ᾱ)"], ["log_snr", "log-SNR"], ["step", "step"]];

/** @type {(details: HTMLElement, act: Actions) => {scene: (scene: Scene) => void, view: (view: View) => void}} */
export function addMore(details, act) {
  addElement("summary", details, {}, "More");
  const box = addElement("div", details, { class: "gv-more-box" });
  /** @type {(name: string) => (value: any) => void} */
  const set = (name) => (value) => act.set(name, value);
  const speed = addSelect(box, "speed", [0.25, 0.5, 1, 2, 4].map((v) => [v, `${v} ×`]), (v) => act.set("speed", Number(v)));
  const readout = addSelect(box, "time shown as", TIME_READOUTS, set("readout"));
  const field = addSelect(box, "shading", [], set("field"));
  const contours = addSelect(box, "exact curves", [], set("contours"));
  const law = addCheck(box, "guided law", set("law"));
  const colour = addSelect(box, "colour by", [["panel", "panel"], ["class", "final class"]], set("colour"));
  const trails = addSelect(box, "trails", TRAIL_NAMES.map((name) => [name, name]), set("trails"));
  const base = addCheck(box, "arrows: base", set("base"));
  const push = addCheck(box, "arrows: w × push", set("push"));
  const sum = addCheck(box, "arrows: sum", set("sum"));
  const lawless = addElement("p", box, { class: "gv-keys" });
  addElement("p", box, { class: "gv-keys" },
    "Keys: space plays, ← → step in time, [ ] step in w, Home and End. Click a particle to follow it, or walk through them with , and . ; click beside it or press Escape to let it go.");
  return {
    scene(scene) { // offer what this scene carries
      const names = scene.grids.map((g) => g.name);
      /** @type {(start: string) => boolean} */
      const has = (start) => names.some((n) => n.startsWith(start));
      field.fill([["auto", "automatic"], ["none", "none"], ...(has("density") ? [["density", "target density"]] : []),
        ...(has("class:") ? [["classes", "target by class"]] : []), ...(has("reward") ? [["reward", "reward"]] : [])]);
      const laws = Object.fromEntries((scene.header.laws.goals ?? []).map((goal) => [goal.name, goal.law]));
      contours.fill([["auto", "automatic"], ["none", "none"], ...(has("density") ? [["density", "target"]] : []),
        ...names.filter((n) => n.startsWith("goal:")).map((n) => [n, `${n.slice(5)}: ${laws[n.slice(5)] ?? ""}`])]);
      const reason = scene.header.law?.absent;
      law.box.hidden = !scene.law;
      lawless.hidden = !reason;
      setText(lawless, reason ? `No law of the guided sampler is drawn: ${reason}.` : "");
      for (const arrow of [base, push, sum]) arrow.box.hidden = !scene.arrows;
      colour.box.hidden = !scene.finalClass || scene.d === 1;
      trails.box.hidden = scene.d === 1;
    },
    view({ speed: v, readout: r, overlays: o }) {
      speed.select.value = String(v);
      readout.select.value = r;
      field.select.value = o.field;
      contours.select.value = o.contours;
      colour.select.value = o.colour;
      trails.select.value = o.trails;
      law.input.checked = o.law;
      base.input.checked = o.base;
      push.input.checked = o.push;
      sum.input.checked = o.sum;
    },
  };
}
