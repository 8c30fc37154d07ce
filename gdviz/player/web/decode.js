// Scene bytes -> a scene object. The mirror of scene.py: u32 header length | JSON header | payload.

import { makeScene } from "./scene.js";
/** @import { ArrayEntry, Arrays, Numbers, PackedHeader, Scene, Shapes } from "./scene.js" */

export const NOT_FINITE = 4095; // the position code of a particle that overflowed

/** @type {(bytes: Uint8Array) => Promise<Uint8Array>} */
async function inflate(bytes) {
  if (typeof DecompressionStream === "undefined") {
    throw new Error("This browser cannot unpack the animation; Chrome 80, Firefox 113 or Safari 16.4 and later can.");
  }
  const stream = new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (bytes)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @type {(bytes: Uint8Array) => {header: PackedHeader, payload: Uint8Array}} */
export function splitScene(bytes) {
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
/** @type {(planes: Uint8Array, shape: number[]) => Int16Array} */
function undoDifferences(planes, shape) {
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
/** @type {(bytes: Uint8Array, width: number) => Uint8Array} */
function sumAlongRows(bytes, width) {
  for (let i = 0; i < bytes.length; i++) if (i % width) bytes[i] += bytes[i - 1];
  return bytes;
}

/** @type {Record<string, {new (buffer: ArrayBufferLike, offset: number, length: number): Numbers}>} */
const ARRAY_TYPES = { uint8: Uint8Array, int8: Int8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array };

/** @type {(entry: ArrayEntry, payload: Uint8Array) => Promise<Numbers>} */
async function decodeArray(entry, payload) {
  const chunk = payload.subarray(entry.offset, entry.offset + entry.length);
  if (chunk.length !== entry.length) throw new Error("The animation could not be read: the scene is cut short.");
  const bytes = entry.encoding === "raw" ? chunk.slice() : await inflate(chunk);
  if (entry.encoding === "paths12") return undoDifferences(bytes, entry.shape);
  if (entry.encoding === "across") return sumAlongRows(bytes, entry.shape[entry.shape.length - 1]);
  return new ARRAY_TYPES[entry.dtype](bytes.buffer, bytes.byteOffset, entry.shape.reduce((a, b) => a * b, 1));
}

/** @type {(buffer: ArrayBuffer | Uint8Array) => Promise<Scene>} */
export async function decodeScene(buffer) {
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  const { header, payload } = splitScene(bytes);
  if (![1, 2, 3].includes(header.format)) throw new Error(`The animation has format ${header.format}; this player reads formats 1 to 3.`);
  /** @type {Arrays} */
  const arrays = {};
  /** @type {Shapes} */
  const shapes = {};
  await Promise.all(header.arrays.map(async (entry) => {
    arrays[entry.name] = await decodeArray(entry, payload);
    shapes[entry.name] = entry.shape;
  }));
  return makeScene(header, arrays, shapes);
}
