// The live engine as the page sees it: the newest request wins, what it overtakes is dropped, and nothing here waits.

import { WORKER_SCRIPT } from "./script.js";
/** @import { LiveRequest, LiveResult } from "./answer.js" */

const RESTS = 140; // milliseconds without a new request after which every step is taken

export class LiveEngine {
  /** @type {Worker | null} */ worker = null;
  /** @type {LiveRequest | null} */ waiting = null; // asked for while a coarse answer is on its way
  /** @type {{id: number, request: LiveRequest, coarse: boolean} | null} */ running = null;
  count = 0;
  timer = 0;

  /**
   * @param {{base: string, onResult: (result: LiveResult, request: LiveRequest) => void, onProblem: (words: string, request: LiveRequest) => void}} given -
   *   base: the address of the page's server, with a slash; onProblem: why there is no answer, as a clause or sentence
   */
  constructor({ base, onResult, onProblem }) {
    this.base = base;
    this.onResult = onResult;
    this.onProblem = onProblem;
  }

  // A coarse answer at once (one step a frame), and a whole one when nothing newer comes; `request.whole` asks for that alone.
  /** @type {(request: LiveRequest) => void} */
  ask(request) {
    clearTimeout(this.timer);
    if (this.running?.coarse) this.waiting = request;
    else this.send(request, !request.whole);
  }

  // Drop what is under way; nothing of it is shown any more.
  stop() {
    clearTimeout(this.timer);
    this.waiting = this.running = null;
  }

  destroy() {
    this.stop();
    this.worker?.terminate();
    this.worker = null;
  }

  /** @type {(request: LiveRequest, coarse: boolean) => void} */
  send(request, coarse) {
    this.waiting = null;
    this.running = { id: ++this.count, request, coarse };
    try {
      this.worker ??= this.start();
    } catch (error) {
      this.fail(/** @type {Error} */ (error).message);
      return;
    }
    this.worker.postMessage({ ...this.running, base: this.base });
  }

  start() {
    if (!WORKER_SCRIPT) throw new Error("live needs the server");
    const address = URL.createObjectURL(new Blob([WORKER_SCRIPT], { type: "text/javascript" }));
    const worker = new Worker(address);
    worker.onmessage = ({ data }) => this.received(data);
    worker.onerror = (event) => this.fail(event.message || "the browser did not start the live engine");
    return worker;
  }

  /** @type {(data: {id: number, result?: any, problem?: string}) => void} */
  received({ id, result, problem }) {
    if (id !== this.running?.id) return; // overtaken or stopped
    const { request, coarse } = this.running;
    this.running = null;
    const { waiting } = this;
    if (waiting) this.send(waiting, !waiting.whole);
    if (problem || result?.absent) return this.onProblem(problem ?? result.absent, request);
    if (!result) return;
    if (coarse && !waiting) this.timer = window.setTimeout(() => { if (!this.running) this.send(request, false); }, RESTS);
    this.onResult(result, request);
  }

  /** @type {(words: string) => void} */
  fail(words) {
    const request = this.running?.request ?? this.waiting;
    this.stop();
    if (request) this.onProblem(words, request);
  }
}
