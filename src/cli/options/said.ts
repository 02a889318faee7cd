import { InvalidArgumentError } from "commander";

/** The value of an option with a reason. */
export function said(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("must say why");
  return text.trim();
}
