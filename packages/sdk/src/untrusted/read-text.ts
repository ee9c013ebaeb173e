/**
 * The body as text, or undefined where it is longer than `maxBytes`: then the rest of it is not read. The bytes are those
 * after decompression, so a small body that unpacks to a large one ends as well.
 */
export async function readText(answer: Response, maxBytes: number): Promise<string | undefined> {
  if (Number(answer.headers.get('content-length') ?? 0) > maxBytes) {
    await answer.body?.cancel();
    return undefined;
  }
  // React Native has no streams: there the platform's own limit is all there is.
  if (!answer.body) {
    const text = await answer.text();
    return text.length > maxBytes ? undefined : text;
  }
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
