import {
  type Evaluated,
  ExpressionInvalid,
  expressionCompiler,
} from "../../../src/mapping/expression/expression.ts";
import { mappingFile } from "../../../src/mapping/file/file.ts";

const file = mappingFile.parse({
  version: 1,
  tables: { levels: { M2: "Manager 2", "6 Manager": "Manager", none: "" } },
  trees: {
    organisations: {
      "SUP-1": { name: "Asia" },
      "SUP-100": { name: "Retail", parent: "SUP-1" },
      ROUND: { name: "Round", parent: "ROUND" },
    },
  },
});
const compile = expressionCompiler(file, ["user", "groups", "workday"]);

const variables = {
  user: {
    displayName: "Mei Chan",
    title: null,
    active: true,
    age: 41,
    blank: "  ",
    flag: "False",
    name: { givenName: "Mei", familyName: "Chan" },
    emails: [
      { type: "home", value: "home@example.com" },
      { type: "work", value: "first@example.com" },
      { type: "Work", value: "mei@example.com", primary: true },
    ],
    phoneNumbers: [{ value: "2345 6789" }, { type: "mobile", value: "9123 4567" }],
    addresses: [{ type: "work", formatted: "Tower 1\nCentral" }],
  },
  groups: [
    { id: "g1", displayName: "Finance" },
    { id: "g2", displayName: "VPN users" },
  ],
  workday: {
    level: "m2",
    hireDate: "2026-12-01",
    organisation: { id: "SUP-118", name: "Kowloon", parentId: "SUP-100" },
  },
};

const resultOf = (text: string): unknown => {
  const evaluated: Evaluated = compile(text).evaluate(variables);
  if (evaluated.kind === "failed") throw new Error(evaluated.text);
  return evaluated.value;
};

describe("what is missing is empty", () => {
  test.each<[string, unknown]>([
    ["user.displayName", "Mei Chan"],
    ["user.nickName", ""],
    ["user.title", ""],
    ["user.nothing.at.all", ""],
    ["user.displayName.length", ""],
    ["user.emails[1].value", "first@example.com"],
    ["user.emails[9].value", ""],
    ["user.emails.value", ""],
    ['user["display" + "Name"]', "Mei Chan"],
    ['user["urn:x:y"].z', ""],
    ["workday.organisation.name", "Kowloon"],
    ["has(user.title)", false],
    ["has(user.displayName)", true],
    ["has(user.blank)", false],
    ["has(user.name.middleName)", false],
    ["user.nickName + user.displayName", "Mei Chan"],
    ['user.nickName == ""', true],
    ["user.nickName == user.displayName", false],
    ["user.constructor", ""],
    ["user.__proto__", ""],
    ["user.toString", ""],
  ])("%s", (text, expected) => expect(resultOf(text)).toEqual(expected));
});

describe("conditions read any value", () => {
  test.each<[string, unknown]>([
    ['user.displayName ? "there" : "missing"', "there"],
    ['user.nickName ? "there" : "missing"', "missing"],
    ['user.flag ? "yes" : "no"', "no"],
    ['user.blank ? "yes" : "no"', "no"],
    ['user.active && user.displayName ? "yes" : "no"', "yes"],
    ["!user.active", false],
    ["user.nickName || user.title", false],
    ['user.age > 40.0 ? "senior" : ""', "senior"],
    ['user.active ? 1 : "one"', 1n],
  ])("%s", (text, expected) => expect(resultOf(text)).toEqual(expected));
});

describe("lists and texts", () => {
  test.each<[string, unknown]>([
    ["user.emails.exists(e, e.primary)", true],
    ["user.nothing.exists(e, e.primary)", false],
    ["user.nothing.all(e, e.primary)", true],
    ['user.emails.filter(e, e.type == "home").map(e, e.value)', ["home@example.com"]],
    ['groups.map(g, g.displayName.startsWith("VPN"), g.displayName)', ["VPN users"]],
    ["groups.map(groups, groups.id)", ["g1", "g2"]],
    ['join(groups.map(g, g.displayName), ", ")', "Finance, VPN users"],
    ['groups.map(g, g.displayName).join("+")', "Finance+VPN users"],
    ["user.emails.size()", 3n],
    ["size(user.nothing)", 0n],
    ["size(user.displayName)", 8n],
    ['user.displayName.split(" ")[1]', "Chan"],
    ['user.displayName.contains("Chan")', true],
    ['user.nothing.startsWith("x")', false],
    ["string(user.age)", "41"],
    ['lower("ÄB") + upper("c") + trim("  d ")', "äbCd"],
    ['oneLine(addressOf(user, "work").formatted)', "Tower 1 Central"],
    ['like(user.displayName, "mei *")', true],
    ["-3", -3n],
    ["1 - (2 - 3)", 2n],
    ['"a\\"b\\n" + "é😀"', 'a"b\né😀'],
  ])("%s", (text, expected) => expect(resultOf(text)).toEqual(expected));
});

describe("functions", () => {
  test.each<[string, unknown]>([
    ["firstOf(user.title, user.blank, user.displayName)", "Mei Chan"],
    ["firstOf(user.title, user.nickName)", ""],
    ["firstOf(user.none, false)", false],
    ['emailOf(user, "work")', "mei@example.com"],
    ['emailOf(user, "other")', ""],
    ['phoneOf(user, "mobile")', "9123 4567"],
    ['phoneOf(user, "work")', "2345 6789"],
    ['phone(phoneOf(user, "mobile"))', "+852 91234567"],
    ['phone("138 1234 5678", "cn")', "+86 13812345678"],
    ["phone(user.nothing)", ""],
    ['addressOf(user, "home").locality', ""],
    ["fullName(user.name)", "Mei Chan"],
    ["fullName(user.nothing)", ""],
    ["splitName(user.displayName).family", "Chan"],
    ['splitName("Chan Tai Man", "familyFirst").given', "Tai Man"],
    ['lookup("levels", workday.level)', "Manager 2"],
    ['lookup("levels", "X9", "Other")', "Other"],
    ['lookup("levels", user.nothing, "Other")', ""],
    ["dateMs(workday.hireDate)", 1_796_054_400_000n],
    ['dateMs(workday.hireDate, "UTC")', 1_796_083_200_000n],
    ["dateMs(user.nothing)", ""],
    ['treePath("organisations", workday.organisation)', ["Asia", "Retail", "Kowloon"]],
    ['treePath("organisations", "SUP-100")', ["Asia", "Retail"]],
    ['treePath("organisations", "ROUND")', ["Round"]],
    ['treePath("organisations", user.nothing)', []],
  ])("%s", (text, expected) => expect(resultOf(text)).toEqual(expected));

  test.each<[string, string, unknown]>([
    ['phone("12")', "phoneNotUnderstood", "12"],
    ['phone("91234567", "XX")', "unknownRegion", "91234567"],
    ['lookup("levels", "X9")', "notInTable", ""],
    ['dateMs("soon")', "dateNotUnderstood", ""],
    ['dateMs("2026-12-01", "Mars/Base")', "unknownZone", ""],
    ['treePath("organisations", "SUP-999")', "notInTree", []],
  ])("%s is noted as %s", (text, code, value) => {
    const evaluated = compile(text).evaluate(variables);
    expect(evaluated).toMatchObject({
      kind: "value",
      value,
      notes: expect.arrayContaining([expect.objectContaining({ code })]),
    });
  });
});

describe("what fails while it runs fails alone and tells no value", () => {
  test.each<[string]>([
    ["user.age + user.displayName"],
    ["int(user.displayName)"],
    ["user.displayName.substring(99)"],
    ["user.displayName > 3"],
  ])("%s", (text) => {
    const evaluated = compile(text).evaluate(variables);
    expect(evaluated.kind).toBe("failed");
    expect(JSON.stringify(evaluated)).not.toContain("Mei");
  });
});

describe("what is refused, and where", () => {
  test.each<[string, number, string]>([
    ["user.displayName +", 18, "unexpected token"],
    ["usr.displayName", 0, "unknown variable usr (did you mean user?)"],
    ["firstOf(user.title, usr.x)", 20, "unknown variable usr"],
    ["firstof(user.title)", 0, "unknown function firstof (did you mean firstOf?)"],
    ["user.title + lookup(1)", 13, "lookup takes 2 or 3 arguments, not 1"],
    ['lookup("level", user.title)', 7, "no table is called level (did you mean levels?)"],
    ["lookup(user.title, user.title)", 7, "needs the name of its table as a text"],
    ['treePath("org", user.title)', 9, "no tree is called org"],
    ['user.title.matches("(a+)+$")', 0, "regular expression may never end"],
    ["user.title.upper()", 0, "upper is a function: write upper(value)"],
    ["user.title.startWith(1)", 0, "unknown method startWith (did you mean startsWith?)"],
    ["cel.bind(x, 1, x)", 0, "unknown method bind"],
    ['timestamp("2026-01-01T00:00:00Z")', 0, "unknown function timestamp"],
    ["groups.map(a, groups.map(b, groups.map(c, c)))", 28, "nested more than 2 deep"],
    ['b"bytes"', 0, "bytes"],
    ['1 + "a"', 0, "no such overload"],
    ["", 0, "unexpected token"],
    [`"${"x".repeat(2_000)}"`, 2_000, "longer than 2000"],
    [Array(400).fill("1").join("+"), 0, ""],
    [`${"(".repeat(100)}1${")".repeat(100)}`, 0, ""],
  ])("%.40s", (text, offset, message) => {
    let error: unknown;
    try {
      compile(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ExpressionInvalid);
    expect((error as ExpressionInvalid).message.toLowerCase()).toContain(message.toLowerCase());
    if (message !== "") expect((error as ExpressionInvalid).offset).toBe(offset);
  });
});

describe("everything ends soon", () => {
  const many = {
    ...variables,
    groups: Array.from({ length: 2_000 }, (_, index) => ({
      id: `g${index}`,
      displayName: "x".repeat(1_000),
    })),
  };
  test.each<[string, Evaluated["kind"]]>([
    ["groups.exists(a, groups.exists(b, a.id + b.id == user.nothing))", "failed"],
    ["groups.map(a, groups.map(b, b.id))", "failed"],
    ["groups.all(a, groups.all(b, true) || true)", "failed"],
    ["groups.filter(g, g.id == user.nothing)", "value"],
    ['join(groups.map(g, g.displayName), ",")', "value"],
  ])("%s", (text, kind) => {
    const expression = compile(text);
    const before = process.cpuUsage();
    expect(expression.evaluate(many).kind).toBe(kind);
    // Processor time, as the machine may be busy.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(2_000);
  });
});

test("names the attributes it reads", () => {
  const paths = (text: string): readonly string[] => compile(text).sources.map(({ path }) => path);
  expect(
    paths('firstOf(user.displayName, user["name"].formatted, emailOf(user, "work"), user.displayName)'),
  ).toEqual(["user.displayName", "user.name.formatted", 'user.emails[type eq "work"].value']);
  expect(paths("groups.exists(g, g.id == workday.level)")).toEqual(["groups", "workday.level"]);
});
