const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"'`\p{C}]+/giu;
const ALLOWED = new Set(['http:', 'https:', 'mailto:']);
/** What ends a sentence rather than the address in it. */
const TAIL = /[.,;:!?)\]}'’”»…]+$/u;

export type Piece = { text: string; link?: string };

/** A line in pieces: those with `link` lead to a web address or a mailbox, and to nothing else. */
export function splitLinks(line: string): Piece[] {
  if (!line.includes(':')) return [{ text: line }];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of line.matchAll(LINK)) {
    const text = withoutTail(match[0]);
    const link = addressOf(text);
    if (link === undefined) continue;
    if (match.index > end) pieces.push({ text: line.slice(end, match.index) });
    pieces.push({ text, link });
    end = match.index + text.length;
  }
  if (end < line.length || pieces.length === 0) pieces.push({ text: line.slice(end) });
  return pieces;
}

/** A bracket that opens in the address belongs to it. */
function withoutTail(text: string): string {
  const bare = text.replace(TAIL, '');
  return text[bare.length] === ')' && bare.includes('(') ? `${bare})` : bare;
}

function addressOf(text: string): string | undefined {
  try {
    const { href, protocol } = new URL(text);
    return ALLOWED.has(protocol) ? href : undefined;
  } catch {
    return undefined;
  }
}
