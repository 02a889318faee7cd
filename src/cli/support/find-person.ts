import type { AppContext } from "../../compose.ts";
import { fold } from "../../core/fold.ts";
import type { SyncItem } from "../../reconcile/status.ts";
import { TARGET } from "../../target-name.ts";
import { NotFoundHere } from "./not-found-here.ts";

/** So many are named when several are meant. */
const NAMED = 5;
/** Among so many that contain the name, the one that has it whole is found. */
const LOOKED_AT = 1_000;

/**
 * The person an operator names by user name, id, name, e-mail address, job number or last digits of a number, of whatever source, with where they stand on
 * the way to DingTalk. A name that is whole goes before one that others contain. Throws NotFoundHere for a name nobody has or several have.
 */
export async function personMeant({ pool, clock }: Pick<AppContext, "pool" | "clock">, named: string): Promise<SyncItem> {
  const { createSyncOperations } = await import("../../store/status/status.ts");
  const { items } = await createSyncOperations(pool, TARGET, clock).items({ kind: "user", text: named, count: LOOKED_AT });
  const whole = items.filter(({ name, userName }) => [name, userName].some((each) => each !== undefined && fold(each) === fold(named)));
  const meant = whole.length === 1 ? whole : items;
  const [person] = meant;
  if (!person) throw new NotFoundHere(`nobody has the name, userName, e-mail address, number or id ${named}`);
  if (meant.length === 1) return person;
  const who = meant.slice(0, NAMED).map(({ ref, userName, name }) => `${userName ?? name ?? ""} (${ref.id})`);
  throw new NotFoundHere(`${named} may be ${who.join(", ")}${meant.length > NAMED ? " or others" : ""}: say which by userName or id`);
}
