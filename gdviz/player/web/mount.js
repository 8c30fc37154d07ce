// The one door to the player: a Streamlit component, a standalone page, a notebook's frame and a static page all use it.

import { createPlayer } from "./player.js";
/** @import { SceneInput } from "./load.js" */
/** @import { Options, Player } from "./player.js" */

/** @typedef {HTMLElement & {gdviz?: Player}} Host */

// Shows a scene in an element and returns the player, {update(scene, options), destroy(), ...}. `scene` is the bytes of one
// scene, or one to three sources {id, url or bytes or bytes_b64}; `options` may hold a `selection` (the view to open with)
// and the `base` of addresses. Mounted again on the same element, as Streamlit does at every rerun, the player that is there
// goes on playing and only looks for new scenes.
/** @type {(element: Host, scene: SceneInput, options?: Options) => Player} */
export function mount(element, scene, options = {}) {
  let player = element.gdviz;
  if (!player?.attached()) { // the page may have replaced what it had mounted
    player?.destroy();
    element.querySelector?.(".gv-waiting")?.remove();
    player = element.gdviz = createPlayer(element);
  }
  player.update(scene, options);
  return player;
}
