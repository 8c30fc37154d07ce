// The player: it gets scenes, keeps the latest few, and puts state, stage and actions together. Nothing here needs the server.

import { createActions } from "./actions.js";
import { Address } from "./address.js";
import { Clock } from "./clock.js";
import { setText } from "./dom.js";
import { Editor } from "./edit/editor.js";
import { LiveW } from "./live/follow.js";
import { SceneLibrary, sceneSources } from "./load.js";
import { buildPage } from "./page.js";
import { Stage } from "./stage.js";
import { createState, enterScenes, lastFrame } from "./state.js";
import { applyTeaching, askedFrame } from "./teaching.js";
import { readView } from "./view.js";
/** @import { Experiment } from "./edit/change.js" */
/** @import { Given } from "./address.js" */
/** @import { SceneInput, Source } from "./load.js" */
/** @import { Scene } from "./scene.js" */
/** @import { State } from "./state.js" */
/** @import { Selection } from "./view.js" */

/**
 * @typedef {{selection?: Selection | null, base?: string, within?: boolean, stale?: string, address?: Given, onWent?: (query: string) => void,
 *   onEdit?: (experiment: Experiment) => void}} Options
 *   - the view to open with; what addresses start with; whether a page stands around it that names the scene; why these scenes are not
 *   those that were asked for; what that page has open, what hears where Back and Forward lead, and who is told of an edited Experiment
 *
 * @typedef {object} Player
 * @property {(scene: SceneInput, options: Options) => Promise<void>} update
 * @property {() => void} destroy
 * @property {() => boolean} attached
 * @property {{draws: number, milliseconds: number}} stats
 * @property {Clock} clock
 * @property {() => Experiment} experiment - on stage, as edited
 * @property {State} state
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
  /** @type {Address | null} */
  let address = null;
  let went = (/** @type {string} */ query) => {};

  // Back and Forward: the view is that of the address, whatever scene comes.
  /** @type {(given: Given) => void} */
  function keepAddress(given) {
    address ??= new Address((query) => {
      state.opened = false;
      signature = "";
      went(query);
    });
    address.keep(given);
  }

  /** @type {(scene: SceneInput, options: Options) => Promise<void>} */
  async function update(scene, options) {
    try {
      root.classList.toggle("gv-within", Boolean(options.within));
      if (options.within) applyTeaching(root);
      page.stale.hidden = !options.stale;
      setText(page.stale, options.stale);
      went = options.onWent ?? went;
      if (options.address) keepAddress(options.address);
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
      state.view = readView(selection, loaded[0].id);
      state.view.frame ??= root.classList.contains("gv-within") ? askedFrame(loaded[0]) : null;
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
    library.keep([...state.scenes, ...state.pinned.map((pin) => pin.scene)].map((scene) => scene.source));
    stage.draw();
    stage.speak();
  }

  function destroy() {
    clock.pause();
    live.destroy();
    address?.stop();
    stage.destroy();
  }

  const player = { update, destroy, stats: stage.stats, clock, state, attached: () => root.isConnected, experiment: () => editor.experiment() };
  Object.assign(root, { gdviz: player }); // for the benchmark and the tests
  return player;
}
