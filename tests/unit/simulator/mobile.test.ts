import { parseMobile, parseSearchedMobile } from "../../../src/simulator/organisation/mobile.ts";
import { createBench, USER } from "./bench.ts";

describe("5.1 mobile numbers", () => {
  test.each<["hongkong" | "mainland", string, string | undefined]>([
    ["hongkong", "+852-91234567", "852-91234567"],
    ["hongkong", "+86-13800138000", "86-13800138000"],
    ["hongkong", "+1-2025550123", "1-2025550123"],
    ["hongkong", "13800138000", undefined],
    ["hongkong", "91234567", undefined],
    ["hongkong", "+85291234567", undefined],
    ["hongkong", "+86-1380013800", undefined],
    ["hongkong", "+852-9123 4567", undefined],
    ["hongkong", "+852-91234567890123", undefined],
    ["mainland", "13800138000", "86-13800138000"],
    ["mainland", "+852-91234567", "852-91234567"],
    ["mainland", "+86-13800138000", undefined],
    ["mainland", "23800138000", undefined],
  ])("registered in %s, %s is %s", (region, text, expected) => {
    const phone = parseMobile({ region, mobileLengths: "national" }, text);
    expect(phone && `${phone.stateCode}-${phone.number}`).toBe(expected);
    const code = createBench({ region }).code(`${USER}/create`, {
      userid: "u",
      name: "n",
      mobile: text,
      dept_id_list: "1",
    });
    expect(code).toBe(expected === undefined ? 60103 : undefined);
  });

  test.each<[string, string | undefined]>([
    ["+852-91234567", "852-91234567"],
    ["13800138000", "86-13800138000"],
    ["+86-13800138000", "86-13800138000"],
    ["91234567", undefined],
    ["+852-912345678901", undefined],
  ])("5.4 getbymobile takes %s as %s", (text, expected) => {
    const phone = parseSearchedMobile({ region: "hongkong", mobileLengths: "national" }, text);
    expect(phone && `${phone.stateCode}-${phone.number}`).toBe(expected);
    const code = createBench().code(`${USER}/getbymobile`, { mobile: text });
    expect(code).toBe(expected === undefined ? 40104 : 60121);
  });
});
