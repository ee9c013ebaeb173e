/** Stored data that this version cannot work on, as a sentence that says what to do. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}
