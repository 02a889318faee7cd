import type { JsonObject, JsonValue } from "../../core/entity.ts";
import { DemoFailed } from "../failure.ts";
import type { Http } from "./http.ts";

/** The directory as SCIM shows it. */
export interface Directory {
  readonly users: readonly JsonObject[];
  readonly groups: readonly JsonObject[];
  /** Ids under which people are in DingTalk, by their own ids. Who was there before the directory keeps the old one. */
  readonly remoteIds: ReadonlyMap<string, string>;
}

const PAGE = 100;

/** Everything, page by page. Read while nobody writes, so the pages belong together. */
export async function readDirectory(http: Http): Promise<Directory> {
  return { users: await readAll(http, "/Users"), groups: await readAll(http, "/Groups"), remoteIds: await readRemoteIds(http) };
}

async function readRemoteIds(http: Http): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (let next = ""; ; ) {
    const page = await http.get(`/api/sync/items?kind=user&count=1000${next === "" ? "" : `&after=${next}`}`);
    for (const { id, remoteId } of objects(page.items)) if (text(remoteId) !== "") ids.set(text(id), text(remoteId));
    next = text(page.next);
    if (next === "") return ids;
  }
}

async function readAll(http: Http, endpoint: string): Promise<readonly JsonObject[]> {
  const resources: JsonObject[] = [];
  for (;;) {
    const { status, body } = await http.scim({ method: "GET", path: `${endpoint}?startIndex=${resources.length + 1}&count=${PAGE}` });
    if (status !== 200) throw new DemoFailed(`${endpoint} answered ${status}`);
    const page = objects(body.Resources);
    resources.push(...page);
    if (page.length === 0 || resources.length >= Number(body.totalResults)) return resources;
  }
}

export const objects = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === "object" && each !== null && !Array.isArray(each)) : [];

export const object = (value: JsonValue | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // neither list nor text is left

export const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

/** The value of that type in a list such as `phoneNumbers`. */
export const typed = (value: JsonValue | undefined, type: string): string =>
  text(objects(value).find((each) => text(each.type).toLowerCase() === type)?.value);
