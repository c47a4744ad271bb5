import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import type { CapacityDeps } from '#app/capacity/capacity-deps.ts';
import { planCapacity } from '#app/capacity/plan-capacity.ts';
import { rightSize } from '#app/capacity/right-size.ts';
import { whenCrossed } from '#app/capacity/when-crossed.ts';
import { CAPACITY_ROUTES } from '#contracts/capacity-routes.ts';
import type { CapacityQuery } from '#contracts/http/capacity.ts';
import type { RightsizingQuery } from '#contracts/http/rightsizing.ts';
import type { WhenQuery } from '#contracts/http/when.ts';
import type { CapacityPeriod } from '#core/capacity/period.ts';

/** Says what a period needs, when a limit is crossed, and how large containers should be. */
export function createHandler(deps: CapacityDeps, logger: EventLogger) {
  const plan =
    (period: CapacityPeriod) =>
    ({ query }: { readonly query: unknown }) =>
      planCapacity(deps, period, query as CapacityQuery);
  return createHttpHandler(
    CAPACITY_ROUTES,
    {
      planCapacity: ({ params, query }) =>
        planCapacity(deps, params.period ?? '', query as CapacityQuery),
      planNextDay: plan('next_day'),
      planNextWeek: plan('next_week'),
      planNextMonth: plan('next_month'),
      planNextWeekend: plan('next_weekend'),
      whenCrossed: ({ query }) => whenCrossed(deps, query as WhenQuery),
      rightSize: ({ query }) => rightSize(deps, query as RightsizingQuery),
    },
    logger,
  );
}
