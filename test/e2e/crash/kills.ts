import { setTimeout } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { WorkloadListSchema } from '#contracts/http/catalog.ts';
import { STAGES } from '#contracts/http/train.ts';
import { type Random, seededRandom, uniform } from '#core/math/random.ts';
import { bodyOf, get } from '#test/helpers/api.ts';
import type { Sandbox } from '#test/helpers/helios-process.ts';
import { until } from '#test/helpers/until.ts';
import { planSteps, type Step } from './steps.ts';
import { createWorld, type World } from './world.ts';

/**
 * Does the same steps on two servers: one is killed during each of them, started again and checked,
 * the other is left in peace. In the end both must hold the same.
 */
export async function compareKilledWithSpared(
  sandbox: Sandbox,
  options: { readonly kills: number; readonly seed: number },
): Promise<void> {
  const steps = planSteps(options.kills, seededRandom(options.seed, 'steps'));
  const random = seededRandom(options.seed, 'moments');

  const killed = await createWorld(sandbox);
  const spared = await createWorld(sandbox);
  const disturb = async () => {
    for (const step of steps) await spare(killed, step, () => killDuring(killed, step, random));
  };
  const leaveInPeace = async () => {
    for (const step of steps) await spare(spared, step);
  };
  await Promise.all([disturb(), leaveInPeace()]);

  await killed.check();
  expect(await killed.state()).toEqual(await spared.state());
}

/** One step from its first value to the end of its training; `disturb` comes before it is whole. */
async function spare(world: World, step: Step, disturb = async () => {}): Promise<void> {
  if (step.moment === 'import') {
    await disturb();
    await world.import(step);
    return;
  }
  if (step.moment === 'ingest') await disturb();
  await world.ingest(step);
  if (step.runId === undefined) return;
  await disturb();
  await world.requestTraining(step);
  await world.finishTraining(step);
}

/** Starts the work of a step, kills the server in the middle of it, and checks what is left. */
async function killDuring(world: World, step: Step, random: Random): Promise<void> {
  switch (step.moment) {
    case 'ingest': {
      const answers = Math.floor(uniform(random, 0, 8));
      const delayMs = uniform(random, 0, 8);
      await killAfterAnswers(world, step, answers, delayMs);
      break;
    }
    case 'import': {
      // Two random numbers whatever becomes of them, so that the later moments stay where they are.
      const delayMs = uniform(random, 300, 1_500);
      const moment = random() < 0.5 ? setTimeout(delayMs) : untilKnown(world, step);
      await killDespite(world, world.import(step), moment);
      break;
    }
    case 'train request':
      await killDespite(world, world.requestTraining(step), setTimeout(uniform(random, 0, 40)));
      break;
    case 'training':
    case 'resuming': {
      const stage = Math.floor(uniform(random, 0, STAGES.length));
      await killInStage(world, step, stage, uniform(random, 0, 200));
      break;
    }
    case 'registration':
      if (random() < 0.5) {
        await killInStage(world, step, STAGES.length - 1, uniform(random, 0, 120));
      } else {
        await killBetweenVersions(world, step, uniform(random, 0, 40));
      }
      break;
  }
  if (step.moment === 'resuming') await world.startInVain(uniform(random, 100, 1_500));
  await world.restart();
  await world.check(step);
}

/** Kills the server while `answers` have come and the next requests are under way. */
async function killAfterAnswers(
  world: World,
  step: Step,
  answers: number,
  delayMs: number,
): Promise<void> {
  let left = answers;
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  if (left === 0) reach();
  const work = world.ingest(step, () => {
    left--;
    if (left === 0) reach();
  });
  await killDespite(
    world,
    work,
    reached.then(() => setTimeout(delayMs)),
  );
}

async function killInStage(
  world: World,
  step: Step,
  stage: number,
  delayMs: number,
): Promise<void> {
  await world.requestTraining(step);
  await until(60_000, `stage ${stage} of ${step.runId}`, async () => {
    const { run, details } = await world.trainingOf(step);
    return run.finished_at !== null || details.some(({ stages }) => stages.length > stage);
  });
  await setTimeout(delayMs);
  await world.kill();
}

/** Kills the server when the first of the versions of a training is there, the next mostly not. */
async function killBetweenVersions(world: World, step: Step, delayMs: number): Promise<void> {
  const before = await world.versionsOf(step);
  await world.requestTraining(step);
  await until(60_000, `a version of ${step.runId}`, async () => {
    const { run } = await world.trainingOf(step);
    return run.finished_at !== null || (await world.versionsOf(step)) > before;
  });
  await setTimeout(delayMs);
  await world.kill();
}

/** Kills the server when `moment` comes. The work may fail by it, but not by a refusal. */
async function killDespite(
  world: World,
  work: Promise<void>,
  moment: Promise<unknown>,
): Promise<void> {
  const outcome = work.then(
    () => undefined,
    (error: unknown) => error,
  );
  await Promise.race([moment, outcome]);
  await world.kill();
  const error = await outcome;
  if (error !== undefined)
    expect(String(error)).toMatch(/fetch failed|terminated|ENDPOINT_UNAVAILABLE/);
}

/** Resolves once the server has stored something of the deployment of the step. */
async function untilKnown(world: World, { deployment }: Step): Promise<void> {
  await until(60_000, `${deployment} to be known`, async () => {
    const answer = await get(world.server.url, '/api/v1/workloads');
    const { workloads } = bodyOf(answer, WorkloadListSchema);
    return workloads.some(({ workload }) => workload.deployment === deployment);
  });
}
