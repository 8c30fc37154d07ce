// The value of a reward on a grid, for the families that have a shape; null where it is not known here (an expression).

import { paintedFunction } from "./painted.js";

/** @typedef {(x: number, y: number) => number} PointFunction */

// r as a function of a point; `classShare` is p(label | x), where the target's classes are known.
/** @type {(reward: any, classShare: (label: string) => PointFunction | null) => PointFunction | null} */
export function rewardFunction(reward, classShare) {
  switch (reward?.kind) {
    case "bumps": return bumps(reward);
    case "class_probability": return classShare(reward.label);
    case "exp": {
      const inner = rewardFunction(reward.of, classShare);
      return inner && ((x, y) => Math.exp((reward.strength ?? 1) * inner(x, y)));
    }
    case "shift": {
      const inner = rewardFunction(reward.of, classShare);
      return inner && ((x, y) => inner(x, y) + reward.constant);
    }
    case "sum": case "product": {
      const parts = reward.of.map((/** @type {any} */ part) => rewardFunction(part, classShare));
      if (parts.includes(null)) return null;
      return reward.kind === "sum"
        ? (x, y) => parts.reduce((/** @type {number} */ total, /** @type {PointFunction} */ part) => total + part(x, y), 0)
        : (x, y) => parts.reduce((/** @type {number} */ total, /** @type {PointFunction} */ part) => total * part(x, y), 1);
    }
    case "painted": return paintedFunction(reward);
    case "quadratic": return bowl(reward);
    case "ring_distance": {
      const { center: [cx, cy = 0], radius = 1, width = 1 } = reward;
      return (x, y) => -(((Math.hypot(x - cx, y - cy) - radius) / width) ** 2) / 2;
    }
    case "half_plane": {
      const { normal: [nx, ny = 0], offset = 0, sharpness = 4 } = reward;
      const length = Math.hypot(nx, ny);
      return (x, y) => 1 / (1 + Math.exp(-sharpness * ((nx * x + ny * y) / length - offset)));
    }
    case "linear": {
      const { direction: [dx, dy = 0] } = reward;
      return (x, y) => dx * x + dy * y;
    }
    default: return null;
  }
}

/** @type {(reward: any) => PointFunction} */
function bumps({ bumps: all, floor = 0 }) {
  const parts = all.map((/** @type {any} */ { center: [cx, cy = 0], width = 1, height = 1 }) => [cx, cy, 0.5 / width ** 2, height]);
  return (x, y) => {
    let total = floor;
    for (const [cx, cy, rate, height] of parts) total += height * Math.exp(-rate * ((x - cx) ** 2 + (y - cy) ** 2));
    return total;
  };
}

/** @type {(reward: any) => PointFunction} */
function bowl({ center: [cx, cy = 0], curvature = 1 }) {
  const scalar = typeof curvature === "number";
  const diagonal = !scalar && typeof curvature[0] === "number";
  const [a, b, c] = scalar ? [curvature, 0, curvature] : diagonal ? [curvature[0], 0, curvature[1] ?? 0] : [curvature[0][0], curvature[0][1] ?? 0, curvature[1]?.[1] ?? 0];
  return (x, y) => -(a * (x - cx) ** 2 + 2 * b * (x - cx) * (y - cy) + c * (y - cy) ** 2) / 2;
}

