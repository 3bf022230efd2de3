import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { AfterStream, Opened } from '../call/desk.ts';
import { within } from '../call/within.ts';
import type { LogFields } from '../observe/log.ts';
import { explainStreamError, explainTwilioError } from '../twilio/error-codes.ts';
import { httpUrl, type PublicOrigin, type UrlPath, wsUrl } from '../twilio/public-origin.ts';
import { type FormParams, isSignedForm } from '../twilio/signature.ts';
import { connectStreamTwiml, sayAndHangUpTwiml } from '../twilio/twiml.ts';
import {
  parseRecordingForm,
  parseStreamEndedForm,
  parseStreamStatusForm,
  parseVoiceForm,
  type RecordingForm,
  type StreamEndedForm,
  type StreamStatusForm,
} from '../twilio/webhook-form.ts';
import type { ServerContext } from './context.ts';
import { sendProblem } from './fallback.ts';
import { type RouteName, signatureOf } from './routes.ts';
import { type SpokenLine, spokenLine } from './spoken-lines.ts';

type Verdict = 'done' | 'accepted' | 'refused' | 'forbidden' | 'malformed' | 'fault';

type Checked =
  | { readonly signed: true; readonly origin: PublicOrigin; readonly form: FormParams }
  | { readonly signed: false; readonly reason: 'signature-missing' | 'signature-wrong'; readonly url: string };

/** No call can have this token: real ones are long and random. */
const PREVIEW = { callSid: 'CA00000000000000000000000000000000', token: 'preview' };

const TWIML = { 'Content-Type': 'text/xml; charset=utf-8', 'Cache-Control': 'no-store, no-cache' };

/** The routes that Twilio calls. None waits for a provider, and none longer than a moment for disk, store or nodes. */
export function createWebhooks(context: ServerContext) {
  return {
    incomingCall: signedRoute(context, 'incoming-call', incomingCall),
    incomingCallPreview: preview(context),
    streamStatus: streamStatus(context),
    streamEnded: signedRoute(context, 'stream-ended', streamEnded),
    recordingDone: signedRoute(context, 'recording-done', recordingDone),
  };
}

export type Webhooks = ReturnType<typeof createWebhooks>;

interface SignedRequest {
  readonly context: ServerContext;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly origin: PublicOrigin;
  readonly form: FormParams;
}

function signedRoute(
  context: ServerContext,
  route: RouteName,
  answer: (signed: SignedRequest) => FastifyReply | Promise<FastifyReply>,
): RouteHandlerMethod {
  return (request, reply) => {
    const checked = checkSignature(context, request);
    if (checked.signed) return answer({ context, reply, request, origin: checked.origin, form: checked.form });
    context.metrics.webhook(route, 'forbidden' satisfies Verdict);
    context.refusals('WEBHOOK_REFUSED', checked.reason, { route, url: checked.url, ...claimedCall(request.body) });
    return sendProblem(request, reply, 403);
  };
}

/** Only the form parser is installed, so a body is a form or undefined. */
function checkSignature(context: ServerContext, request: FastifyRequest): Checked {
  const signature = signatureOf(request.raw);
  const origin = context.originOf(request.raw);
  const url = origin ? httpUrl(origin, (request.raw.url ?? '/') as UrlPath) : '';
  if (signature === undefined) return { signed: false, reason: 'signature-missing', url };
  const form = { ...(request.body as FormParams | undefined) };
  const isSigned = isSignedForm({ authTokens: context.authTokens(), signature, url, params: form });
  if (!isSigned || !origin) return { signed: false, reason: 'signature-wrong', url };
  return { signed: true, origin, form };
}

/** Whatever goes wrong after the signature, the caller hears a sentence: an error page would be read as silence. */
async function incomingCall(signed: SignedRequest): Promise<FastifyReply> {
  const { context, reply } = signed;
  try {
    return reply.headers(TWIML).send(await answerCall(signed));
  } catch (error) {
    context.log.error('SERVER_FAULT', { route: 'incoming-call', ...claimedCall(signed.form), error });
    context.metrics.webhook('incoming-call', 'fault' satisfies Verdict);
    return reply.headers(TWIML).send(sayAndHangUpTwiml(failureLine(context)));
  }
}

async function answerCall({ context, origin, form }: SignedRequest): Promise<string> {
  const parsed = parseVoiceForm(form);
  if (!parsed.ok) {
    noteMalformed(context, 'incoming-call', form, parsed.problem);
    return sayAndHangUpTwiml(failureLine(context));
  }
  const { callSid, accountSid, from, to } = parsed.form;
  context.log.debug('WEBHOOK', { route: 'incoming-call', verdict: 'asked', call_sid: callSid });
  if (context.sayOnly) {
    context.metrics.webhook('incoming-call', 'accepted' satisfies Verdict);
    context.log.info('WEBHOOK', { route: 'incoming-call', verdict: 'say-only', call_sid: callSid, pii: { from, to } });
    return sayAndHangUpTwiml(sayOnlyLine(context));
  }
  const desk = context.slot.current;
  const opened: Opened = (await desk?.open({ callSid, accountSid, from, to })) ?? {
    type: 'refused',
    reason: context.drain.started ? 'draining' : 'not-ready',
    text: '',
  };
  const verdict: Verdict = opened.type;
  context.metrics.webhook('incoming-call', verdict);
  const reason = opened.type === 'refused' ? { reason: opened.reason } : {};
  context.log.info('WEBHOOK', { route: 'incoming-call', verdict, call_sid: callSid, ...reason, pii: { from, to } });
  if (opened.type === 'accepted') return connectTwiml(origin, { callSid, token: opened.token });
  return sayAndHangUpTwiml(desk ? { text: opened.text, language: desk.language } : notReadyLine(context));
}

function preview(context: ServerContext): RouteHandlerMethod {
  return (request, reply) => {
    const origin = context.originOf(request.raw);
    if (!origin) return sendProblem(request, reply, 400);
    const document = context.sayOnly ? sayAndHangUpTwiml(sayOnlyLine(context)) : connectTwiml(origin, PREVIEW);
    return reply.headers(TWIML).send(document);
  };
}

function connectTwiml(origin: PublicOrigin, call: { readonly callSid: string; readonly token: string }): string {
  return connectStreamTwiml({
    streamUrl: wsUrl(origin, '/ws/twilio-media'),
    statusCallbackUrl: httpUrl(origin, '/webhook/stream_status'),
    actionUrl: httpUrl(origin, '/webhook/stream_ended'),
    parameters: { call_sid: call.callSid, token: call.token },
  });
}

/** Always 204: Twilio does nothing with the answer, and a stranger learns nothing from it. */
function streamStatus(context: ServerContext): RouteHandlerMethod {
  return (request, reply) => {
    try {
      context.metrics.webhook('stream-status', applyStreamStatus(context, request));
    } catch (error) {
      context.log.error('SERVER_FAULT', { route: 'stream-status', ...claimedCall(request.body), error });
      context.metrics.webhook('stream-status', 'fault' satisfies Verdict);
    }
    return reply.code(204).send();
  };
}

function applyStreamStatus(context: ServerContext, request: FastifyRequest): Verdict {
  const checked = checkSignature(context, request);
  if (!checked.signed) {
    const names = { route: 'stream-status', url: checked.url, ...claimedCall(request.body) };
    context.refusals('WEBHOOK_REFUSED', checked.reason, names);
    return 'forbidden';
  }
  const parsed = parseStreamStatusForm(checked.form);
  if (!parsed.ok) {
    const names = { route: 'stream-status', problem: parsed.problem, ...claimedCall(checked.form) };
    context.refusals('WEBHOOK_REFUSED', 'malformed', names);
    return 'malformed';
  }
  const { callSid, streamSid, event } = parsed.form;
  const names = { call_sid: callSid, sid: streamSid };
  if (event !== 'stream-error') {
    context.log.info('STREAM_STATUS', { ...names, status: event });
    return 'done';
  }
  const failure = explainFailure(parsed.form);
  context.log.error('STREAM_ERROR', { ...names, ...failure });
  context.metrics.streamFailed(failure.code);
  context.slot.current?.streamFailed(callSid, streamSid, failure.code);
  return 'done';
}

function explainFailure({
  error = '',
  errorCode,
}: StreamStatusForm): LogFields & { readonly code: number | undefined } {
  const known = (errorCode === undefined ? undefined : explainTwilioError(errorCode)) ?? explainStreamError(error);
  return {
    text: error,
    code: known?.code ?? errorCode,
    meaning: known?.meaning,
    remedy: known?.remedy,
    ...pageOf(known?.code),
  };
}

function pageOf(code: number | undefined): LogFields {
  return code === undefined ? {} : { page: `kav explain ${code}` };
}

/** Asked when the stream is over. A caller who outlived the process that served the stream is not left without a word. */
async function streamEnded(signed: SignedRequest): Promise<FastifyReply> {
  const { context, reply, form, origin } = signed;
  const parsed = parseStreamEndedForm(form);
  if (!parsed.ok) {
    noteMalformed(context, 'stream-ended', form, parsed.problem);
    return reply.code(204).send();
  }
  const { callSid, callStatus } = parsed.form;
  const after = await askAfterStream(signed, parsed.form);
  context.metrics.webhook('stream-ended', 'done' satisfies Verdict);
  context.log.info('WEBHOOK', { route: 'stream-ended', verdict: after.type, call_sid: callSid, status: callStatus });
  if (after.type === 'done') return reply.code(204).send();
  if (after.type === 'resume') return reply.headers(TWIML).send(connectTwiml(origin, { callSid, token: after.token }));
  return reply.headers(TWIML).send(sayAndHangUpTwiml(after));
}

async function askAfterStream({ context, request }: SignedRequest, form: StreamEndedForm): Promise<AfterStream> {
  const desk = context.slot.current;
  if (!desk) return { type: 'apologise', ...failureLine(context) };
  const name = request.headers['i-twilio-idempotency-token'];
  try {
    return await desk.afterStream({ ...form, request: typeof name === 'string' ? name.slice(0, 128) : '' });
  } catch (error) {
    context.log.error('SERVER_FAULT', { route: 'stream-ended', call_sid: form.callSid, error });
    return { type: 'apologise', ...failureLine(context) };
  }
}

/** The recording stays at Twilio until a job has fetched it; a repeated notice says nothing new. */
async function recordingDone({ context, reply, request, form }: SignedRequest): Promise<FastifyReply> {
  const parsed = parseRecordingForm(form);
  if (parsed.ok && !(await keepRecording(context, parsed.form))) return sendProblem(request, reply, 503);
  if (!parsed.ok) noteMalformed(context, 'recording-done', form, parsed.problem);
  return reply.type('text/plain; charset=utf-8').send('');
}

/** Twilio gives us 15 s and tells nobody else: a 200 says that the news will outlive us. */
const KEEP_WAIT_MS = 10_000;

async function keepRecording(context: ServerContext, form: RecordingForm): Promise<boolean> {
  const { callSid, recordingSid, status, durationSec, url = '' } = form;
  const { clock, log, metrics, slot } = context;
  let isKept = false;
  const keep = async (): Promise<void> => {
    const desk = slot.current ?? (await slot.arrival);
    await desk?.recordingDone({ callSid, recordingSid, status, durationSec, url });
    isKept = desk !== undefined;
  };
  const keeping = keep().catch((error: unknown) =>
    log.error('SERVER_FAULT', { route: 'recording-done', call_sid: callSid, error }),
  );
  await within(keeping, KEEP_WAIT_MS, clock);
  metrics.webhook('recording-done', (isKept ? 'done' : 'fault') satisfies Verdict);
  const fields = { call_sid: callSid, recording_sid: recordingSid, status, duration_sec: durationSec };
  if (isKept) log.info('RECORDING_DONE', fields);
  return isKept;
}

/** Which call a form speaks of, as far as it can be believed to be one. */
function claimedCall(form: unknown): LogFields {
  const claimed = (form as FormParams | undefined)?.['CallSid'];
  return typeof claimed === 'string' && /^CA[0-9a-f]{32}$/i.test(claimed) ? { call_sid: claimed } : {};
}

function noteMalformed(context: ServerContext, route: RouteName, form: FormParams, problem: string): void {
  context.metrics.webhook(route, 'malformed' satisfies Verdict);
  context.refusals('WEBHOOK_REFUSED', 'malformed', { route, problem, ...claimedCall(form) });
}

function failureLine(context: ServerContext): SpokenLine {
  return spokenLine('failure', context.slot.current?.language ?? context.language);
}

function sayOnlyLine(context: ServerContext): SpokenLine {
  return spokenLine('say-only', context.slot.current?.language ?? context.language);
}

function notReadyLine(context: ServerContext): SpokenLine {
  return spokenLine('not-ready', context.language);
}
