/** The front desk of the examples, which records. */
import { defineAgent } from 'kav';
import desk from '../../../agents/front-desk.ts';

export default defineAgent({ ...desk, recording: { consent: 'This call is recorded.' } });
