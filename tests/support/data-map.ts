import { type AttributeClass, type AttributeClasses, PURPOSES } from "../../src/privacy/classification.ts";
import { columnsOf, TABLES, type TableClass } from "../../src/privacy/columns.ts";
import { SCIM_ATTRIBUTES } from "../../src/privacy/scim-attributes.ts";
import { classOfSetting } from "../../src/privacy/settings.ts";
import { TARGET_ATTRIBUTES } from "../../src/privacy/target-attributes.ts";
import { type Keeping, keepingOfScim, keepingOfTarget } from "./keeping.ts";

/* Generates the data map of docs/privacy.md from the classification. */

const BEGIN = "<!-- data map: made from src/privacy, accept changes with GOLDEN=write -->";
const END = "<!-- end of the data map -->";

/** The page with a newly generated data map. */
export function withDataMap(page: string, settings: readonly string[]): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error("docs/privacy.md has no place for the data map");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${dataMap(settings)}\n${page.slice(end)}`;
}

function dataMap(settings: readonly string[]): string {
  const scim = Object.entries(SCIM_ATTRIBUTES).map(([urn, classes]) => {
    const kind = /Group$/.test(urn) ? "Group" : "User";
    return `### \`${urn}\`\n\n${attributes(classes, (of) => keepingOfScim(kind, of), "Sent to DingTalk as")}`;
  });
  const target = Object.entries(TARGET_ATTRIBUTES).map(
    ([kind, classes]) =>
      `### A ${kind} in DingTalk\n\n${attributes(classes, (of) => keepingOfTarget(kind, of), undefined)}`,
  );
  return [...scim, ...target, `### Tables\n\n${tables()}`, `### Settings\n\n${settingsTable(settings)}`].join(
    "\n",
  );
}

function attributes(
  classes: AttributeClasses,
  keeping: (of: AttributeClass) => Keeping,
  sentAs: string | undefined,
): string {
  const rows = Object.entries(classes).map(([name, of]) => {
    const { places, seenBy, until } = keeping(of);
    const sent = sentAs === undefined ? [] : [(of.sentAs ?? []).map(code).join(", ") || "–"];
    return [
      code(name),
      of.sensitivity,
      PURPOSES[of.purpose],
      places.map(code).join(", ") || "–",
      seenBy,
      ...sent,
      until,
    ];
  });
  return table(
    [
      "Attribute",
      "Class",
      "Purpose",
      "Kept in",
      "Seen by",
      ...(sentAs === undefined ? [] : [sentAs]),
      "Kept until",
    ],
    rows,
  );
}

function tables(): string {
  const list = (of: TableClass, sensitivity: string) =>
    columnsOf(of)
      .filter(([, each]) => each === sensitivity)
      .map(([name]) => code(name))
      .join(", ") || "–";
  const rows = Object.entries(TABLES).map(([name, of]) => [
    code(name),
    of.purpose,
    list(of, "personal"),
    list(of, "secret"),
    of.retention,
  ]);
  return table(["Table", "Purpose", "Personal", "Secret", "Kept"], rows);
}

function settingsTable(settings: readonly string[]): string {
  const of = (sensitivity: string) =>
    settings.filter((name) => classOfSetting(name) === sensitivity).map(code);
  return table(
    ["Class", "Settings"],
    [
      ["secret", of("secret").join(", ")],
      ["personal", of("personal").join(", ")],
      ["public", "all others"],
    ],
  );
}

const code = (name: string): string => `\`${name}\``;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
