import { useConnection, useRefresh } from '../api/use-resource.ts';
import { Time } from './time.tsx';

/** Says, above everything else, that what is shown is not of now. */
export function ConnectionBanner() {
  const { lostSince, reachedAt } = useConnection();
  const refresh = useRefresh();
  return (
    <div role="status" class="banner-place">
      {lostSince !== undefined && (
        <div class="banner">
          <p>
            <strong>API unreachable</strong> since <Time at={lostSince} form="clock" />
            {reachedAt === undefined ? (
              '; nothing was received yet.'
            ) : (
              <>
                ; showing data as of <Time at={reachedAt} form="clock" />.
              </>
            )}
          </p>
          <button type="button" onClick={() => refresh('')}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}
