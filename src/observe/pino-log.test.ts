import { expect, test } from 'vitest';
import { StateError } from '../core/errors.ts';
import { createLog, type LogOptions } from './pino-log.ts';

function capture(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (text: string) => void lines.push(text) };
  return { lines, log: createLog({ level: 'info', pretty: false, pii: false, ...options, destination }) };
}

test('a line is one JSON object with the event, a level by name and an ISO time', () => {
  const { lines, log } = capture();
  log.warn('WS_START', { sid: 'MZ1', call_sid: 'CA1' });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  const { time, ...rest } = JSON.parse(lines[0]!);
  expect(rest).toEqual({ level: 'warn', event: 'WS_START', sid: 'MZ1', call_sid: 'CA1' });
  expect(new Date(time).toISOString()).toBe(time);
});

test('personal words are dropped unless they were asked for, also from a child', () => {
  const quiet = capture();
  quiet.log.info('STT_FINAL', { sid: 'MZ1', pii: { text: 'canary' } });
  quiet.log.child({ pii: { from: 'canary' } }).info('STT_FINAL', { pii: { text: 'canary' } });
  expect(quiet.lines.join('')).not.toMatch(/canary|pii/);
  const open = capture({ pii: true });
  open.log.info('STT_FINAL', { pii: { text: 'canary' } });
  expect(JSON.parse(open.lines[0]!).pii).toEqual({ text: 'canary' });
});

test('a child adds its fields, and no field can rename the event', () => {
  const { lines, log } = capture();
  log.child({ call_sid: 'CA1' }).child({ sid: 'MZ1' }).info('STATE', { event: 'forged', state: 'LISTENING' });
  expect(JSON.parse(lines[0]!)).toMatchObject({ event: 'STATE', call_sid: 'CA1', sid: 'MZ1', state: 'LISTENING' });
});

test('with several nodes each line says whose it is, once', () => {
  const { lines, log } = capture({ node: 'box-1' });
  log.info('NODE_JOINED', { node: 'box-1', run: 'r' });
  log.child({ call_sid: 'CA1' }).info('STATE', { state: 'LISTENING' });
  expect(lines.map((line) => line.split('"node":"box-1"').length)).toEqual([2, 2]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { event: 'NODE_JOINED', node: 'box-1', run: 'r' },
    { event: 'STATE', node: 'box-1', call_sid: 'CA1' },
  ]);
});

test('events under the level are not written', () => {
  const { lines, log } = capture();
  log.debug('PNG_PONG_TX');
  expect(lines).toEqual([]);
});

test('an error keeps its message and its cause', () => {
  const { lines, log } = capture();
  log.error('CALL_BUG', { error: new StateError('impossible', new Error('the reason')) });
  expect(JSON.parse(lines[0]!).error).toMatchObject({
    code: 'state-impossible',
    message: 'impossible',
    cause: { message: 'the reason' },
  });
});

test('a pretty line is for a person: time of day, level, event, fields', () => {
  const { lines, log } = capture({ pretty: true });
  log.info('WS_START', { sid: 'MZ1' });
  expect(lines.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: WS_START \{"sid":"MZ1"\}\n$/);
});

test('text with line breaks stays on one line', () => {
  const { lines, log } = capture({ pii: true });
  log.info('STT_FINAL', { pii: { text: 'one\n{"event":"CALL_END"}' } });
  expect(lines.join('').match(/\n/g)).toHaveLength(1);
});
