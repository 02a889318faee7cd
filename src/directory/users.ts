import { LRUCache } from "lru-cache";
import type { JsonObject } from "../core/entity.ts";
import { uuidv7 } from "../core/id.ts";
import { createKeyedLock } from "../core/keyed-lock.ts";
import { differences } from "../history/differences.ts";
import { type DirectoryDeps, mark, type RequestContext, requestEvent } from "./context.ts";
import { NotFound, VersionConflict } from "./errors.ts";
import type { ListQuery, Page } from "./list-query.ts";
import { inRounds } from "./rounds.ts";
import type { StoredUser, UserContent } from "./user.ts";
import { type Decision, decisionOf, quietly } from "./user-decision.ts";

/**
 * Commands on people. Each is one transaction that commits the user, the history event, the mark and the
 * wake-up together.
 */
export interface UserDirectory {
  newId(): string;
  /** `id`: from `newId`, for a caller that refers to the user before it is created. */
  create(context: RequestContext, content: UserContent, id?: string): Promise<StoredUser>;
  get(context: RequestContext, id: string): Promise<StoredUser>;
  list(context: RequestContext, query: ListQuery): Promise<Page<StoredUser>>;
  /**
   * Reads, lets `decide` compute the new content and writes it unless nothing changed: then the version
   * stays, and nothing is written or marked. `decide` may be called again when another writer was faster, so
   * it must be pure. `ifVersion`: VersionConflict when the stored one differs.
   */
  change(
    context: RequestContext,
    id: string,
    decide: (current: JsonObject) => UserContent,
    ifVersion?: VersionCheck,
  ): Promise<StoredUser>;
  remove(context: RequestContext, id: string, ifVersion?: VersionCheck): Promise<void>;
}

export type VersionCheck = (version: number) => boolean;

/** About 25 MB of documents: the people that a client is working on. */
const MAX_REMEMBERED = 20_000;

export function createUserDirectory({ store, clock }: DirectoryDeps): UserDirectory {
  const oneByOne = createKeyedLock();
  /**
   * Cache of the users that this process read last. Only writers use it, never an answer. The write checks
   * the version, and any other result from a cached user (no change, a refusal) is repeated with a fresh
   * read. Clients read a person before they change them, so this saves the second read.
   */
  const lastSeen = new LRUCache<string, StoredUser>({ max: MAX_REMEMBERED });
  const keyOf = (context: RequestContext, id: string): string => `${context.sourceId}:${id}`;
  const remember = (context: RequestContext, user: StoredUser): StoredUser => {
    lastSeen.set(keyOf(context, user.id), user);
    return user;
  };

  async function existing(
    context: RequestContext,
    id: string,
    ifVersion?: VersionCheck,
  ): Promise<StoredUser> {
    const user = await store.getUser(context.sourceId, id);
    if (!user) throw new NotFound("User", id);
    if (ifVersion && !ifVersion(user.version)) throw new VersionConflict("User", id);
    return remember(context, user);
  }

  /** Undefined: the stored version has changed. */
  async function save(
    context: RequestContext,
    user: StoredUser,
    { before, content, changes }: Decision,
  ): Promise<StoredUser | undefined> {
    const at = clock.now();
    const leaves = before.active !== false && !content.columns.active;
    const returns = before.active === false && content.columns.active;
    const code = leaves ? "user.deactivated" : returns ? "user.activated" : "user.updated";
    const event = requestEvent(context, at, code, { kind: "user", id: user.id }, changes);
    const fact = { event, marks: [mark("user", user.id, leaves)] };
    const saved = await store.updateUser(context.sourceId, user.id, user.version, content, at, fact);
    return saved && remember(context, saved);
  }

  return {
    newId: () => uuidv7(clock.now().getTime()),

    async create(context, content, chosenId) {
      const at = clock.now();
      const id = chosenId ?? uuidv7(at.getTime());
      const event = requestEvent(
        context,
        at,
        "user.created",
        { kind: "user", id },
        differences({}, content.document),
      );
      return remember(
        context,
        await store.insertUser(context.sourceId, id, content, at, { event, marks: [mark("user", id)] }),
      );
    },

    get: (context, id) => existing(context, id),

    async list(context, query) {
      const page = await store.listUsers(context.sourceId, query);
      const [match] = page.items;
      if (match && page.items.length === 1) remember(context, match);
      return page;
    },

    change: (context, id, decide, ifVersion) =>
      oneByOne(id, async () => {
        const seen = ifVersion ? undefined : lastSeen.get(keyOf(context, id));
        const early = seen && quietly(() => decisionOf(seen, decide));
        const saved = seen && early && (await save(context, seen, early));
        if (saved) return saved;
        return inRounds("user", async () => {
          const user = await existing(context, id, ifVersion);
          const decision = decisionOf(user, decide);
          return decision ? save(context, user, decision) : user;
        });
      }),

    async remove(context, id, ifVersion) {
      await oneByOne(id, () =>
        inRounds("user", async () => {
          const user = await existing(context, id, ifVersion);
          const changes = differences(JSON.parse(user.document) as JsonObject, {});
          const event = requestEvent(context, clock.now(), "user.deleted", { kind: "user", id }, changes);
          const isGone = await store.deleteUser(context.sourceId, id, user.version, {
            event,
            marks: [mark("user", id, true)],
          });
          if (isGone) lastSeen.delete(keyOf(context, id));
          return isGone || undefined;
        }),
      );
    },
  };
}
