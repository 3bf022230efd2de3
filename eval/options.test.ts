import { describe, expect, test } from 'vitest';
import { ConfigError } from '../src/core/errors.ts';
import { parseOptions } from './options.ts';

describe('the command line', () => {
  test('without any option it is one virtual run as the environment wants it', () => {
    const options = parseOptions([], { EOU_MS: '300' });
    expect(options).toMatchObject({ isReal: false, calls: 6, only: [], remarks: [] });
    expect(options?.runs).toMatchObject([{ name: 'as configured', env: { EOU_MS: '300' } }]);
  });

  test('what is given goes over the environment; a second run is compared with it', () => {
    const args = ['--eou', '500', '--set', 'BARGE_IN=false', '--compare', 'eou=900,VAD_RMS=300', '--stt-ms', '400'];
    const [first, second] = parseOptions(args, { EOU_MS: '300', LOG_LEVEL: 'debug' })!.runs;
    expect(first?.env).toEqual({ EOU_MS: '500', BARGE_IN: 'false', LOG_LEVEL: 'debug' });
    expect(second).toMatchObject({ name: 'EOU_MS=900 VAD_RMS=300', env: { EOU_MS: '900', VAD_RMS: '300' } });
    expect(second?.delays.sttFinalMs).toBe(400);
  });

  test('a setting that Kav does not read is said', () => {
    expect(parseOptions(['--set', 'KAV_NO_SUCH=1'], {})?.remarks[0]).toContain('KAV_NO_SUCH');
  });

  test('an echo is its loss and its delay', () => {
    expect(parseOptions(['--echo', '20,120'], {})?.echo).toEqual({ lossDb: 20, delayMs: 120 });
  });

  test('help is asked for', () => {
    expect(parseOptions(['--help'], {})).toBeUndefined();
  });

  test.each([['--calls', '0'], ['--stt-ms', 'soon'], ['--set', 'EOU_MS'], ['--echo', 'loud'], ['--nonsense']])(
    '%s %s is refused',
    (...args) => {
      expect(() => parseOptions(args, {})).toThrow(ConfigError);
    },
  );
});
