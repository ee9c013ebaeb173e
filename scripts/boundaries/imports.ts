export interface ImportSite {
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
}

const STRING_OR_COMMENT =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const FROM = /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"\n]+)\1/dg;
const BARE_OR_DYNAMIC = /\bimport\s*\(?\s*(['"])([^'"\n]+)\1/dg;

/**
 * Every import and re-export of a source text, type imports included: Bun's own scanner drops those, and a type
 * that points the wrong way is a dependency all the same.
 */
export function findImports(source: string): ImportSite[] {
  const code = source.replace(STRING_OR_COMMENT, (match, text) =>
    text === undefined ? match.replace(/[^\n]/g, ' ') : match,
  );
  const sites: { specifier: string; offset: number }[] = [];
  for (const pattern of [FROM, BARE_OR_DYNAMIC]) {
    for (const match of code.matchAll(pattern)) {
      const specifier = match[2];
      const offset = match.indices?.[2]?.[0];
      if (specifier !== undefined && offset !== undefined) sites.push({ specifier, offset });
    }
  }
  return sites
    .sort((a, b) => a.offset - b.offset)
    .map(({ specifier, offset }) => ({ specifier, line: code.slice(0, offset).split('\n').length }));
}
