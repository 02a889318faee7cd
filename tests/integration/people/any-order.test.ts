import fc from "fast-check";
import type { JsonObject } from "../../../src/core/entity.ts";
import { openTestEnvironment, type TestEnvironment } from "../../support/test-environment.ts";
import { by, openSources, personOf, type Source, type Sources } from "./two-sources.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

let env: TestEnvironment;
let sources: Sources;
beforeAll(async () => {
  env = await openTestEnvironment();
  sources = await openSources(
    env,
    "  join: [{ by: employeeNumber, decide: join }]\n  authority: { order: [workday], attributes: { title: [entra], phoneNumbers.mobile: [entra] } }",
  );
});
afterAll(() => env.close());

const change = fc.record(
  {
    title: fc.constantFrom("", "Clerk", "Manager"),
    nickName: fc.constantFrom("a", "b"),
    active: fc.boolean(),
    phoneNumbers: fc.array(
      fc.record({ type: fc.constantFrom("work", "mobile"), value: fc.constantFrom("1", "2") }),
      { maxLength: 2 },
    ),
    addresses: fc.constantFrom<JsonObject[]>([], [{ type: "work", locality: "Kowloon" }]),
  },
  { requiredKeys: [] },
);
/** For each source its changes, in their order; `turns` says whose comes next. */
const story = fc.record({
  workday: fc.array(change, { maxLength: 5 }),
  entra: fc.array(change, { maxLength: 5 }),
  turns: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
  first: fc.boolean(),
});

let number = 0;

/** The same changes of both sources in another order, on two people. */
async function play(
  changes: Readonly<Record<"workday" | "entra", readonly JsonObject[]>>,
  turns: readonly boolean[],
  first: boolean,
) {
  number += 1;
  const base = (name: string): JsonObject => ({
    userName: `${name}-${number}`,
    [ENTERPRISE]: { employeeNumber: `N${number}` },
  });
  const people = new Map<
    string,
    { readonly source: Source; readonly id: string; left: readonly JsonObject[] }
  >();
  for (const name of first ? ["workday", "entra"] : ["entra", "workday"]) {
    const source = sources.source(name);
    people.set(name, { source, id: await source.create(base(name)), left: changes[name as "workday"] });
  }
  const next = async (name: string): Promise<boolean> => {
    const person = people.get(name)!;
    const [one, ...left] = person.left;
    if (!one) return false;
    person.left = left;
    await person.source.change(person.id, one);
    return true;
  };
  for (const turn of turns)
    if (!(await next(turn ? "workday" : "entra"))) await next(turn ? "entra" : "workday");
  const ids = { workday: people.get("workday")!.id, entra: people.get("entra")!.id };
  const written = {
    workday: await sources.source("workday").read(ids.workday),
    entra: await sources.source("entra").read(ids.entra),
  };
  const person = (await personOf(env, first ? ids.workday : ids.entra))!;
  return { person, written, ids };
}

/** What differs between two tellings by itself: names and numbers of the person. */
const plain = (document: JsonObject): string => JSON.stringify(document).replaceAll(/-\d+"|N\d+"/g, '"');

test("whatever the order of the writes of two sources, the person is the same, and separated both records are back", async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ workday, entra, turns, first }) => {
      const changes = { workday: workday as readonly JsonObject[], entra: entra as readonly JsonObject[] };
      const one = await play(changes, turns, first);
      const other = await play(
        changes,
        turns.map((turn) => !turn),
        !first,
      );
      expect(plain(other.person.document)).toBe(plain(one.person.document));
      expect(other.person.active).toBe(one.person.active);
      expect(await sources.joins.separate(one.ids.entra, by())).toMatchObject({ kind: "done" });
      for (const name of ["workday", "entra"] as const) {
        expect(await personOf(env, one.ids[name])).toEqual({
          document: one.written[name],
          active: one.written[name].active !== false,
          records: [one.ids[name]],
        });
        expect(await sources.source(name).read(one.ids[name])).toEqual(one.written[name]);
      }
    }),
    { numRuns: 25 },
  );
}, 120_000);
