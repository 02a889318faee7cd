import { InvalidArgumentError } from "commander";

/** Of an option that has to say why. */
export function said(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("must say why");
  return text.trim();
}
