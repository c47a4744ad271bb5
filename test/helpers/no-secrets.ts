import type { RevealSecret } from '#adapters/secrets/reveal-secrets.ts';

/** Where nothing is kept in a store of secrets. */
export const noSecrets: RevealSecret = ({ secret }) => {
  throw new Error(`nobody expected to be asked for ${secret}`);
};
