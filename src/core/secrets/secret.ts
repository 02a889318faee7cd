const MASK = "[secret]";

/**
 * A text that must not be shown. Printing, interpolation, JSON and inspection show a mask. Only `reveal`
 * returns the text, so uses are easy to find.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return MASK;
  }
}
