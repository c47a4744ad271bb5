import {
  ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScheduledActionsCommand,
  ObjectNotFoundException,
  PutScheduledActionCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createAutoScaling } from '#adapters/aws/auto-scaling.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { at } from '#test/helpers/memory-services.ts';

const TARGET = {
  service_namespace: 'ecs',
  resource_id: 'service/shop/web',
  scalable_dimension: 'ecs:service:DesiredCount',
} as const;
const IDENTITY = {
  ServiceNamespace: 'ecs',
  ResourceId: 'service/shop/web',
  ScalableDimension: 'ecs:service:DesiredCount',
} as const;

const service = mockClient(ApplicationAutoScalingClient);
const autoScaling = createAutoScaling(new ApplicationAutoScalingClient({ region: 'eu-central-1' }));

beforeEach(() => {
  service.reset();
});

describe('a scalable target', () => {
  it('has the bounds that are registered', async () => {
    service
      .on(DescribeScalableTargetsCommand, {
        ServiceNamespace: 'ecs',
        ResourceIds: ['service/shop/web'],
        ScalableDimension: 'ecs:service:DesiredCount',
      })
      .resolves({ ScalableTargets: [{ ...registered(), MinCapacity: 2, MaxCapacity: 10 }] });
    expect(await autoScaling.bounds(TARGET)).toEqual({ minimum: 2, maximum: 10 });
  });

  it('is none when nothing is registered', async () => {
    service.on(DescribeScalableTargetsCommand).resolves({ ScalableTargets: [] });
    expect(await autoScaling.bounds(TARGET)).toBeUndefined();
  });
});

describe('scheduled actions', () => {
  it('are read with their moment in UTC; other schedules have none', async () => {
    const action = (ScheduledActionName: string, Schedule: string, Timezone?: string) => ({
      ...IDENTITY,
      ScheduledActionName,
      ScheduledActionARN: 'arn',
      CreationTime: new Date(0),
      Schedule,
      ...(Timezone === undefined ? {} : { Timezone }),
      ScalableTargetAction: { MinCapacity: 2 },
    });
    service
      .on(DescribeScheduledActionsCommand, { ...IDENTITY, ScheduledActionNames: ['a', 'b', 'c'] })
      .resolves({
        ScheduledActions: [
          action('a', 'at(2026-03-29T01:10:00)'),
          action('b', 'cron(0 8 * * ? *)'),
          action('c', 'at(2026-03-29T01:10:00)', 'Europe/Berlin'),
        ],
      });
    const actions = await autoScaling.actions(TARGET, ['a', 'b', 'c']);
    expect([...actions]).toEqual([
      ['a', { at: at('2026-03-29T01:10:00Z'), minimum: 2 }],
      ['b', { at: undefined, minimum: 2 }],
      ['c', { at: undefined, minimum: 2 }],
    ]);
  });

  it('are written for one moment in UTC, with a minimum and never a maximum', async () => {
    service.on(PutScheduledActionCommand).resolves({});
    await autoScaling.put(TARGET, {
      name: 'helios-raise-web',
      at: at('2026-03-29T03:10:00+02:00'),
      minimum: 6,
    });
    expect(service.commandCalls(PutScheduledActionCommand)[0]?.args[0].input).toEqual({
      ...IDENTITY,
      ScheduledActionName: 'helios-raise-web',
      Schedule: 'at(2026-03-29T01:10:00)',
      ScalableTargetAction: { MinCapacity: 6 },
    });
  });

  it('that are gone are deleted', async () => {
    const gone = new ObjectNotFoundException({ message: 'no such action', $metadata: {} });
    service.on(DeleteScheduledActionCommand).rejects(gone);
    await autoScaling.delete(TARGET, 'helios-raise-web');
    expect(service.commandCalls(DeleteScheduledActionCommand)[0]?.args[0].input).toEqual({
      ...IDENTITY,
      ScheduledActionName: 'helios-raise-web',
    });
  });
});

it('a target that is not tagged is named as such', async () => {
  const refused = Object.assign(new Error('not authorised'), { name: 'AccessDeniedException' });
  service.on(PutScheduledActionCommand).rejects(refused);
  service.on(DeleteScheduledActionCommand).rejects(refused);
  const write = { name: 'helios-raise-web', at: at('2026-03-29T01:10:00Z'), minimum: 6 };
  expect(await rejectionOf(autoScaling.put(TARGET, write))).toBe('FORBIDDEN');
  expect(await rejectionOf(autoScaling.delete(TARGET, 'helios-raise-web'))).toBe('FORBIDDEN');
});

it.each([
  ['ThrottlingException', 'THROTTLED'],
  ['ConcurrentUpdateException', 'STORE_UNAVAILABLE'],
])('%s is %s', async (name, code) => {
  const error = Object.assign(new Error(name), { name });
  service.on(DescribeScheduledActionsCommand).rejects(error);
  expect(await rejectionOf(autoScaling.actions(TARGET, ['a']))).toBe(code);
});

function registered() {
  return {
    ...IDENTITY,
    RoleARN: 'arn',
    CreationTime: new Date(0),
    MinCapacity: 0,
    MaxCapacity: 0,
  } as const;
}
