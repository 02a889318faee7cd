import {
  createFaults,
  type Fault,
  faultSchema,
  happensAfter,
} from "../../../src/simulator/gateway/faults.ts";

const CREATE = "/topapi/v2/user/create";
const known = new Set([CREATE, "/topapi/v2/user/get", "/topapi/v2/user/getbymobile"]);
const setUp = () => createFaults((path) => known.has(path));
const fault = (match: string, kind: Fault["fault"], times?: number): Fault => ({
  match,
  fault: kind,
  delayMs: 0,
  ...(times ? { times } : {}),
});
const any = () => true;

test.each<[string, string, boolean]>([
  [CREATE, CREATE, true],
  ["/topapi/v2/user/get", "/topapi/v2/user/getbymobile", false],
  ["/topapi/v2/user/", "/topapi/v2/user/getbymobile", true],
  ["/", "/gettoken", true],
  ["/v1.0/", CREATE, false],
])("match %s, path %s: %s", (match, path, expected) => {
  const faults = setUp();
  faults.add(fault(match, "busy"));
  expect(faults.take(path, any) !== undefined).toBe(expected);
});

test("happens `times` times, once by default, and is then removed", () => {
  const faults = setUp();
  faults.add(fault(CREATE, "busy", 2));
  expect([1, 2, 3].map(() => faults.take(CREATE, any)?.fault)).toEqual(["busy", "busy", undefined]);
  faults.add(fault(CREATE, "slow"));
  expect([1, 2].map(() => faults.take(CREATE, any)?.fault)).toEqual(["slow", undefined]);
});

test("faults are used in the order of adding, and only those of the wanted kind", () => {
  const faults = setUp();
  faults.add(fault(CREATE, "timeout_after_commit"));
  faults.add(fault("/", "http500"));
  expect(faults.take(CREATE, (kind) => !happensAfter(kind))?.fault).toBe("http500");
  expect(faults.list()).toEqual([{ ...fault(CREATE, "timeout_after_commit"), times: 1 }]);
  faults.clear();
  expect(faults.take(CREATE, any)).toBeUndefined();
});

test.each<[string, object, boolean]>([
  ["an errcode", { fault: "refusal", answer: { errcode: 60022 } }, true],
  ["a sub_code", { fault: "refusal", answer: { sub_code: "90001", message: "x" } }, true],
  ["a code with its status", { fault: "refusal", answer: { code: "system.busy", status: 429 } }, true],
  ["two codes", { fault: "refusal", answer: { errcode: 1, code: "x" } }, false],
  ["no code", { fault: "refusal", answer: {} }, false],
  ["a refusal that says nothing", { fault: "refusal" }, false],
  ["an answer of another fault", { fault: "busy", answer: { errcode: 1 } }, false],
])("12 a refusal with %s", (_name, body, expected) =>
  expect(faultSchema.safeParse(body).success).toBe(expected),
);
