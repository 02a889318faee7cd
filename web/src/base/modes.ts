/** From the most careful one up. */
export const MODES = ["observe", "upsert", "sync"] as const;
