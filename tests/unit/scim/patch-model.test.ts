import fc from "fast-check";
import type { JsonObject } from "../../../src/core/entity.ts";
import { AppError } from "../../../src/core/errors.ts";
import { checkedBody } from "../../../src/scim/json.ts";
import type { Operation } from "../../../src/scim/patch/operation.ts";
import { applyPatch } from "../../../src/scim/patch/patch.ts";
import { readOperations } from "../../../src/scim/patch/read-operations.ts";
import { ENTERPRISE_SCHEMA } from "../../../src/scim/schema/enterprise.ts";
import { userResource } from "../../../src/scim/schema/schemas.ts";
import { USER_SCHEMA } from "../../../src/scim/schema/user.ts";
import { anyDocument } from "./arbitraries.ts";

/*
 * A small model of a person, changed by edits a reader can follow, against PATCH in every spelling a client
 * has for the same edit.
 */

interface Mail {
  readonly type: string;
  readonly value: string;
}

interface Model {
  readonly single: Readonly<Record<string, string | undefined>>;
  readonly active: boolean;
  readonly mails: readonly Mail[];
}

type Edit =
  | { readonly kind: "set"; readonly name: string; readonly value: string | undefined }
  | { readonly kind: "active"; readonly value: boolean }
  | { readonly kind: "mail"; readonly type: string; readonly value: string | undefined }
  | { readonly kind: "addMail"; readonly mail: Mail }
  | { readonly kind: "allMails"; readonly mails: readonly Mail[] };

function edited(model: Model, edit: Edit): Model {
  switch (edit.kind) {
    case "set":
      return { ...model, single: { ...model.single, [edit.name]: edit.value } };
    case "active":
      return { ...model, active: edit.value };
    case "addMail": {
      const known = model.mails.some(
        (mail) => mail.type === edit.mail.type && mail.value === edit.mail.value,
      );
      return known ? model : { ...model, mails: [...model.mails, edit.mail] };
    }
    case "allMails":
      return { ...model, mails: edit.mails };
    case "mail": {
      const { type, value } = edit;
      if (value === undefined) return { ...model, mails: model.mails.filter((mail) => mail.type !== type) };
      if (!model.mails.some((mail) => mail.type === type))
        return { ...model, mails: [...model.mails, { type, value }] };
      return { ...model, mails: model.mails.map((mail) => (mail.type === type ? { type, value } : mail)) };
    }
  }
}

/** At the end of a request one of a type and value is left. */
const settled = (model: Model): Model => ({
  ...model,
  mails: model.mails.filter(
    (mail, at) => model.mails.findIndex((one) => one.type === mail.type && one.value === mail.value) === at,
  ),
});

function toDocument({ single, active, mails }: Model): JsonObject {
  const { title, givenName, familyName, department, manager } = single;
  const name = { ...(givenName ? { givenName } : {}), ...(familyName ? { familyName } : {}) };
  const enterprise = {
    ...(department ? { department } : {}),
    ...(manager ? { manager: { value: manager } } : {}),
  };
  const hasEnterprise = Object.keys(enterprise).length > 0;
  return {
    schemas: [USER_SCHEMA, ...(hasEnterprise ? [ENTERPRISE_SCHEMA] : [])],
    userName: "mei",
    active,
    ...(title ? { title } : {}),
    ...(Object.keys(name).length > 0 ? { name } : {}),
    ...(mails.length > 0 ? { emails: mails.map(({ type, value }) => ({ type, value })) } : {}),
    ...(hasEnterprise ? { [ENTERPRISE_SCHEMA]: enterprise } : {}),
  };
}

const E = ENTERPRISE_SCHEMA;
/** Every way to write the attribute of an edit. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  title: ["title", "Title", `${USER_SCHEMA}:title`],
  givenName: ["name.givenName", "NAME.givenname", `${USER_SCHEMA}:name.givenName`],
  familyName: ["name.familyName"],
  department: [`${E}:department`, `${E.toUpperCase()}:Department`, "department"],
  manager: [`${E}:manager`, `${E}:manager.value`, "manager", "manager.value"],
};

/** A number picks among the spellings; whatever it is, the meaning is the same. */
const pick = <T>(choices: readonly T[], number: number): T => choices[number % choices.length]!;

function spelled(edit: Edit, number: number): readonly unknown[] {
  const op = pick(["add", "Add", "replace", "Replace"], number);
  const at = (path: string, value: unknown) =>
    number % 3 === 0 ? [{ op, value: { [path]: value } }] : [{ op, path, value }];
  switch (edit.kind) {
    case "set": {
      const path = pick(PATHS[edit.name] ?? [], number);
      if (edit.value === undefined)
        return number % 2 === 0
          ? [{ op: pick(["remove", "Remove"], number), path }]
          : at(path, pick([null, ""], number));
      return at(
        path,
        edit.name === "manager" && !path.endsWith("value")
          ? pick([edit.value, { value: edit.value }, [{ value: edit.value }]], number)
          : edit.value,
      );
    }
    case "active":
      return at("active", pick([edit.value, edit.value ? "True" : "False"], number));
    case "mail": {
      const path = `${pick(["emails", "Emails", `${USER_SCHEMA}:emails`], number)}[${pick(["type", "TYPE"], number)} ${pick(["eq", "EQ"], number)} "${edit.type}"]`;
      if (edit.value === undefined)
        return [
          pick(
            [
              { op: "remove", path },
              { op: "Remove", path: `${path}.value` },
              { op, path: `${path}.value`, value: "" },
            ],
            number,
          ),
        ];
      return at(`${path}.value`, edit.value);
    }
    case "addMail":
      return [
        pick(
          [
            { op: "add", path: "emails", value: [edit.mail] },
            { op: "Add", path: "emails", value: edit.mail },
            { op: "add", value: { emails: [edit.mail] } },
          ],
          number,
        ),
      ];
    case "allMails":
      if (edit.mails.length === 0)
        return [
          pick(
            [
              { op: "remove", path: "emails" },
              { op: "replace", path: "emails", value: [] },
            ],
            number,
          ),
        ];
      return [
        pick(
          [
            { op: "replace", path: "emails", value: edit.mails },
            { op: "Replace", value: { EMAILS: edit.mails } },
          ],
          number,
        ),
      ];
  }
}

const text = fc.constantFrom("a", "b", "c@x");
const type = fc.constantFrom("work", "home", "other");
const mail = fc.record({ type, value: text });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant("set" as const),
    name: fc.constantFrom(...Object.keys(PATHS)),
    value: fc.option(text, { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("active" as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant("mail" as const), type, value: fc.option(text, { nil: undefined }) }),
  fc.record({ kind: fc.constant("addMail" as const), mail }),
  fc.record({
    kind: fc.constant("allMails" as const),
    mails: fc.uniqueArray(mail, { maxLength: 3, selector: (one) => `${one.type} ${one.value}` }),
  }),
);
const empty: Model = { single: {}, active: true, mails: [] };
const withoutSchemas = ({ schemas: _schemas, ...rest }: JsonObject): JsonObject => rest;

test("PATCH does what the model does, however the edits are spelled and cut into requests", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(edit, fc.nat({ max: 11 }), fc.boolean()), { minLength: 1, maxLength: 12 }),
      (steps) => {
        let model = empty;
        let document = toDocument(model);
        let operations: unknown[] = [];
        for (const [step, number, send] of steps) {
          model = edited(model, step);
          operations.push(...spelled(step, number));
          if (!send) continue;
          document = applyPatch(document, readOperations({ Operations: operations }), userResource);
          model = settled(model);
          operations = [];
        }
        document = applyPatch(document, readOperations({ Operations: operations }), userResource);
        model = settled(model);
        expect(withoutSchemas(document)).toEqual(withoutSchemas(toDocument(model)));
        expect(new Set(document.schemas as string[])).toEqual(new Set(toDocument(model).schemas as string[]));
      },
    ),
    { numRuns: 500 },
  );
});

test("setting what is there already is no change, for every attribute", () => {
  fc.assert(
    fc.property(
      anyDocument(userResource),
      fc.constantFrom("add" as const, "replace" as const),
      (sent, op) => {
        const document = {
          schemas: [USER_SCHEMA, ...Object.keys(sent).filter((name) => name.includes(":"))],
          ...sent,
        };
        const each: Operation[] = Object.entries(sent).map(([path, value]) => ({
          op: "replace",
          path,
          value,
        }));
        expect(applyPatch(document, each, userResource)).toBe(document);
        expect(applyPatch(document, [{ op: "replace", value: sent }], userResource)).toBe(document);
        const singles = Object.fromEntries(
          Object.entries(sent).filter(([, value]) => !Array.isArray(value) && typeof value !== "object"),
        );
        expect(applyPatch(document, [{ op, value: singles }], userResource)).toBe(document);
      },
    ),
    { numRuns: 200 },
  );
});

test("any operations are applied or refused by name; the document and the prototypes stay as they were", () => {
  const path = fc.oneof(
    fc.constantFrom(
      "title",
      "emails",
      'emails[type eq "work"]',
      "emails[",
      "name.givenName",
      E,
      `${E}:manager`,
      "urn:x:2.0:User:a",
      "__proto__",
      "constructor.prototype",
      "a.b.c",
      "",
    ),
    fc
      .array(
        fc.constantFrom(
          "emails",
          "[",
          "]",
          "type",
          " eq ",
          '"x"',
          ".",
          "value",
          "urn:",
          ":",
          "not (",
          ")",
          "\u0000",
        ),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.join("")),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, "", "x", 1, true, "False"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom(
          "value",
          "type",
          "primary",
          "title",
          E,
          "emails",
          "manager",
          "urn:x:2.0:User",
          "toString",
        ),
        tie("value"),
        { maxKeys: 3 },
      ),
    ),
  }));
  const operation = fc.record(
    { op: fc.constantFrom("add", "Replace", "remove", "x"), path, value },
    { requiredKeys: ["op"] },
  );
  const document = toDocument({
    single: { title: "t", manager: "m" },
    active: true,
    mails: [{ type: "work", value: "w" }],
  });
  const copy = structuredClone(document);
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 4 }), (operations) => {
      try {
        const result = applyPatch(
          document,
          readOperations(checkedBody({ Operations: operations })),
          userResource,
        );
        expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
      expect(document).toEqual(copy);
      expect(Object.keys(Object.prototype)).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});
