// The parts of node:test and node:assert/strict that these tests use, for a browser. test_js.py puts them in their place.

const tests = [];

export default function test(name, run) { tests.push({ name, run }); }

// Runs what was registered; returns the failures in words, and how many ran.
export async function runAll() {
  const failures = [];
  for (const { name, run } of tests) {
    try {
      await run();
    } catch (error) {
      failures.push(`${name}: ${error.stack}`);
    }
  }
  return { ran: tests.length, failures };
}

// As deepEqual in its strict form: nothing is converted, NaN equals NaN, 0 is not -0.
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || a.constructor !== b.constructor) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

function ok(value, message) {
  if (!value) throw new Error(message ?? `${value} is not true`);
}

export const assert = {
  ok,
  equal: (found, expected) => ok(Object.is(found, expected), `found ${found}, not ${expected}`),
  deepEqual: (found, expected) => ok(same(found, expected), `found ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`),
  throws: (run, pattern) => {
    let thrown = null;
    try { run(); } catch (error) { thrown = error; }
    ok(thrown && pattern.test(String(thrown)), `found ${thrown}, not ${pattern}`);
  },
  rejects: async (promise, pattern) => {
    const thrown = await promise.then(() => null, (error) => error);
    ok(thrown && pattern.test(String(thrown)), `found ${thrown}, not ${pattern}`);
  },
};
