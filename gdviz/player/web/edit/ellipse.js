// Symmetric 2 x 2 matrices as ellipses: two lengths and the angle of the first axis.

const RADIANS = Math.PI / 180;

// Unit vector at an angle in degrees, exact at the axes.
/** @type {(degrees: number) => number[]} */
export function unit(degrees) {
  const quarter = degrees / 90;
  if (Number.isInteger(quarter)) return [[1, 0], [0, 1], [-1, 0], [0, -1]][((quarter % 4) + 4) % 4];
  return [Math.cos(degrees * RADIANS), Math.sin(degrees * RADIANS)];
}

/** @type {(vector: number[]) => number} */
export function degreesOf([x, y]) { return Math.atan2(y, x) / RADIANS; }

// An angle of an axis, which has no direction: in (-90, 90].
/** @type {(degrees: number) => number} */
export function axisAngle(degrees) { return degrees - 180 * Math.ceil((degrees - 90) / 180) + 0; }

// Eigenvalues and the angle of the first's axis, the one nearer to x: so that axes keep their names while they are pulled.
/** @type {(matrix: number[][]) => {values: number[], angle: number}} */
export function eigen([[a, b], [, c]]) {
  const half = (a - c) / 2;
  const gap = Math.hypot(half, b);
  const middle = (a + c) / 2;
  if (gap <= 1e-12 * Math.abs(middle)) return { values: [a, c], angle: 0 };
  const long = (Math.atan2(b, half) / 2) / RADIANS; // in (-90, 90]
  const nearX = Math.abs(long) <= 45;
  return { values: nearX ? [middle + gap, middle - gap] : [middle - gap, middle + gap], angle: nearX ? long : axisAngle(long + 90) };
}

// The matrix with these eigenvalues, the first along the angle; symmetric to the last bit.
/** @type {(values: number[], angle: number) => number[][]} */
export function matrixOf([first, second], angle) {
  const [c, s] = unit(angle);
  const least = 1e-12 * Math.max(Math.abs(first), Math.abs(second));
  /** @type {(value: number) => number} */
  const neat = (value) => (Math.abs(value) < least ? 0 : Number(value.toPrecision(12)));
  const across = neat((first - second) * c * s);
  return [[neat(first * c * c + second * s * s), across], [across, neat(first * s * s + second * c * c)]];
}
