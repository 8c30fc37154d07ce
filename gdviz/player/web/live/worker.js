// The engine in a Web Worker, so that the page never waits for it.

import { Answerer } from "./answer.js";
import { fetchNoise } from "./noise.js";
/** @import { LiveRequest } from "./answer.js" */

/** @typedef {{id: number, request: LiveRequest, coarse: boolean, base: string}} Job */

export function startWorker() {
  let base = "";
  /** @type {Job | null} */
  let newest = null;
  let busy = false;
  const answerer = new Answerer((of) => fetchNoise(base, of));
  const channel = new MessageChannel(); // a turn of the event loop, sooner than a timer's
  /** @type {() => Promise<void>} */
  const pause = () => new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });

  async function work() {
    busy = true;
    while (newest) {
      const { id, request, coarse, base: at } = newest;
      newest = null;
      base = at;
      try {
        // A coarse answer is finished, or a steady hand would never see one; a whole one gives way.
        const result = await answerer.answer(request, coarse, () => !coarse && newest !== null, pause);
        const moved = result && "codes" in result ? result.codes.map((codes) => codes.buffer) : [];
        self.postMessage({ id, result }, { transfer: moved });
      } catch (error) {
        self.postMessage({ id, problem: /** @type {Error} */ (error).message });
      }
    }
    busy = false;
  }

  self.onmessage = ({ data }) => {
    newest = data;
    if (!busy) work();
  };
}
