/** What a terminal sends as one escape sequence, before anybody knows what it means. */
export type Sequence =
  /** `CSI parameters final`: the parameters with their private mark (`<`, `?`) and the intermediates as they came. */
  | { kind: 'csi'; parameters: string; final: string }
  /** `ESC O final` */
  | { kind: 'ss3'; final: string }
  /** `CSI [ final`: the function keys of the Linux console. */
  | { kind: 'console'; final: string };

/** `partial`: more has to come before it can be told; `none`: no sequence begins here. */
export type Reading = { sequence: Sequence; length: number } | 'partial' | 'none';

const CONSOLE = /\u001b\[\[([A-E])/y;
const CSI = /\u001b\[([0-?]*[ -/]*)([@-~])/y;
const SS3 = /\u001bO([A-Za-z])/y;
const PARTIAL = /^\u001b(?:\[\[?|\[[0-?]*[ -/]*|O)?$/;
/** No terminal sends longer ones: past this they are text that somebody sends for fun. */
const LONGEST = 128;

/** The sequence that begins with the ESC at `at`. */
export function readSequence(text: string, at: number): Reading {
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  const console = match(CONSOLE);
  if (console) return { sequence: { kind: 'console', final: console[1] ?? '' }, length: console[0].length };
  const rest = text.slice(at, at + LONGEST + 1);
  if (rest.length <= LONGEST && PARTIAL.test(rest)) return 'partial';
  const csi = match(CSI);
  if (csi && csi[0].length <= LONGEST) {
    return {
      sequence: { kind: 'csi', parameters: csi[1] ?? '', final: csi[2] ?? '' },
      length: csi[0].length,
    };
  }
  const ss3 = match(SS3);
  if (ss3) return { sequence: { kind: 'ss3', final: ss3[1] ?? '' }, length: ss3[0].length };
  return 'none';
}
