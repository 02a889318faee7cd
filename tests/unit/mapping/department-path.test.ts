import fc from "fast-check";
import { formatPath, parsePath } from "../../../src/mapping/departments/department-path.ts";

test.each<[string, string, string, readonly string[]]>([
  ["one name", "Finance", "/", ["Finance"]],
  ["levels", "Asia/Hong Kong/Finance", "/", ["Asia", "Hong Kong", "Finance"]],
  ["blanks around a level do not count", " Asia / Hong Kong ", "/", ["Asia", "Hong Kong"]],
  ["empty levels are left out", "/Asia//Hong Kong/", "/", ["Asia", "Hong Kong"]],
  ["a separator after a backslash belongs to the name", "R\\/D/Lab", "/", ["R/D", "Lab"]],
  ["two backslashes are one", "A\\\\/B", "/", ["A\\", "B"]],
  ["any other backslash is itself", "CORP\\Sales/East", "/", ["CORP\\Sales", "East"]],
  ["a backslash at the end is itself", "A/B\\", "/", ["A", "B\\"]],
  ["another separator", "Asia > R/D > Lab", ">", ["Asia", "R/D", "Lab"]],
  ["a longer separator", "A::B:C", "::", ["A", "B:C"]],
  ["Chinese names", "亞洲/香港/財務部", "/", ["亞洲", "香港", "財務部"]],
  ["nothing but separators", " / // ", "/", []],
  ["nothing", "", "/", []],
])("parsePath: %s", (_name, text, separator, expected) =>
  expect(parsePath(text, separator)).toEqual(expected),
);

const segment = fc
  .oneof(fc.string(), fc.stringMatching(/^[a\\/>]{1,6}$/))
  .map((text) => text.trim())
  .filter((text) => text !== "");

test("every path of names survives being written and read", () => {
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 8 }), fc.constantFrom("/", ">", "|"), (path, separator) => {
      expect(parsePath(formatPath(path, separator), separator)).toEqual(path);
    }),
  );
});
