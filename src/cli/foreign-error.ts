/** What an error of the platform says of itself. */
export interface ForeignError {
  readonly name: string | undefined;
  readonly message: string;
  /** E.g. `ENOENT`, `ECONNREFUSED`. */
  readonly code: string | undefined;
  readonly cause: unknown;
}

/**
 * Reads an error that Node's own modules threw. By its properties and not by `instanceof`: it may
 * come from another realm.
 */
export function foreignError(error: unknown): ForeignError {
  const read = (name: keyof ForeignError): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    name: text(read('name')),
    message: text(read('message')) ?? String(error),
    code: text(read('code')),
    cause: read('cause'),
  };
}
