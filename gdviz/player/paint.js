// Pixels: dots and trails blended into an ImageData seen as 32-bit words. Two lanes (red+blue, green) are
// blended at once, which keeps 2 x 5000 particles far below a frame's time without any GPU.

const GDVIZ_PHASES = 4; // a dot's centre is placed on a quarter-pixel grid, so that slow motion looks smooth

// Coverage masks of an antialiased disc (or ring) for each sub-pixel position of its centre.
function gdvizStamp(radius, ring = 0) {
  const reach = Math.ceil(radius + 1);
  const size = 2 * reach + 1;
  const masks = [];
  for (let py = 0; py < GDVIZ_PHASES; py++) {
    for (let px = 0; px < GDVIZ_PHASES; px++) {
      const mask = [];
      for (let y = -reach; y <= reach; y++) {
        for (let x = -reach; x <= reach; x++) {
          const gap = Math.hypot(x - px / GDVIZ_PHASES, y - py / GDVIZ_PHASES);
          let cover = Math.min(1, Math.max(0, radius + 0.5 - gap));
          if (ring) cover -= Math.min(1, Math.max(0, radius - ring + 0.5 - gap));
          if (cover > 0.02) mask.push(x, y, cover);
        }
      }
      masks.push(Float32Array.from(mask));
    }
  }
  return { masks, reach, size };
}

// ImageData is little-endian RGBA: as a word, 0xAABBGGRR.
function gdvizWord(colour) {
  const [r, g, b] = gdvizRgb(colour);
  return (255 << 24) | (b << 16) | (g << 8) | r;
}

function gdvizBlend(words, i, word, weight) { // weight 0..256
  const under = words[i];
  const keep = 256 - weight;
  const rb = ((Math.imul(under & 0xff00ff, keep) + Math.imul(word & 0xff00ff, weight)) >>> 8) & 0xff00ff;
  const g = ((Math.imul(under & 0x00ff00, keep) + Math.imul(word & 0x00ff00, weight)) >>> 8) & 0x00ff00;
  words[i] = 0xff000000 | rb | g;
}

// points: [count, 2] in data units; view maps them to pixels. wordOf(n) gives a particle's colour.
function gdvizPaintDots(image, points, count, view, stamp, wordOf, opacity) {
  const { words, width, height } = image;
  const { masks, reach } = stamp;
  const weight = Math.round(256 * opacity);
  const [left, top, right, bottom] = view.box;
  for (let n = 0; n < count; n++) {
    const x = view.x0 + view.sx * points[2 * n];
    const y = view.y0 + view.sy * points[2 * n + 1];
    if (!(x > left && x < right && y > top && y < bottom)) continue; // also drops NaN
    const cx = Math.floor(x);
    const cy = Math.floor(y);
    const mask = masks[Math.floor((y - cy) * GDVIZ_PHASES) * GDVIZ_PHASES + Math.floor((x - cx) * GDVIZ_PHASES)];
    const word = wordOf(n);
    const inside = cx >= reach && cy >= reach && cx < width - reach && cy < height - reach;
    for (let m = 0; m < mask.length; m += 3) {
      const px = cx + mask[m];
      const py = cy + mask[m + 1];
      if (!inside && (px < 0 || py < 0 || px >= width || py >= height)) continue;
      gdvizBlend(words, py * width + px, word, (mask[m + 2] * weight) | 0);
    }
  }
}

// A faint line: at each step along its longer side the two pixels beside it share its weight.
function gdvizPaintLine(image, x0, y0, x1, y1, word, weight, box) {
  const steps = Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)));
  if (!(steps < 4000)) return; // not finite, or absurdly long
  const [left, top, right, bottom] = box;
  const flat = Math.abs(x1 - x0) >= Math.abs(y1 - y0);
  const aside = flat ? image.width : 1;
  for (let s = 0; s < steps; s++) {
    const x = x0 + ((x1 - x0) * s) / steps;
    const y = y0 + ((y1 - y0) * s) / steps;
    if (x <= left || x >= right - 1 || y <= top || y >= bottom - 1) continue;
    const i = Math.floor(y) * image.width + Math.floor(x);
    const second = flat ? y - Math.floor(y) : x - Math.floor(x);
    gdvizBlend(image.words, i, word, (weight * (1 - second)) | 0);
    gdvizBlend(image.words, i + aside, word, (weight * second) | 0);
  }
}
