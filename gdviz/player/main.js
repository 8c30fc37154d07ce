// The player: holds what is shown (scenes, view, clock), and draws it. Nothing here needs the server.

const GDVIZ_LETTERS = ["", "A", "B", "C"]; // no guidance has no letter; A is guided by the slider; B and C are pinned

function gdvizPlayer(host) {
  const root = gdvizElement("div", host, { class: "gv", "data-testid": "player", role: "region", "aria-label": "animation of guided sampling", tabindex: "-1" });
  const problem = gdvizElement("p", root, { class: "gv-problem", role: "alert", hidden: "" });
  const body = gdvizElement("div", root, { class: "gv-body gv-empty", inert: "" }); // in its place, so that nothing jumps when scenes come
  const stage = gdvizElement("div", body, { class: "gv-stage" });
  const head = gdvizElement("header", stage, { class: "gv-head" });
  const heading = gdvizElement("span", head, { class: "gv-heading", role: "heading", "aria-level": "2" });
  const note = gdvizElement("span", head, { class: "gv-note" });
  const preview = gdvizElement("span", head, { class: "gv-badge", hidden: "" }, "preview, refining");
  const row = gdvizElement("div", stage, { class: "gv-panels", tabindex: "0", role: "group", "aria-label": "panels; space plays, left and right step in time" });
  const legend = gdvizElement("p", stage, { class: "gv-legend" });
  const sentence = gdvizElement("p", stage, { class: "gv-sentence" });
  const caption = gdvizElement("p", stage, { class: "gv-caption" }); // what to look at, and what to know before trusting the numbers
  const side = gdvizElement("div", body, { class: "gv-side" });
  const numbers = gdvizElement("div", body, { class: "gv-numbers" });
  const live = gdvizElement("p", root, { class: "gv-live", "aria-live": "polite" });

  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const library = new GdvizLibrary();
  const stats = { draws: 0, milliseconds: 0 }; // read by the benchmark
  let scenes = []; // decoded; the first is the experiment in hand
  let pinned = []; // [{scene, w}], w null follows the slider
  let panels = [];
  let specs = [];
  let view = null;
  let base = "";
  let wanted = null; // the w asked for, drawn or not: a preview has fewer w than the scene that replaces it
  let w = 0; // the w drawn in the guided panel
  let dragging = false;
  let follow = null;
  let theme = gdvizTheme(root);
  let charts = null;
  let spoken = 0;
  let drawRequest = 0;
  let describeRequest = 0;
  let signature = "";

  const clock = new GdvizClock(() => { if (root.isConnected) draw(); else clock.pause(); });
  const controls = gdvizControls(stage, { play: toggle, step, seek, released, w: slideW, stepW, copy, set });
  stage.insertBefore(sentence, stage.querySelector(".gv-more"));
  stage.insertBefore(caption, stage.querySelector(".gv-more"));
  const keepRoom = gdvizSentenceRoom(sentence);
  gdvizKeys(root, { toggle, step, stepW, follow: followNext, seek: (f) => { seek(f); released(); }, last: () => scenes[0].frames - 1 });

  // ---- scenes -------------------------------------------------------------------------------------------------
  async function update(data) {
    try {
      const sources = gdvizSources(data);
      const key = JSON.stringify(sources.scenes.map((s) => s.id));
      retheme();
      if (key === signature) return;
      signature = key;
      base = sources.base;
      if (!sources.scenes.length) throw new Error("There is no animation to show yet.");
      root.setAttribute("aria-busy", "true");
      const loaded = await Promise.all(sources.scenes.map((source) => library.get(source, base)));
      if (key !== signature) return; // a newer rerun overtook this one
      await enter(loaded, sources);
      problem.hidden = true;
    } catch (error) {
      signature = "";
      const expected = error.constructor === Error; // anything else is a mistake in the player
      if (!expected) console.error(error);
      gdvizText(problem, expected ? error.message : `The player failed on this scene (${error.message}).`);
      problem.hidden = false;
      body.hidden = !scenes.length;
    } finally {
      root.removeAttribute("aria-busy");
    }
  }

  async function enter(loaded, sources) {
    const first = view === null;
    if (!first && clock.playing && clock.progress > 0.9 && loaded[0].id !== scenes[0].id) clock.seek(0); // a new scene moves at once
    if (first) view = gdvizReadView(sources.selection);
    if (first) wanted = view.w;
    scenes = loaded;
    if (first) pinned = await library.recall(view.pins, scenes, sources.scenes[0], base);
    const given = loaded.slice(1).filter((scene) => !pinned.some((pin) => pin.scene.id === scene.id));
    pinned = [...pinned.filter((pin) => !pin.given), ...given.map((scene) => ({ scene, w: null, given: true }))].slice(0, 2);
    w = scenes[0].w[gdvizNearest(scenes[0], wanted ?? gdvizFirstW(scenes[0]))];
    wanted ??= w;
    body.hidden = body.inert = false;
    body.classList.remove("gv-empty");
    controls.more.scene(scenes[0]);
    controls.more.view(view);
    clock.speed = view.speed;
    if (first && view.frame !== null) clock.seek(view.frame / Math.max(1, scenes[0].frames - 1));
    arrange();
    describe(); // at once: a new scene comes with its words, or the page would shrink and grow
    keepRoom(scenes[0]);
    if (first && view.frame === null && !reduced.matches) clock.play();
    library.keep([...scenes, ...pinned.map((pin) => pin.scene)].map((scene) => scene.id));
    draw();
    speak();
  }

  // ---- panels -------------------------------------------------------------------------------------------------
  function arrange() {
    const [scene] = scenes;
    specs = [{ scene, w: 0, colour: theme.none, letter: "" }];
    if (scene.w.length > 1) specs.push({ scene, w, colour: theme.guided, letter: pinned.length ? "A" : "" });
    pinned.forEach((pin, i) => specs.push({
      scene: pin.scene, w: pin.scene.w[gdvizNearest(pin.scene, pin.w ?? w)], pin,
      colour: theme.guided, letter: GDVIZ_LETTERS[2 + i], removable: true,
    }));
    for (const spec of specs) if (spec.w === 0) spec.colour = theme.none;
    const plane = specs.filter((spec) => spec.scene.d === 2).map((spec) => spec.scene.header.extent);
    for (const spec of specs) spec.extent = spec.scene.d === 2 ? plane.reduce(gdvizJoint) : spec.scene.header.extent; // clouds compare on equal axes
    while (panels.length > specs.length) panels.pop().destroy();
    while (panels.length < specs.length) panels.push(newPanel());
    row.dataset.panels = String(panels.length);
    for (const spec of specs) if (spec.pin) spec.differs = differs(spec);
    panels.forEach((panel, i) => panel.show(specs[i], theme, view.overlays));
    cancelAnimationFrame(describeRequest); // the particles move at once, the words and numbers once a screen frame
    describeRequest = requestAnimationFrame(describe);
  }

  function newPanel() {
    const panel = new GdvizPanel(row, {
      onPick: (n) => { follow = n === follow ? null : n; draw(); },
      onTie: () => { const { pin } = panel.spec; pin.w = pin.w === null ? panel.spec.w : null; arrange(); draw(); released(); },
      onRemove: () => { pinned = pinned.filter((pin) => pin !== panel.spec.pin); arrange(); released(); row.focus(); },
    });
    resizing.observe(panel.node);
    return panel;
  }

  // One line on what a pinned panel does not share with A.
  function differs(spec) {
    const [scene] = scenes;
    const at = gdvizAt(scene, w);
    const [here, other] = [at.interpolated ? null : scene.row(at.k), spec.scene.row(gdvizAt(spec.scene, spec.w).k)];
    return here && other ? `A → ${spec.letter}: ${gdvizDiffers(scene.header, here, spec.scene.header, other)}` : "";
  }

  // Words that change only when w or the panels do.
  function describe() {
    const [scene] = scenes;
    const at = gdvizAt(scene, w);
    const here = at.interpolated ? null : scene.row(at.k);
    gdvizText(heading, scene.header.title);
    gdvizText(note, scene.header.sampler);
    preview.hidden = !scene.header.preview;
    gdvizLegendText(legend, scene, gdvizResolveOverlays(view.overlays, scene), theme);
    gdvizText(sentence, gdvizSentence(scene.header, here, scene.row(gdvizAt(scene, 0).k)));
    gdvizText(caption, [scene.header.caption, ...(scene.header.notes ?? [])].filter(Boolean).join(" "));
    showCharts();
  }

  function showCharts() {
    const all = [...new Set(specs.map((spec) => spec.scene))];
    const headers = all.map((scene) => scene.header);
    charts ??= gdvizCharts(side, { numbers, scenes: headers, theme, reducedMotion: reduced.matches, onPickW: pickW });
    if (charts.key !== all.map((s) => s.id).join()) charts.setScenes(headers);
    charts.key = all.map((s) => s.id).join();
    const chosen = specs.map((spec, i) => {
      const at = gdvizAt(spec.scene, spec.w);
      return { scene: all.indexOf(spec.scene), w: at.w, wIndex: spec.scene.header.order[at.k], interpolated: at.interpolated, letter: spec.letter, primary: i === Math.min(1, specs.length - 1) };
    });
    charts.setSelection([...chosen.slice(1), chosen[0]]); // the pinned panel, where there is one, is what A is held against
  }

  // ---- drawing ------------------------------------------------------------------------------------------------
  function draw() {
    const began = performance.now();
    const [scene] = scenes;
    const guided = specs[1] ?? specs[0];
    panels.forEach((panel, i) => panel.draw(clock.progress, follow, i === 0 ? specs[1] : specs[0]));
    const exact = clock.progress * (scene.frames - 1);
    const frame = Math.floor(exact + 1e-6);
    const at = gdvizAt(scene, guided.w);
    root.dataset.frame = String(frame);
    root.dataset.w = String(Number(at.w.toPrecision(6)));
    controls.update({
      width: panels[0].canvas.width, playing: clock.playing, frame, frames: scene.frames, moment: scene.header.frames[frame], stepsTotal: scene.header.steps_total, view,
      w: scene.w, position: scene.w.length > 1 ? at.k + at.mix : 0, at, dragging, room: pinned.length < 2, nextLetter: GDVIZ_LETTERS[2 + pinned.length] ?? "",
    });
    stats.draws++;
    stats.milliseconds = performance.now() - began;
  }

  function redraw() { // at most once a screen frame
    cancelAnimationFrame(drawRequest);
    drawRequest = requestAnimationFrame(() => { if (scenes.length) draw(); });
  }

  function retheme() {
    const next = gdvizTheme(root);
    const changed = next.bg !== theme.bg || next.text !== theme.text;
    theme = next;
    gdvizApplyTheme(root, theme);
    charts?.setTheme(theme);
    if (!changed || !scenes.length) return;
    arrange();
    redraw();
  }

  // ---- what the reader does -------------------------------------------------------------------------------------
  function toggle() {
    if (clock.playing) clock.pause(); else clock.play();
    settle();
    draw();
    released();
  }

  function settle() { // a still picture is a computed frame, not one between two
    if (clock.playing) return;
    const last = scenes[0].frames - 1;
    clock.seek(Math.floor(clock.progress * last + 1e-6) / Math.max(1, last));
  }

  function seek(frame) {
    clock.pause();
    clock.seek(frame / Math.max(1, scenes[0].frames - 1));
    draw();
  }

  function step(by) {
    settleAndPause();
    seek(Math.round(clock.progress * (scenes[0].frames - 1)) + by);
    released();
  }

  function followNext(by) { // 0 lets go
    const count = scenes[0].particles;
    follow = by === 0 ? null : follow === null ? 0 : (follow + by + count) % count;
    draw();
  }

  function settleAndPause() { clock.pause(); settle(); }

  // position: an index into the sorted w, fractional while dragged. On release it snaps.
  function slideW(position, isReleased) {
    const [scene] = scenes;
    const k = Math.min(scene.w.length - 1, Math.floor(position));
    const mix = position - k;
    const near = Math.abs(position - Math.round(position)) < 0.12; // computed values are easy to hit
    const free = scene.w[k] + mix * ((scene.w[k + 1] ?? scene.w[k]) - scene.w[k]);
    dragging = !isReleased;
    changeW(isReleased || near ? scene.w[Math.round(position)] : gdvizAt(scene, free).w);
    if (isReleased) released();
  }

  function stepW(by) {
    const [scene] = scenes;
    const k = Math.min(scene.w.length - 1, Math.max(0, gdvizNearest(scene, w) + by));
    dragging = false;
    changeW(scene.w[k]);
    released();
  }

  function pickW(value) { changeW(scenes[0].w[gdvizNearest(scenes[0], value)]); released(); }

  function changeW(value) {
    if (value !== w) {
      w = value;
      wanted = value;
      arrange();
    }
    draw();
  }

  function copy() {
    if (pinned.length >= 2) return;
    pinned.push({ scene: scenes[0], w });
    arrange();
    draw();
    released();
  }

  function set(name, value) {
    if (name === "speed") clock.speed = view.speed = value;
    else if (name === "readout") view.readout = value;
    else view.overlays[name] = value;
    arrange();
    draw();
    released();
  }

  function released() { // a control was let go: keep the view in the address, say it once
    view.w = w;
    view.frame = clock.playing ? null : Math.round(clock.progress * (scenes[0].frames - 1));
    view.pins = pinned.filter((pin) => !pin.given).map((pin) => ({ id: pin.scene.id, w: pin.w }));
    gdvizWriteView(view);
    speak();
  }

  function speak() { // one line, and only when the reader has stopped moving things
    clearTimeout(spoken);
    spoken = setTimeout(() => {
      const last = scenes[0].frames - 1;
      const state = clock.playing ? "Playing" : `Paused at frame ${Math.round(clock.progress * last)} of ${last}`;
      gdvizText(live, `${state}, ${panels.length} panel${panels.length > 1 ? "s" : ""}. ${sentence.textContent}`);
    }, 700);
  }

  // ---- the page around it ------------------------------------------------------------------------------------------
  const resizing = new ResizeObserver(() => {
    if (!scenes.length) return;
    panels.forEach((panel) => panel.fit());
    keepRoom(scenes[0]);
    redraw();
  });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", retheme);
  const unwatch = gdvizWatchTheme(root, retheme);
  gdvizApplyTheme(root, theme);

  function destroy() {
    clock.pause();
    unwatch();
    clearTimeout(spoken);
    cancelAnimationFrame(describeRequest);
    dark.removeEventListener("change", retheme);
    resizing.disconnect();
    charts?.destroy();
    root.remove();
  }

  const player = { update, destroy, stats, clock, attached: () => root.isConnected };
  root.gdviz = player;
  return player;
}
