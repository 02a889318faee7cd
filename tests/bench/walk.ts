import type { Subject } from "./client.ts";
import { percentile } from "./turns.ts";
import { expecting, get, SCIM } from "./workloads.ts";

export interface Walk {
  readonly people: number;
  readonly seconds: number;
  readonly pages: number;
  /** Of the first and of the last hundred pages. */
  readonly firstP50Ms: number;
  readonly lastP50Ms: number;
}

interface ListPage {
  readonly totalResults: number;
  readonly nextCursor?: string;
  readonly Resources: readonly { readonly id: string }[];
}

/**
 * The whole directory by cursor, one page after the other. Rejects unless everybody came, each once: ids
 * ascend, and there are as many as the total says.
 */
export async function walkByCursor(server: Subject): Promise<Walk> {
  const latenciesMs: number[] = [];
  const began = performance.now();
  let people = 0;
  let last = "";
  let total = 0;
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const start = performance.now();
    const { text } = await expecting(
      server,
      get(`${SCIM}/Users?count=200&cursor=${encodeURIComponent(cursor)}`),
      200,
    );
    latenciesMs.push(performance.now() - start);
    const { totalResults, nextCursor, Resources: resources }: ListPage = JSON.parse(text) as ListPage;
    for (const { id } of resources) {
      if (id <= last) throw new Error(`${server.name}: ${id} came after ${last}`);
      last = id;
    }
    people += resources.length;
    total = totalResults;
    cursor = nextCursor;
  }
  if (people !== total) throw new Error(`${server.name}: ${people} people came, there are ${total}`);
  return {
    people,
    seconds: (performance.now() - began) / 1_000,
    pages: latenciesMs.length,
    firstP50Ms: percentile(latenciesMs.slice(0, 100), 0.5),
    lastP50Ms: percentile(latenciesMs.slice(-100), 0.5),
  };
}
