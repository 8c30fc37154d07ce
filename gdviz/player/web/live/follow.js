// The engine in the player. While w is between computed values it runs the scene there, and the guided panel shows the answer; while
// the scene is edited it runs what was edited, and both panels do.

import { LiveEngine } from "./client.js";
import { liveCoverage, liveRequest, liveScene } from "./scene.js";
import { editedScene } from "../edit/fields.js";
import { nearestIndex } from "../motion.js";
/** @import { Experiment } from "../edit/change.js" */
/** @import { LiveResult } from "./answer.js" */
/** @import { Scene } from "../scene.js" */
/** @import { Stage } from "../stage.js" */
/** @import { State } from "../state.js" */

export class LiveW {
  /** @type {LiveEngine | null} */ engine = null;
  /** @type {Scene | null} */ flowed = null; // of an edited Experiment, the last that the engine ran
  drafts = 0;

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
    this.flowed = null;
    if (server === null || this.engine) return;
    this.engine = new LiveEngine({
      base: server,
      onResult: (result, { experiment }) => (this.isOwn(experiment) ? this.show(liveScene(this.state.scenes[0], result)) : this.flow(result, experiment)),
      onProblem: (why, { experiment }) => { if (this.isOwn(experiment)) this.refuse(why); else this.stay(why); },
    });
  }

  /** @type {(experiment: Experiment) => boolean} */
  isOwn(experiment) { return experiment === this.state.scenes[0].header.experiment; }

  // w has changed: a computed one shows the server's paths, any other is run here.
  follow() {
    const { scenes: [scene], live, w, edited } = this.state;
    if (edited) {
      const { header } = scene;
      const request = liveRequest(scene, w, edited);
      this.engine?.ask({ ...request, extent: null, given: header.live ? request.given : { ...request.given, absent: "it is a preview" } });
    } else if (!live.on) return;
    else if (scene.w.includes(w)) {
      this.engine.stop();
      live.scene = null;
    } else this.engine.ask(liveRequest(scene, w));
  }

  // ---- what is edited
  // Its fields are drawn at once, over the dots that the engine had last; the engine is asked for the new ones.
  /** @type {(experiment: Experiment | null, rough: boolean) => void} */
  draft(experiment, rough) {
    const { state } = this;
    const [scene] = state.scenes;
    if (!experiment) this.flowed = null;
    state.draft = experiment && editedScene(this.flowed ?? scene, experiment, state.extent ?? scene.header.extent, rough, `${scene.id}~${++this.drafts}`);
    this.follow();
    this.stage.arrange();
    this.stage.draw();
  }

  // The engine's dots under the fields that are drawn already.
  /** @type {(result: LiveResult, experiment: Experiment) => void} */
  flow(result, experiment) {
    const { scenes: [scene], draft, edited } = this.state;
    if (!draft || !edited) return;
    this.flowed = liveScene(scene, result, experiment);
    const { id, grids, grid, rough } = draft;
    this.state.draft = { ...this.flowed, header: { ...this.flowed.header, id, extent: draft.header.extent }, id, grids, grid, rough, law: null, arrows: null };
    this.stage.arrange();
    this.stage.redraw();
  }

  // What is edited is not covered: the dots stay until the server's come.
  /** @type {(why: string) => void} */
  stay(why) {
    this.flowed = null;
    this.stage.editor.bar.say(`The dots follow with the server's answer: ${why}.`.replace("..", "."));
  }

  // ---- w

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
