import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallDesk } from '../call/desk.ts';
import {
  ACCOUNT_SID,
  CALL_SID,
  expectForbidden,
  MemoryDesk,
  openTestServer,
  postForm,
  type TestServer,
} from './server.fixture.ts';

const RECORDING = '/webhook/recording_done';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('POST /webhook/recording_done', () => {
  const form = {
    AccountSid: ACCOUNT_SID,
    CallSid: CALL_SID,
    RecordingSid: `RE${'4'.repeat(32)}`,
    RecordingStatus: 'completed',
    RecordingDuration: '12',
  };

  test('is 200 with an empty body, as often as it comes', async () => {
    for (let times = 0; times < 3; times++) {
      const response = await postForm(server, RECORDING, form);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    }
    expect(server.lines.find((line) => line.event === 'RECORDING_DONE')).toMatchObject({ duration_sec: 12 });
    expect(server.desk.recordings).toHaveLength(3);
    expect(server.desk.recordings[0]).toMatchObject({ recordingSid: form.RecordingSid, status: 'completed' });
  });

  test('waits for a desk that is still coming, and keeps the news then', async () => {
    const coming = Promise.withResolvers<CallDesk>();
    await using starting = await openTestServer({ desk: coming.promise });
    const answer = postForm(starting, RECORDING, form);
    coming.resolve(starting.desk);
    expect((await answer).status).toBe(200);
    expect(starting.desk.recordings).toHaveLength(1);
  });

  test('is not acknowledged when it cannot be kept, or when no desk ever comes', async () => {
    const desk = new MemoryDesk();
    desk.recordingDone = () => Promise.reject(new Error('the disk is full'));
    await using full = await openTestServer({ desk });
    expect((await postForm(full, RECORDING, form)).status).toBe(503);
    await using deskless = await openTestServer({ desk: Promise.reject(new Error('no agent')) });
    expect((await postForm(deskless, RECORDING, form)).status).toBe(503);
  });

  test('unsigned is refused', async () => {
    await expectForbidden(await fetch(server.url + RECORDING, { method: 'POST', body: new URLSearchParams(form) }));
  });
});
