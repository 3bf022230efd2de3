/** What a model may note of a lead, and how what it wrote is checked. The model is assumed hostile: so is its caller. */
import type { CallOutcome } from '../../core/call-event.ts';
import type { ToolDescription } from '../../providers/contracts.ts';

export interface LeadField {
  /** As in the flow's slots: what the caller confirmed there stands in its place. */
  readonly name: string;
  readonly description: string;
  readonly kind: 'text' | 'phone' | 'email';
}

export const LEAD_FIELDS: readonly LeadField[] = [
  { name: 'name', kind: 'text', description: "The caller's name, as the caller said it." },
  { name: 'phone', kind: 'phone', description: 'The number to call back, if the caller gave one. Digits.' },
  { name: 'email', kind: 'email', description: 'An e-mail address, if the caller gave one.' },
  { name: 'topic', kind: 'text', description: 'What the caller wants, in a few words.' },
  { name: 'area', kind: 'text', description: 'The place that it is about.' },
  { name: 'budget', kind: 'text', description: 'The amount of money that the caller named.' },
  { name: 'when', kind: 'text', description: 'The day and time that the caller asked for.' },
  { name: 'next_step', kind: 'text', description: 'What was agreed to happen next.' },
];

export const LEAD_TOOL = 'note_lead';
const MAX_ARGUMENTS = 16_384;
const MAX_VALUE = 200;

const SHAPES: Readonly<Record<LeadField['kind'], RegExp>> = {
  text: /\S/,
  phone: /^\+?\d(?:[ -]?\d){5,18}$/,
  email: /^[^\s@<>"]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}$/i,
};

export function leadTool(fields: readonly LeadField[]): ToolDescription {
  const properties = fields.map(({ name, description }) => [name, { type: 'string', description }] as const);
  return {
    name: LEAD_TOOL,
    description: 'Notes what the caller said about themselves and their wish. Leave out what was not said.',
    parameters: { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false },
  };
}

/** The fields that hold; whatever else the model wrote is dropped. Throws nothing. */
export function parseLead(json: string, fields: readonly LeadField[]): Readonly<Record<string, string>> {
  if (json.length > MAX_ARGUMENTS) return {};
  const written = parseObject(json);
  const kept = fields.flatMap(({ name, kind }) => {
    const value = Object.hasOwn(written, name) ? cleanValue(written[name]) : undefined;
    return value !== undefined && SHAPES[kind].test(value) ? [[name, value] as const] : [];
  });
  return Object.fromEntries(kept);
}

export interface Lead {
  readonly fields: Readonly<Record<string, string>>;
  /** Those that only a model vouches for. */
  readonly byModel: readonly string[];
}

/** What the call itself gathered is the floor: a model adds to it and changes nothing in it. */
export function leadOf(outcome: CallOutcome | undefined, byModel: Readonly<Record<string, string>>): Lead {
  const gathered = Object.entries(outcome?.slots ?? {}).filter(([, value]) => value !== '');
  const taken = new Set(gathered.map(([name]) => name));
  const added = Object.entries(byModel).filter(([name]) => !taken.has(name));
  return { fields: Object.fromEntries([...gathered, ...added]), byModel: added.map(([name]) => name) };
}

/** One line of text that can be shown anywhere; undefined when it is none, or too long to be an answer. */
function cleanValue(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = cleanText(String(value).replace(/\s+/g, ' '));
  return text === '' || text.length > MAX_VALUE ? undefined : text;
}

/** Without control characters and the invisible ones that turn text around (Unicode's Cc, Cf, Co, Cs), but for line ends. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Co}]/gu, '')
    .trim();
}

function parseObject(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
