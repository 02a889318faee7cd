import { systemClock } from "../../../src/core/clock.ts";
import type { SubjectOperations } from "../../../src/privacy/subjects.ts";
import { createSubjects } from "../../../src/store/privacy/subjects.ts";
import { openProduct, type Product } from "../../support/product.ts";

let product: Product;
let subjects: SubjectOperations;
let id: string;
beforeAll(async () => {
  product = await openProduct();
  subjects = createSubjects(product.pool, systemClock);
  const reply = await product.send("POST", "/scim/v2/Users", {
    body: {
      schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
      userName: "mei@example.com",
      displayName: "Mei Chan",
    },
  });
  id = reply.body.id;
});
afterAll(() => product.close());

const NOBODY = "01980000-0000-7000-8000-000000000000";
const by = { actor: "cli", detail: { osUser: "root" } };
const events = async () => {
  const { body } = await product.send(
    "GET",
    `/api/history?filter=${encodeURIComponent(`subject eq "${id}" and code sw "subject."`)}`,
  );
  return body.events
    .map(({ code, actor, detail }: { code: string; actor: string; detail: object }) => [code, actor, detail])
    .reverse();
};

test("a legal hold begins and ends once, with its reason in the history", async () => {
  expect(await subjects.release(id, "none", by)).toBe("already");
  expect(await subjects.hold(id, "case 17", by)).toBe("done");
  expect(await subjects.hold(id, "case 18", by)).toBe("already");
  expect((await subjects.records(id))?.held).toBe(true);
  expect((await product.pool.query("select subject, reason, held_by from legal_holds")).rows).toEqual([
    { subject: id, reason: "case 17", held_by: "cli:root" },
  ]);
  expect(await subjects.release(id, "settled", by)).toBe("done");
  expect((await subjects.records(id))?.held).toBe(false);
  expect(await events()).toEqual([
    ["subject.held", "cli", { reason: "case 17", osUser: "root" }],
    ["subject.released", "cli", { reason: "settled", osUser: "root" }],
  ]);
});

test.each(["hold", "release"] as const)(
  "a %s of somebody unknown, or of what is no id, changes nothing",
  async (what) => {
    expect([await subjects[what](NOBODY, "x", by), await subjects[what]("mei", "x", by)]).toEqual([
      "unknown",
      "unknown",
    ]);
    expect((await product.pool.query("select 1 from history where subject = $1", [NOBODY])).rows).toEqual([]);
  },
);

test("nothing is known of somebody unknown", async () => {
  expect([await subjects.records(NOBODY), await subjects.records("mei")]).toEqual([undefined, undefined]);
});
