import { createScimClient } from "../../conformance/client.ts";
import { startScimApp } from "../../support/scim-app.ts";

test("with the setting, a removal of members that names none empties the group", async () => {
  const app = await startScimApp({ allowRemoveAllMembers: true });
  const scim = createScimClient(app);
  const person = await scim.user();
  const group = await scim.group({ members: [{ value: person.id }] });
  expect((await scim.patch(`/Groups/${group.id}`, { op: "Remove", path: "members" })).status).toBe(200);
  expect((await scim.get(`/Groups/${group.id}`)).body.members).toBeUndefined();
  await app.close();
});
