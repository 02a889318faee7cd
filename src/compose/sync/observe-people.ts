import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../core/entity.ts";
import { NotFound } from "../../directory/errors.ts";
import type { UserDirectory } from "../../directory/users.ts";
import type { ReconcilerDeps } from "../../reconcile/run/deps.ts";
import { userContent } from "../../scim/resource/columns.ts";
import { withObserved } from "../../scim/resource/observed.ts";

/**
 * Writes observed values of the target to the directory, in each record of the person, with the commands of
 * clients.
 */
export const observePeople =
  (
    users: Pick<UserDirectory, "change">,
    recordsOf: (personId: string) => Promise<readonly { readonly id: string; readonly sourceId: string }[]>,
  ): NonNullable<ReconcilerDeps["observe"]> =>
  async (personId, observed, causes) => {
    const made: JsonObject | undefined = Object.keys(observed).length > 0 ? observed : undefined;
    for (const { id, sourceId } of await recordsOf(personId)) {
      const context = { sourceId, actor: "dingtalk", requestId: randomUUID(), causes };
      try {
        await users.change(context, id, (current) => userContent(withObserved(current, made)));
      } catch (error) {
        // The record was deleted meanwhile, and its own mark exists.
        if (!(error instanceof NotFound)) throw error;
      }
    }
  };
