// Making elements and changing their text.

/** @typedef {Record<string, string | number>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Element} parent
 * @param {Attributes} [attributes]
 * @param {string | null} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function addElement(tag, parent, attributes = {}, text = null) {
  return fill(parent.ownerDocument.createElement(tag), parent, attributes, text);
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Element} parent
 * @param {Attributes} [attributes]
 * @param {string | null} [text]
 * @returns {SVGElementTagNameMap[K]}
 */
export function addSvg(tag, parent, attributes = {}, text = null) {
  return fill(parent.ownerDocument.createElementNS("http://www.w3.org/2000/svg", tag), parent, attributes, text);
}

/** @type {<E extends Element>(node: E, parent: Element, attributes: Attributes, text: string | null) => E} */
function fill(node, parent, attributes, text) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== null) node.textContent = text;
  return parent.appendChild(node);
}

/** @type {(canvas: HTMLCanvasElement, settings?: CanvasRenderingContext2DSettings) => CanvasRenderingContext2D} */
export function penOf(canvas, settings) {
  const pen = canvas.getContext("2d", settings);
  if (!pen) throw new Error("This browser cannot draw on a canvas.");
  return pen;
}

// The same numbers for those who do not see the drawing.
/** @type {(parent: HTMLElement, caption: string, heads: string[], lines: string[][]) => HTMLTableElement} */
export function addHiddenTable(parent, caption, heads, lines) {
  const table = addElement("table", parent, {class: "gc-hidden"});
  addElement("caption", table, {}, caption);
  const head = addElement("tr", addElement("thead", table));
  for (const name of heads) addElement("th", head, {scope: "col"}, name);
  const body = addElement("tbody", table);
  for (const line of lines) {
    const row = addElement("tr", body);
    line.forEach((cell, i) => addElement(i ? "td" : "th", row, i ? {} : {scope: "row"}, cell));
  }
  return table;
}

/** @type {(node: Node, text?: string | null) => void} */
export function setText(node, text) {
  if (node.textContent !== (text ?? "")) node.textContent = text ?? "";
}
