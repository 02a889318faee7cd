import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { DemoFailed } from "../failure.ts";
import type { Http } from "./http.ts";

/** All resources of the server, as SCIM shows them. */
export interface Directory {
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
  /** userid in DingTalk by id of the SCIM user. People who were in DingTalk before keep their userid. */
  readonly remoteIds: ReadonlyMap<string, string>;
}

const PAGE = 100;

/** Reads all resources, page by page. Nobody may write meanwhile, else the pages do not fit together. */
export async function readDirectory(http: Http): Promise<Directory> {
  return {
    users: await readAll(http, "/Users"),
    groups: await readAll(http, "/Groups"),
    remoteIds: await readRemoteIds(http),
  };
}

async function readRemoteIds(http: Http): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (let next = ""; ; ) {
    const page = await http.get(`/api/sync/items?kind=user&count=1000${next === "" ? "" : `&after=${next}`}`);
    for (const { id, remoteId } of objects(page.items))
      if (text(remoteId) !== "") ids.set(text(id), text(remoteId));
    next = text(page.next);
    if (next === "") return ids;
  }
}

async function readAll(http: Http, endpoint: string): Promise<readonly JsonObject[]> {
  const resources: JsonObject[] = [];
  for (;;) {
    const { status, body } = await http.scim({
      method: "GET",
      path: `${endpoint}?startIndex=${resources.length + 1}&count=${PAGE}`,
    });
    if (status !== 200) throw new DemoFailed(`the answer to GET ${endpoint} is ${status}`);
    const page = objects(body.Resources);
    resources.push(...page);
    if (page.length === 0 || resources.length >= Number(body.totalResults)) return resources;
  }
}

export const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value)
    ? value.filter((each) => typeof each === "object" && each !== null && !Array.isArray(each))
    : [];

export const object = (value: JsonValue | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // an object that is not an array

export const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

/** The value with this type in a list such as `phoneNumbers`. "" if there is none. */
export const typed = (value: JsonValue | undefined, type: string): string =>
  text(objects(value).find((each) => text(each.type).toLowerCase() === type)?.value);
