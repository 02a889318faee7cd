/** Operations of one bulk job. The body's own limit is http/body.ts's. */
export const MAX_BULK_OPERATIONS = 1_000;
