// A sheet of 8x8 images that changes with w. Every image of every stop is in the data: the slider asks nobody.

/**
 * Images as they travel: shape [stops, groups, n, 64], bytes in base64.
 * @typedef {{shape: number[], bytes: string}} Packed
 * @typedef {{shape: number[], pixels: Uint8Array}} Images
 *
 * What Python sends (grid.py).
 * @typedef {{id: string, images: Packed, real: Packed, w: number[], start: number, group: number | null, title: string, words: string, dark: boolean}} Sheet
 */

const SIDE = 8, CELL = SIDE + 1, MILLISECONDS = 220;

/** @type {(given: {data: Sheet, parentElement: HTMLElement & {gdvizSheet?: ReturnType<typeof makeSheet>}}) => () => void} */
export function showSheet({ data, parentElement }) {
  let sheet = parentElement.gdvizSheet;
  if (!sheet?.attached()) {
    sheet?.destroy();
    parentElement.querySelector(".dg-waiting")?.remove();
    sheet = parentElement.gdvizSheet = makeSheet(parentElement);
  }
  sheet.update(data);
  return () => {
    sheet.destroy();
    if (parentElement.gdvizSheet === sheet) delete parentElement.gdvizSheet;
  };
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Element} parent
 * @param {Record<string, string | number>} [attributes]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[K]}
 */
function element(name, parent, attributes = {}, text = "") {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.textContent = text;
  parent.append(node);
  return node;
}

/** @type {(packed: Packed) => Images} */
function unpack({ shape, bytes }) {
  const text = atob(bytes);
  const pixels = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) pixels[i] = text.charCodeAt(i);
  return { shape, pixels };
}

// Pixels [rows, columns, 64], one after the other from `offset` on, as ink of one colour on nothing.
/** @type {(canvas: HTMLCanvasElement, pixels: Uint8Array, columns: number, offsets: number[], dark: boolean) => void} */
function paint(canvas, pixels, columns, offsets, dark) {
  const rows = Math.ceil(offsets.length / columns);
  canvas.width = columns * CELL - 1;
  canvas.height = rows * CELL - 1;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(canvas.width, canvas.height);
  const ink = dark ? 255 : 0, paper = dark ? 26 : 255;
  offsets.forEach((offset, place) => {
    const left = (place % columns) * CELL, top = Math.floor(place / columns) * CELL;
    for (let k = 0; k < SIDE * SIDE; k++) {
      const share = pixels[offset + k] / 255;
      const at = 4 * ((top + Math.floor(k / SIDE)) * canvas.width + left + (k % SIDE));
      image.data[at] = image.data[at + 1] = image.data[at + 2] = paper + (ink - paper) * share;
      image.data[at + 3] = 255;
    }
  });
  pen.putImageData(image, 0, 0);
}

/** @param {HTMLElement} parent */
function makeSheet(parent) {
  const root = element("div", parent, { class: "dg" });
  const figures = element("div", root, { class: "dg-figures" });
  const [samples, real] = ["", "Real images, which no network has seen"].map((words) => {
    const figure = element("figure", figures, {});
    const caption = element("figcaption", figure, {}, words);
    return { figure, caption, canvas: element("canvas", figure, { role: "img" }) };
  });
  const controls = element("div", root, { class: "dg-controls" });
  const play = element("button", controls, { type: "button", "aria-label": "Play" }, "▶");
  const label = element("label", controls, {});
  element("span", label, {}, "Guidance scale w");
  const slider = element("input", label, { type: "range", min: 0, step: 1, "aria-label": "Guidance scale w" });
  const output = element("output", controls, {});
  /** @type {Sheet | null} */
  let data = null;
  /** @type {{images: Images, real: Images} | null} */
  let sheets = null;
  let timer = 0, way = 1;

  /** @type {(packed: Images, stop: number) => number[]} */
  function places(packed, stop) { // of the images shown, in the order of the sheet
    const [, groups, count] = packed.shape;
    /** @type {(group: number, k: number) => number} */
    const offset = (group, k) => SIDE * SIDE * ((stop * groups + group) * count + k);
    if (data.group !== null) return [...Array(count).keys()].map((k) => offset(data.group, k));
    if (groups === 1) return [...Array(count).keys()].map((k) => offset(0, k));
    return [...Array(count * groups).keys()].map((k) => offset(k % groups, Math.floor(k / groups)));
  }

  /** @type {(packed: Images) => number} */
  function columns(packed) {
    const [, groups, count] = packed.shape;
    return data.group === null && groups > 1 ? groups : count > 8 ? 8 : 4;
  }

  function draw() {
    const stop = Number(slider.value), w = data.w[stop];
    output.textContent = `w = ${w}`;
    slider.setAttribute("aria-valuetext", `w = ${w}`);
    samples.caption.textContent = `${data.title} at w = ${w}`;
    const told = `${data.words} at guidance scale w = ${w}. The table below holds the numbers.`;
    samples.canvas.setAttribute("aria-label", told);
    paint(samples.canvas, sheets.images.pixels, columns(sheets.images), places(sheets.images, stop), data.dark);
  }

  function halt() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "▶";
    play.setAttribute("aria-label", "Play");
  }

  function step() {
    const last = data.w.length - 1, now = Number(slider.value);
    if (now >= last) way = -1;
    if (now <= 0) way = 1;
    slider.value = String(now + way);
    draw();
  }

  play.addEventListener("click", () => {
    if (timer) return halt();
    timer = window.setInterval(step, MILLISECONDS);
    play.textContent = "⏸";
    play.setAttribute("aria-label", "Pause");
  });
  slider.addEventListener("input", () => { halt(); draw(); });

  return {
    attached: () => root.isConnected && root.parentNode === parent,
    /** @type {(next: Sheet) => void} */
    update(next) {
      const first = data === null;
      if (data?.id !== next.id) sheets = { images: unpack(next.images), real: unpack(next.real) };
      data = next;
      slider.max = String(data.w.length - 1);
      if (first) slider.value = String(data.start);
      root.classList.toggle("dg-dark", data.dark);
      real.figure.hidden = data.group === null && sheets.images.shape[1] === 1; // rewards have no images of their own
      if (!real.figure.hidden) {
        paint(real.canvas, sheets.real.pixels, columns(sheets.real), places(sheets.real, 0), data.dark);
        real.canvas.setAttribute("aria-label", "As many real images of the same digits, from the part that nothing was trained on.");
      }
      draw();
    },
    destroy() {
      halt();
      root.remove();
    },
  };
}
