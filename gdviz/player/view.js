// The view: what the reader chose to look at. It lives in the page's address (`view=w2*f40*v1...`), never on
// the server, and is written when a control is let go.

const GDVIZ_OVERLAYS = ["base", "push", "sum"];
const GDVIZ_TRAIL_NAMES = ["off", "few", "many"];

function gdvizDefaultView() {
  return {
    w: null, frame: null, speed: 1, readout: "t", pins: [], // pins: [{id, w}], w null follows the slider
    overlays: { trails: "few", base: false, push: false, sum: false, field: "auto", contours: "auto", law: true, colour: "panel" },
  };
}

function gdvizEncodeView(view) {
  const { overlays: o } = view;
  const parts = [];
  if (view.w !== null) parts.push(`w${view.w}`);
  if (view.frame !== null) parts.push(`f${view.frame}`);
  if (view.speed !== 1) parts.push(`v${view.speed}`);
  if (view.readout !== "t") parts.push(`r${view.readout}`);
  const flags = GDVIZ_TRAIL_NAMES.indexOf(o.trails) + GDVIZ_OVERLAYS.map((name) => (o[name] ? "1" : "0")).join("");
  if (flags !== "1000") parts.push(`o${flags}`);
  if (o.field !== "auto") parts.push(`d${o.field}`);
  if (o.contours !== "auto") parts.push(`c${o.contours}`);
  if (!o.law) parts.push("g0");
  if (o.colour !== "panel") parts.push(`l${o.colour}`);
  for (const pin of view.pins) parts.push(`p${pin.id}_${pin.w ?? ""}`);
  return parts.join("*");
}

// Anything not understood is left at its default: an old link still opens.
function gdvizDecodeView(text) {
  const view = gdvizDefaultView();
  const number = (s) => (s !== "" && Number.isFinite(Number(s)) ? Number(s) : null);
  for (const part of (text ?? "").split("*")) {
    const [key, value] = [part[0], part.slice(1)];
    if (key === "w") view.w = number(value);
    if (key === "f") view.frame = number(value);
    if (key === "v") view.speed = Math.min(4, Math.max(0.25, number(value) ?? 1));
    if (key === "r") view.readout = value;
    if (key === "o") {
      view.overlays.trails = GDVIZ_TRAIL_NAMES[value[0]] ?? "few";
      GDVIZ_OVERLAYS.forEach((name, i) => { view.overlays[name] = value[i + 1] === "1"; });
    }
    if (key === "d") view.overlays.field = value;
    if (key === "c") view.overlays.contours = value;
    if (key === "g") view.overlays.law = value !== "0";
    if (key === "l") view.overlays.colour = value;
    if (key === "p" && value.includes("_")) {
      const cut = value.lastIndexOf("_");
      view.pins.push({ id: value.slice(0, cut), w: number(value.slice(cut + 1)) });
    }
  }
  return view;
}

function gdvizReadView(selection) {
  const text = new URLSearchParams(location.search).get("view");
  if (text !== null) return gdvizDecodeView(text);
  const view = gdvizDecodeView(selection?.view ?? "");
  if (!selection) return view;
  const { overlays, ...rest } = selection;
  return { ...view, ...rest, overlays: { ...view.overlays, ...overlays } };
}

function gdvizWriteView(view) {
  try {
    const address = new URL(location.href);
    address.searchParams.set("view", gdvizEncodeView(view));
    history.replaceState(history.state, "", address);
  } catch { /* a page without an address of its own, such as a notebook's frame, keeps no link */ }
}
