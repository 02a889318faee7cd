import type { EntityKind } from "../../../core/entity.ts";
import type { Actual, Attributes, AttributeValue, Note } from "../../../reconcile/target-values.ts";
import { type Field, fieldOf } from "./fields.ts";
import { mobileNumber } from "./mobile-number.ts";
import { RULES, unmanagedEntries } from "./normalize-rules.ts";
import type { Reason } from "./rule.ts";
import { cleanText, departmentName } from "./text.ts";

export interface Shaped {
  readonly attributes: Attributes;
  readonly notes: readonly Note[];
}

/** A value in canonical form, or the reason why there is none. */
type Fitted =
  | { readonly value: AttributeValue; readonly notes?: readonly Reason[] }
  | { readonly omit: Reason | undefined };

/** Desired attributes as DingTalk can hold them; see `TargetAdapter.normalize`. Pure. */
export function normalize(
  kind: EntityKind,
  desired: Attributes,
  actual: Actual | undefined,
  region: string,
): Shaped {
  const attributes: Record<string, AttributeValue> = {};
  const notes: Note[] = [];
  const note = (attribute: string, [code, text]: Reason): void => void notes.push({ attribute, code, text });

  for (const [name, value] of Object.entries(desired)) {
    const field = fieldOf(kind, name);
    if (!field) {
      note(name, ["unknownAttribute", `DingTalk has no ${kind} attribute of this name`]);
      continue;
    }
    const fitted = canonical(field, value, region);
    if ("omit" in fitted) {
      if (fitted.omit) note(name, fitted.omit);
      continue;
    }
    attributes[name] = fitted.value;
    for (const reason of fitted.notes ?? []) note(name, reason);
    if (fitted.value === null && field.clear === "empty" && (actual?.attributes[name] ?? null) !== null)
      note(name, UNPROVEN_CLEAR);
  }
  if (actual) Object.assign(attributes, unmanagedEntries(attributes, actual.attributes));
  for (const rule of RULES[kind]) {
    for (const [name, reason] of rule(attributes, actual)) {
      delete attributes[name];
      if (reason) note(name, reason);
    }
  }
  return { attributes, notes };
}

function canonical(field: Field, value: AttributeValue, region: string): Fitted {
  if (value === null) return cleared(field);
  const { form } = field;
  switch (form.type) {
    case "text":
      return typeof value === "object" ? wrongType("text") : fitText(field, form, String(value));
    case "flag":
      return typeof value === "boolean"
        ? { value }
        : value === "true" || value === "false"
          ? { value: value === "true" }
          : wrongType("true or false");
    case "number": {
      const number = typeof value === "object" || value === "" ? Number.NaN : Number(value);
      return Number.isSafeInteger(number) && number >= form.min
        ? { value: number }
        : wrongType(`a whole number from ${form.min} on`);
    }
    case "phone": {
      if (typeof value === "object") return wrongType("a telephone number");
      const mobile = mobileNumber(String(value), region);
      return "reason" in mobile ? { omit: mobile.reason } : { value: mobile.number };
    }
    case "choice":
      return typeof value === "string" && form.of.includes(value)
        ? { value }
        : wrongType(`one of ${form.of.join(", ")}`);
    case "id":
      return typeof value === "object" ? wrongType("one id") : { value: String(value) };
    case "ids":
      return fitSet(value, form.max);
    case "perDepartment":
      return fitPairs(value, form.value);
  }
}

function cleared(field: Field): Fitted {
  if (field.clear === "false") return { value: false };
  if (field.form.type === "ids" || field.form.type === "perDepartment") return { value: [] };
  if (field.clear === "unwished") return { omit: undefined };
  if (field.clear !== "never") return { value: null };
  return { omit: ["cannotBeCleared", "DingTalk has no way to empty this; the value it has stays"] };
}

function fitText(field: Field, form: Extract<Field["form"], { type: "text" }>, raw: string): Fitted {
  const allowed = form.departmentName ? departmentName(raw) : raw;
  const set = cleanText(allowed, { max: Number.POSITIVE_INFINITY, ...(form.lines ? { lines: true } : {}) });
  const whole = form.dense && set.text.length > form.max ? { ...set, text: form.dense(set.text) } : set;
  if (whole.text === "") return cleared(field);
  if (whole.text.length > form.max && form.tooLong === "omit") {
    return {
      omit: [
        "tooLong",
        `the value has ${whole.text.length} characters, DingTalk takes ${form.max}; a part of it would mean something else`,
      ],
    };
  }
  const clean = cleanText(whole.text, { max: form.max, ...(form.lines ? { lines: true } : {}) });
  const notes: Reason[] = [];
  if (allowed !== raw)
    notes.push([
      "charactersReplaced",
      "hyphens and commas stand as look-alikes, DingTalk does not allow them in department names",
    ]);
  if (whole.removed)
    notes.push(["charactersRemoved", "characters that DingTalk does not hold were taken out or replaced"]);
  if (clean.cut)
    notes.push([
      "cut",
      `the value has ${whole.text.length} characters, DingTalk takes ${form.max}; it was cut`,
    ]);
  return { value: clean.text, notes };
}

function fitSet(value: AttributeValue, max: number): Fitted {
  const listed = typeof value === "object" && value !== null ? value : [String(value)];
  const sorted = [...new Set(listed)].sort();
  if (sorted.length <= max) return { value: sorted };
  return {
    value: sorted.slice(0, max),
    notes: [["cut", `${sorted.length} entries, DingTalk takes ${max}; the rest was left out`]],
  };
}

const PAIR = /^(\d+)=(.*)$/s;

function fitPairs(value: AttributeValue, kind: "text" | "number"): Fitted {
  const listed = typeof value === "object" && value !== null ? value : [String(value)];
  const pairs = new Map<string, string>();
  for (const entry of listed) {
    const [, department, raw] = PAIR.exec(entry) ?? [];
    if (department === undefined || raw === undefined) return wrongType('a list of "<department>=<value>"');
    const text = cleanText(raw, { max: 200 }).text;
    if (kind === "number" && !/^\d{1,15}$/.test(text))
      return wrongType('a list of "<department>=<whole number>"');
    if (text !== "") pairs.set(department, text);
  }
  return { value: [...pairs].map(([department, text]) => `${department}=${text}`).sort() };
}

const wrongType = (expected: string): Fitted => ({
  omit: ["wrongType", `DingTalk expects ${expected} here`],
});

/** docs/dingtalk.md 5.2 documents clearing only for the manager. */
const UNPROVEN_CLEAR: Reason = [
  "clearingUndocumented",
  "sent as an empty text; DingTalk does not promise that this empties the field, so look whether it did",
];
