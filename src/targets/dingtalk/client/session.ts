import type { Session } from "./client.ts";

/** The same session with another `call`. Its record of calls stays the same. */
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
