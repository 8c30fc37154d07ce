// The view: what the reader chose to look at. It lives in the page's address (`view=w2*f40*v1...`), never on
// the server, and is written when a control is let go.

/** @import { Scene } from "./scene.js" */

/**
 * What is drawn besides the particles.
 * @typedef {{trails: string, base: boolean, push: boolean, sum: boolean, field: string, contours: string, law: boolean, colour: string}} Overlays
 *
 * A copied panel, in an address; its w is null where it follows the slider.
 * @typedef {{id: string, w: number | null}} Pin
 *
 * What the reader chose to look at; null where nothing was chosen.
 * @typedef {{w: number | null, frame: number | null, speed: number, readout: string, present: boolean, pins: Pin[],
 *   overlays: Overlays}} View
 *
 * The view to open with: some of its fields, or its address.
 * @typedef {Partial<Omit<View, "overlays">> & {overlays?: Partial<Overlays>, view?: string}} Selection
 */

// "auto" is the scene's natural choice: what guides as a tint, a reward or else the classes, the first exact goal as contours.
/** @type {(overlays: Overlays, scene: Scene) => Overlays} */
export function resolveOverlays(overlays, scene) {
  /** @type {(name: string) => boolean} */
  const has = (name) => scene.grids.some((g) => g.name === name || g.name.startsWith(name));
  const field = has("reward") ? "reward" : has("class:") ? "classes" : "density";
  const goal = scene.grids.find((g) => g.name.startsWith("goal:"))?.name ?? "density";
  return {
    ...overlays,
    field: overlays.field === "auto" ? field : overlays.field,
    contours: overlays.contours === "auto" ? goal : overlays.contours,
  };
}

const ARROW_NAMES = /** @type {const} */ (["base", "push", "sum"]);
export const TRAIL_NAMES = ["off", "few", "many"];

/** @type {() => View} */
export function defaultView() {
  return {
    w: null, frame: null, speed: 1, readout: "t", present: false, pins: [], // pins: [{id, w}], w null follows the slider
    overlays: { trails: "few", base: false, push: false, sum: false, field: "auto", contours: "auto", law: true, colour: "panel" },
  };
}

/** @type {(view: View) => string} */
export function encodeView(view) {
  const { overlays: o } = view;
  const parts = [];
  if (view.w !== null) parts.push(`w${view.w}`);
  if (view.frame !== null) parts.push(`f${view.frame}`);
  if (view.speed !== 1) parts.push(`v${view.speed}`);
  if (view.readout !== "t") parts.push(`r${view.readout}`);
  const flags = TRAIL_NAMES.indexOf(o.trails) + ARROW_NAMES.map((name) => (o[name] ? "1" : "0")).join("");
  if (flags !== "1000") parts.push(`o${flags}`);
  if (o.field !== "auto") parts.push(`d${o.field}`);
  if (o.contours !== "auto") parts.push(`c${o.contours}`);
  if (!o.law) parts.push("g0");
  if (o.colour !== "panel") parts.push(`l${o.colour}`);
  if (view.present) parts.push("s1");
  for (const pin of view.pins) parts.push(`p${pin.id}_${pin.w ?? ""}`);
  return parts.join("*");
}

// Anything not understood is left at its default: an old link still opens.
/** @type {(text: string | null | undefined) => View} */
export function decodeView(text) {
  const view = defaultView();
  /** @type {(s: string) => number | null} */
  const number = (s) => (s !== "" && Number.isFinite(Number(s)) ? Number(s) : null);
  for (const part of (text ?? "").split("*")) {
    const [key, value] = [part[0], part.slice(1)];
    if (key === "w") view.w = number(value);
    if (key === "f") view.frame = number(value);
    if (key === "v") view.speed = Math.min(4, Math.max(0.25, number(value) ?? 1));
    if (key === "r") view.readout = value;
    if (key === "o") {
      view.overlays.trails = TRAIL_NAMES[Number(value[0])] ?? "few";
      ARROW_NAMES.forEach((name, i) => { view.overlays[name] = value[i + 1] === "1"; });
    }
    if (key === "d") view.overlays.field = value;
    if (key === "c") view.overlays.contours = value;
    if (key === "g") view.overlays.law = value !== "0";
    if (key === "l") view.overlays.colour = value;
    if (key === "s") view.present = value === "1";
    if (key === "p" && value.includes("_")) {
      const cut = value.lastIndexOf("_");
      view.pins.push({ id: value.slice(0, cut), w: number(value.slice(cut + 1)) });
    }
  }
  return view;
}

/** @typedef {Window & {gdvizView?: {scene: string, text: string}}} Remembering */

// The address's view, else the one that was left when another page of the program was opened, else the given one.
/** @type {(selection: Selection | null | undefined, scene: string) => View} */
export function readView(selection, scene) {
  const left = /** @type {Remembering} */ (window).gdvizView;
  const text = new URLSearchParams(location.search).get("view") ?? (left?.scene === scene ? left.text : null);
  if (text !== null) return decodeView(text);
  const view = decodeView(selection?.view ?? "");
  if (!selection) return view;
  const { overlays, ...rest } = selection;
  return { ...view, ...rest, overlays: { ...view.overlays, ...overlays } };
}

/** @type {(view: View, scene: string) => void} */
export function writeView(view, scene) {
  /** @type {Remembering} */ (window).gdvizView = { scene, text: encodeView(view) };
  try {
    const address = new URL(location.href);
    address.searchParams.set("view", encodeView(view));
    history.replaceState(history.state, "", address);
  } catch { /* a page without an address of its own, such as a notebook's frame, keeps no link */ }
}
