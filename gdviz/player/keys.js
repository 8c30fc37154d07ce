// The keyboard, and the line that says what the marks mean.

function gdvizKeys(root, act) {
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const target = event.composedPath()[0];
    const own = target.matches?.("input[type=range], select"); // these use the arrows themselves
    const presses = target.matches?.("button, summary, select, input[type=checkbox]"); // these use the space bar
    const keys = {
      " ": !presses && act.toggle, "[": () => act.stepW(-1), "]": () => act.stepW(1),
      ArrowLeft: !own && (() => act.step(-1)), ArrowRight: !own && (() => act.step(1)),
      ",": () => act.follow(-1), ".": () => act.follow(1), Escape: () => act.follow(0),
      Home: !own && (() => act.seek(0)), End: !own && (() => act.seek(act.last())),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
}

function gdvizLegendText(node, scene, overlays, theme) {
  const { header } = scene;
  const items = [];
  if (overlays.field === "classes") {
    scene.grids.filter((g) => g.name.startsWith("class:")).forEach((g, i) => items.push(["tint", theme.classes[i % theme.classes.length], `class ${g.name.slice(6)}`]));
  }
  if (overlays.field === "density" && scene.grid("density")) items.push(["tint", theme.muted, "target density"]);
  if (overlays.field === "reward") items.push(["tint", theme.reward, `reward ${header.measure.reward_name ?? ""}`]);
  const goal = (header.laws.goals ?? []).find((g) => `goal:${g.name}` === overlays.contours);
  if (scene.grid(overlays.contours)) {
    const shares = scene.d > 1 ? " (50, 80, 95 % of its mass)" : "";
    const target = overlays.contours === "density";
    if (!target || scene.d > 1) items.push([target ? "line" : "dash", target ? theme.muted : theme.exact, `${target ? "target" : `exact ${goal?.law ?? overlays.contours.slice(5)}`}${shares}`]);
  }
  if (scene.law && overlays.law) {
    const shares = scene.d > 1 ? "50, 80, 95 % of its mass; " : "";
    items.push(["line", theme.exact, `law of the guided sampler (${shares}refinement error ${gdvizGuidedLawError(scene)})`]);
  }
  if (scene.arrows && overlays.base) items.push(["line", theme.none, "base score"]);
  if (scene.arrows && overlays.push) items.push(["line", theme.reward, "w × push"]);
  if (scene.arrows && overlays.sum) items.push(["line", theme.guided, "their sum"]);
  node.replaceChildren();
  for (const [kind, colour, text] of items) {
    const item = gdvizElement("span", node);
    gdvizElement("i", item, { class: `gv-mark gv-${kind}`, style: `--mark: ${colour}` });
    gdvizElement("span", item, {}, text);
  }
}
