import type { Session } from "./client.ts";

/** The same session with another way to call. What it has recorded stays its own. */
export const withCall = (session: Session, call: Session["call"]): Session => ({
  get calls() {
    return session.calls;
  },
  get serverDate() {
    return session.serverDate;
  },
  callWithoutToken: session.callWithoutToken,
  call,
});
