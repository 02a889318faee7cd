/**
 * Remembers the last answers of a pure function of one text: at least `most` of them, at most twice as many. For what costs much and is asked several times in
 * a row, such as reading a telephone number.
 */
export function remembering<Answer>(of: (text: string) => Answer, most = 1_000): (text: string) => Answer {
  let [now, before] = [new Map<string, { readonly answer: Answer }>(), new Map<string, { readonly answer: Answer }>()];
  return (text) => {
    const last = now.get(text);
    if (last) return last.answer;
    const known = before.get(text) ?? { answer: of(text) };
    if (now.size >= most) [now, before] = [new Map(), now];
    now.set(text, known);
    return known.answer;
  };
}
