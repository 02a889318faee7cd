/** Ends the PostgreSQL in a test run's folder, if one runs, and removes the folder. */
export declare function removeLeftover(folder: string): Promise<void>;
