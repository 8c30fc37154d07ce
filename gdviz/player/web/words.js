// The words on the page that change only when w or the panels do, and the one line that is spoken.

import { experimentChanges } from "./difference.js";
import { setText } from "./dom.js";
import { explainText } from "./glossary.js";
import { fillLegend } from "./legend.js";
import { locateW } from "./motion.js";
import { awaitedOf, sentenceFor } from "./sentence.js";
import { guidedW, lastFrame, rowAt } from "./state.js";
import { resolveOverlays } from "./view.js";
/** @import { Clock } from "./clock.js" */
/** @import { Page } from "./page.js" */
/** @import { PanelSpec, State } from "./state.js" */
/** @import { Theme } from "./theme.js" */

/** @typedef {{describe: (theme: Theme) => void, keepRoom: () => void, speak: (panels: number) => void, stop: () => void}} Words */

const QUIET = 700; // milliseconds without a change before it is said

/** @type {(page: Page, state: State, clock: Clock) => Words} */
export function createWords(page, state, clock) {
  let spoken = 0;
  let measured = "";

  /** @type {(theme: Theme) => void} */
  function describe(theme) {
    const [scene] = state.scenes;
    const { header } = scene;
    setText(page.heading, header.title);
    setText(page.note, header.sampler);
    const awaited = awaitedOf(header);
    page.preview.hidden = !awaited;
    setText(page.preview, awaited);
    const shown = state.draft ?? state.live.scene ?? scene;
    fillLegend(page.legend, state.draft ?? scene, resolveOverlays(state.view.overlays, state.draft ?? scene), theme);
    const waits = state.draft !== null && state.draft.coarse === undefined;
    explainText(page.sentence, waits ? "Edited: shading and curves show it; the dots and the numbers are of the scene before."
      : sentenceFor(header, rowAt(shown, shown === scene ? state.w : guidedW(shown)), rowAt(shown, 0)));
    explainText(page.caption, [header.caption, ...(header.notes ?? [])].filter(Boolean).join(" "));
  }

  // Keeps room for a scene's longest sentence, so that nothing below moves with w. Measured, not guessed: the
  // number of lines depends on the width and the font.
  function keepRoom() {
    const [scene] = state.scenes;
    const node = page.sentence;
    const stamp = `${scene.id}|${node.clientWidth}`;
    if (stamp === measured) return;
    measured = stamp;
    const shown = node.dataset.words ?? "";
    const zero = scene.header.rows.find((row) => row.w === 0) ?? null;
    node.style.minHeight = "";
    let most = 0;
    const { rows } = scene.header;
    const live = state.live.on ? rows.map((row) => ({ ...row, particles: scene.particles, live: true })) : [];
    for (const row of [null, ...rows, ...live]) {
      node.textContent = sentenceFor(scene.header, row, zero);
      most = Math.max(most, node.offsetHeight);
    }
    node.dataset.words = "";
    explainText(node, shown);
    node.style.minHeight = `${most}px`;
  }

  /** @type {(panels: number) => void} */
  function speak(panels) { // only when the reader has stopped moving things
    clearTimeout(spoken);
    spoken = window.setTimeout(() => {
      const last = lastFrame(state);
      const now = clock.playing ? "Playing" : `Paused at frame ${Math.round(clock.progress * last)} of ${last}`;
      setText(page.live, `${now}, ${panels} panel${panels > 1 ? "s" : ""}. ${page.sentence.dataset.words}`);
    }, QUIET);
  }

  return { describe, keepRoom, speak, stop: () => clearTimeout(spoken) };
}

// One line on what a pinned panel does not share with A.
/** @type {(state: State, spec: PanelSpec) => string} */
export function differsFromA(state, spec) {
  const [scene] = state.scenes;
  const here = rowAt(scene, state.w);
  const other = spec.scene.row(locateW(spec.scene, spec.w).k);
  return here && other ? `A → ${spec.letter}: ${experimentChanges(scene.header, here, spec.scene.header, other)}` : "";
}
