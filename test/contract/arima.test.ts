import { arima } from '#core/forecast/arima.ts';
import { describeForecaster } from './forecaster-contract.ts';

describeForecaster({
  name: 'arima with a daily season',
  create: () => arima({ seasonLength: 24 }),
});
describeForecaster({ name: 'arima without a season', create: () => arima() });
describeForecaster({
  name: 'arima of the order (1,1,1)',
  create: () => arima({ order: [1, 1, 1], seasonLength: 24, seasonal: 'none' }),
});
