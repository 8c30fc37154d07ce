// Where the particles are: positions of a scene at any w and any moment, read from the codes.

import { NOT_FINITE } from "./decode.js";
/** @import { Scene } from "./scene.js" */

/**
 * Where a w lies among the computed ones: the k-th and the next, mixed.
 * @typedef {{k: number, next: number, mix: number, w: number, interpolated: boolean}} Place
 */

const CLOSE_W = 0.5; // between w further apart than this nothing is interpolated

// A w as two neighbours and a mix. Only a drag between close neighbours has a mix that is not 0.
/** @type {(scene: Scene, w: number) => Place} */
export function locateW(scene, w) {
  let k = 0;
  while (k < scene.w.length - 1 && scene.w[k + 1] <= w) k++;
  const next = Math.min(k + 1, scene.w.length - 1);
  const gap = scene.w[next] - scene.w[k];
  const mix = gap > 0 ? Math.min(1, Math.max(0, (w - scene.w[k]) / gap)) : 0;
  if (mix === 0) return { k, next: k, mix: 0, w: scene.w[k], interpolated: false };
  if (mix === 1 || gap >= CLOSE_W) {
    const nearest = mix < 0.5 ? k : next;
    return { k: nearest, next: nearest, mix: 0, w: scene.w[nearest], interpolated: false };
  }
  return { k, next, mix, w: scene.w[k] + mix * gap, interpolated: true };
}

/** @type {(scene: Scene, w: number) => number} */
export function nearestIndex(scene, w) {
  let best = 0;
  scene.w.forEach((value, k) => { if (Math.abs(value - w) < Math.abs(scene.w[best] - w)) best = k; });
  return best;
}

// The frame whose step is nearest.
/** @type {(scene: Scene, step: number) => number} */
export function nearestStep(scene, step) {
  const away = scene.header.frames.map((moment) => Math.abs(moment.step - step));
  return away.indexOf(Math.min(...away));
}

// Positions of the first `count` particles at a fractional frame, into out [count, d]; NaN where not finite.
/** @type {(scene: Scene, at: Place, frame: number, count: number, out: Float32Array) => Float32Array} */
export function particlePositions(scene, at, frame, count, out) {
  const f = Math.min(scene.frames - 1, Math.max(0, frame));
  const before = Math.floor(f);
  const after = Math.min(before + 1, scene.frames - 1);
  const size = scene.particles * scene.d;
  const a = scene.codes(at.k);
  const b = at.mix ? scene.codes(at.next) : a;
  const inTime = f - before;
  for (let axis = 0; axis < scene.d; axis++) {
    const low = scene.low[axis];
    const step = scene.step[axis];
    for (let i = axis; i < count * scene.d; i += scene.d) {
      const p = before * size + i;
      const q = after * size + i;
      let code = a[p] + inTime * (a[q] - a[p]);
      let lost = a[p] === NOT_FINITE || a[q] === NOT_FINITE;
      if (at.mix) {
        code += at.mix * (b[p] + inTime * (b[q] - b[p]) - code);
        lost = lost || b[p] === NOT_FINITE || b[q] === NOT_FINITE;
      }
      out[i] = lost ? NaN : low + step * code;
    }
  }
  return out;
}

// One particle's path up to a fractional frame, as a list of points.
/** @type {(scene: Scene, at: Place, n: number, frame: number) => number[][]} */
export function particleTrack(scene, at, n, frame) {
  const points = [];
  /** @type {(f: number) => number[]} */
  const one = (f) => {
    const point = [];
    for (let axis = 0; axis < scene.d; axis++) {
      const i = (f * scene.particles + n) * scene.d + axis;
      const a = scene.codes(at.k)[i];
      const b = scene.codes(at.next)[i];
      point.push(a === NOT_FINITE || b === NOT_FINITE ? NaN : scene.low[axis] + scene.step[axis] * (a + at.mix * (b - a)));
    }
    return point;
  };
  const whole = Math.floor(frame);
  for (let f = 0; f <= whole && f < scene.frames; f++) points.push(one(f));
  if (frame > whole && whole + 1 < scene.frames) {
    const [p, q] = [points[whole], one(whole + 1)];
    points.push(p.map((v, axis) => v + (frame - whole) * (q[axis] - v)));
  }
  return points;
}

// The w shown first: near 2, where guidance is plain to see and nothing has collapsed.
/** @type {(scene: Scene) => number} */
export function firstW(scene) {
  const guided = scene.w.filter((w) => w !== 0);
  return guided.reduce((best, w) => (Math.abs(w - 2) < Math.abs(best - 2) ? w : best), guided[0] ?? 0);
}
