#!/usr/bin/env node
// Makes Entra ID send the object id of a person as externalId, instead of mailNickname (docs/entra.md says why). Terraform cannot change this, because the
// attribute mapping is in the schema of the job.
//
//   GRAPH_TOKEN=$(az account get-access-token --resource-type ms-graph --query accessToken -o tsv) \
//     node set-external-id.mjs --service-principal ID [--apply]
//
// Without --apply it only shows what it would change. It needs the permission Synchronization.ReadWrite.All. Exit codes: 0 done or nothing to do, 1 without
// --apply: there is something to change, 2 bad usage, 3 failed.
import { parseArgs } from "node:util";

const GRAPH = process.env.GRAPH_URL ?? "https://graph.microsoft.com/v1.0";

/** Returns the schema with objectId as the source of externalId of people. `changed`: whether it differs from the given one. Throws without such a mapping. */
export function withObjectId(schema) {
  let found = false;
  let changed = false;
  const synchronizationRules = schema.synchronizationRules.map((rule) => ({
    ...rule,
    objectMappings: rule.objectMappings.map((mapping) => {
      if (mapping.sourceObjectName !== "User" || !mapping.enabled) return mapping;
      return {
        ...mapping,
        attributeMappings: mapping.attributeMappings.map((attribute) => {
          if (attribute.targetAttributeName !== "externalId") return attribute;
          found = true;
          const { type, name } = attribute.source;
          if (type === "Attribute" && name === "objectId") return attribute;
          changed = true;
          return {
            ...attribute,
            source: { expression: "[objectId]", name: "objectId", parameters: [], type: "Attribute" },
          };
        }),
      };
    }),
  }));
  if (!found) throw new Error("the job maps nothing to externalId of people: is it a SCIM job?");
  return { schema: { ...schema, synchronizationRules }, changed };
}

async function graph(method, path, body) {
  const answer = await fetch(`${GRAPH}${path}`, {
    method,
    headers: { authorization: `Bearer ${process.env.GRAPH_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${text.slice(0, 300)}`);
  return text === "" ? undefined : JSON.parse(text);
}

async function main(args) {
  const { values } = parseArgs({
    args,
    options: { "service-principal": { type: "string" }, apply: { type: "boolean", default: false } },
  });
  const id = values["service-principal"];
  if (!id || !process.env.GRAPH_TOKEN) {
    process.stderr.write("usage: GRAPH_TOKEN=… node set-external-id.mjs --service-principal ID [--apply]\n");
    return 2;
  }
  const jobs = `/servicePrincipals/${encodeURIComponent(id)}/synchronization/jobs`;
  const { value } = await graph("GET", jobs);
  if (value.length !== 1)
    throw new Error(`there must be one provisioning job, and there are ${value.length}`);
  const path = `${jobs}/${encodeURIComponent(value[0].id)}/schema`;
  const { schema, changed } = withObjectId(await graph("GET", path));
  if (!changed) {
    process.stdout.write("externalId is objectId already\n");
    return 0;
  }
  if (!values.apply) {
    process.stdout.write("externalId would become objectId; --apply does it\n");
    return 1;
  }
  await graph("PUT", path, schema);
  process.stdout.write("externalId is objectId now; restart provisioning once, so that everybody gets it\n");
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 3;
    },
  );
}
