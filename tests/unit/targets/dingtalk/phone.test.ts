import {
  canonicalPhone,
  phoneFromWire,
  phoneToWire,
} from "../../../../src/targets/dingtalk/attributes/phone.ts";

test.each<[string, string, string | undefined]>([
  ["+852 9123 4567", "HK", "+852-91234567"],
  ["(852) 9123-4567", "HK", "+852-91234567"],
  ["9123 4567", "HK", "+852-91234567"],
  ["+86 138 0013 8000", "HK", "+86-13800138000"],
  ["13800138000", "CN", "+86-13800138000"],
  ["tel:+44-20-7946-0958", "HK", "+44-2079460958"],
  ["+1 (415) 555-0132", "CN", "+1-4155550132"],
  ["+853 6612 3456", "HK", "+853-66123456"],
  ["+39 06 1234 5678", "HK", "+39-0612345678"],
  ["call me", "HK", undefined],
  ["123", "HK", undefined],
  ["91234567", "nowhere", undefined],
])("%s in %s is %s", (text, region, canonical) => {
  expect(canonicalPhone(text, region)).toBe(canonical);
  if (canonical) expect(canonicalPhone(canonical, region)).toBe(canonical);
});

test.each<[string, boolean, string]>([
  ["+86-13800138000", true, "13800138000"],
  ["+86-13800138000", false, "+86-13800138000"],
  ["+852-91234567", true, "+852-91234567"],
])("%s in an organisation of the mainland (%s) is written %s", (canonical, isMainland, wire) =>
  expect(phoneToWire(canonical, isMainland)).toBe(wire),
);

test.each<[string, string | undefined, string, string]>([
  ["91234567", "852", "HK", "+852-91234567"],
  ["91234567", "+852", "CN", "+852-91234567"],
  ["13800138000", "86", "HK", "+86-13800138000"],
  ["13800138000", undefined, "CN", "+86-13800138000"],
  ["+852-91234567", "852", "CN", "+852-91234567"],
  ["12", "999", "HK", "+999-12"],
])("%s with state code %s reads in %s as %s", (mobile, stateCode, region, canonical) =>
  expect(phoneFromWire(mobile, stateCode, region)).toBe(canonical),
);
