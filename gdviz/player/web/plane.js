// A 2-D panel: what lies under the dots (field, axes) is painted once and kept as pixels; each frame copies
// them, blends trails and dots in, and adds contours, arrows and the followed particle on top.

import { drawAxes, equalView } from "./axes.js";
import { contourSegments, joinSegments, massLevels, peakOf } from "./contour.js";
import { penOf } from "./dom.js";
import { drawArrows, fieldImage } from "./field.js";
import { guidedLawGrid, guidedLawKey } from "./law.js";
import { particlePositions, particleTrack } from "./motion.js";
import { colourWord, dotStamp, paintDots, paintLine } from "./paint.js";
import { classGrids } from "./scene.js";
import { drawShape, shapeStamp } from "./shapes.js";
import { inkOf } from "./theme.js";
/** @import { PixelView } from "./axes.js" */
/** @import { Place } from "./motion.js" */
/** @import { DotLook, Pixels, Stamp } from "./paint.js" */
/** @import { Pair, Picture } from "./panel.js" */
/** @import { Field, Scene } from "./scene.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Overlays } from "./view.js" */

/** @type {Record<string, number>} */
const TRAILS = { off: 0, few: 40, many: 500 }; // particles that leave a trail
const TRAIL_FRAMES = 9;
const TRAIL_REACH = 0.03; // share of the axes that a particle may cross in a frame before its trail fades
const SHAPE_SIZE = 1.7; // of a shape's radius to a dot's: a smaller triangle looks like a disc
const MASS_SHARES = [0.5, 0.8, 0.95]; // mass inside the drawn contours

/** @type {{key: string, pixels: Uint32Array, contours: Path2D[]}} */
let painted = { key: "", pixels: null, contours: [] }; // what does not move, as painted last: two panels of one scene share it

// Where each class is densest, where more than one is shaded.
/** @type {(scene: Scene, overlays: Overlays) => number[][]} */
function classPeaks(scene, overlays) {
  const classes = overlays.field === "classes" ? classGrids(scene) : [];
  return classes.length > 1 ? classes.map(peakOf) : [];
}

export class PlanePainter {
  /** @type {Scene} */ scene;
  /** @type {Theme} */ theme;
  /** @type {number} */ dpr;
  /** @type {PixelView} */ view;
  /** @type {Uint32Array} */ still; // pixels of what does not move
  /** @type {ImageData} */ pixels; // of the frame in work
  /** @type {Uint32Array} */ words; // the same, a pixel a word
  /** @type {Path2D[]} */ contours;
  /** @type {number} */ radius; // of a dot
  /** @type {Stamp} */ dot;
  /** @type {Stamp} */ hollow;
  /** @type {{key: string, stamps: Stamp[]}} */
  shapes = { key: "", stamps: [] }; // of the classes, made when they are first asked for
  /** @type {number[][]} */
  peaks = []; // of the classes, where their marks stand
  /** @type {Float32Array} */ positions;
  /** @type {Float32Array[]} */ trail;
  /** @type {Place} */ at; // drawn last
  /** @type {number} */ frame;
  inside = 0; // dots within the axes, as drawn last
  /** @type {{key: string, paths: Path2D[]}} */
  law = { key: "", paths: [] }; // of the guided sampler, as traced last

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = penOf(canvas, { willReadFrequently: true });
  }

  // Height over width. On a phone two panels and the controls should fit one screen.
  /** @type {(extent: number[], narrow: boolean) => number} */
  static aspect([x0, x1, y0, y1], narrow) {
    return Math.min(narrow ? 0.66 : 0.95, Math.max(0.62, (y1 - y0) / (x1 - x0)));
  }

  // Called when the size, the scene, the theme or an overlay changes.
  /** @type {(scene: Scene, theme: Theme, dpr: number, overlays: Overlays, extent: number[], key: string, type: number) => void} */
  layout(scene, theme, dpr, overlays, extent, key, type) {
    const { width, height } = this.canvas;
    this.scene = scene;
    this.theme = theme;
    this.dpr = dpr;
    this.view = equalView(extent, [34 * dpr * type, 6 * dpr, width - 6 * dpr, height - 24 * dpr * type].map(Math.round));
    if (painted.key !== key) painted = { key, pixels: this.paintStill(overlays, type), contours: this.traceContours(scene.grid(overlays.contours)) };
    this.still = painted.pixels;
    this.contours = painted.contours;
    this.peaks = classPeaks(scene, overlays).map(([x, y]) => [this.view.x0 + this.view.sx * x, this.view.y0 + this.view.sy * y]);
    if (this.pixels?.width !== width || this.pixels.height !== height) {
      this.pixels = this.pen.createImageData(width, height);
      this.words = new Uint32Array(this.pixels.data.buffer);
    }
    this.law = { key: "", paths: [] };
    const grow = scene.particles <= 400 ? 1.5 : scene.particles <= 2500 ? 1.15 : 1;
    this.radius = 1.45 * grow * dpr;
    this.dot = dotStamp(this.radius);
    this.hollow = dotStamp(2.1 * grow * dpr, dpr);
    if (this.positions?.length !== scene.particles * 2) this.positions = new Float32Array(scene.particles * 2);
    this.trail ??= Array.from({ length: 2 }, () => new Float32Array(TRAILS.many * 2));
  }

  // The field and the axes as pixels.
  /** @type {(overlays: Overlays, type: number) => Uint32Array} */
  paintStill(overlays, type) {
    const { pen, theme, dpr, view } = this;
    const { width, height } = this.canvas;
    const [left, top, right, bottom] = view.box;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = theme.bg;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = theme.panel;
    pen.fillRect(left, top, right - left, bottom - top);
    this.clipped(() => this.drawField(overlays.field));
    drawAxes(pen, view, theme, dpr, type);
    return new Uint32Array(pen.getImageData(0, 0, width, height).data.buffer);
  }

  // Another scene on the same axes, with the same fields and as many particles: what does not move stays.
  /** @type {(scene: Scene) => void} */
  exchange(scene) {
    if (scene === this.scene) return;
    this.scene = scene;
    this.law = { key: "", paths: [] };
  }

  /** @type {(draw: () => void) => void} */
  clipped(draw) {
    const [left, top, right, bottom] = this.view.box;
    this.pen.save();
    this.pen.beginPath();
    this.pen.rect(left, top, right - left, bottom - top);
    this.pen.clip();
    draw();
    this.pen.restore();
  }

  // The target as a tint: its density, its classes by colour, or the reward.
  /** @type {(field: string) => void} */
  drawField(field) {
    const image = fieldImage(this.scene, field, this.theme);
    if (!image) return;
    const [x0, x1, y0, y1] = image.extent;
    const { view, pen } = this;
    const cell = [(x1 - x0) / (image.canvas.width - 1), (y1 - y0) / (image.canvas.height - 1)]; // grid points are pixel centres
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = this.scene.rough ? "low" : "high";
    /** @type {(x: number) => number} */
    const px = (x) => view.x0 + view.sx * x;
    /** @type {(y: number) => number} */
    const py = (y) => view.y0 + view.sy * y;
    const [l, t, r, b] = [px(x0 - cell[0] / 2), py(y1 + cell[1] / 2), px(x1 + cell[0] / 2), py(y0 - cell[1] / 2)];
    pen.drawImage(image.canvas, l, t, r - l, b - t);
  }

  // Regions of highest density as paths, traced once; they are stroked over the dots, which would hide them.
  /** @type {(grid: Field | null) => Path2D[]} */
  traceContours(grid) {
    if (!grid) return [];
    const { view } = this;
    return massLevels(grid.values, MASS_SHARES).map((level) => {
      const path = new Path2D();
      for (const line of joinSegments(contourSegments(grid, level))) {
        line.forEach(([x, y], k) => path[k ? "lineTo" : "moveTo"](view.x0 + view.sx * x, view.y0 + view.sy * y));
      }
      return path;
    });
  }

  /** @type {(at: Place) => void} */
  drawLaw(at) {
    const key = guidedLawKey(at);
    if (key !== this.law.key) this.law = { key, paths: this.traceContours(guidedLawGrid(this.scene, at)) };
    this.stroke(this.law.paths, this.theme.exact, []);
  }

  /** @type {(paths: Path2D[], colour: string, dash: number[]) => void} */
  stroke(paths, colour, dash) {
    const { pen, dpr } = this;
    pen.save();
    pen.strokeStyle = colour;
    pen.setLineDash(dash.map((v) => v * dpr));
    paths.forEach((path, i) => {
      pen.lineWidth = dpr * [1.3, 1.1, 0.9][i];
      pen.globalAlpha = [0.85, 0.65, 0.45][i];
      pen.stroke(path);
    });
    pen.restore();
  }

  /** @type {(given: Picture) => void} */
  draw({ at, frame, colour, overlays, particle, pair }) {
    const { scene, theme, words, view } = this;
    this.at = at;
    this.frame = frame;
    words.set(this.still);
    const image = { words, width: this.canvas.width, height: this.canvas.height };
    const word = colourWord(colour);
    const look = this.look(at, word, overlays);
    this.drawTrails(image, at, frame, look.wordOf, overlays.trails);
    particlePositions(scene, at, frame, scene.particles, this.positions);
    const dense = scene.particles > 2500 ? 0.62 : 0.78;
    this.inside = paintDots(image, this.positions, scene.particles, view, look, dense);
    this.pen.putImageData(this.pixels, 0, 0);
    this.clipped(() => {
      const target = overlays.contours === "density";
      this.stroke(this.contours, target ? theme.muted : theme.exact, target ? [] : [5, 3.5]);
      if (overlays.law) this.drawLaw(at);
      if (scene.arrows) drawArrows(this.pen, scene, at.w, frame, view, theme, this.dpr, overlays);
      this.peaks.forEach((place, i) => drawShape(this.pen, i, place, 4.5 * this.dpr, inkOf(theme, i), theme.panel));
      if (particle !== null && particle < scene.particles) this.drawFollowed(particle, at, frame, colour, pair);
    });
  }

  // One for all, or a colour and a shape for each class that a particle may end in.
  /** @type {(at: Place, word: number, overlays: Overlays) => DotLook} */
  look(at, word, overlays) {
    const plain = at.interpolated ? this.hollow : this.dot;
    if (overlays.colour !== "class" || !this.scene.finalClass) return { stampOf: () => plain, wordOf: () => word };
    const classes = this.scene.finalClass(at.k);
    const words = this.theme.classes.map((_, i) => colourWord(inkOf(this.theme, i)));
    const stamps = this.classStamps(at.interpolated);
    return { stampOf: (n) => stamps[classes[n] % stamps.length], wordOf: (n) => words[classes[n] % words.length] };
  }

  /** @type {(hollow: boolean) => Stamp[]} */
  classStamps(hollow) {
    const key = `${this.radius}|${hollow}`;
    const [radius, ring] = [SHAPE_SIZE * this.radius, hollow ? this.dpr : 0];
    if (key !== this.shapes.key) this.shapes = { key, stamps: this.theme.classes.map((_, i) => shapeStamp(i, radius, ring)) };
    return this.shapes.stamps;
  }

  // At high noise a particle jumps about, and its trail would show the noise and hide everything else: a segment
  // fades as it grows long, so that trails come out by themselves where the motion becomes one.
  /** @type {(image: Pixels, at: Place, frame: number, wordOf: (n: number) => number, density: string) => void} */
  drawTrails(image, at, frame, wordOf, density) {
    const { scene, view, trail } = this;
    const count = Math.min(scene.particles, TRAILS[density]);
    const reach = TRAIL_REACH * (view.box[2] - view.box[0]);
    let [older, newer] = trail;
    particlePositions(scene, at, frame, count, newer);
    for (let j = 1; j <= TRAIL_FRAMES && frame - j + 1 > 0; j++) {
      particlePositions(scene, at, Math.max(0, frame - j), count, older);
      const strongest = (density === "few" ? 190 : 90) * (1 - j / (TRAIL_FRAMES + 1));
      for (let n = 0; n < count; n++) {
        const [x, y, px, py] = [newer, older].flatMap((p) => [view.x0 + view.sx * p[2 * n], view.y0 + view.sy * p[2 * n + 1]]);
        const weight = Math.round(strongest / (1 + (Math.hypot(x - px, y - py) / reach) ** 4));
        if (weight > 2) paintLine(image, x, y, px, py, wordOf(n), weight, view.box);
      }
      [older, newer] = [newer, older];
    }
  }

  // The followed particle's path, thin beside it the path of the same noise in the paired panel.
  /** @type {(n: number, at: Place, frame: number, colour: string, pair: Pair | null) => void} */
  drawFollowed(n, at, frame, colour, pair) {
    const { pen, view, dpr, theme } = this;
    /** @type {(points: number[][], width: number, style: string, dash: number[]) => void} */
    const trace = (points, width, style, dash) => {
      pen.lineWidth = width * dpr;
      pen.strokeStyle = style;
      pen.setLineDash(dash.map((v) => v * dpr));
      pen.beginPath();
      points.forEach(([x, y], k) => pen[k ? "lineTo" : "moveTo"](view.x0 + view.sx * x, view.y0 + view.sy * y));
      pen.stroke();
    };
    /** @type {(place: number[], fill: string) => void} */
    const ring = ([x, y], fill) => {
      pen.beginPath();
      pen.arc(view.x0 + view.sx * x, view.y0 + view.sy * y, 5 * dpr, 0, 2 * Math.PI);
      pen.fillStyle = fill;
      pen.fill();
      pen.lineWidth = 1.5 * dpr;
      pen.strokeStyle = theme.text;
      pen.setLineDash([]);
      pen.stroke();
    };
    if (pair && n < pair.scene.particles) {
      const other = particleTrack(pair.scene, pair.at, n, pair.frame);
      trace(other, 1.4, pair.colour, [2, 3]);
      ring(other[other.length - 1], theme.panel);
    }
    const own = particleTrack(this.scene, at, n, frame);
    trace(own, 4, theme.panel, []);
    trace(own, 2, colour, []);
    ring(own[own.length - 1], colour);
  }

  // The particle nearest a click (device pixels), or null when none is near.
  /** @type {(x: number, y: number) => number | null} */
  pick(x, y) {
    const { positions: p, view } = this;
    let [best, least] = [/** @type {number | null} */ (null), (14 * this.dpr) ** 2];
    for (let n = 0; n < this.scene.particles; n++) {
      const gap = (view.x0 + view.sx * p[2 * n] - x) ** 2 + (view.y0 + view.sy * p[2 * n + 1] - y) ** 2;
      if (gap < least) [best, least] = [n, gap];
    }
    return best;
  }
}
