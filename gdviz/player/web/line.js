// A 1-D panel: above, the animated histogram over the exact density; below, paths of some 40 particles with
// time running upwards, so that where a path meets the axis is where its particle lands.

import { drawAxes, FONT, stretchedView } from "./axes.js";
import { penOf } from "./dom.js";
import { peakOf } from "./contour.js";
import { drawArrows, REWARD_STRENGTH } from "./field.js";
import { guidedLawGrid } from "./law.js";
import { locateW, particlePositions, particleTrack } from "./motion.js";
import { classGrids } from "./scene.js";
import { drawShape } from "./shapes.js";
import { inkOf, mixColours, parseColour } from "./theme.js";
/** @import { PixelView } from "./axes.js" */
/** @import { Place } from "./motion.js" */
/** @import { Pair, Picture } from "./panel.js" */
/** @import { Field, Grid, Scene } from "./scene.js" */
/** @import { Theme } from "./theme.js" */
/** @import { Overlays } from "./view.js" */

const BINS = 60;
const PATHS_DRAWN = 40;

export class LinePainter {
  /** @type {Scene} */ scene;
  /** @type {Theme} */ theme;
  /** @type {number} */ dpr;
  /** @type {PixelView} */ view; // of the histogram
  /** @type {PixelView} */ below; // of the paths
  /** @type {number} */ top; // of the histogram's axis
  /** @type {HTMLCanvasElement} */ still; // what does not move
  /** @type {Float32Array} */ positions;
  /** @type {Grid[]} */ classes;
  /** @type {Grid | null} */ density;
  /** @type {Grid | null} */ exact;
  /** @type {Place} */ at; // drawn last
  /** @type {number} */ frame;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = penOf(canvas);
  }

  /** @type {(extent: number[], narrow: boolean) => number} */
  static aspect(extent, narrow) { return narrow ? 0.72 : 0.86; }

  /** @type {(scene: Scene, theme: Theme, dpr: number, overlays: Overlays, extent: number[], key: string, type: number) => void} */
  layout(scene, theme, dpr, overlays, _extent, _key, type) {
    const { width, height } = this.canvas;
    Object.assign(this, { scene, theme, dpr });
    const [x0, x1] = scene.header.extent;
    const middle = Math.round(height * 0.6);
    const [left, right] = [34 * dpr * type, width - 6 * dpr].map(Math.round);
    this.top = histogramTop(scene);
    this.view = stretchedView([x0, x1, 0, this.top], [left, 6 * dpr, right, middle]);
    this.below = stretchedView([x0, x1, 0, 1], [left, middle + 30 * dpr * type, right, height - 6 * dpr]);
    this.view.arrowY = middle - 8 * dpr;
    this.positions = new Float32Array(scene.particles);
    this.still = Object.assign(document.createElement("canvas"), { width, height });
    const pen = penOf(this.still);
    pen.fillStyle = theme.bg;
    pen.fillRect(0, 0, width, height);
    for (const view of [this.view, this.below]) {
      const [l, t, r, b] = view.box;
      pen.fillStyle = theme.panel;
      pen.fillRect(l, t, r - l, b - t);
    }
    drawAxes(pen, this.view, theme, dpr, type);
    this.drawDensities(pen, overlays);
    pen.save();
    pen.fillStyle = theme.muted;
    pen.font = `${11 * dpr * type}px ${FONT}`;
    pen.translate(left - 10 * dpr, (this.below.box[1] + this.below.box[3]) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText("noise  →  data", 0, 0);
    pen.restore();
  }

  // Another scene on the same axes, with the same fields and as many particles: what does not move stays.
  /** @type {(scene: Scene) => void} */
  exchange(scene) { this.scene = scene; }

  /** @type {(pen: CanvasRenderingContext2D, view: PixelView, grid: Field) => void} */
  curve(pen, view, grid) {
    const [x0, x1] = grid.extent;
    pen.beginPath();
    grid.values.forEach((v, i) => {
      const x = x0 + (i / (grid.width - 1)) * (x1 - x0);
      pen[i ? "lineTo" : "moveTo"](view.x0 + view.sx * x, view.y0 + view.sy * Math.min(v, 2 * this.top));
    });
  }

  /** @type {(pen: CanvasRenderingContext2D, overlays: Overlays) => void} */
  drawDensities(pen, overlays) {
    const { scene, theme, view, dpr } = this;
    const [left, top, right, bottom] = view.box;
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    /** @type {(grid: Field, colour: string, opacity: number) => void} */
    const fill = (grid, colour, opacity) => {
      this.curve(pen, view, grid);
      pen.lineTo(right, bottom);
      pen.lineTo(left, bottom);
      pen.globalAlpha = opacity;
      pen.fillStyle = colour;
      pen.fill();
      pen.globalAlpha = 1;
    };
    const classes = classGrids(scene);
    const density = scene.grid("density");
    const reward = overlays.field === "reward" ? scene.grid("reward") : null;
    if (reward) shadeReward(pen, view, reward, theme);
    if (overlays.field === "classes" && classes.length) classes.forEach((g, i) => fill(g, theme.classes[i % theme.classes.length], 0.22));
    else if (overlays.field !== "none" && density) fill(density, theme.muted, 0.16);
    this.exact = scene.grid(overlays.contours);
    this.classes = overlays.field === "classes" ? classes : [];
    this.density = ["density", "reward"].includes(overlays.field) ? density : null;
    pen.restore();
  }

  /** @type {(given: Picture) => void} */
  draw({ at, frame, colour, overlays, particle, pair }) {
    const { pen, scene, theme, dpr, view } = this;
    this.at = at;
    this.frame = frame;
    pen.drawImage(this.still, 0, 0);
    particlePositions(scene, at, frame, scene.particles, this.positions);
    this.drawHistogram(at, colour);
    this.drawCurves(overlays.law ? guidedLawGrid(scene, at) : null);
    if (scene.arrows) drawArrows(pen, scene, at.w, frame, view, theme, dpr, overlays);
    this.drawPaths(at, frame, colour, overlays, particle, pair);
  }

  /** @type {(at: Place, colour: string) => void} */
  drawHistogram(at, colour) {
    const { pen, scene, view, dpr, theme } = this;
    const counts = histogramCounts(this.positions, scene.header.extent);
    const width = (scene.header.extent[1] - scene.header.extent[0]) / BINS;
    const [, top, , bottom] = view.box;
    pen.save();
    pen.fillStyle = mixColours(colour, theme.panel, 0.38); // opaque: what lies behind must not change the bars' colour
    pen.strokeStyle = colour;
    pen.lineWidth = dpr;
    counts.forEach((count, i) => {
      const height = Math.min(bottom - top, -view.sy * (count / (scene.particles * width)));
      const left = view.x0 + view.sx * (scene.header.extent[0] + i * width);
      /** @type {[number, number, number, number]} */
      const bar = [left + 0.5 * dpr, bottom - height, view.sx * width - dpr, height];
      if (at.interpolated) pen.strokeRect(...bar); // hollow: nothing was computed at this w
      else pen.fillRect(...bar);
    });
    pen.strokeStyle = theme.muted;
    pen.beginPath();
    pen.moveTo(view.box[0], bottom + 0.5);
    pen.lineTo(view.box[2], bottom + 0.5);
    pen.stroke();
    pen.restore();
  }

  /** @type {(law: Field | null) => void} */
  drawCurves(law) {
    const { pen, theme, view, dpr } = this;
    const [left, top, right, bottom] = view.box;
    /** @type {(grid: Field, colour: string, width: number, dash: number[]) => void} */
    const stroke = (grid, colour, width, dash) => {
      pen.strokeStyle = colour;
      pen.lineWidth = width * dpr;
      pen.setLineDash(dash.map((v) => v * dpr));
      this.curve(pen, view, grid);
      pen.stroke();
    };
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    /** @type {(peak: number[]) => number[]} */
    const placeOf = ([x, , height]) => [view.x0 + view.sx * x, view.y0 + view.sy * Math.min(height, this.top)];
    this.classes.forEach((grid, i) => stroke(grid, theme.classes[i % theme.classes.length], 2, []));
    if (this.classes.length > 1) this.classes.forEach((grid, i) => drawShape(pen, i, placeOf(peakOf(grid)), 4.5 * dpr, inkOf(theme, i), theme.panel));
    if (this.density) stroke(this.density, theme.muted, 1.2, []);
    if (this.exact) stroke(this.exact, theme.exact, 1.6, [5, 3.5]);
    if (law) stroke(law, theme.exact, 1.6, []);
    pen.restore();
  }

  /** @type {(at: Place, frame: number, colour: string, overlays: Overlays, particle: number | null, pair: Pair | null) => void} */
  drawPaths(at, frame, colour, overlays, particle, pair) {
    const { pen, scene, below, dpr, theme } = this;
    const [left, top, right, bottom] = below.box;
    const last = scene.frames - 1;
    /** @type {(points: number[][], f: number, frames: number) => void} */
    const trace = (points, f, frames) => {
      pen.beginPath();
      points.forEach(([x], k) => pen[k ? "lineTo" : "moveTo"](below.x0 + below.sx * x, below.y0 + (below.sy * Math.min(k, f)) / (frames - 1 || 1)));
      pen.stroke();
    };
    pen.save();
    pen.beginPath();
    pen.rect(left, top, right - left, bottom - top);
    pen.clip();
    pen.strokeStyle = this.ink(colour);
    pen.lineWidth = dpr;
    pen.globalAlpha = particle === null ? 1 : 0.45;
    for (let n = 0; n < Math.min(PATHS_DRAWN, scene.particles); n++) trace(particleTrack(scene, at, n, frame), frame, scene.frames);
    pen.globalAlpha = 1;
    if (particle !== null && particle < scene.particles) {
      if (pair && particle < pair.scene.particles) {
        pen.strokeStyle = pair.colour;
        pen.lineWidth = 1.4 * dpr;
        pen.setLineDash([2 * dpr, 3 * dpr]);
        trace(particleTrack(pair.scene, pair.at, particle, pair.frame), pair.frame, pair.scene.frames);
        pen.setLineDash([]);
      }
      pen.strokeStyle = colour;
      pen.lineWidth = 2.4 * dpr;
      trace(particleTrack(scene, at, particle, frame), frame, scene.frames);
    }
    pen.strokeStyle = theme.muted; // now
    const now = below.y0 + (below.sy * frame) / (last || 1);
    pen.lineWidth = dpr;
    pen.beginPath();
    pen.moveTo(left, now);
    pen.lineTo(right, now);
    pen.stroke();
    pen.restore();
  }

  // Ink for the paths: faint where noise tosses them about, fuller as the signal comes out (sqrt alpha_bar).
  /** @type {(colour: string) => CanvasGradient} */
  ink(colour) {
    const { scene, below, pen } = this;
    const gradient = pen.createLinearGradient(0, below.y0, 0, below.y0 + below.sy);
    const [r, g, b] = parseColour(colour);
    const { frames } = scene.header;
    frames.forEach((moment, f) => {
      gradient.addColorStop(frames.length > 1 ? f / (frames.length - 1) : 0, `rgb(${r} ${g} ${b} / ${0.07 + 0.5 * Math.sqrt(moment.alpha_bar)})`);
    });
    return gradient;
  }

  // The drawn path nearest a click, at the height of the click.
  /** @type {(x: number, y: number) => number | null} */
  pick(x, y) {
    const { scene, below, dpr } = this;
    const [, top, , bottom] = below.box;
    if (y < top || y > bottom) return null;
    const frame = Math.min(this.frame, ((y - below.y0) / below.sy) * (scene.frames - 1));
    const points = particlePositions(scene, this.at, frame, Math.min(PATHS_DRAWN, scene.particles), new Float32Array(PATHS_DRAWN));
    let [best, least] = [/** @type {number | null} */ (null), 14 * dpr];
    points.forEach((p, n) => {
      const gap = Math.abs(below.x0 + below.sx * p - x);
      if (n < scene.particles && gap < least) [best, least] = [n, gap];
    });
    return best;
  }
}

/** @type {(positions: Float32Array, extent: number[]) => Float32Array} */
function histogramCounts(positions, [x0, x1]) {
  const counts = new Float32Array(BINS);
  for (const x of positions) {
    const bin = Math.floor(((x - x0) / (x1 - x0)) * BINS);
    if (bin >= 0 && bin < BINS) counts[bin]++;
  }
  return counts;
}

// The reward as a tint behind the densities, as strong as in the plane.
/** @type {(pen: CanvasRenderingContext2D, view: PixelView, grid: Field, theme: Theme) => void} */
function shadeReward(pen, view, { extent: [x0, x1], width, values }, theme) {
  const [, top, , bottom] = view.box;
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const cell = (view.sx * (x1 - x0)) / (width - 1);
  pen.save();
  pen.fillStyle = theme.reward;
  values.forEach((value, i) => {
    pen.globalAlpha = REWARD_STRENGTH * Math.max(0, value / most);
    const left = Math.round(view.x0 + view.sx * x0 + (i - 0.5) * cell), right = Math.round(view.x0 + view.sx * x0 + (i + 0.5) * cell);
    pen.fillRect(left, top, right - left, bottom - top);
  });
  pen.restore();
}

// One fixed height for every w and frame: room for the exact curves, the start N(0, 1) and the end histograms.
/** @type {(scene: Scene) => number} */
function histogramTop(scene) {
  const curves = scene.grids.filter((g) => g.name !== "reward").flatMap((g) => [g.values.reduce((a, b) => Math.max(a, b), 0)]);
  const exact = Math.max(0.45, ...curves);
  const width = (scene.header.extent[1] - scene.header.extent[0]) / BINS;
  const ends = scene.w.map((w) => {
    const at = locateW(scene, w);
    const counts = histogramCounts(particlePositions(scene, at, scene.frames - 1, scene.particles, new Float32Array(scene.particles)), scene.header.extent);
    return Math.max(...counts) / (scene.particles * width);
  });
  return 1.08 * Math.min(3 * exact, Math.max(exact, ...ends)); // a collapse onto one bin may leave the top
}
