import { type Evaluated, expressionCompiler } from "./expression/expression.ts";
import { isTrue } from "./expression/scim-values.ts";
import { extensionOf, PERSON_EXTENSIONS } from "./extensions.ts";
import { mappingFile } from "./file/file.ts";
import type { KnownVariables } from "./file/known-names.ts";
import type { PersonInput } from "./mapping.ts";

/** An expression over one person. It never throws and always ends. */
export type PersonExpression = (input: PersonInput) => Evaluated;

/**
 * Compiles expressions over a person for files other than a mapping. The returned function throws
 * ExpressionInvalid.
 */
export function personExpressions(known: KnownVariables = {}): (text: string) => PersonExpression {
  const compile = expressionCompiler(
    mappingFile.parse({ version: 1 }),
    ["user", "groups", ...Object.keys(PERSON_EXTENSIONS)],
    known,
  );
  return (text) => {
    const expression = compile(text);
    return ({ user, groups }) => {
      const extensions = Object.entries(PERSON_EXTENSIONS).map(
        ([name, urns]) => [name, extensionOf(user, urns)] as const,
      );
      return expression.evaluate({ user, groups, ...Object.fromEntries(extensions) });
    };
  };
}

/** Whether a condition holds. `failed`: its evaluation failed. */
export const holds = (condition: PersonExpression, input: PersonInput): boolean | "failed" => {
  const evaluated = condition(input);
  return evaluated.kind === "failed" ? "failed" : isTrue(evaluated.value);
};
