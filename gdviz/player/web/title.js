// A panel's title: in words, with the law that is sampled behind it.

import { formatShort } from "./numbers.js";
import { measureNames, rewardName } from "./rows.js";
/** @import { Header, Scene } from "./scene.js" */

/** @type {(scene: Scene, w: number) => string} */
export function panelWords(scene, w) {
  const dots = `${scene.particles.toLocaleString("en")} dot${scene.particles === 1 ? "" : "s"}`;
  const words = w === 0 ? `${dots}, no guidance` : `${dots} ${guidedWords(scene.header, w)}, w = ${formatShort(w)}`;
  return words + sourceWords(scene.header);
}

/** @type {(scene: Scene, w: number) => string} */
export function panelFormula(scene, w) {
  const { laws } = scene.header;
  return w === 0 ? laws.unguided_title : `w = ${formatShort(w)}: ${laws.guided_title}`;
}

/** @type {(header: Header, w: number) => string} */
function guidedWords(header, w) {
  const { kind, label } = measureNames(header);
  const away = w < 0;
  const name = rewardName(header);
  const [reward, cost] = name === null ? ["reward", "cost"] : [`reward “${name}”`, `1 / “${name}”`];
  if (label !== null) return away ? `kept from being ${label}` : `asked to be ${label}`;
  if (kind === "cost") return away ? `led toward high ${cost}` : `led toward low ${cost}`;
  if (kind === "reward") return away ? `led away from high ${reward}` : `led toward high ${reward}`;
  return "guided";
}

// Where the scores come from, when they are not exact: it stands at the end of the law's title.
/** @type {(header: Header) => string} */
function sourceWords({ laws }) {
  const at = laws.unguided_title.lastIndexOf(laws.base);
  return at < 0 ? "" : laws.unguided_title.slice(at + laws.base.length);
}
