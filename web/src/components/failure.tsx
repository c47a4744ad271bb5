import type { ApiError } from '../api/api-error.ts';

/** Why there is no answer: what the API said, and what helps. */
export function Failure({ error }: { readonly error: ApiError }) {
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{error.code ?? TITLES[error.kind]}</strong>: <bdi>{error.message}</bdi>
      </p>
      {error.hint && <p class="quiet">{error.hint}</p>}
      {error.requestId && <p class="quiet small">Request {error.requestId}</p>}
    </div>
  );
}

const TITLES = {
  unreachable: 'Unreachable',
  signed_out: 'Signed out',
  refused: 'Refused',
  broken: 'Unexpected answer',
} as const;
