// The stage draws the state: panels, controls, charts and words. It decides nothing.

import { createCharts } from "./charts.js";
import { createControls } from "./controls.js";
import { listenToKeys } from "./keys.js";
import { locateW } from "./motion.js";
import { Panel } from "./panel.js";
import { chartSelection, hasRoom, nextLetter, panelSpecs, positionOfW } from "./state.js";
import { addTools } from "./tools.js";
import { applyTheme, readTheme, watchTheme } from "./theme.js";
import { createWords, differsFromA } from "./words.js";
/** @import { Actions } from "./actions.js" */
/** @import { Charts } from "./charts.js" */
/** @import { Editor } from "./edit/editor.js" */
/** @import { Clock } from "./clock.js" */
/** @import { Page } from "./page.js" */
/** @import { PanelSpec, State } from "./state.js" */

export class Stage {
  /** @param {Page} page @param {State} state @param {Clock} clock */
  constructor(page, state, clock) {
    this.page = page;
    this.state = state;
    this.clock = clock;
    this.stats = { draws: 0, milliseconds: 0 }; // read by the benchmark
    this.reduced = matchMedia("(prefers-reduced-motion: reduce)");
    this.words = createWords(page, state, clock);
    /** @type {Panel[]} */
    this.panels = [];
    /** @type {PanelSpec[]} */
    this.specs = [];
    /** @type {Charts | null} */
    this.charts = null;
    this.chartKey = "";
    /** @type {Editor | null} */
    this.editor = null; // its handles lie over the panels
    this.drawRequest = 0;
    this.describeRequest = 0;
    this.theme = readTheme(page.root);
    applyTheme(page.root, this.theme);
    this.resizing = new ResizeObserver(() => this.resized());
    this.resized = this.resized.bind(this);
    window.addEventListener("resize", this.resized); // the panels' height depends on the window's
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.retheme = this.retheme.bind(this);
    this.dark.addEventListener("change", this.retheme);
    this.unwatch = watchTheme(page.root, this.retheme);
  }

  /** @type {(actions: Actions) => void} */
  listen(actions) {
    this.actions = actions;
    this.controls = createControls(this.page.controls, this.page.more, actions);
    this.tools = addTools(this.page.tools, actions);
    this.page.numbers.addEventListener("toggle", () => this.charts?.resize());
    this.unlisten = listenToKeys(this.page.root, actions, () => this.state.view.present);
  }

  // New scenes: they come with their words at once, or the page would shrink and grow.
  enter() {
    const { page, state } = this;
    page.body.hidden = page.body.inert = false;
    page.body.classList.remove("gv-empty");
    this.controls.more.scene(state.scenes[0]);
    this.controls.more.view(state.view);
    this.arrange();
    this.describe();
    this.words.keepRoom();
  }

  // ---- panels -------------------------------------------------------------------------------------------------
  arrange() {
    this.specs = panelSpecs(this.state, this.theme);
    while (this.panels.length > this.specs.length) this.panels.pop().destroy();
    while (this.panels.length < this.specs.length) this.panels.push(this.newPanel());
    this.page.panels.dataset.panels = String(this.panels.length);
    this.page.root.classList.toggle("gv-present", this.state.view.present);
    this.tools.update(this.state.view.present);
    this.panels.forEach((panel, i) => {
      const spec = this.specs[i];
      panel.show(spec, spec.pin ? differsFromA(this.state, spec) : "", this.theme, this.state.view.overlays);
    });
    this.editor?.draw();
    cancelAnimationFrame(this.describeRequest); // the particles move at once, the words and numbers once a screen frame
    this.describeRequest = requestAnimationFrame(() => this.describe());
  }

  newPanel() {
    const panel = new Panel(this.page.panels, {
      onPick: (n) => this.actions.followParticle(n),
      onTie: () => this.actions.tie(panel.spec),
      onRemove: () => this.actions.remove(panel.spec),
    });
    this.resizing.observe(panel.node);
    return panel;
  }

  describe() {
    this.words.describe(this.theme);
    this.page.body.classList.toggle("gv-stale", this.state.draft !== null);
    if (this.state.draft) return; // the charts wait for the server's numbers
    const scenes = [...new Set(this.specs.map((spec) => spec.scene.of ?? spec.scene))];
    const headers = scenes.map((scene) => scene.header);
    this.charts ??= createCharts(this.page.side, {
      numbers: this.page.numbers, scenes: headers, theme: this.theme, reducedMotion: this.reduced.matches, onPickW: (w) => this.actions.pickW(w),
    });
    const key = scenes.map((scene) => scene.id).join();
    if (this.chartKey !== key) this.charts.setScenes(headers);
    this.chartKey = key;
    this.charts.setSelection(chartSelection(this.specs, scenes));
  }

  // ---- drawing ------------------------------------------------------------------------------------------------
  draw() {
    const began = performance.now();
    const { state, clock, specs } = this;
    const { root } = this.page;
    const [scene] = state.scenes;
    const guided = specs[1] ?? specs[0];
    this.panels.forEach((panel, i) => panel.draw(clock.progress, state.particle, i === 0 ? specs[1] : specs[0]));
    const frame = Math.floor(clock.progress * (scene.frames - 1) + 1e-6);
    const { live } = state;
    const at = locateW(guided.scene, guided.w);
    root.dataset.frame = String(frame);
    const run = state.draft ?? live.scene; // here
    root.dataset.live = run && run.coarse !== undefined ? (run.coarse ? "coarse" : "whole") : "";
    root.dataset.w = String(Number(at.w.toPrecision(6)));
    this.controls.update({
      width: this.panels[0].canvas.width, playing: clock.playing, frame, frames: scene.frames, moment: scene.header.frames[frame],
      stepsTotal: scene.header.steps_total, view: state.view, w: scene.w, position: positionOfW(scene, live.on ? state.w : at.w), at, live,
      dragging: state.dragging, editing: this.editor?.on ?? false, editable: this.editor?.able() ?? false, edited: state.draft !== null,
      room: hasRoom(state), nextLetter: nextLetter(state),
    });
    this.stats.draws++;
    this.stats.milliseconds = performance.now() - began;
  }

  redraw() { // at most once a screen frame
    cancelAnimationFrame(this.drawRequest);
    this.drawRequest = requestAnimationFrame(() => { if (this.panels.length) this.draw(); });
  }

  speak() { this.words.speak(this.panels.length); }

  focus() { this.page.panels.focus(); }

  // ---- the page around it -------------------------------------------------------------------------------------
  resized() {
    if (!this.panels.length) return;
    this.panels.forEach((panel) => panel.fit());
    this.editor?.draw();
    this.words.keepRoom();
    this.redraw();
  }

  retheme() {
    const next = readTheme(this.page.root);
    const changed = next.bg !== this.theme.bg || next.text !== this.theme.text;
    this.theme = next;
    applyTheme(this.page.root, next);
    this.charts?.setTheme(next);
    if (!changed || !this.panels.length) return;
    this.arrange();
    this.redraw();
  }

  destroy() {
    this.unwatch();
    this.editor?.destroy();
    this.words.stop();
    cancelAnimationFrame(this.describeRequest);
    cancelAnimationFrame(this.drawRequest);
    this.dark.removeEventListener("change", this.retheme);
    window.removeEventListener("resize", this.resized);
    this.unlisten?.();
    this.resizing.disconnect();
    this.charts?.destroy();
    this.page.root.remove();
  }
}
