import type { Check } from '../check.ts';
import { addresses } from './addresses.ts';
import { callbacks } from './callbacks.ts';
import { dns } from './dns.ts';
import { doors } from './doors.ts';
import { health } from './health.ts';
import { idle } from './idle.ts';
import { language } from './language.ts';
import { machine } from './machine.ts';
import { permissions } from './permissions.ts';
import { providers } from './providers.ts';
import { quota } from './quota.ts';
import { region } from './region.ts';
import { repeat } from './repeat.ts';
import { settings } from './settings.ts';
import { signature } from './signature.ts';
import { streamCall } from './stream-call.ts';
import { tls } from './tls.ts';
import { twilioAccount } from './twilio-account.ts';
import { upgrade } from './upgrade.ts';
import { webhook } from './webhook.ts';

/** In the order in which a person would look. */
export const CHECKS: readonly Check[] = [
  ...[settings, machine, dns, tls, health],
  ...[webhook, addresses, signature, repeat],
  ...[upgrade, doors, streamCall, idle, callbacks],
  ...[providers, language, quota],
  ...[twilioAccount, permissions, region],
];
