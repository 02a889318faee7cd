/** English → simplified and traditional Chinese, each written for its readers. What is filled in stands as {0}, {1}. */
export type Translations = Readonly<Record<string, readonly [simplified: string, traditional: string]>>;
