// Numbers as text: as many digits as their error carries.

/** @import { Maybe } from "./scene.js" */

/** @typedef {{value: string, error: string | null}} NumberText */

/** @type {(value: Maybe) => string} */
export function formatShort(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replace("-", "−");
}

/** @type {(value: unknown) => value is number} */
export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

// Half-width of the 95 % interval, or null where no standard error is known.
/** @type {(se: Maybe) => number | null} */
export function halfWidth(se) {
  return isNumber(se) ? 1.96 * se : null;
}

// The power of ten of the last digit worth printing. Two digits of the error when it starts below
// 3.55, else one (the Particle Data Group's rule); four digits of the value where there is no error.
/** @type {(value: number, half: Maybe) => number} */
function lastPlace(value, half) {
  /** @type {(x: number) => number} */
  const place = (x) => Math.floor(Math.log10(Math.abs(x)));
  const own = value === 0 ? 0 : place(value);
  if (!(half > 0) || !Number.isFinite(half)) return own - 3;
  const lead = half / 10 ** place(half);
  return Math.max(place(half) - (lead < 3.55 ? 1 : 0), own - 5);
}

/** @type {(value: number, place: number) => string} */
function fixedDigits(value, place) {
  const text = (Math.round(value / 10 ** place) * 10 ** place).toFixed(Math.min(100, Math.max(0, -place)));
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

// {value, error} as text with matching digits; error is null where `half` is not known.
/** @type {(value: Maybe, half?: Maybe) => NumberText} */
export function formatNumber(value, half = null) {
  if (!isNumber(value)) return {value: "not finite", error: null};
  const place = lastPlace(value, half);
  const largest = Math.max(Math.abs(value), half > 0 && Number.isFinite(half) ? half : 0);
  const power = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  const scale = power >= 5 || power < -4 ? power : 0;
  /** @type {(x: number) => string} */
  const write = (x) => {
    const digits = fixedDigits(x / 10 ** scale, place - scale);
    return scale ? `${digits}×10${superscript(scale)}` : digits;
  };
  const known = isNumber(half);
  if (known && half > 0) {
    const small = half < 0.5 * 10 ** place;  // the value's own digits ran out before the error's did
    return {value: write(value), error: small ? formatNumber(half).value : write(half)};
  }
  return {value: trimZeros(write(value)), error: known ? "0" : null};
}

// "2.000" -> "2": trailing zeros of a number without an error say nothing.
/** @type {(text: string) => string} */
function trimZeros(text) {
  return text.replace(/(\.\d*?)0+(?=×|$)/, "$1").replace(/\.(?=×|$)/, "");
}

/** @type {(power: number) => string} */
export function superscript(power) {
  return [...String(power)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)])).join("");
}

/** @type {(value: Maybe) => string} */
export function formatPlain(value) {
  return formatNumber(value).value;
}

// "1.763 ± 0.007", or the bare number where no error is known.
/** @type {(value: Maybe, half: Maybe) => string} */
export function formatPlusMinus(value, half) {
  const text = formatNumber(value, half);
  return text.error === null ? text.value : `${text.value} ± ${text.error}`;
}

// A share of the particles in per cent, never finer than its error and never coarser than a whole per cent.
/** @type {(share: number, half: Maybe) => NumberText} */
export function formatPercent(share, half) {
  const known = isNumber(half) && half > 0;
  const place = known ? Math.min(0, lastPlace(100 * share, 100 * half)) : 0;
  return {value: `${fixedDigits(100 * share, place)} %`, error: known ? `${fixedDigits(100 * half, place)} %` : null};
}
