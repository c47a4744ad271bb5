import { blend, lineUp } from '#core/forecast/line-up.ts';
import { medianBlend } from '#core/forecast/median.ts';
import { DEFAULT_STEP, HOUR } from '#core/time.ts';
import { describeForecaster } from './forecaster-contract.ts';

for (const { name, forecaster } of lineUp(HOUR)) {
  describeForecaster({ name, create: () => forecaster });
}
describeForecaster({ name: 'the blend', create: () => blend(HOUR) });
describeForecaster({
  name: 'the blend on five-minute steps',
  create: () => blend(DEFAULT_STEP),
  step: DEFAULT_STEP,
});
describeForecaster({ name: 'a median of all', create: () => medianBlend(lineUp(HOUR)) });
