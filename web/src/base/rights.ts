import type { Session } from "../generated/api.ts";

/** Whether buttons that act are shown; the server judges by itself. */
export const mayAct = ({ scopes }: Session): boolean => scopes.includes("admin");
