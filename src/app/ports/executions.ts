/** Starts training pipelines: Step Functions on AWS, the interpreter locally. */
export interface Executions {
  /**
   * @param name - the execution's name, which is its idempotency key
   * @returns `exists` when an execution of this name was started before
   * @throws {DomainError} `STORE_UNAVAILABLE`, `THROTTLED`
   */
  start(name: string, input: Readonly<Record<string, unknown>>): Promise<'started' | 'exists'>;
}
