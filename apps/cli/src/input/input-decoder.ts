import type { InputEvent } from '@tpx/terminal';
import { characterKey, controlKey, keyEvent, NO_MODIFIERS } from './keys.ts';
import { type Decoded, sequenceEvent } from './sequence-event.ts';
import { readSequence, type Sequence } from './sequences.ts';

const ESC = '\u001b';
const PASTE_END = `${ESC}[201~`;
/** A terminal sends the rest of a sequence at once, over a network within this; only a person takes longer. */
const ESCAPE_WAIT_MS = 30;
/** A paste whose end got lost on the way must not swallow the keyboard for ever. */
const PASTE_WAIT_MS = 2_000;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * What a terminal sends, as what a person did. Bytes may come cut anywhere. No printable text is lost: what begins like
 * a sequence and is none is told as the keys that it is made of; only whole sequences that nobody knows are dropped.
 */
export class InputDecoder {
  readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  #pending = '';
  /** What has come of a paste that is under way. */
  #paste: string | undefined;

  push(bytes: Uint8Array): Decoded[] {
    this.#pending += this.#utf8.decode(bytes, { stream: true });
    return this.#drain(false);
  }

  /** How long to wait for more before `flush`; undefined where nothing is held back. */
  get waitMs(): number | undefined {
    if (this.#paste !== undefined) return PASTE_WAIT_MS;
    return this.#pending === '' ? undefined : ESCAPE_WAIT_MS;
  }

  /** Nothing more comes: a lone ESC was the key. */
  flush(): Decoded[] {
    return this.#drain(true);
  }

  #drain(isEnd: boolean): Decoded[] {
    const decoded: Decoded[] = [];
    while (this.#pending !== '' || (isEnd && this.#paste !== undefined)) {
      const goesOn =
        this.#paste === undefined ? this.#next(decoded, isEnd) : this.#nextPasted(decoded, isEnd);
      if (!goesOn) break;
    }
    return decoded;
  }

  /** False where it has to wait for more. */
  #next(decoded: Decoded[], isEnd: boolean): boolean {
    const escapeAt = this.#pending.indexOf(ESC);
    if (escapeAt !== 0) {
      decoded.push(...typed(this.#take(escapeAt === -1 ? this.#pending.length : escapeAt)));
      return true;
    }
    const reading = readSequence(this.#pending, 0);
    if (reading === 'partial' && !isEnd) return false;
    if (typeof reading !== 'string') {
      this.#take(reading.length);
      this.#tell(reading.sequence, decoded);
      return true;
    }
    return this.#nextWithAlt(decoded, isEnd);
  }

  /** ESC and then something that is no sequence: Alt with a key, or Escape itself. */
  #nextWithAlt(decoded: Decoded[], isEnd: boolean): boolean {
    if (this.#pending.charAt(1) === ESC) {
      const reading = readSequence(this.#pending, 1);
      if (reading === 'partial' && !isEnd) return false;
      this.#take(1);
      if (typeof reading === 'string') decoded.push(keyEvent('escape'));
      else {
        this.#take(reading.length);
        const before = decoded.length;
        this.#tell(reading.sequence, decoded);
        for (const event of decoded.slice(before)) if (event.type === 'key') event.key.alt = true;
      }
      return true;
    }
    this.#take(1);
    const code = this.#pending.codePointAt(0);
    if (code === undefined) decoded.push(keyEvent('escape'));
    else {
      const character = this.#take(String.fromCodePoint(code).length);
      const control = controlKey(code);
      if (control) decoded.push(keyEvent(control.name, { ...control, alt: true }));
      else decoded.push(...typed(character, true));
    }
    return true;
  }

  #nextPasted(decoded: Decoded[], isEnd: boolean): boolean {
    // The end may be cut in two: what could be its beginning waits.
    const end = this.#pending.indexOf(PASTE_END);
    const held = end === -1 && !isEnd ? beginningOfEnd(this.#pending) : 0;
    this.#paste += this.#take(end === -1 ? this.#pending.length - held : end);
    if (end === -1 && !isEnd) return false;
    if (end !== -1) this.#take(PASTE_END.length);
    decoded.push({ type: 'paste', text: pastedText(this.#paste ?? '') });
    this.#paste = undefined;
    return true;
  }

  #take(length: number): string {
    const taken = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    return taken;
  }

  #tell(sequence: Sequence, decoded: Decoded[]): void {
    const event = sequenceEvent(sequence);
    if (event === 'paste begins') this.#paste = '';
    else if (event) decoded.push(event);
  }
}

/** Characters as keys, a cluster of code points being one. C1 controls are nobody's typing. */
function typed(text: string, alt = false): InputEvent[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment).flatMap((cluster) => {
    // CR LF is one cluster, and so may be what follows a control character.
    const code = cluster.codePointAt(0) ?? 0;
    const control = controlKey(code);
    if (control)
      return [keyEvent(control.name, control), ...(cluster.length > 1 ? typed(cluster.slice(1)) : [])];
    if (code >= 0x80 && code < 0xa0) return typed(cluster.slice(1));
    return [characterKey(cluster, { ...NO_MODIFIERS, alt })];
  });
}

/** Line breaks as line feeds; nothing else that controls. */
function pastedText(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

/** How many characters at the end of `text` begin the mark of a paste's end. */
function beginningOfEnd(text: string): number {
  for (let length = Math.min(PASTE_END.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(PASTE_END.slice(0, length))) return length;
  }
  return 0;
}
