// What the technical words of the page mean, in a sentence each.

import { addExplained } from "./explain.js";

/** @type {Record<string, string>} */
export const GLOSSARY = {
  spread: "The root mean square distance of the particles from their centre: how wide the cloud is.",
  distance: "Energy distance between the cloud and that law: 0 only where they agree.",
  floor: "What exact samples of that law, as many, score against it. A distance near its floor cannot be told from 0.",
  "path KL": "How far the law of the guided paths is from that of the unguided paths, in nats: what guidance changed in all.",
  "E r": "The mean of the reward r over the target. Dividing by it makes the tilted law integrate to 1.",
  "E[r]": "The mean of the reward r over the target. Dividing by it makes the tilted law integrate to 1.",
  "refinement error": "How far a finer calculation moved that law, in total variation: 0.01 is one per cent of its mass.",
  "heavy-tailed": "A few particles carry most of this mean, so that neither it nor its error can be read off so many samples.",
  "not estimable": "Its tail is too heavy: a few particles carry most of this mean, and its error bar would mean nothing.",
  unpaired: "The two errors joined as if the runs were independent; a paired difference has the noise of both cancelled.",
  paired: "Particle by particle on the same noise: what the noise does to both cancels.",
};

// The node's text with its words explained; made anew only when the text is another.
/** @type {(node: HTMLElement, text: string) => void} */
export function explainText(node, text) {
  if (node.dataset.words === text) return;
  node.dataset.words = text;
  node.replaceChildren();
  addExplained(node, text, GLOSSARY);
}
