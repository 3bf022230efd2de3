import { RELAY_ERRORS } from './error-codes-relay.ts';
import { STREAM_ERRORS } from './error-codes-stream.ts';
import { WEBHOOK_ERRORS } from './error-codes-webhook.ts';
import type { TwilioError } from './twilio-error.ts';

const SECTIONS = [
  { title: 'Media streams', errors: STREAM_ERRORS },
  { title: 'Webhooks, TwiML and REST', errors: WEBHOOK_ERRORS },
  { title: 'ConversationRelay', errors: RELAY_ERRORS },
] as const;

const HEAD = `# Twilio's error codes

Twilio reports errors in its console (Monitor, Errors) and, for streams, in the status callback that Kav logs with the
same explanation. *Error* means that something did not happen; *warning*, that it went on without a part.

This page is made from the code: see \`src/twilio/error-codes.ts\`.
`;

/** The text of `docs/twilio-errors.md`. */
export function renderTwilioErrors(): string {
  const sections = SECTIONS.map(({ title, errors }) => `## ${title}\n\n${errors.map(renderError).join('\n')}`);
  return [HEAD, ...sections].join('\n');
}

function renderError({ code, name, level, meaning, cause, remedy }: TwilioError): string {
  return `### ${code}: ${name} (${level})\n\n${meaning}\n\n- Cause: ${cause}\n- Remedy: ${remedy}\n`;
}
