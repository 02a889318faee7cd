import type { JsonObject } from "../../../../src/core/entity.ts";
import { registrationSeenIn } from "../../../../src/targets/dingtalk/people/registration.ts";

const people = (count: number, state_code: string | null, mobile = "13800138000"): JsonObject[] =>
  Array.from({ length: count }, () => ({ mobile, ...(state_code === null ? {} : { state_code }) }));

test.each<[string, readonly JsonObject[], boolean | undefined]>([
  ["nobody", [], undefined],
  ["nobody's number is shown", Array.from({ length: 50 }, (_, n) => ({ userid: `u${n}` })), undefined],
  ["one number without any country code", [...people(1, null), ...people(20, "852", "91234567")], true],
  ["all of the mainland", people(5, "86"), true],
  ["all of the mainland, with a plus", people(5, "+86"), true],
  ["four are too few", people(4, "86"), undefined],
  ["none of the mainland", people(9, "852", "91234567"), false],
  ["some of both", [...people(9, "86"), ...people(1, "852", "91234567")], undefined],
  ["a Hong Kong number without a code says nothing", people(1, null, "91234567"), undefined],
])("%s", (_name, records, seen) => expect(registrationSeenIn(records)).toBe(seen));
