// The controls: three in sight (play, time, w), the rest under "More". They hold no state of their own.

const GDVIZ_READOUTS = [["t", "noise variance t"], ["alpha_bar", "ᾱ (signal kept)"], ["sigma", "σ = √(t/ᾱ)"], ["log_snr", "log-SNR"], ["step", "step"]];

const GDVIZ_ICONS = {
  play: "M7 4.5v15l12-7.5z", pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
  back: "M17 5v14L8 12zM6 5h2v14H6z", forward: "M7 5v14l9-7zM16 5h2v14h-2z",
};

function gdvizIcon(button, name) {
  const path = `<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path fill="currentColor" d="${GDVIZ_ICONS[name]}"/></svg>`;
  if (button.dataset.icon !== name) Object.assign(button, { innerHTML: path }).dataset.icon = name;
}

function gdvizIconButton(parent, name, label, onClick, extra = "") {
  const button = gdvizElement("button", parent, { type: "button", class: `gv-icon ${extra}`, "aria-label": label, title: label });
  gdvizIcon(button, name);
  button.addEventListener("click", onClick);
  return button;
}

function gdvizSelect(parent, label, options, onChange) {
  const box = gdvizElement("label", parent, { class: "gv-field" });
  gdvizElement("span", box, {}, label);
  const select = gdvizElement("select", box);
  const fill = (list) => {
    select.replaceChildren();
    for (const [value, text] of list) gdvizElement("option", select, { value }, text);
  };
  fill(options);
  select.addEventListener("change", () => onChange(select.value));
  return { select, fill, box };
}

function gdvizCheck(parent, label, onChange) {
  const box = gdvizElement("label", parent, { class: "gv-check" });
  const input = gdvizElement("input", box, { type: "checkbox" });
  gdvizElement("span", box, {}, label);
  input.addEventListener("change", () => onChange(input.checked));
  return { input, box };
}

function gdvizSlider(parent, name) {
  const box = gdvizElement("div", parent, { class: "gv-slider" });
  const line = gdvizElement("div", box, { class: "gv-slider-line" });
  gdvizElement("span", line, { class: "gv-name" }, name);
  const value = gdvizElement("span", line, { class: "gv-value", "aria-hidden": "true" }); // the slider itself says it
  const input = gdvizElement("input", box, { type: "range", "aria-label": name, min: "0", max: "1", step: "any" });
  return { box, line, value, input };
}

// Positions in the w slider are indices into the sorted w, so that every computed w is equally easy to reach.
function gdvizScaleTicks(parent, w) {
  parent.replaceChildren();
  const most = Math.max(2, Math.floor((parent.clientWidth || 320) / 34));
  const stride = Math.ceil((w.length - 1) / (most - 1)) || 1;
  w.forEach((value, k) => {
    const place = `left: calc(10px + (100% - 20px) * ${w.length > 1 ? k / (w.length - 1) : 0})`;
    const named = k % stride === 0 || value === 0;
    const tick = gdvizElement("span", parent, { class: "gv-tick", style: place });
    gdvizElement("b", tick, {}, named ? gdvizShort(value) : "");
    gdvizElement("i", tick, {}, named ? gdvizShort(1 + value) : "");
  });
}

// act: play, step(by), seek(frame), w(position, released), stepW(by), copy, and set(name, value) for the rest.
function gdvizControls(parent, act) {
  const bar = gdvizElement("div", parent, { class: "gv-controls" });
  const buttons = gdvizElement("div", bar, { class: "gv-buttons" });
  const back = gdvizIconButton(buttons, "back", "step back", () => act.step(-1), "gv-minor");
  const play = gdvizIconButton(buttons, "play", "Play", act.play, "gv-play");
  const forward = gdvizIconButton(buttons, "forward", "step forward", () => act.step(1), "gv-minor");

  const time = gdvizSlider(bar, "denoising time");
  time.input.step = "1";
  time.input.addEventListener("input", () => act.seek(Number(time.input.value)));
  time.input.addEventListener("change", act.released);
  const ends = gdvizElement("div", time.box, { class: "gv-ends", "aria-hidden": "true" });
  gdvizElement("span", ends, {}, "noise");
  gdvizElement("span", ends, {}, "data");

  const scale = gdvizSlider(bar, "guidance scale w");
  const ticks = gdvizElement("div", scale.box, { class: "gv-ticks", "aria-hidden": "true" });
  const gamma = gdvizElement("div", scale.box, { class: "gv-gamma" }, "lower row: γ = 1 + w, guidance_scale elsewhere");
  scale.input.addEventListener("input", () => act.w(Number(scale.input.value), false));
  scale.input.addEventListener("change", () => act.w(Number(scale.input.value), true));
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 3, PageDown: -3 };
  scale.input.addEventListener("keydown", (event) => {
    if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the native step would stop between computed w
    act.stepW(steps[event.key]);
  });

  const copy = gdvizElement("button", bar, { type: "button", class: "gv-copy" }, "copy to B");
  copy.addEventListener("click", act.copy);
  const more = gdvizMore(parent, act);
  let shown = "";

  return {
    update(s) { // s: what main.js has just drawn
      gdvizIcon(play, s.playing ? "pause" : "play");
      play.setAttribute("aria-label", s.playing ? "Pause" : "Play");
      play.title = s.playing ? "Pause (space)" : "Play (space)";
      time.input.max = String(s.frames - 1);
      time.input.value = String(s.frame);
      const now = gdvizMoment(s.moment, s.view.readout, s.stepsTotal);
      gdvizText(time.value, now);
      if (!s.playing) time.input.setAttribute("aria-valuetext", now); // spoken at every change, so not while playing
      scale.input.max = String(s.w.length - 1);
      scale.input.disabled = s.w.length < 2;
      if (!s.dragging) scale.input.value = String(s.position);
      gdvizText(scale.value, `w = ${gdvizShort(s.at.w)}${s.at.interpolated ? ", interpolated" : ""}`);
      scale.input.setAttribute("aria-valuetext", `w = ${gdvizShort(s.at.w)}, gamma = ${gdvizShort(1 + s.at.w)}`);
      gdvizText(copy, s.room ? `copy to ${s.nextLetter}` : "four panels");
      copy.disabled = !s.room || s.at.interpolated;
      back.disabled = s.frame <= 0;
      forward.disabled = s.frame >= s.frames - 1;
      const key = `${s.w}|${s.width}`;
      if (key !== shown) gdvizScaleTicks(ticks, s.w);
      shown = key;
      gamma.hidden = s.w.length < 2;
    },
    more,
  };
}

function gdvizMoment(moment, readout, stepsTotal) {
  if (readout === "step") return `step ${Math.round(moment.step)} of ${stepsTotal}`;
  if (readout === "alpha_bar") return `ᾱ = ${gdvizShort(moment.alpha_bar)}`;
  if (readout === "sigma") return `σ = ${gdvizShort(Math.sqrt(moment.t / moment.alpha_bar))}`;
  if (readout === "log_snr") return `log-SNR ${gdvizShort(moment.log_snr)}`;
  return `t = ${gdvizShort(moment.t)}`;
}

function gdvizMore(parent, act) {
  const details = gdvizElement("details", parent, { class: "gv-more" });
  gdvizElement("summary", details, {}, "More");
  const box = gdvizElement("div", details, { class: "gv-more-box" });
  const set = (name) => (value) => act.set(name, value);
  const speed = gdvizSelect(box, "speed", [0.25, 0.5, 1, 2, 4].map((v) => [v, `${v} ×`]), (v) => act.set("speed", Number(v)));
  const readout = gdvizSelect(box, "time shown as", GDVIZ_READOUTS, set("readout"));
  const field = gdvizSelect(box, "shading", [], set("field"));
  const contours = gdvizSelect(box, "exact curves", [], set("contours"));
  const law = gdvizCheck(box, "guided law", set("law"));
  const colour = gdvizSelect(box, "colour by", [["panel", "panel"], ["class", "final class"]], set("colour"));
  const trails = gdvizSelect(box, "trails", GDVIZ_TRAIL_NAMES.map((name) => [name, name]), set("trails"));
  const base = gdvizCheck(box, "arrows: base", set("base"));
  const push = gdvizCheck(box, "arrows: w × push", set("push"));
  const sum = gdvizCheck(box, "arrows: sum", set("sum"));
  const lawless = gdvizElement("p", box, { class: "gv-keys" });
  gdvizElement("p", box, { class: "gv-keys" },
    "Keys: space plays, ← → step in time, [ ] step in w, Home and End. Click a particle to follow it, or walk through them with , and . ; click beside it or press Escape to let it go.");
  return {
    scene(scene) { // offer what this scene carries
      const names = scene.grids.map((g) => g.name);
      const has = (start) => names.some((n) => n.startsWith(start));
      field.fill([["auto", "automatic"], ["none", "none"], ...(has("density") ? [["density", "target density"]] : []),
        ...(has("class:") ? [["classes", "target by class"]] : []), ...(has("reward") && scene.d > 1 ? [["reward", "reward"]] : [])]);
      const laws = Object.fromEntries((scene.header.laws.goals ?? []).map((goal) => [goal.name, goal.law]));
      contours.fill([["auto", "automatic"], ["none", "none"], ...(has("density") ? [["density", "target"]] : []),
        ...names.filter((n) => n.startsWith("goal:")).map((n) => [n, `${n.slice(5)}: ${laws[n.slice(5)] ?? ""}`])]);
      const reason = scene.header.law?.absent;
      law.box.hidden = !scene.law;
      lawless.hidden = !reason;
      gdvizText(lawless, reason ? `No law of the guided sampler is drawn: ${reason}.` : "");
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
      for (const [check, name] of [[law, "law"], [base, "base"], [push, "push"], [sum, "sum"]]) check.input.checked = o[name];
    },
  };
}
