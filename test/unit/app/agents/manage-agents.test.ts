import { describe, expect, it } from '@jest/globals';
import { changeAgent, heartbeat, listAgents } from '#app/agents/manage-agents.ts';
import { AgentListSchema, type HeartbeatRequest } from '#contracts/http/agents.ts';
import { addMs, DAY, SECOND } from '#core/time.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-05T00:00:00Z');

function said(agent_id: string): HeartbeatRequest {
  return {
    agent_id,
    hostname: 'web-1',
    platform: 'linux',
    agent_version: '0.1.0',
    started_at: '2026-03-04T00:00:00Z',
    sent_at: '2026-03-05T00:00:00Z',
    heartbeat_seconds: 30,
    paused: false,
    collection_interval: null,
    sent_samples: 0,
    buffer: { waiting_samples: 0, waiting_bytes: 0, dropped_samples: 0, on_disk: true },
    sources: [],
  };
}

describe('agents', () => {
  it('are listed as they described themselves, by how long ago that was', async () => {
    const services = memoryServices(NOW);
    await heartbeat(services, said('web-1'));
    const statusAfter = async (seconds: number) => {
      services.clock.set(addMs(NOW, SECOND, seconds));
      const { agents } = AgentListSchema.parse(await listAgents(services));
      return agents.map(({ id, status }) => [id, status]);
    };
    // Heartbeats every 30 s: online within 2 of them, late within 10.
    expect(await statusAfter(60)).toEqual([['web-1', 'online']]);
    expect(await statusAfter(61)).toEqual([['web-1', 'late']]);
    expect(await statusAfter(301)).toEqual([['web-1', 'offline']]);
  });

  it('hear with every heartbeat what they are to do, until it is taken back', async () => {
    const services = memoryServices(NOW);
    const none = { paused: false, collection_interval: null };
    expect((await heartbeat(services, said('web-1'))).commands).toEqual(none);
    await changeAgent(services, 'web-1', { paused: true });
    await changeAgent(services, 'web-1', { collection_interval: 60 });
    const told = { paused: true, collection_interval: 60 };
    for (let i = 0; i < 2; i++) {
      expect((await heartbeat(services, said('web-1'))).commands).toEqual(told);
    }
    await changeAgent(services, 'web-1', { paused: false, collection_interval: null });
    expect((await heartbeat(services, said('web-1'))).commands).toEqual(none);
    expect((await heartbeat(services, said('web-2'))).commands).toEqual(none);
  });

  it('that nobody has heard of cannot be told anything', async () => {
    const services = memoryServices(NOW);
    for (const id of ['nobody', '../etc', '']) {
      await expect(changeAgent(services, id, { paused: true })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    }
    expect((await listAgents(services)).agents).toEqual([]);
  });

  it('keep the time of their first heartbeat', async () => {
    const services = memoryServices(NOW);
    await heartbeat(services, said('web-1'));
    services.clock.set(addMs(NOW, DAY, 2));
    await heartbeat(services, said('web-1'));
    expect((await listAgents(services)).agents).toMatchObject([
      { registered_at: '2026-03-05T00:00:00.000Z', last_seen: '2026-03-07T00:00:00.000Z' },
    ]);
  });
});
