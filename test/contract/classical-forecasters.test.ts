import { ets } from '#core/forecast/ets.ts';
import { mstl } from '#core/forecast/mstl.ts';
import { seasonalTheta } from '#core/forecast/seasonal-theta.ts';
import { describeForecaster } from './forecaster-contract.ts';

const DIVIDES = 'a divided season is a share of the level, so a shift of the level changes it';

describeForecaster({ name: 'ets', create: () => ets() });
describeForecaster({
  name: 'seasonal theta',
  create: () => seasonalTheta({ seasonLength: 24 }),
  excuses: { 'level shift': DIVIDES },
});
describeForecaster({
  name: 'seasonal theta without a season',
  create: () => seasonalTheta({ seasonLength: 1 }),
});
describeForecaster({ name: 'mstl', create: () => mstl({ seasonLengths: [6, 24] }) });
