import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMulaw } from './mulaw.ts';
import { parseWav, serializeMulawWavHeader, serializeWav, WavError } from './wav.ts';

const EXTENSIBLE_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

interface FmtOptions {
  readonly code: number;
  readonly bits: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  readonly blockBytes?: number;
}

function chunk(id: string, body: Uint8Array, claimed = body.length): Uint8Array {
  const bytes = new Uint8Array(8 + body.length + (body.length % 2));
  bytes.set(Buffer.from(id, 'latin1'));
  new DataView(bytes.buffer).setUint32(4, claimed, true);
  bytes.set(body, 8);
  return bytes;
}

function fmt(options: FmtOptions, extra: readonly number[] = []): Uint8Array {
  const { code, bits, channels = 1, sampleRateHz = 8000 } = options;
  const blockBytes = options.blockBytes ?? channels * Math.ceil(bits / 8);
  const bytes = new Uint8Array(16 + extra.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, code, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, sampleRateHz * blockBytes, true);
  view.setUint16(12, blockBytes, true);
  view.setUint16(14, bits, true);
  bytes.set(extra, 16);
  return chunk('fmt ', bytes);
}

function riff(...chunks: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Buffer.from('WAVE', 'latin1'), ...chunks]);
  return chunk('RIFF', body);
}

function bytesOf(array: Int16Array | Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer);
}

const SAMPLES = Int16Array.of(0, 1, -1, 1234, -32_768, 32_767);

describe('round trip', () => {
  test('what is written is what is read', () => {
    const channel = fc.int16Array({ maxLength: 300 });
    fc.assert(
      fc.property(
        fc.array(channel, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(8000, 16_000, 22_050, 44_100, 192_000),
        (channels, sampleRateHz) => {
          const length = Math.max(...channels.map((samples) => samples.length));
          const audio = parseWav(serializeWav({ sampleRateHz, channels }));
          expect(audio.sampleRateHz).toBe(sampleRateHz);
          const padded = channels.map((samples) => Int16Array.from({ length }, (_, i) => samples[i] ?? 0));
          expect(audio.channels).toEqual(padded);
        },
      ),
    );
  });

  test('the header is the canonical one of 44 bytes', () => {
    const bytes = serializeWav({ sampleRateHz: 8000, channels: [Int16Array.of(1, 2), Int16Array.of(-1, -2)] });
    const format = { code: 1, bits: 16, channels: 2 };
    expect(bytes).toEqual(riff(fmt(format), chunk('data', bytesOf(Int16Array.of(1, -1, 2, -2)))));
    expect(bytes).toHaveLength(52);
  });

  test.each([
    { sampleRateHz: 8000, channels: [] },
    { sampleRateHz: 8000, channels: new Array<Int16Array>(33).fill(new Int16Array(0)) },
    { sampleRateHz: 0, channels: [new Int16Array(1)] },
    { sampleRateHz: 8000.5, channels: [new Int16Array(1)] },
    { sampleRateHz: 200_000, channels: [new Int16Array(1)] },
  ])('what cannot be said is refused: %j', (audio) => {
    expect(() => serializeWav(audio)).toThrow(WavError);
  });
});

describe('formats', () => {
  const widened = Int32Array.from(SAMPLES, (sample) => sample * 65_536 + 0x1234);
  const packed24 = Uint8Array.from([...SAMPLES].flatMap((sample) => [0x99, sample & 0xff, (sample >> 8) & 0xff]));
  const codes = Uint8Array.from({ length: 256 }, (_, code) => code);

  test.each([
    ['8-bit', { code: 1, bits: 8 }, Uint8Array.of(0, 127, 128, 255), Int16Array.of(-32_768, -256, 0, 32_512)],
    ['16-bit', { code: 1, bits: 16 }, bytesOf(SAMPLES), SAMPLES],
    ['24-bit', { code: 1, bits: 24 }, packed24, SAMPLES],
    ['20 bits in 24', { code: 1, bits: 20 }, packed24, SAMPLES],
    ['32-bit', { code: 1, bits: 32 }, bytesOf(widened), SAMPLES],
    [
      'float',
      { code: 3, bits: 32 },
      bytesOf(Float32Array.of(0, 0.5, -1, 1, 7, -7, Number.NaN, Number.POSITIVE_INFINITY)),
      Int16Array.of(0, 16_384, -32_768, 32_767, 32_767, -32_768, 0, 32_767),
    ],
    ['µ-law', { code: 7, bits: 8 }, codes, decodeMulaw(codes)],
    ['A-law', { code: 6, bits: 8 }, Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a), Int16Array.of(8, -8, 32_256, -32_256)],
  ] as const)('%s, plain and extensible', (_, format, data, expected) => {
    const plain = parseWav(riff(fmt(format), chunk('data', data)));
    expect(plain).toEqual({ sampleRateHz: 8000, channels: [expected] });
    const extra = [22, 0, format.bits, 0, 4, 0, 0, 0, format.code, 0, ...EXTENSIBLE_TAIL];
    expect(parseWav(riff(fmt({ ...format, code: 0xfffe }, extra), chunk('data', data)))).toEqual(plain);
  });

  test('channels are taken apart', () => {
    const data = bytesOf(Int16Array.of(1, 2, 3, 4, 5, 6));
    const { channels } = parseWav(riff(fmt({ code: 1, bits: 16, channels: 3 }), chunk('data', data)));
    expect(channels).toEqual([Int16Array.of(1, 4), Int16Array.of(2, 5), Int16Array.of(3, 6)]);
  });

  test('bytes in the middle of a larger buffer are read where they are', () => {
    const file = serializeWav({ sampleRateHz: 8000, channels: [SAMPLES] });
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(parseWav(shifted.subarray(3)).channels).toEqual([SAMPLES]);
  });
});

describe('odd files', () => {
  const pcm = fmt({ code: 1, bits: 16 });

  test('LIST, odd and unknown chunks are passed over', () => {
    const list = chunk('LIST', Buffer.from('INFOISFT\x05\0\0\0Kav!\0\0', 'latin1'));
    const odd = chunk('junk', Uint8Array.of(1, 2, 3));
    const file = riff(list, odd, pcm, odd, chunk('fact', new Uint8Array(4)), chunk('data', bytesOf(SAMPLES)), list);
    expect(parseWav(file).channels).toEqual([SAMPLES]);
  });

  test.each([0xffff_ffff, 0x7fff_ffff, 13])('a data chunk that claims %i bytes ends where the bytes end', (claimed) => {
    const file = riff(pcm, chunk('data', bytesOf(SAMPLES), claimed));
    expect(parseWav(file).channels).toEqual([SAMPLES]);
  });

  test('a sample cut in half is dropped', () => {
    const file = riff(pcm, chunk('data', bytesOf(SAMPLES)));
    expect(parseWav(file.subarray(0, file.length - 1)).channels).toEqual([SAMPLES.subarray(0, -1)]);
  });

  test('no samples are no error', () => {
    expect(parseWav(riff(pcm, chunk('data', new Uint8Array(0)))).channels).toEqual([new Int16Array(0)]);
  });

  const data = chunk('data', bytesOf(SAMPLES));
  test.each([
    ['nothing', new Uint8Array(0), /not a RIFF/],
    ['an MP3', Buffer.from('ID3\x04\0\0\0\0\0\0\0\0\0\0\0\0'), /not a RIFF/],
    ['no fmt', riff(chunk('junk', new Uint8Array(4))), /no fmt/],
    ['no data', riff(pcm), /no data/],
    ['data first', riff(data, pcm), /before the fmt/],
    ['a short fmt', riff(chunk('fmt ', new Uint8Array(14)), data), /too short/],
    ['ADPCM', riff(fmt({ code: 2, bits: 4 }), data), /format 2/],
    ['64-bit PCM', riff(fmt({ code: 1, bits: 64 }), data), /64 bits/],
    ['no bits', riff(fmt({ code: 1, bits: 0 }), data), /0 bits/],
    ['no channels', riff(fmt({ code: 1, bits: 16, channels: 0 }), data), /0 channels/],
    ['too many channels', riff(fmt({ code: 1, bits: 16, channels: 65_535, blockBytes: 2 }), data), /65535 channels/],
    ['no rate', riff(fmt({ code: 1, bits: 16, sampleRateHz: 0 }), data), /rate of 0/],
    ['an absurd rate', riff(fmt({ code: 1, bits: 16, sampleRateHz: 4e9 }), data), /rate of 4000000000/],
    ['blocks that do not fit', riff(fmt({ code: 1, bits: 16, blockBytes: 3 }), data), /do not fit/],
    ['a short extensible fmt', riff(fmt({ code: 0xfffe, bits: 16 }), data), /too short/],
    ['a foreign sub-format', riff(fmt({ code: 0xfffe, bits: 16 }, new Array(24).fill(9)), data), /sub-format/],
  ])('%s is a WavError', (_, bytes, message) => {
    expect(() => parseWav(bytes)).toThrow(WavError);
    expect(() => parseWav(bytes)).toThrow(message);
    expect(() => parseWav(bytes)).toThrow(expect.objectContaining({ code: 'wav-invalid' }));
  });
});

describe('a header for µ-law', () => {
  test('is read back, with as much audio as follows it', () => {
    const header = serializeMulawWavHeader({ channelCount: 2, sampleRateHz: 8_000, dataBytes: 6 });
    const bytes = new Uint8Array([...header, 0x8f, 0x0f, 0x8f, 0x0f, 0xff, 0x80]);
    const { channels, sampleRateHz } = parseWav(bytes);
    expect(sampleRateHz).toBe(8_000);
    expect(channels.map((channel) => [...channel])).toEqual([
      [16_764, 16_764, 0],
      [-16_764, -16_764, 32_124],
    ]);
    const view = new DataView(header.buffer);
    expect([view.getUint32(4, true), view.getUint32(46, true), view.getUint32(54, true)]).toEqual([56, 3, 6]);
  });

  test.each([
    [{ channelCount: 0, sampleRateHz: 8_000, dataBytes: 0 }, /0 channels/],
    [{ channelCount: 1, sampleRateHz: 10, dataBytes: 0 }, /rate of 10/],
    [{ channelCount: 1, sampleRateHz: 8_000, dataBytes: 0xffff_ffff }, /longer than/],
  ])('%j is refused', (shape, message) => {
    expect(() => serializeMulawWavHeader(shape)).toThrow(message);
  });
});

describe('any bytes', () => {
  function parseOrRefuse(bytes: Uint8Array): void {
    try {
      const { channels } = parseWav(bytes);
      const total = channels.reduce((sum, channel) => sum + channel.length, 0);
      expect(total).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      expect(error).toBeInstanceOf(WavError);
    }
  }

  test('random bytes are refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), parseOrRefuse), { numRuns: 500 });
  });

  test('random chunks after a true header are read or refused', () => {
    const id = fc.constantFrom('fmt ', 'data', 'LIST', '\0\0\0\0');
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(1, 3, 6, 7, 0xfffe).map((code) => fmt({ code, bits: 8 }).subarray(8)),
    );
    const claimed = fc.option(fc.nat(0xffff_ffff), { nil: undefined });
    const chunks = fc.array(fc.tuple(id, body, claimed), { maxLength: 6 });
    fc.assert(
      fc.property(chunks, (list) =>
        parseOrRefuse(riff(...list.map(([name, bytes, size]) => chunk(name, bytes, size)))),
      ),
      { numRuns: 1000 },
    );
  });

  test('a true file with bytes changed is read or refused', () => {
    const file = serializeWav({ sampleRateHz: 16_000, channels: [SAMPLES, SAMPLES] });
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = file.slice();
        for (const [at, value] of changes) bytes[at] = value;
        parseOrRefuse(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test('a hundred thousand empty chunks are passed in a moment', () => {
    const many = riff(...new Array<Uint8Array>(100_000).fill(chunk('junk', new Uint8Array(0))));
    expect(() => parseWav(many)).toThrow('no fmt chunk');
  });
});
