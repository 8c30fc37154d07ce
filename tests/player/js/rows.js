// Scenes as the words and numbers see them: a header with rows, no paths. The same as tests/chart_rows.py.
//
// The figures of the first scene are those of an independent float64 simulation of the 1-D law with classes N(0, 1) and
// half N(1, 1), half N(-1, 1), class b guided (20000 particles); the rest is made up.

// w, mean and standard error of p(b | x), mean and standard error of 1/p(b | x), proportion improved
const STAND_IN = [
  [0, 0.53429, 0.00101, 1.99449, 0.00335, 0.0],
  [0.1, 0.53776, 0.00101, 1.98308, 0.00336, 0.8732],
  [0.5, 0.55199, 0.00105, 1.93701, 0.00339, 0.8761],
  [1, 0.57044, 0.00108, 1.87888, 0.00341, 0.8834],
  [2, 0.60884, 0.00112, 1.76338, 0.00337, 0.8937],
  [5, 0.72181, 0.00107, 1.46473, 0.00276, 0.935],
  [10, 0.85224, 0.00068, 1.19376, 0.00134, 0.9816],
];

const FIELDS = [
  "mean_reward", "se_reward", "mean_reciprocal", "se_reciprocal", "tail", "improved", "se_improved", "ties", "identity", "path_kl",
  "se_path_kl", "spread", "step_changes",
];

// One row of a result; fields not given are null, as the result format allows.
export function makeRow(w, given = {}) {
  return { ...Object.fromEntries(FIELDS.map((name) => [name, null])), w, particles: 20000, nonfinite: 0, distances: [], ...given };
}

export function standInRows() {
  return STAND_IN.map(([w, reward, seReward, reciprocal, seReciprocal, improved]) => makeRow(w, {
    mean_reward: reward, se_reward: seReward, mean_reciprocal: reciprocal, se_reciprocal: seReciprocal,
    tail: { k_hat: 0.31, top_share: 0.03, reliable: true },
    improved, se_improved: Math.sqrt((improved * (1 - improved)) / 20000), ties: w === 0 ? 1 : 0,
    identity: { of: "mean_reciprocal", value: reciprocal * 1.001, se: seReciprocal },
    path_kl: 0.08 * w * w, se_path_kl: 0.001 * w, spread: 1.41 - 0.04 * w,
    distances: [
      { to: "conditional", energy_distance: 0.003 + 0.01 * w, se: 0.001, floor: 0.0028 },
      { to: "powered", energy_distance: 0.003 + 0.006 * w, se: 0.001, floor: 0.0031 },
    ],
    step_changes: { mean_reward: 0.002, mean_reciprocal: 0.006 + 0.004 * w },
  }));
}

export function makeHeader(rows, given = {}) {
  return {
    id: "stand-in", w: rows.map((row) => row.w), rows, particles: 20000,
    laws: { base: "p(x | b)", goals: [{ name: "conditional", law: "p(x | b)" }, { name: "powered", law: "p(x | b)^(1+w) p(x)^(-w)" }] },
    measure: { reward_name: "p(b | x)", reciprocal_name: "1 / p(b | x)", kind: "cfg", label: "b" },
    exact: { mean_reciprocal_w0: 2, slope_mean_reciprocal_w0: -0.114755, mean_reward_w0: null, slope_mean_reward_w0: null, mean_reward_w1: null },
    experiment: { sampler: { kind: "ddpm", steps: 400 }, guidance: { kind: "cfg", label: "b" }, seed: 0 },
    ...given,
  };
}

export function rewardHeader(rows, kind = "reward") {
  const measure = { reward_name: "r(x)", reciprocal_name: "1 / r(x)", kind, label: null };
  return makeHeader(rows, { measure, laws: { base: "p(x)", goals: [{ name: "tilted", law: "p(x) r(x) / E r" }] } });
}

// Uniform numbers in (0, 1), always the same.
export function uniform(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}
