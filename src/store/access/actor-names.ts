import type { Database } from "./prisma.ts";

/** Names of actors as people know them, by the actor: tokens and trusts as somebody called them, people as they were called when they last signed in. */
export const createActorNames =
  (database: Database) =>
  async (actors: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const of = (kind: string): string[] => actors.flatMap((actor) => (actor.startsWith(`${kind}:`) ? [actor.slice(kind.length + 1)] : []));
    const [tokens, trusts] = [of("token"), of("trust").filter((id) => UUID.test(id))];
    const people = actors.filter((actor) => actor.startsWith("user:"));
    const [named, trusted, known] = await Promise.all([
      tokens.length === 0 ? [] : database.token.findMany({ where: { id: { in: tokens } }, select: { id: true, name: true } }),
      trusts.length === 0 ? [] : database.trust.findMany({ where: { id: { in: trusts } }, select: { id: true, name: true } }),
      people.length === 0 ? [] : database.operator.findMany({ where: { actor: { in: people } }, select: { actor: true, name: true } }),
    ]);
    return new Map([
      ...named.map(({ id, name }) => [`token:${id}`, name] as const),
      ...trusted.map(({ id, name }) => [`trust:${id}`, name] as const),
      ...known.map(({ actor, name }) => [actor, name] as const),
    ]);
  };

/** The column takes nothing else. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
