// Undo and redo: a list of Experiments and a place in it. Small steps of one gesture are one entry.

/** @import { Experiment } from "./change.js" */

const LONGEST = 200;
const ONE_GESTURE = 1000; // milliseconds between key presses on the same handle

/**
 * @typedef {{entries: Experiment[], place: number, gesture: string, at: number}} History
 */

/** @type {(experiment: Experiment) => History} */
export function startHistory(experiment) { return { entries: [experiment], place: 0, gesture: "", at: 0 }; }

/** @type {(history: History) => Experiment} */
export function present({ entries, place }) { return entries[place]; }

// The next entry; what was undone is forgotten. A named gesture that goes on takes the place of its last step.
/** @type {(history: History, experiment: Experiment, gesture?: string, now?: number) => History} */
export function record(history, experiment, gesture = "", now = 0) {
  if (experiment === present(history)) return history;
  const goesOn = gesture !== "" && gesture === history.gesture && now - history.at < ONE_GESTURE && history.place > 0;
  const kept = history.entries.slice(0, history.place + (goesOn ? 0 : 1));
  const entries = [...kept, experiment].slice(-LONGEST);
  return { entries, place: entries.length - 1, gesture, at: now };
}

/** @type {(history: History, by: -1 | 1) => History} */
export function travel(history, by) {
  const place = history.place + by;
  return place in history.entries ? { ...history, place, gesture: "" } : history;
}

/** @type {(history: History) => boolean} */
export function canUndo({ place }) { return place > 0; }

/** @type {(history: History) => boolean} */
export function canRedo({ place, entries }) { return place < entries.length - 1; }

// What an edit can change of an Experiment, as text: the same for the page's Experiment and the one that the server made of it.
/** @type {(experiment: Experiment | null | undefined) => string} */
export function editKey(experiment) {
  return JSON.stringify(sorted([experiment?.target ?? null, experiment?.guidance ?? null, experiment?.measure ?? null]));
}

// Keys in order, and nothing that is null: a default that was not written is the same as one that was.
/** @type {(value: any) => any} */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().filter((key) => value[key] !== null).map((key) => [key, sorted(value[key])]));
}
