import { defineAgent, flow } from 'kav';

/** Books an appointment. Written for a recogniser with a small vocabulary: short questions, few ways to answer. */
const booking = flow({
  name: 'book-appointment',
  language: 'en-US',
  opening: '',
  questions: [
    {
      slot: 'reason',
      kind: 'choice',
      ask: 'What can we do for you: a cleaning, a check-up, or tooth pain?',
      askAgain: 'Please say cleaning, check-up, or pain.',
      options: [
        { value: 'cleaning', say: 'a cleaning', synonyms: ['clean', 'teeth cleaning', 'my teeth cleaned'] },
        {
          value: 'check-up',
          say: 'a check-up',
          synonyms: ['appointment', 'exam', 'examination'],
          spellings: ['checkup'],
        },
        {
          value: 'tooth-pain',
          say: 'tooth pain',
          synonyms: ['pain', 'tooth ache', 'my tooth hurts', 'emergency'],
          spellings: ['toothache'],
        },
        { value: 'filling', say: 'a filling', synonyms: ['cavity', 'broken tooth'] },
      ],
      otherwise: {
        type: 'skip',
        value: 'check-up',
        say: 'Let us plan a check-up, and the dentist will take it from there.',
      },
    },
    {
      slot: 'day',
      kind: 'date',
      ask: 'Which day suits you?',
      askAgain: 'Please name a day, Monday to Friday.',
      refuse: (day) => (/saturday|sunday/.test(day) ? 'We are closed at the weekend.' : undefined),
    },
    {
      slot: 'time',
      kind: 'time',
      ask: 'And at what time?',
      askAgain: 'Please name an hour from nine to four, for example ten, or half past two.',
      within: { from: '09:00', to: '16:30' },
      refuse: (time) => (time < '09:00' || time > '16:30' ? 'We see patients from nine to half past four.' : undefined),
    },
    {
      slot: 'name',
      kind: 'name',
      ask: 'May I have your name?',
      askAgain: 'Please say just your first and last name.',
      otherwise: { type: 'skip', say: 'Never mind, we will ask at the desk.' },
    },
    {
      slot: 'sameNumber',
      kind: 'yes-no',
      ask: 'Shall we call you back on the number you are calling from?',
      otherwise: { type: 'skip', value: 'yes', say: 'We will use the number you are calling from.' },
    },
    {
      slot: 'phone',
      kind: 'phone',
      when: { sameNumber: 'no' },
      ask: 'Then which number shall we call? Please say it digit by digit.',
      confirm: true,
      readBack: 'I have {phone}. Is that right?',
      otherwise: { type: 'skip', say: 'We will use the number you are calling from.' },
    },
  ],
  summary: (said) => {
    const patient = said.name === '' ? '' : `, for ${said.name}`;
    return `That is ${said.reason}, ${said.day}, at ${said.time}${patient}. Is that right?`;
  },
  closing: 'You are booked {day} at {time}. We look forward to seeing you. Goodbye.',
  operator: { say: 'Everyone at the desk is with a patient, but I can book you in right away.' },
});

export default defineAgent({
  name: 'Front desk',
  language: 'en-US',
  voice: 'slt',
  greeting:
    'Green Valley Dental, this is Ava, the automated assistant. What can we do for you: a cleaning, a check-up, or tooth pain?',
  brain: booking,
  stt: ['pocketsphinx', 'scripted'],
  tts: ['flite'],
  lines: {
    'no-input': "I'm still here. Take your time.",
  },
  limits: { maxCallMinutes: 10 },
});
