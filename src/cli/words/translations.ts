/** English → simplified and traditional Chinese. {0}, {1} are replaced by values. */
export type Translations = Readonly<Record<string, readonly [simplified: string, traditional: string]>>;
