// One panel: a title that names its law, a canvas, and a line for the followed particle.

import { addElement, setText } from "./dom.js";
import { addTerm } from "./explain.js";
import { addCheck } from "./fields.js";
import { guidedLawWords } from "./law.js";
import { LinePainter } from "./line.js";
import { locateW, particleTrack } from "./motion.js";
import { formatShort } from "./numbers.js";
import { PlanePainter } from "./plane.js";
import { panelFormula, panelWords } from "./title.js";
import { resolveOverlays } from "./view.js";
/** @import { Place } from "./motion.js" */
/** @import { Scene } from "./scene.js" */
/** @import { PanelSpec } from "./state.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Overlays } from "./view.js" */

/**
 * The panel that a followed particle is compared with.
 * @typedef {{scene: Scene, at: Place, colour: string, frame: number}} Pair
 *
 * What a painter paints.
 * @typedef {{at: Place, frame: number, colour: string, overlays: Overlays, particle: number | null, pair: Pair | null}} Picture
 */

const LEAST_HEIGHT = 260;
const PRESENT_TYPE = 1.7; // of the axes' numbers, for a projector
const ROOM_BELOW = 408; // pixels around the panels that are to be in sight with them, down to the sentence; see style.css

export class Panel {
  key = ""; // of what was painted last
  /** @type {ReturnType<typeof addTerm> | null} */
  named = null; // the title and its law

  /**
   * @param {HTMLElement} parent
   * @param {{onPick: (n: number | null) => void, onTie: () => void, onRemove: () => void}} handlers
   */
  constructor(parent, { onPick, onTie, onRemove }) {
    this.node = addElement("figure", parent, { class: "gv-panel" });
    const caption = addElement("figcaption", this.node);
    this.letter = addElement("span", caption, { class: "gv-letter" });
    this.title = addElement("span", caption, { class: "gv-title" });
    this.remove = addElement("button", caption, { type: "button", class: "gv-remove", "aria-label": "remove panel", hidden: "" }, "×");
    const frame = addElement("div", this.node, { class: "gv-frame" });
    this.canvas = addElement("canvas", frame, { role: "img" });
    this.badge = addElement("span", frame, { class: "gv-badge", hidden: "" }, "interpolated");
    this.followed = addElement("p", frame, { class: "gv-followed", hidden: "" });
    this.away = addElement("p", frame, { class: "gv-away", hidden: "" });
    this.foot = addElement("div", this.node, { class: "gv-foot", hidden: "" });
    this.differs = addElement("p", this.foot);
    this.tie = addCheck(this.foot, "follow w", () => onTie());
    this.remove.addEventListener("click", () => onRemove());
    this.canvas.addEventListener("click", (event) => {
      const box = this.canvas.getBoundingClientRect();
      const scale = this.canvas.width / box.width;
      onPick(this.painter?.pick((event.clientX - box.left) * scale, (event.clientY - box.top) * scale) ?? null);
    });
  }

  // spec: see state.js; differs: one line on what a pinned panel does not share with A.
  /** @type {(spec: PanelSpec, differs: string, theme: Theme, overlays: Overlays) => void} */
  show(spec, differs, theme, overlays) {
    this.spec = spec;
    this.theme = theme;
    this.overlays = resolveOverlays(overlays, spec.scene);
    if (this.node.style.getPropertyValue("--gv-role") !== spec.colour) this.node.style.setProperty("--gv-role", spec.colour);
    setText(this.letter, spec.letter);
    this.remove.hidden = this.foot.hidden = !spec.pin;
    this.remove.setAttribute("aria-label", `remove panel ${spec.letter}`);
    this.tie.input.setAttribute("aria-label", `follow w in panel ${spec.letter}`);
    this.tie.input.checked = spec.pin?.w === null; // else its w stays as it was copied
    setText(this.differs, differs);
    this.fit();
  }

  // Match the canvas to its place on the page; repaint what does not move only when something changed.
  fit() {
    const { scene, extent } = this.spec;
    const Painter = scene.d === 1 ? LinePainter : PlanePainter;
    const width = this.node.clientWidth;
    if (!width) return;
    const most = this.narrow() ? 620 : Math.min(620, Math.max(LEAST_HEIGHT, window.innerHeight - ROOM_BELOW));
    const height = Math.round(Math.min(width * Painter.aspect(extent, this.narrow()), most));
    const dpr = scene.rough ? 1 : Math.min(2, window.devicePixelRatio || 1); // while it is dragged, quick before fine
    const type = this.node.closest(".gv-present") ? PRESENT_TYPE : 1;
    const key = [(scene.of ?? scene).id, extent, width, height, dpr, type, this.theme.bg, this.theme.text, this.overlays.field, this.overlays.contours].join("|");
    if (key === this.key) return this.painter.exchange(scene);
    this.key = key;
    this.canvas.style.height = `${height}px`;
    const size = [width, height].map((v) => Math.round(v * dpr));
    if (this.canvas.width !== size[0] || this.canvas.height !== size[1]) [this.canvas.width, this.canvas.height] = size;
    if (!(this.painter instanceof Painter)) {
      if (this.painter) this.renew(); // a canvas keeps its first context's options
      this.painter = new Painter(this.canvas);
    }
    this.painter.layout(scene, this.theme, dpr, this.overlays, extent, key, type);
  }

  narrow() { return (this.node.closest(".gv")?.clientWidth ?? 1000) < 560; }

  renew() {
    const fresh = /** @type {HTMLCanvasElement} */ (this.canvas.cloneNode());
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
  }

  /** @type {(progress: number, particle: number | null, pair?: PanelSpec) => void} */
  draw(progress, particle, pair) {
    if (!this.painter) return;
    const { scene, w, colour } = this.spec;
    const at = locateW(scene, w);
    const frame = progress * (scene.frames - 1);
    const paired = pair && { scene: pair.scene, at: locateW(pair.scene, pair.w), colour: pair.colour, frame: progress * (pair.scene.frames - 1) };
    this.painter.draw({ at, frame, colour, overlays: this.overlays, particle, pair: paired });
    this.sayAway();
    const live = Boolean(scene.of) || Boolean(scene.row(at.k)?.live);
    setText(this.badge, live ? "live" : "interpolated");
    this.badge.hidden = !live && !at.interpolated;
    this.canvas.classList.toggle("gv-hollow", at.interpolated);
    const title = panelFormula(scene, at.w);
    this.name(panelWords(scene, at.w), title);
    const step = Math.round(scene.header.frames[Math.round(frame)].step);
    const label = `${title}; ${scene.particles} particles at step ${step} of ${scene.header.steps_total}${live ? ", live" : at.interpolated ? ", interpolated" : ""}${scene.law && this.overlays.law ? `; ${guidedLawWords(scene)}` : ""}`;
    if (this.canvas.getAttribute("aria-label") !== label) this.canvas.setAttribute("aria-label", label);
    this.describeFollowed(particle, at, frame, paired);
  }

  // The title in words; its law stands behind it.
  /** @type {(words: string, formula: string) => void} */
  name(words, formula) {
    this.named ??= addTerm(this.title, "", "");
    setText(this.named.term, words);
    setText(this.named.tip, formula);
  }

  // Dots that cannot be seen are told of.
  sayAway() {
    if (!(this.painter instanceof PlanePainter)) return;
    const { positions, inside } = this.painter;
    const all = positions.length / 2;
    this.away.hidden = inside > 0.95 * all;
    if (this.away.hidden) return;
    const lost = positions.reduce((count, x, i) => count + Number(i % 2 === 0 && !Number.isFinite(x)), 0);
    const outside = all - inside - lost;
    const parts = [lost && `${lost} overflowed`, outside && `${outside} lie outside these axes`].filter(Boolean);
    setText(this.away, `Of ${all.toLocaleString("en")} dots ${parts.join(", ")}`);
  }

  /** @type {(n: number | null, at: Place, frame: number, pair: Pair | null) => void} */
  describeFollowed(n, at, frame, pair) {
    const { scene } = this.spec;
    this.followed.hidden = n === null || n >= scene.particles;
    if (this.followed.hidden) return;
    const here = particleTrack(scene, at, n, frame).at(-1);
    const other = pair && n < pair.scene.particles ? particleTrack(pair.scene, pair.at, n, pair.frame).at(-1) : null;
    const place = here.some(Number.isNaN) ? "no longer finite" : `at ${here.map(formatShort).join(", ")}`;
    const moved = other ? `, ${formatShort(Math.hypot(...here.map((v, i) => v - other[i])))} from its pair` : "";
    setText(this.followed, `particle ${n + 1} ${place}${moved}`);
  }

  destroy() { this.node.remove(); }
}
