// Getting a scene: by its cacheable address first, else from the bytes that came along. Decoded once.

import { decodeScene, splitScene } from "./decode.js";
/** @import { Scene } from "./scene.js" */
/** @import { Pinned } from "./state.js" */
/** @import { Pin } from "./view.js" */

/**
 * Where a scene comes from: its address, or its bytes.
 * @typedef {{id: string, url?: string, bytes?: Uint8Array, bytes_b64?: string}} Source
 *
 * The bytes of one scene, or one to three sources.
 * @typedef {ArrayBuffer | ArrayBufferView | Source[]} SceneInput
 */

export class SceneLibrary {
  constructor() { this.scenes = new Map(); }

  // source: {id, url?, bytes?, bytes_b64?}
  /** @type {(source: Source, base?: string) => Promise<Scene>} */
  get(source, base = "") {
    if (!this.scenes.has(source.id)) {
      const loading = fetchScene(source, base).then((scene) => Object.assign(scene, { source: source.id })).catch((error) => {
        this.scenes.delete(source.id); // so that the next rerun may try again
        throw error;
      });
      this.scenes.set(source.id, loading);
    }
    return this.scenes.get(source.id);
  }

  // A link may name scenes that the page did not send. Where scenes have addresses, theirs follow the same pattern.
  /** @type {(pins: Pin[], scenes: Scene[], source: Source, base?: string) => Promise<Pinned[]>} */
  async recall(pins, scenes, source, base) {
    const found = await Promise.allSettled(pins.map(async (pin) => {
      const here = scenes.find((scene) => scene.source === pin.id);
      if (here) return here;
      if (!source.url || !pin.id) throw new Error(`The link's panel ${pin.id} is not on this page.`);
      return this.get({ id: pin.id, url: source.url.replace(source.id, pin.id) }, base);
    }));
    return found.flatMap((result, i) => (result.status === "fulfilled" ? [{ scene: result.value, w: pins[i].w }] : []));
  }

  /** @type {(ids: string[]) => void} */
  keep(ids) { // a long session visits many scenes; keep those on stage and the latest few
    for (const id of [...this.scenes.keys()].slice(0, -6)) if (!ids.includes(id)) this.scenes.delete(id);
  }
}

/** @type {(source: Source, base: string) => Promise<Scene>} */
async function fetchScene(source, base) {
  let problem = null;
  if (source.url) {
    try {
      const answer = await fetch(new URL(base + source.url, document.baseURI), { cache: "force-cache" });
      if (!answer.ok) throw new Error(`The animation could not be fetched: the server answered ${answer.status}.`);
      return await decodeScene(await answer.arrayBuffer());
    } catch (error) {
      problem = error instanceof TypeError ? new Error("The animation could not be fetched: the server did not answer.") : error;
    }
  }
  if (source.bytes) return decodeScene(source.bytes);
  if (source.bytes_b64) return decodeScene(Uint8Array.from(atob(source.bytes_b64), (c) => c.charCodeAt(0)));
  throw problem ?? new Error("There is no animation to show: the scene came without bytes or address.");
}

// Where scenes come from: the raw bytes of one, or a list of {id, url or bytes or bytes_b64}.
/** @type {(scene: SceneInput) => Source[]} */
export function sceneSources(scene) {
  if (Array.isArray(scene)) return scene;
  const bytes = scene instanceof ArrayBuffer ? new Uint8Array(scene) : new Uint8Array(scene.buffer, scene.byteOffset, scene.byteLength);
  return [{ id: splitScene(bytes).header.id, bytes }];
}
