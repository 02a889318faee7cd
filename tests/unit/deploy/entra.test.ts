import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/*
 * The files of deploy/entra, as far as they can be held without Entra ID: the script runs against an
 * imitation of Microsoft Graph.
 */

const folder = join(__dirname, "..", "..", "..", "deploy", "entra");
const script = join(folder, "set-external-id.mjs");

/** As Graph answers a job of the template `scim`, shortened to what matters. */
const schemaWith = (source: object) => ({
  id: "scim.1",
  synchronizationRules: [
    {
      id: "rule",
      objectMappings: [
        {
          enabled: true,
          sourceObjectName: "Group",
          targetObjectName: "urn:group",
          attributeMappings: [
            { targetAttributeName: "externalId", source: { name: "objectId", type: "Attribute" } },
          ],
        },
        {
          enabled: true,
          sourceObjectName: "User",
          targetObjectName: "urn:user",
          attributeMappings: [
            {
              targetAttributeName: "userName",
              source: { name: "userPrincipalName", type: "Attribute" },
              matchingPriority: 1,
            },
            { targetAttributeName: "externalId", source, matchingPriority: 0 },
          ],
        },
      ],
    },
  ],
});
const nickname = { expression: "[mailNickname]", name: "mailNickname", parameters: [], type: "Attribute" };
const objectId = { expression: "[objectId]", name: "objectId", parameters: [], type: "Attribute" };

async function run(schema: object, args: readonly string[]) {
  const put: unknown[] = [];
  const server = createServer(async (req, res) => {
    let text = "";
    for await (const chunk of req) text += chunk;
    if (req.headers.authorization !== "Bearer token") return void res.writeHead(401).end();
    if (req.method === "PUT") {
      put.push(JSON.parse(text));
      return void res.writeHead(204).end();
    }
    res.end(
      JSON.stringify(
        req.url === "/servicePrincipals/sp/synchronization/jobs" ? { value: [{ id: "job.1" }] } : schema,
      ),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const env = {
    GRAPH_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GRAPH_TOKEN: "token",
  };
  const ended = await new Promise<{ code: number; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, [script, ...args], { env }, (_error, _stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stderr }),
    );
  });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { ...ended, put };
}

const principal = ["--service-principal", "sp"];

test("externalId of people becomes objectId, and nothing else changes", async () => {
  expect(await run(schemaWith(nickname), [...principal, "--apply"])).toMatchObject({
    code: 0,
    put: [schemaWith(objectId)],
  });
});

test.each<[string, object, readonly string[], number]>([
  ["without --apply", schemaWith(nickname), principal, 1],
  ["where it is so already", schemaWith(objectId), [...principal, "--apply"], 0],
  ["where nothing is mapped to it", { synchronizationRules: [] }, [...principal, "--apply"], 3],
  ["without a service principal", schemaWith(nickname), [], 2],
])("nothing is written %s", async (_name, schema, args, code) =>
  expect(await run(schema, args)).toMatchObject({ code, put: [] }),
);

test("Terraform sets a threshold of removals that is not above the limit of the policy", () => {
  const text = readFileSync(join(folder, "main.tf"), "utf8");
  const threshold = Number(/variable "delete_threshold" \{[^}]*?default\s+= (\d+)/.exec(text)?.[1]);
  expect(threshold).toBeGreaterThan(0);
  expect(threshold).toBeLessThanOrEqual(5);
  expect(text).toMatch(/DeleteThresholdEnabled = true\n\s+DeleteThresholdValue\s+= var\.delete_threshold/);
  const count = (mark: string): number => text.split(mark).length - 1;
  expect([count("{") - count("}"), count("(") - count(")")]).toEqual([0, 0]);
});
