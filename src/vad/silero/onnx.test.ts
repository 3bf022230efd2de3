import { expect, test } from 'vitest';
import { constantsOfBranch } from './onnx.ts';

/** One protobuf field of bytes; none of those here is longer than 127. */
function field(number: number, ...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Uint8Array.of(number * 8 + 2, bytes.length), bytes]);
}

function model(branch: string): Uint8Array {
  const values = Buffer.from(Float32Array.of(1.5, -2).buffer);
  const floats = field(5, Uint8Array.of(2 * 8, 1), field(9, values));
  const integers = field(5, Uint8Array.of(2 * 8, 7), field(9, new Uint8Array(8)));
  const constant = (name: string, tensor: Uint8Array) =>
    field(1, field(2, name), field(4, 'Constant'), field(5, field(1, 'value'), tensor));
  const graph = [constant('bias', floats), constant('shape', integers), field(1, field(4, 'Conv'))];
  const choice = field(1, field(4, 'If'), field(5, field(1, branch), field(6, ...graph)));
  return field(7, field(1, field(4, 'Equal')), choice);
}

test('reads the float constants of a branch', () => {
  const constants = constantsOfBranch(model('else_branch'), 'else_branch');
  expect([...constants]).toEqual([['bias', Float32Array.of(1.5, -2)]]);
});

test('refuses what is no such model', () => {
  expect(() => constantsOfBranch(model('then_branch'), 'else_branch')).toThrow('no else_branch');
  expect(() => constantsOfBranch(model('else_branch').subarray(0, 1), 'else_branch')).toThrow('cut off');
  expect(() => constantsOfBranch(Uint8Array.of(0x0f), 'else_branch')).toThrow('wire type');
});
