// Runs a bundle as Lambda does: a fresh process, one event after the other. The clock stands still.
const [file, now] = process.argv.slice(2);
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Number(now));
    else super(...args);
  }
  static now() {
    return Number(now);
  }
};

const { handler } = await import(file);
const context = {
  functionName: 'helios',
  awsRequestId: 'request-of-the-context',
  getRemainingTimeInMillis: () => 29_000,
};
process.on('message', async (event) => {
  try {
    process.send({ output: (await handler(event, context)) ?? null });
  } catch (error) {
    process.send({ error: { name: error.name, message: error.message } });
  }
});
process.send({ ready: true });
