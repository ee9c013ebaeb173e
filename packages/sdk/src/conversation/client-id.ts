const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/**
 * Names one message among all that its sender ever sends to a conversation: the time, then 80 random bits. Made without
 * `crypto`, which React Native lacks; it has to be unique, not secret.
 */
export function newClientId(now: number, random: () => number): string {
  let id = `${now.toString(36)}-`;
  for (let sign = 0; sign < 16; sign++) id += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return id;
}
