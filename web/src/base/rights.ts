import type { Session } from "../generated/api.ts";

/** True: the session has this right, so the page shows the button. The server checks the right again. */
export const may = ({ rights }: Session, right: Session["rights"][number]): boolean => rights.includes(right);
