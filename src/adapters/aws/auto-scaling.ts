import {
  type ApplicationAutoScalingClient,
  DeleteScheduledActionCommand,
  DescribeScalableTargetsCommand,
  DescribeScheduledActionsCommand,
  PutScheduledActionCommand,
  type ScheduledAction,
} from '@aws-sdk/client-application-auto-scaling';
import type { ScalableTargetId, ScalableTargets } from '#app/ports/scalable-targets.ts';
import { MANAGED_TAG } from '#contracts/config/actuation.ts';
import type { ScheduledChange } from '#core/actuate/situation.ts';
import { DomainError } from '#core/errors.ts';
import { type EpochMs, epochMs, toIso } from '#core/time.ts';
import { callAws, isAwsError } from './aws-errors.ts';

/**
 * Application Auto Scaling. Only minimums are ever written, by one-time actions in UTC; a maximum
 * cannot be, since no call here carries one.
 *
 * @throws {DomainError} `THROTTLED`, `STORE_UNAVAILABLE` from each call, `FORBIDDEN` from those that
 * write where the target is not tagged
 */
export function createAutoScaling(client: ApplicationAutoScalingClient): ScalableTargets {
  return {
    async bounds(target) {
      const command = new DescribeScalableTargetsCommand({
        ServiceNamespace: target.service_namespace,
        ResourceIds: [target.resource_id],
        ScalableDimension: target.scalable_dimension,
      });
      const answer = await callAws('read the scalable target', () => client.send(command));
      const [found] = answer.ScalableTargets ?? [];
      const { MinCapacity: minimum, MaxCapacity: maximum } = found ?? {};
      return minimum === undefined || maximum === undefined ? undefined : { minimum, maximum };
    },

    async actions(target, names) {
      const command = new DescribeScheduledActionsCommand({
        ...identify(target),
        ScheduledActionNames: [...names],
      });
      const answer = await callAws('read the scheduled actions', () => client.send(command));
      return new Map(
        (answer.ScheduledActions ?? []).flatMap((action) =>
          action.ScheduledActionName === undefined
            ? []
            : [[action.ScheduledActionName, changeOf(action)] as const],
        ),
      );
    },

    async put(target, { name, at, minimum }) {
      const command = new PutScheduledActionCommand({
        ...identify(target),
        ScheduledActionName: name,
        Schedule: `at(${toIso(at).slice(0, 'yyyy-mm-ddThh:mm:ss'.length)})`,
        ScalableTargetAction: { MinCapacity: minimum },
      });
      await callAws('write the scheduled action', () =>
        onTagged(target, async () => void (await client.send(command))),
      );
    },

    async delete(target, name) {
      const command = new DeleteScheduledActionCommand({
        ...identify(target),
        ScheduledActionName: name,
      });
      await callAws('delete the scheduled action', () =>
        onTagged(target, async () => {
          try {
            await client.send(command);
          } catch (error) {
            if (!isAwsError(error, 'ObjectNotFoundException')) throw error;
          }
        }),
      );
    },
  };
}

/** Says what a refusal most likely means: the role may write to tagged targets only. */
async function onTagged(target: ScalableTargetId, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isAwsError(error, 'AccessDeniedException')) throw error;
    throw new DomainError(
      'FORBIDDEN',
      `${target.resource_id} is not tagged ${MANAGED_TAG.key} = ${MANAGED_TAG.value}, which lets Helios raise it`,
      { ...target },
      error,
    );
  }
}

function identify(target: ScalableTargetId) {
  return {
    ServiceNamespace: target.service_namespace,
    ResourceId: target.resource_id,
    ScalableDimension: target.scalable_dimension,
  };
}

function changeOf({
  Schedule = '',
  ScalableTargetAction,
  Timezone,
}: ScheduledAction): ScheduledChange {
  const isUtc = Timezone === undefined || Timezone === 'UTC' || Timezone === 'Etc/UTC';
  return {
    at: isUtc ? momentOf(Schedule) : undefined,
    minimum: ScalableTargetAction?.MinCapacity,
  };
}

/** The moment of `at(2026-03-29T01:30:00)`, which is in UTC; undefined for any other schedule. */
function momentOf(schedule: string): EpochMs | undefined {
  const text = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(schedule.trim())?.[1];
  const at = text === undefined ? Number.NaN : Date.parse(`${text}Z`);
  return Number.isNaN(at) ? undefined : epochMs(at);
}
