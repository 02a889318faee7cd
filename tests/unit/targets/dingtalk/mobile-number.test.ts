import { mobileNumber } from "../../../../src/targets/dingtalk/attributes/mobile-number.ts";

test.each<[string, string, string, string]>([
  ["of the region", "9123 4567", "HK", "+852-91234567"],
  ["of the region, whatever it would be elsewhere", "6612 3456", "HK", "+852-66123456"],
  ["the same in Macau", "6612 3456", "MO", "+853-66123456"],
  ["with its country code and no plus", "852 9123 4567", "HK", "+852-91234567"],
  ["of another country, named", "+86 138 0013 8000", "HK", "+86-13800138000"],
  ["of the mainland", "138 0013 8000", "CN", "+86-13800138000"],
  ["with the mainland's old leading zero", "0138 0013 8000", "CN", "+86-13800138000"],
  ["of America, where landlines look alike", "+1 (415) 555-2671", "HK", "+1-4155552671"],
  ["of Germany", "+49 1512 3456789", "HK", "+49-15123456789"],
  ["one the library does not know yet", "+852 4000 0001", "HK", "+852-40000001"],
  ["the same without a country code", "4000 0001", "HK", "+852-40000001"],
  ["a former pager's", "+852 7100 0000", "HK", "+852-71000000"],
  ["as a URI", "tel:+852-9123-4567", "CN", "+852-91234567"],
])("a mobile number %s", (_name, text, region, number) => {
  expect(mobileNumber(text, region)).toEqual({ number });
  expect(mobileNumber(number, region)).toEqual({ number });
});

test.each<[string, string, string, string]>([
  ["a mainland mobile in Hong Kong", "138 0013 8000", "HK", "numberOfAnotherRegion"],
  ["a Hong Kong mobile in the mainland", "9123 4567", "CN", "numberOfAnotherRegion"],
  ["a Taiwan mobile in Hong Kong", "0912 345 678", "HK", "notAPhoneNumber"],
  ["a Singapore mobile in Hong Kong", "8123 4567", "HK", "numberOfAnotherRegion"],
  ["a landline of Hong Kong", "2345 6789", "HK", "notAMobileNumber"],
  ["a landline, named", "+852 2345 6789", "CN", "notAMobileNumber"],
  ["a landline of Beijing", "+86 10 6555 1234", "HK", "notAMobileNumber"],
  ["a mainland number with Hong Kong's code", "+852 13800138000", "HK", "notAMobileNumber"],
  ["one digit short", "+86 138 0013 800", "HK", "notAMobileNumber"],
  ["a free-phone number", "+852 800 961 234", "HK", "notAMobileNumber"],
  ["words", "call me", "HK", "notAPhoneNumber"],
  ["too short to exist", "123", "HK", "notAPhoneNumber"],
])("%s is nobody's mobile", (_name, text, region, code) => {
  const read = mobileNumber(text, region);
  expect("reason" in read && read.reason[0]).toBe(code);
});

test("the reason names where it would be one", () => {
  const read = mobileNumber("13800138000", "HK");
  expect("reason" in read && read.reason[1]).toContain("it would be one of CN");
});
