import type { ResultWriter } from '#app/ports/result-writer.ts';
import type { RemoteWriteConfig } from '#contracts/config/write-back.ts';
import { REAL_BACKOFF } from '../backoff.ts';
import type { ConnectDeps } from './connect.ts';

/** The receiver that is configured, if one is. Its client is loaded with the first samples. */
export function configuredWriter(
  config: RemoteWriteConfig | undefined,
  deps: Pick<ConnectDeps, 'clock' | 'env' | 'secrets'>,
): ResultWriter | undefined {
  if (!config) return undefined;
  let opened: Promise<ResultWriter> | undefined;
  const open = async () => {
    const { remoteWriter } = await import('./remote-write.ts');
    return remoteWriter(config, { ...REAL_BACKOFF, ...deps });
  };
  return {
    async write(samples) {
      opened ??= open();
      const writer = await opened.catch((error: unknown) => {
        // A file that could not be read may be there the next time.
        opened = undefined;
        throw error;
      });
      await writer.write(samples);
    },
  };
}
