import fc from "fast-check";
import { createJsonScan, type JsonBounds, jsonExcess } from "../../../src/http/connection/json-scan.ts";

const BOUNDS: JsonBounds = { depth: 3, members: 4, values: 12 };
const scan = (text: string, bounds = BOUNDS) => jsonExcess(Buffer.from(text), bounds);

test.each<[string, string, ReturnType<typeof jsonExcess>]>([
  ["nothing", "", undefined],
  ["a text full of brackets", JSON.stringify({ a: "[[[[[{{{{{,,,,,,,,,,,,,,:::::::" }), undefined],
  ["quotes inside a text", String.raw`{"a":"\"[[[[","b":"\\","c":[[1]]}`, undefined],
  ["a backslash at the end of a text", String.raw`{"a":"\\","b":{"c":[]}}`, undefined],
  ["the deepest", "[[[1]]]", undefined],
  ["one level more", "[[[[1]]]]", "depth"],
  ["one level more after others have closed", '{"a":[[1]],"b":[[[1]]]}', "depth"],
  ["brackets that nobody closes", "[".repeat(1_000_000), "depth"],
  ["objects that nobody closes", '{"a":'.repeat(200_000), "depth"],
  [
    "as many members as allowed, in two objects",
    '[{"a":1,"b":2,"c":3,"d":4},{"a":1,"b":2,"c":3,"d":4}]',
    undefined,
  ],
  ["one member more", '{"a":1,"b":2,"c":3,"d":4,"e":5}', "members"],
  ["one name given again and again", '{"a":1,"a":1,"a":1,"a":1,"a":1}', "members"],
  [
    "one member more around a full object",
    '{"a":1,"b":{"a":1,"b":1,"c":1,"d":1},"c":3,"d":4,"e":5}',
    "members",
  ],
  ["too many values in all", `[${Array.from({ length: 14 }, () => 1).join()}]`, "values"],
  ["too many empty lists", `[${Array.from({ length: 8 }, () => "[]").join()}]`, "values"],
  ["a text without end", '{"a":"[[[[[[', undefined],
  ["closing brackets only", "]]]]]}}}}", undefined],
])("%s", (_name, text, expected) => expect(scan(text)).toBe(expected));

/** The same by what parsing makes. */
function measured(value: unknown): { depth: number; members: number } {
  if (typeof value !== "object" || value === null) return { depth: 0, members: 0 };
  const parts = Object.values(value).map(measured);
  return {
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    members: Math.max(
      Array.isArray(value) ? 0 : Object.keys(value).length,
      ...parts.map(({ members }) => members),
    ),
  };
}

test("valid JSON is measured as parsing would show it, however it is written", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      const { depth, members } = measured(value);
      const within = { depth: 10, members: 1_000, values: 1_000_000 };
      expect(scan(text, within)).toBeUndefined();
      if (depth > 1) expect(scan(text, { ...within, depth: depth - 1 })).toBe("depth");
      expect(scan(text, { ...within, depth: Math.max(depth, 1) })).toBeUndefined();
      if (members > 0) expect(scan(text, { ...within, members: members - 1 })).toBe("members");
      expect(scan(text, { ...within, members: Math.max(members, 1) })).toBeUndefined();
    }),
  );
});

test("a text in pieces is measured as the whole, wherever it is cut", () => {
  const piece = fc.constantFrom("[", "]", "{", "}", ",", ":", '"', "\\", "a", "张");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 6 }), (parts, cuts) => {
      const text = Buffer.from(parts.join(""));
      const pushed = createJsonScan(BOUNDS);
      const edges = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
      const found = edges.slice(1).map((end, at) => pushed(text.subarray(edges[at], end)));
      expect(found.find((excess) => excess !== undefined)).toBe(jsonExcess(text, BOUNDS));
    }),
    { numRuns: 1_000 },
  );
});

test("a megabyte of anything is looked through in a moment", () => {
  const worst = [
    "[".repeat(1_000_000),
    `["${'\\"'.repeat(499_000)}"]`,
    `[${"[],".repeat(330_000)}[]]`,
    "\\".repeat(1_000_000),
    '"'.repeat(1_000_000),
  ];
  for (const text of worst) {
    const bytes = Buffer.from(text);
    const started = performance.now();
    jsonExcess(bytes, { depth: 32, members: 1_000, values: 50_000 });
    // 2 to 8 ms alone; parsing takes 30 to 400.
    expect(performance.now() - started).toBeLessThan(500);
  }
});
