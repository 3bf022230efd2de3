import { describe, expect, test } from 'vitest';
import { weaknessOf } from './weak-password.ts';

const ABOUT = ['dana.levi@carmel-homes.example', 'Dana Levi'];

describe('a password that is guessed first', () => {
  test.each([
    'aaaaaaaaaaaa',
    'abababababab',
    'password1234',
    'P@ssw0rd1234!',
    '123456789012',
    'qwertyuiop12',
    'QWERTYasdfgh!',
    'letmein-letmein',
    'Welcome2026!!',
    'Summer2026!Summer',
    'danalevi2026',
    'carmel-homes1',
    'admin:admin:12',
    'abcdefghijkl',
    '9876543210!!',
    'שלום12345678',
    'kav-operator-1',
  ])('%s', (password) => expect(weaknessOf(password, ABOUT)).toBeDefined());
});

describe('a password that is not', () => {
  test.each([
    'correct horse battery',
    'Tr0ub4dor&3xyz',
    'k8#mQ2z!vT9p',
    'the password of my dog',
    'בית ירוק ליד הים',
    'summer rain in Haifa',
    '7391-4682-0517',
  ])('%s', (password) => expect(weaknessOf(password, ABOUT)).toBeUndefined());
});
