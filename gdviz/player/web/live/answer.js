// What a live request is answered with: two runs on the same noise, their rows, and the fields where they changed.

import { courseOf, finalClasses, flow, logRewards, positionCodes } from "./engine.js";
import { liveGrids } from "./grids.js";
import { logSnrAt } from "./levels.js";
import { liveModel } from "./model.js";
import { holdsNoise } from "./noise.js";
import { liveRow } from "./rows.js";
/** @import { Course, Paths, Quantisation } from "./engine.js" */
/** @import { Given, Model } from "./model.js" */
/** @import { Noise } from "./noise.js" */
/** @import { Grid, Moment, Row } from "../scene.js" */

/**
 * @typedef {object} LiveRequest
 * @property {any} experiment - JSON, maybe edited
 * @property {Given} given - the scene's header.live, with the scene's own experiment
 * @property {number} w
 * @property {number | null} [steps] - null or left out: the Experiment's own
 * @property {number} particles - that are shown
 * @property {Quantisation} quantisation - of the scene
 * @property {number[] | null} [extent] - where fields are wanted, on these axes
 * @property {Int16Array | null} [start] - the scene's codes at its first frame [N, d], to know its noise again
 * @property {boolean} [whole] - every step at once, without a coarse answer first
 *
 * Of w = 0 and of w, in this order.
 * @typedef {{w: number, coarse: boolean, steps: number, codes: Int16Array[], logReward: (Float32Array | null)[], finalClass: (Uint8Array | null)[],
 *   rows: Row[], frames: Moment[], grids: Grid[] | null, extent: number[] | null, names: string[]}} LiveResult
 *
 * @typedef {{absent: string}} LiveAbsent
 */

const KEPT = 3; // noises
const SLICE = 12; // milliseconds of work before a newer request is looked for

/** @typedef {{ends: Float64Array, codes: Int16Array, logReward: Float32Array | null, finalClass: Uint8Array | null}} Ran */

export class Answerer {
  /** @param {(of: {seed: number, d: number, particles: number, steps: number}) => Promise<Noise>} noiseOf */
  constructor(noiseOf) {
    this.noiseOf = noiseOf;
    /** @type {Noise[]} */
    this.noises = [];
    this.key = "";
    /** @type {Model | LiveAbsent} */
    this.model = { absent: "" };
    /** @type {Map<string, any>} */
    this.kept = new Map(); // of this model: courses, runs at w = 0, fields
  }

  // The answer, or null where `overtaken` says that something newer is wanted. Throws where the noise cannot be had.
  /** @type {(request: LiveRequest, coarse: boolean, overtaken: () => boolean, pause: () => Promise<void>) => Promise<LiveResult | LiveAbsent | null>} */
  async answer(request, coarse, overtaken, pause) {
    const model = this.modelOf(request);
    if ("absent" in model) return model;
    const noise = await this.noise(model, request);
    const course = this.once(`course ${coarse}`, () => courseOf(model, noise, coarse));
    /** @type {(w: number) => Promise<Ran | null>} */
    const ran = async (w) => {
      const paths = await this.drive(flow(model, course, w), overtaken, pause);
      if (!paths) return null;
      const { frames, ends } = paths;
      return { ends, codes: positionCodes(frames, model.d, request.quantisation), logReward: logRewards(model, ends), finalClass: finalClasses(model, ends) };
    };
    const before = `at 0 ${coarse} ${request.quantisation.low} ${request.quantisation.step}`;
    const unguided = this.kept.get(before) ?? (await ran(0));
    if (!unguided) return null;
    this.kept.set(before, unguided);
    const guided = request.w === 0 ? unguided : await ran(request.w);
    if (!guided) return null;
    const { extent = null } = request;
    const both = /** @type {Ran[]} */ ([unguided, guided]);
    return {
      w: request.w, coarse, steps: model.levels.steps, extent, names: model.target.names,
      codes: both.map((one) => one.codes.slice()), logReward: both.map((one) => one.logReward), finalClass: both.map((one) => one.finalClass),
      rows: [liveRow(0, unguided.ends, unguided.logReward, unguided.logReward), liveRow(request.w, guided.ends, guided.logReward, unguided.logReward)],
      frames: model.frames.map((k) => ({ t: model.levels.t[k], alpha_bar: model.levels.alphaBar[k], log_snr: logSnrAt(model.levels, k), step: k })),
      grids: extent && this.once(`fields ${extent}`, () => liveGrids(model, extent)),
    };
  }

  /** @type {(request: LiveRequest) => Model | LiveAbsent} */
  modelOf({ experiment, given, steps = null, particles }) {
    const key = JSON.stringify([{ ...experiment, w: null }, { ...given.experiment, w: null }, given.absent, steps, particles]);
    if (key !== this.key) {
      this.model = liveModel(experiment, given, steps);
      this.key = key;
      this.kept = new Map();
    }
    return this.model;
  }

  /** @type {<T>(key: string, make: () => T) => T} */
  once(key, make) {
    if (!this.kept.has(key)) this.kept.set(key, make());
    return this.kept.get(key);
  }

  /** @type {(model: Model, request: LiveRequest) => Promise<Noise>} */
  async noise(model, { particles, quantisation, start }) {
    const of = { seed: model.seed, d: model.d, particles, steps: model.levels.steps };
    const here = this.noises.find((one) => holdsNoise(one, of));
    if (here) return here;
    const noise = await this.noiseOf(of);
    if (start && !sameStart(noise, quantisation, start)) {
      throw new Error("the server's noise is not the one that this scene was made with");
    }
    this.noises = [noise, ...this.noises].slice(0, KEPT);
    return noise;
  }

  /** @type {(running: Generator<void, Paths>, overtaken: () => boolean, pause: () => Promise<void>) => Promise<Paths | null>} */
  async drive(running, overtaken, pause) {
    let began = Date.now();
    for (let next = running.next(); ; next = running.next()) {
      if (next.done) return next.value;
      if (Date.now() - began < SLICE) continue;
      await pause();
      if (overtaken()) return null;
      began = Date.now();
    }
  }
}

// Whether the start that the scene shows is this noise's: another device or version draws another.
/** @type {(noise: Noise, quantisation: Quantisation, start: Int16Array) => boolean} */
function sameStart({ values, d, particles }, quantisation, start) {
  const codes = positionCodes(values.subarray(0, particles * d), d, quantisation);
  let off = 0;
  codes.forEach((code, i) => { off += Number(Math.abs(code - start[i]) > 2); });
  return off <= 0.01 * codes.length;
}
