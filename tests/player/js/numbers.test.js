import assert from "node:assert/strict";
import test from "node:test";

import { formatNumber, formatPercent, formatPlusMinus, formatShort } from "../../../gdviz/player/web/numbers.js";

const DIGITS = [
  [1.76338, 0.0066, "1.763 ± 0.007"],
  [1.76338, 0.0266, "1.763 ± 0.027"],
  [1.76338, 0.31, "1.76 ± 0.31"],
  [-0.23111, 0.0093, "−0.231 ± 0.009"],
  [0.004, 0.02, "0.004 ± 0.020"],
  [-0.0001, 0.02, "0.000 ± 0.020"],
  [0, 0.5, "0.0 ± 0.5"],
  [1234.6, 41, "1230 ± 40"],
  [99.96, 0.099, "99.96 ± 0.10"],
  [1.5e7, 2.1e5, "1.500×10⁷ ± 0.021×10⁷"],
  [3.2e-7, 4.4e-8, "3.2×10⁻⁷ ± 0.4×10⁻⁷"],
  [2, null, "2"],
  [2.97658, null, "2.977"],
  [100, null, "100"],
  [0, null, "0"],
  [0.5, 0, "0.5 ± 0"],
  [null, null, "not finite"],
  [Infinity, 1, "not finite"],
];

for (const [value, half, text] of DIGITS) {
  test(`digits follow the error: ${text}`, () => assert.equal(formatPlusMinus(value, half), text));
}

test("a tiny error is not printed as zero", () => {
  const number = formatNumber(2, 1e-12);
  assert.ok(!["0", "0.000000"].includes(number.error));
  assert.equal(number.value, "2.00000");
});

test("a share is never finer than its error and never coarser than a whole per cent", () => {
  assert.deepEqual(formatPercent(0.8937, 0.0043), { value: "89.4 %", error: "0.4 %" });
  assert.deepEqual(formatPercent(0.8937, null), { value: "89 %", error: null });
  assert.deepEqual(formatPercent(0.5, 0.2), { value: "50 %", error: "20 %" });
});

for (const [value, text] of [[null, "–"], [NaN, "–"], [0, "0"], [-1.23456, "−1.23"], [12345.6, "12300"], [2e5, "2.0e+5"], [1e-4, "1.0e−4"]]) {
  test(`labels of axes are short: ${text}`, () => assert.equal(formatShort(value), text));
}
