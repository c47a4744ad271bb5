import { describe, expect, it } from '@jest/globals';
import { askedModel, modelsToAskFor } from '#app/training/asked-model.ts';
import type { TrainRequest } from '#contracts/http/train.ts';

/** Which of these members a request fits; those that are `true` are trained unasked. */
function fitted(request: TrainRequest): string[] {
  const { includes } = askedModel(request);
  const isDefault = { naive: true, 'day-naive': true, ses: true, xgboost: true, arima: false };
  return Object.entries({ ...isDefault, prophet: true, lstm: false })
    .filter(([name, unasked]) => includes(name, unasked))
    .map(([name]) => name);
}

describe('a request of a model', () => {
  it.each<[TrainRequest, string | null]>([
    [{}, null],
    [{ model: 'auto' }, null],
    [{ model: 'ensemble' }, null],
    [{ model: 'median' }, 'median'],
    [{ model_type: 'auto' }, null],
  ])('%j fits what is fitted unasked', (request, serves) => {
    expect(fitted(request)).toEqual(['naive', 'day-naive', 'ses', 'xgboost', 'prophet']);
    expect(askedModel(request).serves).toBe(serves);
  });

  it.each<[TrainRequest, string, readonly string[]]>([
    [{ model: 'ses' }, 'ses', ['ses']],
    [{ model_type: 'arima' }, 'arima', ['arima']],
    [{ model: 'lstm', model_type: 'arima' }, 'lstm', ['lstm']],
    [{ model: 'fusion' }, 'fusion', ['prophet', 'lstm']],
    [{ model: 'naive' }, 'naive', []],
  ])('%j fits %s, which is to serve, and the references', (request, serves, members) => {
    expect(askedModel(request).serves).toBe(serves);
    expect(fitted(request)).toEqual(['naive', 'day-naive', ...members]);
  });

  it('may name any member or blend, and the ensemble', () => {
    expect(modelsToAskFor()).toEqual(
      expect.arrayContaining(['auto', 'median', 'fusion', 'ensemble', 'ses', 'xgboost', 'lstm']),
    );
  });
});
