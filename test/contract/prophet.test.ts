import { PROPHET_PRESETS } from '#core/forecast/prophet-presets.ts';
import { prophet } from '#engines/prophet/prophet.ts';
import { describeForecaster } from './forecaster-contract.ts';

const LEVEL_IS_MEANT = {
  'level shift': 'multiplicative seasons are shares of the level, so they change with it by design',
};

describeForecaster({ name: 'prophet', create: () => prophet() });
describeForecaster({
  name: 'prophet without re-anchoring',
  create: () => prophet({ reanchor: false }),
});
describeForecaster({
  name: 'prophet with multiplicative seasons',
  create: () => prophet({ seasonalityMode: 'multiplicative' }),
  excuses: LEVEL_IS_MEANT,
});
describeForecaster({
  name: 'prophet, preset helios',
  create: () => prophet(PROPHET_PRESETS.helios.parameters),
  excuses: LEVEL_IS_MEANT,
});
