import { readablePhone, readPhone } from "../../../src/mapping/expression/phone.ts";

test.each<[string, string, string, string | undefined]>([
  ["international", "+852 9123 4567", "HK", "+852 91234567"],
  ["without country code, of the region", "9123 4567", "HK", "+852 91234567"],
  ["without country code, of another region", "138 1234 5678", "CN", "+86 13812345678"],
  ["DingTalk's own form", "+86-13812345678", "HK", "+86 13812345678"],
  ["URI of RFC 3966", "tel:+852-9123-4567", "HK", "+852 91234567"],
  ["with 00", "0086 138 1234 5678", "HK", "+86 13812345678"],
  ["brackets and dots", "+1 (415) 555.2671", "HK", "+1 4155552671"],
  ["full-width digits", "＋８５２ ９１２３ ４５６７", "HK", "+852 91234567"],
  ["an Italian number keeps its zero", "+39 06 1234 5678", "HK", "+39 0612345678"],
  ["too short to exist", "123", "HK", undefined],
  ["too long to exist", "+852 9123 4567 8901 2345", "HK", undefined],
  ["not a number", "upd-1a2b3c4d", "HK", undefined],
  ["a number inside other words", "call 9123 4567 now", "HK", undefined],
  ["unknown region", "91234567", "XX", undefined],
  ["a landline", "2345 6789", "HK", "+852 23456789"],
  ["one the library does not know yet", "4000 0001", "HK", "+852 40000001"],
])("readPhone: %s", (_name, value, region, expected) =>
  expect(readPhone(value, region)).toEqual(expected === undefined ? { elsewhere: [] } : { number: expected }),
);

test.each<[string, string, string, string[]]>([
  ["a mainland mobile in Hong Kong", "138 1234 5678", "HK", ["CN"]],
  ["a Hong Kong mobile in the mainland", "9123 4567", "CN", ["HK", "SG"]],
  ["a Macau mobile in the mainland", "66123456", "CN", ["HK", "MO"]],
  ["a Taiwan mobile in Hong Kong", "0912-345-678", "HK", ["TW"]],
])("without a country code it is not made a stranger's: %s", (_name, value, region, elsewhere) =>
  expect(readPhone(value, region)).toEqual({ elsewhere }),
);

test.each<[string, string]>([
  ["+852 2345 6789", "+852 2345 6789"],
  [" 2345 6789 ext 12 ", "2345 6789 ext 12"],
  ["tel:+852-2345-6789", "+852-2345-6789"],
  ["tel:+852-2345-6789;ext=204", "+852-2345-6789 ext. 204"],
  ["TEL:2345;phone-context=+852", "2345"],
])("readablePhone: %s", (value, expected) => expect(readablePhone(value)).toBe(expected));
