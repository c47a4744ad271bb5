import { createInterface } from 'node:readline';

/** Trains once and returns what computes the loss, which is not measured. */
export type Training = (turn: number) => Promise<() => number>;

/**
 * The process of a side written in TypeScript: says that it is ready, then answers every line
 * `train <turn>` of standard input with what the training took and reached. Ends with the input.
 */
export async function serveSide(version: string | null, train: Training): Promise<void> {
  say({ version });
  for await (const line of createInterface({ input: process.stdin })) {
    const start = performance.now();
    const before = process.cpuUsage();
    const lossOf = await train(Number(line.replace('train ', '')));
    const { user, system } = process.cpuUsage(before);
    const wall_seconds = (performance.now() - start) / 1_000;
    say({ cpu_seconds: (user + system) / 1e6, wall_seconds, loss: lossOf() });
  }
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
