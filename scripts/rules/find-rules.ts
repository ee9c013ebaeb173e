export type Place = { id: string; file: string; line: number };

/** `- **LOG-1** ...`, in Markdown or in the comment of a port. */
const DEFINITION = /^\s*(?:\* )?- \*\*([A-Z]+-\d+)\*\*/;
/** The ids that a title begins with: `test('LOG-1 LOG-2: ...`, also behind `test.each(...)` and on a line of its own. */
const TITLE = /(?:\b(?:test|describe)|\))\s*\(\s*['"`]((?:[A-Z]+-\d+\b[,:]?\s*)+)/g;
const ID = /[A-Z]+-\d+/g;

/** The rules that a text defines. */
export function findDefinitions(file: string, text: string): Place[] {
  return text.split('\n').flatMap((line, index) => {
    const id = DEFINITION.exec(line)?.[1];
    return id === undefined ? [] : [{ id, file, line: index + 1 }];
  });
}

/** The rules that the titles of a test file name. */
export function findProofs(file: string, source: string): Place[] {
  return [...source.matchAll(TITLE)].flatMap((title) => {
    const line = source.slice(0, title.index).split('\n').length;
    return (title[1]?.match(ID) ?? []).map((id) => ({ id, file, line }));
  });
}

/** A sentence for each rule that is defined twice, and for each that a test names and nobody defines. */
export function judgeRules(definitions: readonly Place[], proofs: readonly Place[]): string[] {
  const defined = new Map<string, Place>();
  const complaints: string[] = [];
  for (const rule of definitions) {
    const first = defined.get(rule.id);
    if (!first) defined.set(rule.id, rule);
    else complaints.push(`${at(rule)}  ${rule.id} is defined already: ${at(first)}`);
  }
  for (const proof of proofs) {
    if (!defined.has(proof.id)) complaints.push(`${at(proof)}  ${proof.id} is defined nowhere`);
  }
  return complaints;
}

function at({ file, line }: Place): string {
  return `${file}:${line}`;
}
