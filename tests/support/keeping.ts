import type { AttributeClass, Sensitivity } from "../../src/privacy/classification.ts";

/* Derives from the class of an attribute: where its values are stored, who may read them, and until when. */

export interface Keeping {
  /** Tables. */
  readonly places: readonly string[];
  readonly seenBy: string;
  readonly until: string;
}

const SEEN_BY: Readonly<Record<Sensitivity, string>> = {
  public: "its SCIM client; `history:read`, `admin`",
  personal: "its SCIM client; `history:personal`",
  secret: "nobody",
};

const IN_HISTORY = "in history 2 years (leavers: 90 days)";
const UNTIL_DELETED = `its SCIM client deletes it; ${IN_HISTORY}`;

/** Of an attribute of SCIM. */
export function keepingOfScim(
  kind: "User" | "Group",
  { sensitivity, purpose, sentAs }: AttributeClass,
): Keeping {
  if (purpose === "unused") return { places: [], seenBy: SEEN_BY[sensitivity], until: "not stored" };
  const sent = sentAs === undefined ? [] : ["links", "removed_people"];
  return {
    places: [kind === "User" ? "users" : "groups", "history", ...sent],
    seenBy: SEEN_BY[sensitivity],
    until: UNTIL_DELETED,
  };
}

/** Of an attribute at DingTalk: what was planned, sent and seen there. */
export const keepingOfTarget = (kind: string, { sensitivity }: AttributeClass): Keeping => ({
  places: ["history", "entity_states", "links", ...(kind === "user" ? ["removed_people"] : [])],
  seenBy: SEEN_BY[sensitivity].replace("its SCIM client; ", "everybody in DingTalk who may see it there; "),
  until: `it is gone from DingTalk (people: 30 days more); ${IN_HISTORY}`,
});
