import { InvalidArgumentError } from "commander";
import { t } from "../words/translate.ts";

/** The value of an option with a reason. */
export function nonEmptyText(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError(t("must say why"));
  return text.trim();
}
