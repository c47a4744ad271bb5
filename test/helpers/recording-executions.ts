import type { Executions } from '#app/ports/executions.ts';

/** Executions that are only written down, each name once. */
export function recordingExecutions(): Executions & {
  readonly started: { readonly name: string; readonly input: unknown }[];
} {
  const started: { readonly name: string; readonly input: unknown }[] = [];
  return {
    started,
    async start(name, input) {
      if (started.some((other) => other.name === name)) return 'exists';
      started.push({ name, input: structuredClone(input) });
      return 'started';
    },
  };
}
