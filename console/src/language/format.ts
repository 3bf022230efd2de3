/** Numbers and times as people of a language write them; all of them read from the left. */
export interface Format {
  /** `3:07`, `1:02:45`. */
  readonly length: (ms: number) => string;
  /** `820 ms`, `1.24 s`. */
  readonly latency: (ms: number) => string;
  readonly number: (value: number) => string;
  readonly percent: (share: number) => string;
  readonly money: (amount: number, currency: string) => string;
  readonly time: (at: string) => string;
  readonly day: (at: string) => string;
  /** Today only the time, else the day as well. */
  readonly when: (at: string) => string;
  readonly moment: (at: string) => string;
  /** A number as people of its country write it, where it is Israel or North America; else as it is. */
  readonly phone: (number: string) => string;
}

export function createFormat(locale: string): Format {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  // Hebrew names of months would read from the right; dates stand among numbers, from the left.
  const month = locale.startsWith('he') ? 'numeric' : 'short';
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month, year: 'numeric' });
  const dayAndTime = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const moment = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month,
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  return {
    length: lengthOf,
    latency: (ms) => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`),
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    money: (amount, currency) =>
      new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        maximumFractionDigits: Math.abs(amount) < 1 ? 4 : 2,
      }).format(amount),
    time: (at) => time.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    when: (at) => (isToday(at) ? time : dayAndTime).format(new Date(at)),
    moment: (at) => moment.format(new Date(at)),
    phone: phoneOf,
  };
}

export function lengthOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = `${String(s).padStart(2, '0')}`;
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${tail}` : `${m}:${tail}`;
}

const isToday = (at: string): boolean => new Date(at).toDateString() === new Date().toDateString();

export function phoneOf(number: string): string {
  const israel = /^\+972(\d{1,2})(\d{3})(\d{4})$/.exec(number);
  if (israel) return `0${israel[1]}-${israel[2]}-${israel[3]}`;
  const america = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return america ? `+1 ${america[1]} ${america[2]} ${america[3]}` : number;
}
