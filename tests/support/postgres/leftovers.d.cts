/** Stops the PostgreSQL in the folder of a test run, if it runs, and removes the folder. */
export declare function removeLeftover(folder: string): Promise<void>;
