import type { Session } from "../generated/api.ts";

/** Whether a button is shown; the server judges by itself. */
export const may = ({ rights }: Session, right: Session["rights"][number]): boolean => rights.includes(right);
