// One panel: a title that names its law, a canvas, and a line for the followed particle.

class GdvizPanel {
  constructor(parent, { onPick, onTie, onRemove }) {
    this.node = gdvizElement("figure", parent, { class: "gv-panel" });
    const caption = gdvizElement("figcaption", this.node);
    this.letter = gdvizElement("span", caption, { class: "gv-letter" });
    this.title = gdvizElement("span", caption, { class: "gv-title" });
    this.remove = gdvizElement("button", caption, { type: "button", class: "gv-remove", "aria-label": "remove panel", hidden: "" }, "×");
    const frame = gdvizElement("div", this.node, { class: "gv-frame" });
    this.canvas = gdvizElement("canvas", frame, { role: "img" });
    this.badge = gdvizElement("span", frame, { class: "gv-badge", hidden: "" }, "interpolated");
    this.followed = gdvizElement("p", frame, { class: "gv-followed", hidden: "" });
    this.foot = gdvizElement("div", this.node, { class: "gv-foot", hidden: "" });
    this.differs = gdvizElement("p", this.foot);
    this.tie = gdvizCheck(this.foot, "follow w", () => onTie());
    this.remove.addEventListener("click", () => onRemove());
    this.canvas.addEventListener("click", (event) => {
      const box = this.canvas.getBoundingClientRect();
      const scale = this.canvas.width / box.width;
      onPick(this.painter?.pick((event.clientX - box.left) * scale, (event.clientY - box.top) * scale) ?? null);
    });
  }

  // spec: {scene, w, colour, letter, title, removable, differs}
  show(spec, theme, overlays) {
    this.spec = spec;
    this.theme = theme;
    this.overlays = gdvizResolveOverlays(overlays, spec.scene);
    this.node.style.setProperty("--gv-role", spec.colour);
    gdvizText(this.letter, spec.letter);
    this.remove.hidden = this.foot.hidden = !spec.removable;
    this.remove.setAttribute("aria-label", `remove panel ${spec.letter}`);
    this.tie.input.setAttribute("aria-label", `follow w in panel ${spec.letter}`);
    this.tie.input.checked = spec.pin?.w === null; // else its w stays as it was copied
    gdvizText(this.differs, spec.differs);
    this.fit();
  }

  // Match the canvas to its place on the page; repaint what does not move only when something changed.
  fit() {
    const { scene, extent } = this.spec;
    const Painter = scene.d === 1 ? GdvizLine : GdvizPlane;
    const width = this.node.clientWidth;
    if (!width) return;
    const height = Math.round(Math.min(width * Painter.aspect(extent, this.narrow()), 620));
    const dpr = Math.min(2, window.devicePixelRatio || 1);
    const key = [scene.id, extent, width, height, dpr, this.theme.bg, this.theme.text, this.overlays.field, this.overlays.contours].join("|");
    if (key === this.key) return;
    this.key = key;
    this.canvas.style.height = `${height}px`;
    this.canvas.width = Math.round(width * dpr);
    this.canvas.height = Math.round(height * dpr);
    if (!(this.painter instanceof Painter)) {
      if (this.painter) this.renew(); // a canvas keeps its first context's options
      this.painter = new Painter(this.canvas);
    }
    this.painter.layout(scene, this.theme, dpr, this.overlays, extent);
  }

  narrow() { return (this.node.closest(".gv")?.clientWidth ?? 1000) < 560; }

  renew() {
    const fresh = this.canvas.cloneNode();
    this.canvas.replaceWith(fresh);
    this.canvas = fresh;
  }

  draw(progress, follow, pair) {
    if (!this.painter) return;
    const { scene, w, colour } = this.spec;
    const at = gdvizAt(scene, w);
    const frame = progress * (scene.frames - 1);
    const paired = pair && { scene: pair.scene, at: gdvizAt(pair.scene, pair.w), colour: pair.colour, frame: progress * (pair.scene.frames - 1) };
    this.painter.draw({ at, frame, colour, overlays: this.overlays, follow, pair: paired });
    this.badge.hidden = !at.interpolated;
    this.canvas.classList.toggle("gv-hollow", at.interpolated);
    const title = gdvizPanelTitle(scene, at.w);
    this.name(title);
    const step = Math.round(scene.header.frames[Math.round(frame)].step);
    const label = `${title}; ${scene.particles} particles at step ${step} of ${scene.header.steps_total}${at.interpolated ? ", interpolated" : ""}${scene.law && this.overlays.law ? `; ${gdvizGuidedLawWords(scene)}` : ""}`;
    if (this.canvas.getAttribute("aria-label") !== label) this.canvas.setAttribute("aria-label", label);
    this.describeFollowed(follow, at, frame, paired);
  }

  // The title breaks between its clauses rather than inside p(x | b).
  name(title) {
    if (this.title.textContent === title) return;
    this.title.replaceChildren();
    title.split(/(?<=[:,]) /).forEach((clause, i) => {
      if (i) this.title.append(" ");
      gdvizElement("span", this.title, {}, clause);
    });
  }

  describeFollowed(n, at, frame, pair) {
    const { scene } = this.spec;
    this.followed.hidden = n === null || n >= scene.particles;
    if (this.followed.hidden) return;
    const here = gdvizTrack(scene, at, n, frame).at(-1);
    const other = pair && n < pair.scene.particles ? gdvizTrack(pair.scene, pair.at, n, pair.frame).at(-1) : null;
    const place = here.some(Number.isNaN) ? "no longer finite" : `at ${here.map(gdvizShort).join(", ")}`;
    const moved = other ? `, ${gdvizShort(Math.hypot(...here.map((v, i) => v - other[i])))} from its pair` : "";
    gdvizText(this.followed, `particle ${n + 1} ${place}${moved}`);
  }

  destroy() { this.node.remove(); }
}

function gdvizText(node, text) {
  if (node.textContent !== (text ?? "")) node.textContent = text ?? "";
}

function gdvizPanelTitle(scene, w) {
  const { laws } = scene.header;
  return w === 0 ? laws.unguided_title : `w = ${gdvizShort(w)}: ${laws.guided_title}`;
}

// "auto" is the scene's natural choice: classes (or the reward) as a tint, the first exact goal as contours.
function gdvizResolveOverlays(overlays, scene) {
  const has = (name) => scene.grids.some((g) => g.name === name || g.name.startsWith(name));
  const classes = has("class:") ? "classes" : has("reward") && scene.d > 1 ? "reward" : "density";
  const goal = scene.grids.find((g) => g.name.startsWith("goal:"))?.name ?? "density";
  return {
    ...overlays,
    field: overlays.field === "auto" ? classes : overlays.field,
    contours: overlays.contours === "auto" ? goal : overlays.contours,
  };
}
