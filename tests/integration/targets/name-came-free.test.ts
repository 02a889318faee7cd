import { calmly, failureOf, newRef } from "./organisation.ts";
import { openScripted, type ScriptedServer } from "./scripted.ts";

let server: ScriptedServer;
afterEach(() => server.close());

const TAKEN = { text: '{"errcode":60021,"errmsg":"name exists"}' };
const NOBODY_THERE = { text: '{"errcode":0,"result":[]}' };

const target = async () => {
  server = await openScripted(({ path }) =>
    path.endsWith("/listsub") ? NOBODY_THERE : /department\/(create|update)$/.test(path) ? TAKEN : undefined,
  );
  return server.target;
};

describe("a name that was taken and that nobody has any more, because its holder was renamed meanwhile, is waited for", () => {
  test("by a department that is made", async () => {
    const { create } = await target();
    const failure = await failureOf(
      create(newRef("department"), { name: "Finance", parent: "1" }, { ...calmly, resume: false }),
    );
    expect(failure).toMatchObject({ code: "TARGET_DEPENDENCY", answer: "60021" });
  });

  test("by a department that is renamed", async () => {
    const { update } = await target();
    const actual = { remoteId: "7", attributes: { name: "Money", parent: "1" }, presence: "active" } as const;
    const failure = await failureOf(update(newRef("department"), actual, { name: "Finance" }, calmly));
    expect(failure).toMatchObject({ code: "TARGET_DEPENDENCY", answer: "60021" });
  });
});
