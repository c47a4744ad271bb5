import type { Forecaster } from '#core/forecast/forecaster.ts';
import { type KnownEvent, withEvents, withoutEvents } from '#core/forecast/known-events.ts';
import { profileAr } from '#core/forecast/profile-ar.ts';
import { restore } from '#core/forecast/registry.ts';
import { ridge } from '#core/forecast/ridge.ts';
import { ses } from '#core/forecast/ses.ts';
import { epochMs } from '#core/time.ts';
import { describeForecaster } from './forecaster-contract.ts';

describeForecaster({ name: 'ridge without a season', create: () => ridge() });
describeForecaster({ name: 'ridge on days', create: () => ridge({ seasonLength: 24 }) });
describeForecaster({ name: 'profile-ar', create: () => profileAr({ seasonLength: 24 }) });

/** The contract's histories start in January 2024, are 68 hours long and go on for 30. */
const EVENTS: readonly KnownEvent[] = [
  {
    name: 'past',
    start: epochMs(Date.UTC(2024, 0, 1, 20)),
    end: epochMs(Date.UTC(2024, 0, 2, 4)),
    factor: 2,
  },
  {
    name: 'now and later',
    start: epochMs(Date.UTC(2024, 0, 3, 19)),
    end: epochMs(Date.UTC(2024, 0, 6)),
    factor: 0.5,
  },
];

describeForecaster({
  name: 'ses with known events',
  create: () => knowing(ses(), EVENTS),
  restore: (state) => withEvents(restore(state), EVENTS),
  excuses: {
    'level shift': 'an event multiplies the level: a shifted series is not shifted by it',
  },
});

function knowing(forecaster: Forecaster, events: readonly KnownEvent[]): Forecaster {
  return {
    ...forecaster,
    fit: async (history, options) => {
      const target = withoutEvents(history.target, events);
      return withEvents(await forecaster.fit({ ...history, target }, options), events);
    },
  };
}
