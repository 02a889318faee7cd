import { InvalidArgumentError } from "commander";
import { t } from "../words/translate.ts";

/** Reads an option as a whole number within bounds. Commander adds the name of the option to its message. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(t`must be a whole number from ${min} to ${max}`);
    return value;
  };
