import { DETECTION } from './detect-answers.ts';
import { fakeApi, type RunOptions, run } from './fake-environment.ts';

/** Runs `helios detect OPTIONS` against one answer. */
export async function detect(
  options: string,
  answer: unknown = DETECTION,
  environment: RunOptions = {},
) {
  const api = await fakeApi({ 'POST /api/v1/detect': { body: answer } });
  const argv = ['detect', ...options.split(' ').filter(Boolean), '-e', api.url];
  const ran = await run(argv, environment);
  return { ...ran, received: api.received };
}
