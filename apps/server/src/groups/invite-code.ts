/** Base58: letters and digits without the pairs that are mistaken for each other (0 O, I l). */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LENGTH = 12;

/** Bytes from here on would make some letters likelier than others. */
const UNBIASED_BELOW = 256 - (256 % ALPHABET.length);

/** A code that can't be guessed: 70 random bits. */
export function newInviteCode(): string {
  let code = '';
  while (code.length < LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(2 * LENGTH))) {
      if (byte < UNBIASED_BELOW && code.length < LENGTH) code += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return code;
}
