// The player: it gets scenes, keeps the latest few, and puts state, stage and actions together. Nothing here needs the server.

import { createActions } from "./actions.js";
import { Clock } from "./clock.js";
import { setText } from "./dom.js";
import { Editor } from "./edit/editor.js";
import { LiveW } from "./live/follow.js";
import { SceneLibrary, sceneSources } from "./load.js";
import { buildPage } from "./page.js";
import { Stage } from "./stage.js";
import { createState, enterScenes, lastFrame } from "./state.js";
import { readView } from "./view.js";
/** @import { Experiment } from "./edit/change.js" */
/** @import { SceneInput, Source } from "./load.js" */
/** @import { Scene } from "./scene.js" */
/** @import { Selection } from "./view.js" */

/**
 * The view to open with; what addresses start with; who is told of an edited Experiment, and the name of the last edit that was taken.
 * @typedef {{selection?: Selection | null, base?: string, onEdit?: (experiment: Experiment) => void}} Options
 *
 * @typedef {object} Player
 * @property {(scene: SceneInput, options: Options) => Promise<void>} update
 * @property {() => void} destroy
 * @property {() => boolean} attached
 * @property {{draws: number, milliseconds: number}} stats
 * @property {Clock} clock
 * @property {() => Experiment} experiment - on stage, as edited
 */

/** @type {(host: HTMLElement) => Player} */
export function createPlayer(host) {
  const page = buildPage(host);
  const { root } = page;
  const state = createState();
  const library = new SceneLibrary();
  const clock = new Clock(() => { if (root.isConnected) stage.draw(); else clock.pause(); });
  const stage = new Stage(page, state, clock);
  const live = new LiveW(state, stage);
  stage.listen(createActions(state, clock, stage, live));
  /** @type {((experiment: Experiment) => void) | null} */
  let onEdit = null;
  const editor = stage.editor = new Editor(page, state, {
    show: (experiment, rough) => live.draft(experiment, rough),
    hand: (experiment) => onEdit?.(experiment),
    panels: () => stage.panels,
    theme: () => stage.theme,
  });
  let signature = ""; // of the scenes asked for

  /** @type {(scene: SceneInput, options: Options) => Promise<void>} */
  async function update(scene, options) {
    try {
      const sources = sceneSources(scene);
      onEdit = options.onEdit ?? null;
      const key = JSON.stringify(sources.map((source) => source.id));
      stage.retheme();
      if (key === signature) return;
      signature = key;
      if (!sources.length) throw new Error("There is no animation to show yet.");
      root.setAttribute("aria-busy", "true");
      const loaded = await Promise.all(sources.map((source) => library.get(source, options.base)));
      if (key !== signature) return; // a newer rerun overtook this one
      await enter(loaded, sources, options);
      page.problem.hidden = true;
    } catch (thrown) {
      const error = /** @type {Error} */ (thrown);
      signature = "";
      const expected = error.constructor === Error; // anything else is a mistake in the player
      if (!expected) console.error(error);
      setText(page.problem, expected ? error.message : `The player failed on this scene (${error.message}).`);
      page.problem.hidden = false;
      page.body.hidden = !state.scenes.length;
    } finally {
      root.removeAttribute("aria-busy");
    }
  }

  /** @type {(loaded: Scene[], sources: Source[], options: Options) => Promise<void>} */
  async function enter(loaded, sources, { selection, base }) {
    const first = !state.opened;
    if (!first && !editor.on && clock.playing && clock.progress > 0.9 && loaded[0].id !== state.scenes[0].id) clock.seek(0); // a new scene moves at once
    state.scenes = loaded;
    if (first) {
      state.opened = true;
      state.view = readView(selection);
      state.wanted = state.view.w;
      state.pinned = await library.recall(state.view.pins, loaded, sources[0], base);
    }
    live.enter(loaded[0], sources[0].url ? new URL(base ?? "", document.baseURI).href : null);
    enterScenes(state, loaded);
    state.draft = null;
    live.follow();
    clock.speed = state.view.speed;
    if (first && state.view.frame !== null) clock.seek(state.view.frame / Math.max(1, lastFrame(state)));
    stage.enter();
    editor.enter();
    if (first && state.view.frame === null && !stage.reduced.matches) clock.play();
    library.keep([...state.scenes, ...state.pinned.map((pin) => pin.scene)].map((scene) => scene.id));
    stage.draw();
    stage.speak();
  }

  function destroy() {
    clock.pause();
    live.destroy();
    stage.destroy();
  }

  const player = { update, destroy, stats: stage.stats, clock, attached: () => root.isConnected, experiment: () => editor.experiment() };
  Object.assign(root, { gdviz: player }); // for the benchmark
  return player;
}
