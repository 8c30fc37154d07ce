// A scene as the player uses it: what `gdviz/player/scene.py` packs, decoded. Its shapes are written down here.

/**
 * A number that may be missing: not measured, or not finite.
 * @typedef {number | null | undefined} Maybe
 *
 * The noise level of a frame.
 * @typedef {{t: number, alpha_bar: number, log_snr: number, step: number}} Moment
 *
 * @typedef {{to: string, energy_distance: Maybe, se: Maybe, floor?: Maybe}} Distance
 * @typedef {{k_hat?: Maybe, top_share?: Maybe, reliable?: boolean}} Tail
 *
 * What was measured at one w, with standard errors: a row of the result.
 * @typedef {object} Row
 * @property {number} w
 * @property {number} particles
 * @property {number} nonfinite
 * @property {boolean} [live] - computed in the browser, from the shown particles
 * @property {Maybe} [mean_reward]
 * @property {Maybe} [se_reward]
 * @property {Maybe} [mean_reciprocal]
 * @property {Maybe} [se_reciprocal]
 * @property {Tail | null} [tail]
 * @property {Maybe} [improved]
 * @property {Maybe} [se_improved]
 * @property {Maybe} [ties]
 * @property {{of: string, value: Maybe, se: Maybe} | null} [identity]
 * @property {Maybe} [path_kl]
 * @property {Maybe} [se_path_kl]
 * @property {Maybe} [spread]
 * @property {Maybe} [se_spread]
 * @property {Distance[]} [distances]
 * @property {Record<string, Maybe> | null} [step_changes]
 *
 * @typedef {{name: string, law: string}} Goal
 * @typedef {{w: number, mean_reward?: Maybe, mean_reciprocal?: Maybe}} LawPoint
 * @typedef {{law?: LawPoint[], mean_reward_w0?: Maybe, mean_reciprocal_w0?: Maybe, slope_mean_reward_w0?: Maybe, slope_mean_reciprocal_w0?: Maybe,
 *   mean_reward_w1?: Maybe}} Exact
 * @typedef {{base: string, goals?: Goal[], unguided_title: string, guided_title: string}} Laws
 * @typedef {{kind?: string, reward_name?: string, reciprocal_name?: string, label?: string | number | null}} Measure
 *
 * What a scene says in words and numbers. The charts see nothing else.
 * @typedef {object} Header
 * @property {string} id
 * @property {number[]} w - in the order of the rows
 * @property {number[]} order - the row of each w ascending
 * @property {Moment[]} frames - from noise to data
 * @property {number} dimension
 * @property {number} particles
 * @property {number[]} extent - [x0, x1] or [x0, x1, y0, y1]
 * @property {number} steps_total
 * @property {string} title
 * @property {string} caption
 * @property {string} sampler
 * @property {boolean} preview
 * @property {string[]} [missing] - what of a scene is still being computed: particles, distances, exact, law
 * @property {string[]} [notes]
 * @property {Record<string, any>} [experiment]
 * @property {Row[]} rows
 * @property {Exact | null} [exact]
 * @property {Laws} laws
 * @property {Measure} measure
 * @property {LawEntry | null} [law]
 * @property {any} [live] - what the live engine needs, or {absent: why}
 * @property {((row: number) => Float32Array) | null} [logReward] - log r at the end points [N] of a row
 *
 * Values [height, width] on a regular grid, y ascending; `extent` is that of the first and last grid points.
 * @typedef {{width: number, height: number, extent: number[], values: Float32Array}} Field
 * @typedef {Field & {name: string}} Grid
 *
 * Base and push on a lattice, [F, rows, columns, 2] or [F, n, 1], in units of a scale for each frame.
 * @typedef {{shape: number[], base: Int8Array, baseScale: Float32Array, push: Int8Array, pushScale: Float32Array}} Arrows
 *
 * The law of the guided sampler: log density of the k-th w ascending, up to a constant in 2-D.
 * @typedef {{width: number, height: number, log: (k: number) => Float32Array}} GuidedLaws
 *
 * Everything that is drawn of one Experiment. Every array runs over w ascending.
 * @typedef {object} Scene
 * @property {Header} header
 * @property {boolean} [rough] - of an Experiment that is being dragged: drawn quickly
 * @property {string} id
 * @property {string} [source] - what it was asked for by: the name of its bytes
 * @property {number[]} w - ascending
 * @property {number} frames
 * @property {number} particles
 * @property {number} d - 1 or 2
 * @property {number[]} low - position of code 0, for each coordinate
 * @property {number[]} step - length of one code
 * @property {(k: number) => Int16Array} codes - position codes [F, N, d] of the k-th w
 * @property {(k: number) => Row | null} row - of the k-th w
 * @property {Grid[]} grids
 * @property {(name: string) => Grid | null} grid
 * @property {GuidedLaws | null} law
 * @property {((k: number) => Uint8Array) | null} finalClass - of each particle [N] at the k-th w
 * @property {Arrows | null} arrows
 * @property {Scene} [of] - the scene that a live one is of, at a w between its own
 * @property {boolean} [coarse] - a live scene with one step a frame
 *
 * As the bytes hold it: entries that name payload arrays.
 * @typedef {{name: string, dtype: string, shape: number[], offset: number, length: number, encoding: string}} ArrayEntry
 * @typedef {{name: string, extent: number[], array: string, map: string, low: number, high: number}} GridEntry
 * @typedef {{absent: string, errors: number[], floor: number}} LawEntry
 * @typedef {Header & {format: number, arrays: ArrayEntry[], grids: GridEntry[], quantisation: {low: number[], step: number[]}}} PackedHeader
 * @typedef {Record<string, any>} Arrays
 * @typedef {Record<string, number[]>} Shapes
 * @typedef {Uint8Array | Int8Array | Int16Array | Uint16Array | Float32Array} Numbers
 */

// The densities of the target's classes, in the order of their colours and shapes.
/** @type {(scene: {grids: Grid[]}) => Grid[]} */
export function classGrids({ grids }) { return grids.filter((grid) => grid.name.startsWith("class:")); }

/** @type {(header: PackedHeader, arrays: Arrays, shapes: Shapes) => Scene} */
export function makeScene(header, arrays, shapes) {
  const slab = header.frames.length * header.particles * header.dimension;
  /** @type {(array: any) => ((k: number) => any) | null} */
  const byParticle = (array) => (array ? (k) => array.subarray(k * header.particles, (k + 1) * header.particles) : null);
  const logReward = byParticle(arrays.log_reward);
  header.logReward = logReward && ((index) => logReward(header.order.indexOf(index))); // by row; read by the charts, which see headers only
  const grids = header.grids.map((entry) => readGrid(entry, arrays[entry.array], shapes[entry.array]));
  return {
    header,
    id: header.id,
    w: header.order.map((index) => header.w[index]),
    frames: header.frames.length,
    particles: header.particles,
    d: header.dimension,
    low: header.quantisation.low,
    step: header.quantisation.step,
    codes: (k) => arrays.paths.subarray(k * slab, (k + 1) * slab),
    row: (k) => header.rows[header.order[k]] ?? null,
    grids,
    grid: (name) => grids.find((grid) => grid.name === name) ?? null,
    law: readGuidedLaws(header.law, arrays, shapes),
    finalClass: byParticle(arrays.final_class),
    arrows: arrays.arrows_base ? {
      shape: shapes.arrows_base,
      base: arrays.arrows_base, baseScale: arrays.arrows_base_scale,
      push: arrays.arrows_push, pushScale: arrays.arrows_push_scale,
    } : null,
  };
}

// The guided law's densities; in 2-D they travel as bytes.
/** @type {(entry: LawEntry | null | undefined, arrays: Arrays, shapes: Shapes) => GuidedLaws | null} */
function readGuidedLaws(entry, arrays, shapes) {
  if (!entry || entry.absent) return null;
  const shape = shapes.law;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  /** @type {(k: number) => any} */
  const part = (k) => arrays.law.subarray(k * size, (k + 1) * size);
  const plane = shape.length === 3;
  const unit = -Math.log(entry.floor) / 255;
  /** @type {(k: number) => Float32Array} */
  const log = plane
    ? (k) => Float32Array.from(part(k), (/** @type {number} */ code) => (code ? unit * (code - 255) : -Infinity))
    : (k) => Float32Array.from(part(k), Math.log);
  return { width: shape[shape.length - 1], height: plane ? shape[1] : 1, log };
}

// 2-D grids travel as bytes on a linear or logarithmic scale; give back the values.
/** @type {(entry: GridEntry, array: Numbers, shape: number[]) => Grid} */
function readGrid({ name, extent, low, high, map }, array, shape) {
  if (shape.length === 1) return { name, extent, width: shape[0], height: 1, values: /** @type {Float32Array} */ (array) };
  const value = new Float32Array(256);
  for (let code = 0; code < 256; code++) {
    const mapped = low + (code / 255) * (high - low);
    value[code] = map === "log" ? Math.exp(mapped) : mapped;
  }
  return { name, extent, width: shape[1], height: shape[0], values: Float32Array.from(array, (code) => value[code]) };
}
