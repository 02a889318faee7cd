import type { AppContext } from "../../compose/components.ts";
import { foldHan } from "../../core/text/han.ts";
import type { SyncItem } from "../../reconcile/status.ts";
import { TARGET } from "../../targets/target-name.ts";
import { t } from "../words/translate.ts";
import { NotFoundHere } from "./not-found-here.ts";

/** Maximum number of names in the message about several matches. */
const NAMED = 5;
/** Maximum number of matches in which an exact name is searched. */
const LOOKED_AT = 1_000;

/**
 * The person that an operator names by user name, id, name, e-mail address, job number or last digits of a
 * number, in any source, with their state. An exact name has priority over names that contain it. Throws
 * NotFoundHere if nobody or several people match; the message has deleted people too.
 */
export async function personMeant(
  { pool, clock }: Pick<AppContext, "pool" | "clock">,
  named: string,
): Promise<SyncItem> {
  const [{ createSyncOperations }, { findRemoved }] = await Promise.all([
    import("../../store/operations.ts"),
    import("../../store/status/removed-people.ts"),
  ]);
  const { items } = await createSyncOperations(pool, TARGET, clock).items({
    kind: "user",
    text: named,
    count: LOOKED_AT,
  });
  const whole = items.filter(({ name, userName }) =>
    [name, userName].some((each) => each !== undefined && foldHan(each) === foldHan(named)),
  );
  const meant = whole.length === 1 ? whole : items;
  const [person] = meant;
  if (!person) {
    const gone = (await findRemoved(pool, TARGET, named, NAMED)).map(
      ({ id, name, at }) => t`${name} (${id}, removed ${at.toISOString().slice(0, 10)})`,
    );
    const hint =
      gone.length === 0
        ? ""
        : t`. Deleted, and removed from DingTalk: ${gone.join(", ")}. Their source brings them back by creating them again`;
    throw new NotFoundHere(t`nobody has the name, userName, e-mail address, number or id ${named}` + hint);
  }
  if (meant.length === 1) return person;
  const who = meant.slice(0, NAMED).map(({ ref, userName, name }) => `${userName ?? name ?? ""} (${ref.id})`);
  throw new NotFoundHere(
    t`${named} may be ${who.join(", ") + (meant.length > NAMED ? t(" or others") : "")}: say which by userName or id`,
  );
}
