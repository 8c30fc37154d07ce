// Live w in the player: while w is between computed values the engine runs the scene there, and the guided panel shows the answer.

import { LiveEngine } from "./client.js";
import { liveCoverage, liveRequest, liveScene } from "./scene.js";
import { nearestIndex } from "../motion.js";
/** @import { Scene } from "../scene.js" */
/** @import { Stage } from "../stage.js" */
/** @import { State } from "../state.js" */

export class LiveW {
  /** @type {LiveEngine | null} */ engine = null;

  /** @param {State} state @param {Stage} stage */
  constructor(state, stage) {
    this.state = state;
    this.stage = stage;
  }

  // A new scene in hand; `server` is the address of what serves it, null where nobody does.
  /** @type {(scene: Scene, server: string | null) => void} */
  enter(scene, server) {
    const { covered, absent } = liveCoverage(scene);
    this.engine?.stop();
    this.state.live = { on: covered && server !== null, why: covered && server === null ? "live needs the server" : absent, scene: null };
    if (!this.state.live.on || this.engine) return;
    this.engine = new LiveEngine({
      base: server,
      onResult: (result) => this.show(liveScene(this.state.scenes[0], result)),
      onProblem: (why) => this.refuse(why),
    });
  }

  // w has changed: a computed one shows the server's paths, any other is run here.
  follow() {
    const { scenes: [scene], live, w } = this.state;
    if (!live.on) return;
    if (scene.w.includes(w)) {
      this.engine.stop();
      live.scene = null;
    } else this.engine.ask(liveRequest(scene, w));
  }

  /** @type {(scene: Scene) => void} */
  show(scene) {
    const { live, scenes, w } = this.state;
    if (!live.on || scene.of !== scenes[0] || scenes[0].w.includes(w)) return;
    live.scene = scene;
    this.stage.arrange();
    this.stage.redraw();
  }

  // As without an engine: w goes to the nearest computed one, and the controls say why.
  /** @type {(why: string) => void} */
  refuse(why) {
    const { state } = this;
    const [scene] = state.scenes;
    state.live = { on: false, why, scene: null };
    state.w = scene.w[nearestIndex(scene, state.w)];
    this.stage.arrange();
    this.stage.redraw();
  }

  destroy() { this.engine?.destroy(); }
}
