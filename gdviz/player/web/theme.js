// Colours. Each means one thing everywhere: no guidance, guided, exact, reward. Okabe-Ito hues, so that
// they differ for colour-blind readers too; class colours avoid those four, and can be told apart as pale washes.

import { addElement, penOf } from "./dom.js";

/** @typedef {typeof THEMES.light} Theme */

export const THEMES = {
  light: {
    dark: false, bg: "#ffffff", panel: "#fafbfc", text: "#1b222c", muted: "#5b6573", grid: "#e4e8ed",
    none: "#0072b2", guided: "#d55e00", exact: "#16181c", reward: "#009e73", warn: "#9a5b00",
    classes: ["#e0a500", "#5a3fd6", "#f26fd8", "#55502a", "#86d8f2", "#893bb0", "#b08989", "#c9e03a"],
  },
  dark: {
    dark: true, bg: "#0e1117", panel: "#141a23", text: "#e9edf3", muted: "#a0abba", grid: "#29313d",
    none: "#5cb8f0", guided: "#ff8f4f", exact: "#ffffff", reward: "#3fd0a2", warn: "#ffbe5c",
    classes: ["#f0c419", "#4f55ff", "#d789fe", "#a83a55", "#7fe3f0", "#8b8f3a", "#2b7d92", "#b9a0a0"],
  },
};

export const COLOUR_NAMES = /** @type {const} */ (["bg", "panel", "text", "muted", "grid", "none", "guided", "exact", "reward", "warn"]);

/** @type {(colour: string) => number[]} */
export function parseColour(colour) {
  // Streamlit hands over hex or rgb() strings; the canvas API reads any CSS colour and writes these two.
  const hex = /^#([0-9a-f]{6})/i.exec(colour);
  if (hex) return [0, 2, 4].map((i) => parseInt(hex[1].slice(i, i + 2), 16));
  const numbers = /^rgba?\(([^)]+)\)/i.exec(colour);
  if (numbers) return numbers[1].split(/[\s,/]+/).slice(0, 3).map(Number);
  const pen = penOf(document.createElement("canvas"));
  pen.fillStyle = colour;
  return /^#[0-9a-f]{6}$/i.test(pen.fillStyle) ? parseColour(pen.fillStyle) : [0, 0, 0];
}

/** @type {(a: string, b: string, share: number) => string} */
export function mixColours(a, b, share) {
  const [p, q] = [parseColour(a), parseColour(b)];
  return `#${p.map((v, i) => Math.round(v + (q[i] - v) * share).toString(16).padStart(2, "0")).join("")}`;
}

// A class's colour for dots and marks, darker (lighter) than for a wash.
/** @type {(theme: Theme, index: number) => string} */
export function inkOf(theme, index) { return mixColours(theme.classes[index % theme.classes.length], theme.text, 0.25); }

/** @type {(colour: string) => number} */
function luminance(colour) {
  const [r, g, b] = parseColour(colour);
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}

// The page's own theme where there is one (Streamlit's CSS variables), else what the system prefers.
/** @type {(element: Element) => Theme} */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const background = style.getPropertyValue("--st-background-color").trim();
  if (!background) return matchMedia("(prefers-color-scheme: dark)").matches ? THEMES.dark : THEMES.light;
  const tokens = luminance(background) < 0.4 ? THEMES.dark : THEMES.light;
  const text = style.getPropertyValue("--st-text-color").trim() || tokens.text;
  return { ...tokens, bg: background, text, panel: mixColours(background, text, 0.025), grid: mixColours(background, text, 0.12), muted: mixColours(background, text, 0.68) };
}

/** @type {(element: HTMLElement, tokens: Theme) => void} */
export function applyTheme(element, tokens) {
  for (const name of COLOUR_NAMES) {
    element.style.setProperty(`--gv-${name}`, tokens[name]);
  }
  element.style.colorScheme = tokens.dark ? "dark" : "light";
}

// A page may change its theme without telling. A hidden mark wears the page's two colours with a transition,
// and a transition tells when it starts.
/** @type {(element: HTMLElement, onChange: () => void) => () => void} */
export function watchTheme(element, onChange) {
  const mark = addElement("i", element, { class: "gv-sense", "aria-hidden": "true" });
  mark.addEventListener("transitionrun", onChange);
  return () => mark.remove();
}
