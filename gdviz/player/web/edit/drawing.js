// What the editor shows: an overlay on the first panel and the guided one, the bar and the boxes.

import { offersOf } from "./convert.js";
import { canRedo, canUndo } from "./history.js";
import { handleKey } from "./keyboard.js";
import { labelsOf } from "./labels.js";
import { Overlay } from "./overlay.js";
import { makePlaces } from "./places.js";
/** @import { Panel } from "../panel.js" */
/** @import { Editor } from "./editor.js" */
/** @import { Thing } from "./handles.js" */

/** @type {(editor: Editor) => void} */
export function drawEditor(editor) {
  const { overlays, brush, player } = editor;
  const panels = player.panels().slice(0, 2).filter((panel) => panel.painter && !panel.spec.pin);
  while (overlays.length > panels.length) overlays.pop().destroy();
  const things = editor.things();
  const brushing = brush.active(); // over points or the reward
  if (!things.some(({ id }) => id === editor.selected)) editor.selected = brushing ? "" : things[0]?.id ?? "";
  const theme = player.theme();
  const all = brush.with(things);
  const selected = brushing && !editor.selected ? "brush" : editor.selected;
  panels.forEach((panel, i) => {
    const overlay = (overlays[i] ??= newOverlay(editor, panel, i === 0));
    const { spec, painter, canvas } = panel; // no size is read off the page here: that would lay it out in every frame
    if (overlay.svg.parentElement !== canvas.parentElement) canvas.parentElement.append(overlay.svg);
    const places = makePlaces(spec.scene.d, painter.view, painter.dpr, things.length);
    overlay.show({ things: all, selected, places, theme, brush: brush.shown(), dots: editor.brushes.points.dots(places, theme) });
  });
  drawBar(editor, things, brushing);
}

/** @type {(editor: Editor, things: Thing[], brushing: boolean) => void} */
function drawBar(editor, things, brushing) {
  const { bar, boxes, brush, history, selected, snap } = editor;
  const { target } = editor.experiment();
  const mixture = target.kind === "gaussian_mixture";
  const points = target.kind === "points";
  bar.show({
    things, selected, theme: editor.player.theme(), tools: toolsOf(editor), tool: editor.painting() || editor.brushes.points.active() ? editor.tool : "move", undo: canUndo(history), redo: canRedo(history), snap,
    named: mixture || points ? "" : `The target (${String(target.kind).replace(/_/g, " ")}) has settings and no handles.`,
    offers: mixture || points ? null : offersOf(/** @type {any} */ (editor.scene().header).live),
    adds: !brushing && (mixture || things.some(({ path }) => path.at(-2) === "bumps")),
  });
  const chosen = things.find(({ id }) => id === selected) ?? null;
  const shared = { labels: labelsOf(target), step: editor.step(), pastes: true, note: "" };
  if (chosen) {
    boxes.show({
      ...shared, id: chosen.id, name: chosen.name, fields: chosen.fields, numbers: chosen.numbers, label: chosen.group === "target" ? chosen.label : undefined,
      part: chosen.handles.length > 0 && typeof chosen.path.at(-1) === "number",
    });
  } else if (brushing) boxes.show({ ...shared, ...brush.box(), part: false });
  else boxes.show({ ...shared, id: "", name: "", fields: [], numbers: {}, label: undefined, part: false });
}

// What a pointer can be on this scene.
/** @type {(editor: Editor) => string[]} */
function toolsOf({ brushes }) {
  const tools = [...(brushes.points.active() ? ["add", "erase"] : []), ...(brushes.paint.able() ? ["paint", "wipe"] : [])];
  return tools.length ? ["move", ...tools] : [];
}

/** @type {(editor: Editor, panel: Panel, focusable: boolean) => Overlay} */
function newOverlay(editor, panel, focusable) {
  return new Overlay(panel.canvas.parentElement, focusable, {
    select: (thing) => { if (thing.id !== "brush" && thing.id !== editor.selected) editor.choose(thing.id); },
    grab: (thing, handle, at) => editor.grab(thing, handle, at),
    drag: (at) => editor.drag(at),
    drop: (kept) => editor.drop(kept),
    key: (event, thing, handle) => handleKey(editor, event, thing, handle),
    ground: (at, phase) => editor.brush.ground(at, phase),
    twice: (at) => { if (!editor.brush.active()) editor.addAt(at); },
  });
}
