// Noise levels and the steps between them: what gdviz/diffusion/levels.py and gdviz/diffusion/spacings compute, in float64.

/**
 * Noise variances t and alphaBar = 1 - t, noisiest first, carried apart so that neither loses digits.
 * @typedef {{steps: number, t: Float64Array, alphaBar: Float64Array}} Levels
 *
 * One step of the denoising, from level k to a later one.
 * @typedef {{t: number, tNext: number, alphaBar: number, alphaBarNext: number}} Moment
 */

const LEAST = 1e-12; // the smallest noise variance at which a logit grid may end
const SHORTEST = 1e-6; // least distance of the two ends in log-SNR

/** @type {(logSnr: ArrayLike<number>) => Levels} */
export function levelsFromLogSnr(logSnr) {
  const alphaBar = Float64Array.from(logSnr, (l) => 1 / (1 + Math.exp(-l)));
  const t = Float64Array.from(logSnr, (l) => 1 / (1 + Math.exp(l)));
  return { steps: logSnr.length - 1, t, alphaBar };
}

/** @type {(levels: Levels, k: number) => number} */
export function logSnrAt({ alphaBar, t }, k) { return Math.log(alphaBar[k]) - Math.log(t[k]); }

/**
 * A spacing: its coordinate of a log-SNR, the way back, and the log-SNR of its own ends.
 * @typedef {{to: (logSnr: number) => number, from: (coordinate: number) => number, ends: (steps: number) => number[]}} Spacing
 */

/** @type {Record<string, (levels: any) => Spacing>} */
const SPACINGS = {
  logit: ({ c0 = 2, c1 = 4 }) => ({
    to: Number, from: Number,
    ends: (steps) => {
      const first = -c0 * Math.log(steps) - Math.log1p(-(steps ** -c0));
      return [first, first + c1 * Math.log(steps)];
    },
  }),
  cosine: () => {
    /** @type {(angle: number) => number} */
    const from = (angle) => -2 * Math.log(Math.tan(angle));
    return {
      to: (l) => Math.atan(Math.exp(-l / 2)), from,
      ends: () => [0.999, 0].map((tau) => from(((Math.PI / 2) * (tau + 0.008)) / 1.008)),
    };
  },
  edm: ({ rho = 7 }) => ({
    to: (l) => Math.exp(-l / (2 * rho)), from: (u) => -2 * rho * Math.log(u), ends: () => [-2 * Math.log(80), -2 * Math.log(0.002)],
  }),
  linear_beta: () => {
    const [b0, rate] = [0.1, 19.9];
    /** @type {(tau: number) => number} */
    const from = (tau) => {
      const logAlphaBar = -(b0 * tau + (rate * tau * tau) / 2);
      return logAlphaBar - Math.log(-Math.expm1(logAlphaBar));
    };
    return {
      to: (l) => {
        const size = Math.max(0, -l) + Math.log1p(Math.exp(-Math.abs(l))); // -log alphaBar
        return (2 * size) / (Math.sqrt(b0 * b0 + 2 * rate * size) + b0);
      },
      from, ends: () => [from(1), from(1e-3)],
    };
  },
};

// The levels of a sampler's description, or null where they are not known here or are refused by Python.
/** @type {(described: any, steps: number) => Levels | null} */
export function buildLevels(described, steps) {
  const { kind = "logit", start = null, stop = null } = described ?? {};
  if (!(kind in SPACINGS) || steps < 2) return null;
  const spacing = SPACINGS[kind](described ?? {});
  const recursive = kind === "logit" && start === null && stop === null ? recursion(described ?? {}, steps) : null;
  const levels = recursive ?? uniform(spacing, start, stop, steps);
  if (levels && kind === "logit" && stop === null && levels.t[steps] < LEAST) return null;
  return levels;
}

/** @type {(spacing: Spacing, start: number | null, stop: number | null, steps: number) => Levels | null} */
function uniform(spacing, start, stop, steps) {
  /** @type {(t: number) => number} */
  const logSnrOf = (t) => Math.log1p(-t) - Math.log(t);
  const own = spacing.ends(steps);
  const first = start === null ? own[0] : logSnrOf(start);
  const last = stop === null ? own[1] : logSnrOf(stop);
  if (!(first + SHORTEST < last)) return null;
  const [from, to] = [spacing.to(first), spacing.to(last)];
  const logSnr = Float64Array.from({ length: steps + 1 }, (_, k) => spacing.from(from + (k * (to - from)) / steps));
  logSnr[0] = first;
  logSnr[steps] = last;
  return levelsFromLogSnr(logSnr);
}

// The logit grid's own recursion; null where its step would leave (0, 1).
/** @type {(described: {c0?: number, c1?: number}, steps: number) => Levels | null} */
function recursion({ c0 = 2, c1 = 4 }, steps) {
  const step = (c1 * Math.log(steps)) / steps;
  if (step >= 1) return null;
  const alphaBar = new Float64Array(steps + 1), t = new Float64Array(steps + 1);
  alphaBar[0] = steps ** -c0;
  t[0] = 1 - alphaBar[0];
  for (let k = 0; k < steps; k++) {
    alphaBar[k + 1] = alphaBar[k] * (1 + step * t[k]);
    t[k + 1] = t[k] * (1 - step * alphaBar[k]);
  }
  t.forEach((value, k) => { if (value < 0.5) alphaBar[k] = 1 - value; });
  return { steps, t, alphaBar };
}

// Indices of at most `frames` levels nearest to uniform in log-SNR, both ends included.
/** @type {(levels: Levels, frames: number) => number[]} */
export function uniformFrames(levels, frames) {
  const { steps } = levels;
  const logSnr = Float64Array.from({ length: steps + 1 }, (_, k) => logSnrAt(levels, k));
  const count = Math.min(frames, steps + 1);
  const chosen = new Set();
  let right = 1;
  for (let i = 0; i < count; i++) {
    const wanted = logSnr[0] + (i * (logSnr[steps] - logSnr[0])) / Math.max(1, count - 1);
    while (right < steps && logSnr[right] < wanted) right++;
    chosen.add(wanted - logSnr[right - 1] < logSnr[right] - wanted ? right - 1 : right);
  }
  return [.../** @type {Set<number>} */ (chosen)].sort((a, b) => a - b);
}

/** @type {(levels: Levels, k: number, next?: number) => Moment} */
export function momentAt({ t, alphaBar }, k, next = k + 1) {
  return { t: t[k], tNext: t[next], alphaBar: alphaBar[k], alphaBarNext: alphaBar[next] };
}

// The signal kept by one forward step, a < 1.
/** @type {(moment: Moment) => number} */
export function signalKept({ alphaBar, alphaBarNext }) { return alphaBar / alphaBarNext; }

// 1 - a, the difference taken between the smaller pair, which keeps its digits.
/** @type {(moment: Moment) => number} */
export function stepBeta({ t, tNext, alphaBar, alphaBarNext }) {
  return (t < alphaBar ? t - tNext : alphaBarNext - alphaBar) / alphaBarNext;
}
