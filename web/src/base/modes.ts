/** All modes. The most careful one is the first. */
export const MODES = ["observe", "upsert", "sync"] as const;
