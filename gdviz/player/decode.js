// Scene bytes -> a scene object. The mirror of scene.py: u32 header length | JSON header | payload.

const GDVIZ_NOT_FINITE = 4095; // the position code of a particle that overflowed

async function gdvizInflate(bytes) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("This browser cannot unpack the animation; Chrome 80, Firefox 113 or Safari 16.4 and later can.");
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function gdvizSceneHeader(bytes) {
  // A page that answers with HTML instead of a scene is the usual failure, so say what was found.
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    return { header, payload: bytes.subarray(4 + length) };
  } catch {
    throw new Error(`The animation could not be read: found ${bytes.byteLength} bytes that are not a scene.`);
  }
}

// Byte planes -> zigzag -> sums over time, then over w: position codes, [W, F, N, d] with w ascending.
function gdvizUndifference(planes, shape) {
  const [scales, frames, particles, d] = shape;
  const total = scales * frames * particles * d;
  const row = particles * d;
  const slab = frames * row;
  const codes = new Int16Array(total);
  for (let i = 0; i < total; i++) {
    const z = planes[i] | (planes[total + i] << 8);
    const difference = (z >> 1) ^ -(z & 1);
    codes[i] = difference + (i % slab < row ? 0 : codes[i - row]);
  }
  for (let i = slab; i < total; i++) codes[i] += codes[i - slab];
  return codes;
}

// Differences along each row -> bytes; the array itself wraps round at 256.
function gdvizAlongRows(bytes, width) {
  for (let i = 0; i < bytes.length; i++) if (i % width) bytes[i] += bytes[i - 1];
  return bytes;
}

// The guided law's densities: log(k) of the k-th w ascending, up to a constant in 2-D, where they travel as bytes.
function gdvizGuidedLaws(entry, arrays, shapes) {
  if (!entry || entry.absent) return null;
  const shape = shapes.law;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  const part = (k) => arrays.law.subarray(k * size, (k + 1) * size);
  const plane = shape.length === 3;
  const unit = -Math.log(entry.floor) / 255;
  const log = plane
    ? (k) => Float32Array.from(part(k), (code) => (code ? unit * (code - 255) : -Infinity))
    : (k) => Float32Array.from(part(k), Math.log);
  return { width: shape.at(-1), height: plane ? shape[1] : 1, log };
}

const GDVIZ_ARRAYS = { uint8: Uint8Array, int8: Int8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };

async function gdvizDecodeArray(entry, payload) {
  const chunk = payload.subarray(entry.offset, entry.offset + entry.length);
  if (chunk.length !== entry.length) throw new Error("The animation could not be read: the scene is cut short.");
  const bytes = entry.encoding === "raw" ? chunk.slice() : await gdvizInflate(chunk);
  if (entry.encoding === "paths12") return gdvizUndifference(bytes, entry.shape);
  if (entry.encoding === "across") return gdvizAlongRows(bytes, entry.shape.at(-1));
  return new GDVIZ_ARRAYS[entry.dtype](bytes.buffer, bytes.byteOffset, entry.shape.reduce((a, b) => a * b, 1));
}

// 2-D grids travel as bytes on a linear or logarithmic scale; give back the values.
function gdvizGrid(entry, array, shape) {
  if (shape.length === 1) return { ...entry, width: shape[0], height: 1, values: array };
  const value = new Float32Array(256);
  for (let code = 0; code < 256; code++) {
    const mapped = entry.low + (code / 255) * (entry.high - entry.low);
    value[code] = entry.map === "log" ? Math.exp(mapped) : mapped;
  }
  return { ...entry, width: shape[1], height: shape[0], values: Float32Array.from(array, (code) => value[code]) };
}

async function gdvizDecode(buffer) {
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  const { header, payload } = gdvizSceneHeader(bytes);
  if (![1, 2].includes(header.format)) throw new Error(`The animation has format ${header.format}; this player reads formats 1 to 2.`);
  const arrays = {};
  const shapes = {};
  await Promise.all(header.arrays.map(async (entry) => {
    arrays[entry.name] = await gdvizDecodeArray(entry, payload);
    shapes[entry.name] = entry.shape;
  }));
  const ascending = header.order.map((index) => header.w[index]);
  const slab = header.frames.length * header.particles * header.dimension;
  const byParticle = (array) => (array ? (k) => array.subarray(k * header.particles, (k + 1) * header.particles) : null);
  const logReward = byParticle(arrays.log_reward);
  header.logReward = logReward && ((index) => logReward(header.order.indexOf(index))); // by row; read by the charts, which see headers only
  return {
    header,
    id: header.id,
    w: ascending, // every array below runs over w ascending
    frames: header.frames.length,
    particles: header.particles,
    d: header.dimension,
    low: header.quantisation.low,
    step: header.quantisation.step,
    codes: (k) => arrays.paths.subarray(k * slab, (k + 1) * slab), // [F, N, d] of the k-th w ascending
    row: (k) => header.rows[header.order[k]] ?? null,
    grids: header.grids.map((entry) => gdvizGrid(entry, arrays[entry.array], shapes[entry.array])),
    grid(name) { return this.grids.find((g) => g.name === name) ?? null; },
    law: gdvizGuidedLaws(header.law, arrays, shapes),
    finalClass: byParticle(arrays.final_class),
    arrows: arrays.arrows_base ? {
      shape: shapes.arrows_base,
      base: arrays.arrows_base, baseScale: arrays.arrows_base_scale,
      push: arrays.arrows_push, pushScale: arrays.arrows_push_scale,
    } : null,
  };
}
