import { LRUCache } from "lru-cache";
import type { Database } from "./prisma.ts";

/**
 * Names of tokens and trusts can be cached: they never change, and they exist before the first event. Pages
 * of the history ask for the same few names.
 */
const REMEMBERED = 1_000;

/**
 * Actor → display name: the name of a token or of a trust, or the name of a person at the last sign-in. An
 * unknown actor is missing in the answer.
 */
export function createActorNames(
  database: Database,
): (actors: readonly string[]) => Promise<ReadonlyMap<string, string>> {
  /** An empty name: there is no such token or trust. The token of the settings is one example. */
  const remembered = new LRUCache<string, string>({ max: REMEMBERED });
  return async (actors) => {
    const names = new Map<string, string>();
    const unknown = actors.filter((actor) => {
      const name = remembered.get(actor);
      if (name) names.set(actor, name);
      return name === undefined;
    });
    const of = (kind: string): string[] =>
      unknown.flatMap((actor) => (actor.startsWith(`${kind}:`) ? [actor.slice(kind.length + 1)] : []));
    const [tokens, trusts] = [of("token"), of("trust").filter((id) => UUID.test(id))];
    const people = unknown.filter((actor) => actor.startsWith("user:"));
    const [named, trusted, known] = await Promise.all([
      tokens.length === 0
        ? []
        : database.token.findMany({ where: { id: { in: tokens } }, select: { id: true, name: true } }),
      trusts.length === 0
        ? []
        : database.trust.findMany({ where: { id: { in: trusts } }, select: { id: true, name: true } }),
      people.length === 0
        ? []
        : database.operator.findMany({
            where: { actor: { in: people } },
            select: { actor: true, name: true },
          }),
    ]);
    for (const id of tokens) remembered.set(`token:${id}`, "");
    for (const id of trusts) remembered.set(`trust:${id}`, "");
    for (const [kind, found] of [["token", named] as const, ["trust", trusted] as const])
      for (const { id, name } of found) {
        names.set(`${kind}:${id}`, name);
        remembered.set(`${kind}:${id}`, name);
      }
    // Names of people are not cached: they may change with each sign-in, and must be gone after an erasure.
    for (const { actor, name } of known) names.set(actor, name);
    return names;
  };
}

/** The column `trusts.id` accepts only UUIDs. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
